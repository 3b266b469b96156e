package edge

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// Answer is what came back.
type Answer struct {
	kit    *Kit
	Status int
	Header http.Header
	Body   []byte
}

// Get calls a GET as the holder of a token; "" is nobody.
func (k *Kit) Get(token, path string, headers ...string) Answer {
	k.Helper()
	return k.Do(k.API, token, http.MethodGet, path, nil, headers...)
}

// Post calls a POST with a key of its own.
func (k *Kit) Post(token, path string, body any, headers ...string) Answer {
	k.Helper()
	return k.Do(k.API, token, http.MethodPost, path, body, headers...)
}

// Do calls anything. A body that is a string or bytes goes as it is, any other as JSON. Commands get
// a fresh Idempotency-Key unless headers (name, value, …) give one.
func (k *Kit) Do(h http.Handler, token, method, path string, body any, headers ...string) Answer {
	k.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	case []byte:
		raw = b
	default:
		var err error
		raw, err = json.Marshal(b)
		k.must(err)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, path, bytes.NewReader(raw))
	r.Host = "127.0.0.1:8080" // the house is a demo, which answers to no other name
	if len(raw) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if method != http.MethodGet {
		r.Header.Set("Idempotency-Key", "test-key-"+strconv.FormatInt(k.serial.Add(1), 10))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return Answer{k, w.Code, w.Header(), w.Body.Bytes()}
}

// Expect fails the test unless the status is this one, and gives the answer back.
func (a Answer) Expect(status int) Answer {
	a.kit.Helper()
	if a.Status != status {
		a.kit.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// Refused fails the test unless it was refused with this status and code, in Chinese.
func (a Answer) Refused(status int, code string) Answer {
	a.kit.Helper()
	a.Expect(status)
	var p struct{ Code, Detail string }
	a.Into(&p)
	if p.Code != code {
		a.kit.Fatalf("code %q, want %q: %s", p.Code, code, a.Body)
	}
	if !strings.ContainsFunc(p.Detail, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) {
		a.kit.Fatalf("no Chinese text for people: %s", a.Body)
	}
	return a
}

// Into reads the JSON body.
func (a Answer) Into(v any) Answer {
	a.kit.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.kit.Fatalf("not JSON: %v: %s", err, a.Body)
	}
	return a
}

// Has fails the test unless every text is in the body.
func (a Answer) Has(texts ...string) Answer {
	a.kit.Helper()
	for _, t := range texts {
		if !bytes.Contains(a.Body, []byte(t)) {
			a.kit.Fatalf("%q is missing: %s", t, a.Body)
		}
	}
	return a
}

// HasNot fails the test when one of the texts is in the body.
func (a Answer) HasNot(texts ...string) Answer {
	a.kit.Helper()
	for _, t := range texts {
		if bytes.Contains(a.Body, []byte(t)) {
			a.kit.Fatalf("%q must not be there: %s", t, a.Body)
		}
	}
	return a
}
