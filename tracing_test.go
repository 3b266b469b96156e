package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"danyuan/demo"
)

// collected is a collector that keeps what it is sent.
type collected struct {
	mu    sync.Mutex
	raw   bytes.Buffer
	spans []*tracepb.Span
}

func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		in, _ = gzip.NewReader(r.Body)
	}
	b, err := io.ReadAll(in)
	var sent collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(b, &sent) != nil {
		http.Error(w, "not understood", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(b)
	for _, resource := range sent.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (c *collected) named(name string) *tracepb.Span {
	for _, s := range c.spans {
		if s.GetName() == name {
			return s
		}
	}
	return nil
}

func TestTraces_tellOfRequestTransactionJobAndWeChatAndOfNobody(t *testing.T) {
	h, c := servingHouse(t)
	var got collected
	server := httptest.NewServer(&got)
	defer server.Close()
	if err := h.trace(t.Context(), server.URL, 1); err != nil {
		t.Fatal(err)
	}
	a, err := c.api(h)
	if err != nil {
		t.Fatal(err)
	}
	code, err := demo.UnitCode(t.Context(), h.db)
	if err != nil {
		t.Fatal(err)
	}
	call(t, a, http.MethodGet, "/v1/units/"+code, "")
	said := call(t, a, http.MethodPost, "/v1/login", `{"code":"demo:chief"}`).Body.String()
	tamper(t, h, dueSweep)
	if err := h.s.WorkOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil { // which sends the last
		t.Fatal(err)
	}
	login, inside := got.named("POST /v1/login"), got.named("transaction")
	var names []string
	for _, s := range got.spans {
		names = append(names, s.GetName())
	}
	if login == nil || inside == nil || got.named("GET /v1/units/:code") == nil || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "wechat /sns/jscode2session") }) ||
		!slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "job ") }) {
		t.Fatalf("spans: %q", names)
	}
	below := false
	for _, s := range got.spans {
		below = below || s.GetName() == "transaction" && bytes.Equal(s.GetParentSpanId(), login.GetSpanId()) && bytes.Equal(s.GetTraceId(), login.GetTraceId())
	}
	if !below {
		t.Errorf("no transaction belongs to the login")
	}
	token := said[strings.Index(said, `"token":"`)+9:][:20]
	for _, secret := range []string{code, token, "demo:chief", demo.OpenID("chief"), "许静", "139", "a-key-of-a-test"} {
		if bytes.Contains(got.raw.Bytes(), []byte(secret)) {
			t.Errorf("%q is in the traces", secret)
		}
	}
}

func TestTraces_areOffUnlessAskedFor(t *testing.T) {
	h, _ := servingHouse(t)
	if err := h.trace(t.Context(), "", 1); err != nil || h.watch.traces != nil || h.watch.requests() != nil {
		t.Errorf("%v, %v", err, h.watch.traces)
	}
}

func TestTraces_aCollectorThatIsDownDisturbsNobody(t *testing.T) {
	h, c := servingHouse(t)
	if err := h.trace(t.Context(), "http://127.0.0.1:1", 1); err != nil {
		t.Fatal(err)
	}
	a, err := c.api(h)
	if err != nil {
		t.Fatal(err)
	}
	call(t, a, http.MethodPost, "/v1/login", `{"code":"demo:chief"}`)
}
