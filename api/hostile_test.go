package api_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// naughty are texts that have broken somebody's program before.
var naughty = []string{
	"", " ", "😀👨‍👩‍👧‍👦", "𠮷野家𠀀", "\u202e王建国\u202c", "王\u200b建\u2060国", "\ufeff王", "e\u0301\u0301\u0301\u0301", "a\x00b", "\x00", "\n\r\t", "\ufffe\uffff", "\ue000",
	"' OR '1'='1'; DROP TABLE persons; --", `"); DELETE FROM users; --`, "%s%s%n%d%v%!", "{{7*7}}${7*7}", "../../etc/passwd", "<script>alert(1)</script>",
	"null", "undefined", "NaN", "-1", "0", "1e309", "99999999999999999999", "１２３", "true", "1970-01-01T00:00:00Z", "2020-02-30", strings.Repeat("长", 20_000),
}

// moments are times at the ends of what times can be, and beside them.
var moments = []string{
	"0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
	"9999-12-31T23:59:59-23:59", "9999-12-31T16:00:00.999999999Z", "10000-01-01T00:00:00Z", "2036-02-30T00:00:00Z", "2036-01-01T24:00:00Z", "2036-01-01T00:00:00+24:00", "2036-01-01T23:59:60Z",
}

// endless is sent to one parameter and one field of a route: it costs more than all the others.
var endless = strings.Repeat("a", 1_000_000)

// TestEveryRoute_hostileInput gives every route what nobody should send, as somebody whom it lets in.
// Each answer is one that we meant to give. It grows from the route table and the description.
func TestEveryRoute_hostileInput(t *testing.T) {
	base := newWorld(t)
	calm := base.again(t)
	for _, r := range base.API.Routes() {
		t.Run(r.ID, func(t *testing.T) {
			w := calm.in(t)
			if isCommand(r) {
				t.Parallel()
				w = base.again(t)
			}
			h := &hostile{w: w, q: w.request(r), token: w.letIn(r.Who)[0].token}
			h.parameters(t)
			if isCommand(r) {
				h.keys(t)
			}
			if h.q.upload != nil {
				h.uploads(t)
			}
			if h.q.body != nil {
				h.bodies(t)
				h.fields(t)
			}
		})
	}
}

type hostile struct {
	w     *world
	q     request
	token string
}

// parameters puts naughty texts into each part of the path and the query.
func (h *hostile) parameters(t *testing.T) {
	t.Helper()
	operation := h.w.operation(h.q.route)
	parameters, _ := operation["parameters"].([]any)
	for i, p := range parameters {
		name, in := p.(map[string]any)["name"].(string), p.(map[string]any)["in"]
		texts := append(slices.Clone(naughty), "\xff\xfe", "999999999999")
		if i == 0 {
			texts = append(texts, endless)
		}
		for _, text := range texts {
			q := h.q
			switch in {
			case "path":
				q.path = with(q.path, name, text)
			case "query":
				q.query = with(q.query, name, text)
			default:
				continue
			}
			sane(t, fmt.Sprintf("%s=%.20q", name, text), q.call(h.w, h.token))
		}
	}
}

func with[V any](m map[string]V, key string, value V) map[string]V {
	changed := map[string]V{key: value}
	for k, v := range m {
		if k != key {
			changed[k] = v
		}
	}
	return changed
}

// keys tries commands without a usable Idempotency-Key.
func (h *hostile) keys(t *testing.T) {
	t.Helper()
	for _, key := range []string{"", "short", strings.Repeat("k", 65), "钥匙钥匙钥匙钥匙", "key with spaces", "key'; DROP--"} {
		a := h.q.call(h.w, h.token, "Idempotency-Key", key)
		sane(t, "key "+key, a)
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("Idempotency-Key %q: %d, want 422: %.200s", key, a.Status, a.Body)
		}
	}
}

// bodies sends what is no JSON object of the right kind at all.
func (h *hostile) bodies(t *testing.T) {
	t.Helper()
	send := func(what, body string, want int, headers ...string) {
		t.Helper()
		a := h.w.Do(h.w.API, h.token, h.q.route.Method, h.q.url(), body, headers...)
		sane(t, what, a)
		if want != 0 && a.Status != want || a.Status < http.StatusBadRequest {
			t.Errorf("%s: %d, want %d: %.200s", what, a.Status, want, a.Body)
		}
	}
	whole, err := json.Marshal(h.q.body)
	if err != nil {
		t.Fatal(err)
	}
	send("cut JSON", string(whole[:len(whole)-1]), http.StatusBadRequest)
	send("text behind the JSON", string(whole)+"}", http.StatusBadRequest)
	name := cmp.Or(first(h.q.body), "x")
	for what, body := range map[string]string{
		"a text that is no UTF-8": `{"` + name + `":"王` + "\xff" + `明"}`, "a name that is no UTF-8": `{"` + name + "\xff" + `":"1"}`,
		"half of a surrogate pair": `{"` + name + `":"王\ud800"}`, "the other half": `{"` + name + `":"\udc00\ud83d"}`, "two lone halves": `{"` + name + `":"\ud83d\ud83d"}`,
		"a field twice": `{"` + name + `":"1","` + name + `":"2"}`, "a field twice, once in disguise": `{"` + name + fmt.Sprintf(`":"1","\u%04x`, name[0]) + name[1:] + `":"2"}`,
		"a field twice inside": `{"` + name + `":[{"b":1},{"a":{"b":1,"b":2}}]}`,
	} {
		send(what, body, http.StatusBadRequest)
	}
	for what, body := range map[string]string{
		"no body": "", "null": "null", "a list": "[]", "a number": "1", "a text": `"x"`, "no UTF-8": "\xff\xfe", "two objects": "{}{}",
		"deep": strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "a huge number": `{"` + first(h.q.body) + `":1e999}`,
	} {
		send(what, body, 0)
	}
	send("another type", string(whole), http.StatusUnsupportedMediaType, "Content-Type", "text/plain")
	send("too much", `{"`+first(h.q.body)+`":"`+strings.Repeat("a", int(h.q.route.MaxBody))+`"}`, http.StatusRequestEntityTooLarge)
	body := with(h.q.body, "no_such_field", any("x"))
	a := h.w.Do(h.w.API, h.token, h.q.route.Method, h.q.url(), body)
	sane(t, "an unknown field", a)
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), "no_such_field") {
		t.Errorf("an unknown field: %d %.200s", a.Status, a.Body)
	}
}

// uploads sends files that are none.
func (h *hostile) uploads(t *testing.T) {
	t.Helper()
	good := *h.q.upload
	for what, u := range map[string]upload{
		"nothing": {good.contentType, ""}, "half of it": {good.contentType, good.body[:len(good.body)/2]}, "noise": {good.contentType, strings.Repeat("\x00\xff\xfe\x01PK\x03\x04", 1000)},
		"emoji": {good.contentType, strings.Repeat("😀,", 10_000)}, "one long line": {good.contentType, strings.Repeat("a", 1_000_000)}, "no type": {"", good.body}, "JSON": {"application/json", "{}"},
		"a bad type": {"multipart/form-data; boundary=", good.body + "x"}, "another type": {"text/plain", good.body + "x"},
	} {
		q := h.q
		q.upload = &u
		a := q.call(h.w, h.token)
		sane(t, what, a)
		if a.Status < http.StatusBadRequest && what != "no type" && what != "another type" && what != "half of it" {
			t.Errorf("%s was taken: %d %.200s", what, a.Status, a.Body)
		}
	}
	q := h.q
	q.upload = &upload{good.contentType, good.body + strings.Repeat("\n", int(h.q.route.MaxBody))}
	if a := q.call(h.w, h.token); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too much: %d %.200s", a.Status, a.Body)
	}
}

// first gives the first of the names, so that what is sent is the same each time.
func first(body map[string]any) string {
	name := ""
	for k := range body {
		if name == "" || k < name {
			name = k
		}
	}
	return name
}

// slot is a place in a body.
type slot struct {
	path     []any // names and indexes
	schema   map[string]any
	required bool
}

// named tells whether the place has a name, and is no item of a list.
func (s slot) named() bool { _, ok := s.path[len(s.path)-1].(string); return ok }

// slots lists every place in a value of a schema.
func (w *world) slots(path []any, schema map[string]any, value any) (all []slot) {
	w.Helper()
	switch v := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			s := slot{append(slices.Clone(path), name), w.resolve(properties[name]), slices.Contains(required, any(name))}
			all = append(append(all, s), w.slots(s.path, s.schema, v[name])...)
		}
	case []any:
		if len(v) > 0 {
			s := slot{append(slices.Clone(path), 0), w.resolve(schema["items"]), false}
			all = append(append(all, s), w.slots(s.path, s.schema, v[0])...)
		}
	}
	return all
}

// absent takes a slot away instead of filling it.
type absent struct{}

// put gives a copy of a body with something else in a slot.
func put(body any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch b := body.(type) {
	case map[string]any:
		name, _ := path[0].(string)
		if _, gone := value.(absent); gone && len(path) == 1 {
			c := with(b, name, nil)
			delete(c, name)
			return c
		}
		return with(b, name, put(b[name], path[1:], value))
	case []any:
		c := slices.Clone(b)
		c[0] = put(c[0], path[1:], value)
		return c
	}
	return body
}

// fields puts what does not belong there into each place of the body.
func (h *hostile) fields(t *testing.T) {
	t.Helper()
	long := endless
	for _, s := range h.w.slots(nil, h.q.schema, h.q.body) {
		kind := typeOf(s.schema)
		for of, value := range map[string]any{"string": "x", "integer": 7, "number": 1.5, "boolean": true, "array": []any{[]any{}}, "object": map[string]any{"a": 1}} {
			if of != kind && !(kind == "number" && of == "integer") && kind != "" {
				h.mustRefuse(t, s, value)
			}
		}
		if s.required {
			h.mustRefuse(t, s, absent{})
		}
		h.send(t, s, nil)
		for _, text := range naughty {
			if kind == "string" || kind == "" {
				h.send(t, s, text)
			}
		}
		if s.schema["format"] == "date-time" {
			for _, moment := range moments {
				h.send(t, s, moment)
			}
		}
		if kind == "string" {
			h.mustRefuse(t, s, long)
			long = endless[:70_000]
		}
		if kind == "integer" || kind == "number" {
			for _, n := range []any{json.Number("-9223372036854775809"), json.Number("1e30"), -1, 0, 9007199254740993} {
				h.send(t, s, n)
			}
		}
	}
}

func (h *hostile) send(t *testing.T, s slot, value any) (status int) {
	t.Helper()
	a := h.w.Do(h.w.API, h.token, h.q.route.Method, h.q.url(), put(h.q.body, s.path, value))
	sane(t, fmt.Sprintf("%v=%.20q", s.path, fmt.Sprint(value)), a)
	return a.Status
}

func (h *hostile) mustRefuse(t *testing.T, s slot, value any) {
	t.Helper()
	if status := h.send(t, s, value); status < http.StatusBadRequest {
		t.Errorf("%v took %.40v: %d", s.path, value, status)
	}
}
