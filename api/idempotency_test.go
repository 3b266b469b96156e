package api_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
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
			t.Parallel()
			w := base.again(t)
			q := w.request(r)
			before := w.rows()
			c, first := w.succeed(q)
			once := added(before, w.rows())
			if onlyAsks(once) {
				return
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

// onlyAsks tells whether a POST has changed nothing, beside an entry that somebody has read something:
// some ask by POST, to keep what they ask about out of addresses and logs.
func onlyAsks(did map[string]int64) bool {
	_, audited := did["*model.Audit"]
	return len(did) == 0 || len(did) == 1 && audited
}

const sameKey = "the-same-key-1"

// succeed calls as those who are let in until one succeeds.
func (w *world) succeed(q request) (caller, edge.Answer) {
	w.Helper()
	for _, c := range w.letIn(q.route.Who) {
		if a := q.call(w, c.token, "Idempotency-Key", sameKey); a.Status < http.StatusMultipleChoices {
			return c, a
		}
	}
	w.Fatal("nobody succeeds: TestEveryRoute_asEverybody tells more")
	return caller{}, edge.Answer{}
}

// left tells whether the caller is no longer who they were: some commands end a session or a binding,
// and whoever is nobody afterwards is told that first.
func left(a edge.Answer) bool {
	return a.Status == http.StatusUnauthorized || codeOf(a) == "binding.required"
}

func sameAgain(t *testing.T, w *world, q request, c caller, first edge.Answer) {
	t.Helper()
	if first.Header.Get("Idempotent-Replayed") != "" {
		t.Errorf("the first answer says that it is a repetition")
	}
	again := q.call(w, c.token, "Idempotency-Key", sameKey)
	if left(again) {
		return
	}
	if again.Status != first.Status || string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the repetition: %d replayed=%q %s\nwant %d %s", again.Status, again.Header.Get("Idempotent-Replayed"), again.Body, first.Status, first.Body)
	}
}

// anotherRequest changes one thing in the body, or, where nothing can be changed, asks for something else.
func anotherRequest(t *testing.T, w *world, q request, c caller) {
	t.Helper()
	for _, other := range append(q.others(w), request{route: api.RouteInfo{Method: http.MethodPost, Path: "/v1/logout", ID: "logout"}}) {
		a := other.call(w, c.token, "Idempotency-Key", sameKey)
		if a.Status == http.StatusUnprocessableEntity {
			continue // no longer a request that means something
		}
		if !left(a) && (a.Status != http.StatusConflict || codeOf(a) != "idempotency.key_reused") {
			t.Errorf("another request (%v) under the same key: %d %s", other.body, a.Status, a.Body)
		}
		return
	}
}

// others gives requests that differ from this one in one place.
func (q request) others(w *world) (all []request) {
	w.Helper()
	if q.upload != nil {
		other := q
		// What stands behind a form's end is no part of its file: another name is.
		other.upload = &upload{q.upload.contentType, strings.Replace(q.upload.body, "王", "李", 1) + "\n"}
		return append(all, other)
	}
	for _, s := range w.slots(nil, q.schema, q.body) {
		other := q
		was := at(q.body, s.path)
		text, isText := was.(string)
		switch {
		case typeOf(s.schema) == "boolean":
			other.body, _ = put(q.body, s.path, was != true).(map[string]any)
		case was == nil:
			continue
		case !s.required && s.named():
			other.body, _ = put(q.body, s.path, absent{}).(map[string]any)
		case isText && len(text) > 0:
			other.body, _ = put(q.body, s.path, text[:len(text)-1]+"x").(map[string]any)
		default:
			continue
		}
		all = append(all, other)
	}
	return all
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
	answers := make([]edge.Answer, 8)
	w.Race(len(answers), func(i int) { answers[i] = q.call(w, c.token, "Idempotency-Key", sameKey) })
	fresh := 0
	for _, a := range answers {
		sane(t, c, a)
		if a.Status >= http.StatusMultipleChoices {
			if !left(a) {
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

// TestCommand_aRepetitionTellsNobodyWhatTheyMayNotKnowAnyMore: it happens once all the same.
func TestCommand_aRepetitionTellsNobodyWhatTheyMayNotKnowAnyMore(t *testing.T) {
	c := newCrew(t)
	c.Person(c.o.Unit, "赵大力", testkit.Phone("13900000077"))
	c.Appoint(c.staffWho, model.CommunityStaff, c.o.OtherCommunity)
	c.staff = c.SignIn(c.staffWho)
	search := func() edge.Answer {
		return c.Post(c.staff, "/v1/people/search", map[string]any{"phone": "13900000077"}, "Idempotency-Key", sameKey)
	}
	first := search().Expect(200).Has("赵大力")
	if again := search().Expect(200); string(again.Body) != string(first.Body) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("the repetition: %s", again.Body)
	}
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ? AND node_id = ?", c.staffWho.ID, c.o.Community.ID).Updates(map[string]any{"ends_at": c.Clock.Now(), "open_key": nil}).Error
	})
	c.Move(time.Minute)
	c.staff = c.SignIn(c.staffWho)
	search().Refused(409, "command.done").HasNot("赵大力")
	c.Post(c.staff, "/v1/people/search", map[string]any{"phone": "13900000077"}).Expect(200).HasNot("赵大力")
}
