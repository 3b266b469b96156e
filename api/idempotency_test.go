package api_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"danyuan/testkit"
)

// TestEveryCommand_sameKeyHappensOnce repeats every command of the route table: the same answer and no
// second effect; another request under the same key is refused; eight at once are one.
func TestEveryCommand_sameKeyHappensOnce(t *testing.T) {
	base := newWorld(t)
	for _, r := range base.API.Routes() {
		if !isCommand(r) || poor[r.ID] != "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			q := w.request(r)
			before := w.rows()
			c, first := w.succeed(q)
			once := added(before, w.rows())
			if len(once) == 0 {
				return // it only asks: a POST keeps what it asks about out of addresses and logs
			}
			sameAgain(t, w, q, c, first)
			if twice := added(before, w.rows()); !maps.Equal(once, twice) {
				t.Errorf("the repetition left rows: %v, once %v", twice, once)
			}
			anotherRequest(t, w, q, c)

			w = base.again(t)
			q = w.request(r)
			before = w.rows()
			eightAtOnce(t, w, q, c)
			if eight := added(before, w.rows()); !maps.Equal(once, eight) {
				t.Errorf("eight at once left rows: %v, one leaves %v", eight, once)
			}
		})
	}
}

const sameKey = "the-same-key-1"

// succeed calls as those who are let in until one succeeds.
func (w *world) succeed(q request) (caller, testkit.Answer) {
	w.Helper()
	var last testkit.Answer
	for _, c := range w.letIn(q.route.Who) {
		if last = q.call(w, c.token, "Idempotency-Key", sameKey); last.Status < http.StatusMultipleChoices {
			return c, last
		}
	}
	w.Fatalf("nobody succeeds: %d %s", last.Status, last.Body)
	return caller{}, last
}

func sameAgain(t *testing.T, w *world, q request, c caller, first testkit.Answer) {
	t.Helper()
	if first.Header.Get("Idempotent-Replayed") != "" {
		t.Errorf("the first answer says that it is a repetition")
	}
	again := q.call(w, c.token, "Idempotency-Key", sameKey)
	if q.route.ID == "logout" || q.route.ID == "logout-everywhere" {
		return // who is no longer signed in is told so
	}
	if again.Status != first.Status || string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the repetition: %d replayed=%q %s\nwant %d %s", again.Status, again.Header.Get("Idempotent-Replayed"), again.Body, first.Status, first.Body)
	}
}

// anotherRequest changes one thing in the body, or, where there is none, asks for something else.
func anotherRequest(t *testing.T, w *world, q request, c caller) {
	t.Helper()
	other, changed := q, false
	slots := w.slots(nil, q.schema, q.body)
	slices.SortFunc(slots, func(a, b slot) int { return len(a.path) - len(b.path) })
	for _, s := range slots {
		if changed {
			break
		}
		switch {
		case typeOf(s.schema) == "boolean":
			was := at(q.body, s.path)
			other.body, changed = put(q.body, s.path, was != true).(map[string]any), true
		case !s.required && s.named():
			other.body, changed = put(q.body, s.path, absent{}).(map[string]any), true
		case typeOf(s.schema) == "string" && s.schema["pattern"] == nil && s.schema["enum"] == nil && s.schema["format"] == nil:
			was, _ := at(q.body, s.path).(string)
			other.body, changed = put(q.body, s.path, was[:len(was)-1]+"x").(map[string]any), true
		}
	}
	var a testkit.Answer
	if changed {
		a = other.call(w, c.token, "Idempotency-Key", sameKey)
	} else {
		if q.route.Who.Action() == "" && c.standing == isNobody || q.route.ID == "logout" || q.route.ID == "logout-everywhere" {
			return
		}
		a = w.Post(c.token, "/v1/logout", nil, "Idempotency-Key", sameKey)
	}
	if a.Status != http.StatusConflict || codeOf(a) != "idempotency.key_reused" {
		t.Errorf("another request under the same key: %d %s", a.Status, a.Body)
	}
}

// at gives what is in a slot.
func at(body any, path []any) any {
	for _, step := range path {
		switch b := body.(type) {
		case map[string]any:
			name, _ := step.(string)
			body = b[name]
		case []any:
			body = b[0]
		}
	}
	return body
}

// eightAtOnce sends the same command eight times at once: a client that lost patience.
func eightAtOnce(t *testing.T, w *world, q request, c caller) {
	t.Helper()
	answers := make([]testkit.Answer, 8)
	w.Race(len(answers), func(i int) { answers[i] = q.call(w, c.token, "Idempotency-Key", sameKey) })
	fresh := 0
	for _, a := range answers {
		sane(t, c, a)
		if a.Status >= http.StatusMultipleChoices {
			if a.Status != http.StatusUnauthorized { // one of eight log-outs was before it
				t.Errorf("one of eight: %d %s", a.Status, a.Body)
			}
			continue
		}
		if a.Header.Get("Idempotent-Replayed") != "true" {
			fresh++
		}
	}
	if fresh != 1 {
		t.Errorf("%d of eight happened, want 1", fresh)
	}
}
