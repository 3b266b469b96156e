package api_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"danyuan/api"
	"danyuan/testkit/edge"
)

// TestEveryRoute_asEverybody walks the route table as everybody. Who is not let in is told so; who is
// let in is not; who holds the right role elsewhere finds nothing. Nobody meets a failure of ours.
// It grows by itself: a new line of the table is walked like the others.
func TestEveryRoute_asEverybody(t *testing.T) {
	base := newWorld(t)
	calm := base.again(t) // for routes that only read
	for _, r := range base.API.Routes() {
		t.Run(r.ID, func(t *testing.T) {
			w := calm.in(t)
			if isCommand(r) {
				t.Parallel()
				w = base.again(t)
			}
			q := w.request(r)
			before := w.rows()
			for _, c := range w.callers {
				if ok, status, code := c.may(r.Who); !ok {
					refused(t, c, q.call(w, c.token), status, code)
				} else if q.mustFindNothing(c) {
					unseen(t, c, q.call(w, c.token))
				}
			}
			if did := added(before, w.rows()); len(did) > 0 {
				t.Errorf("refused calls have left rows: %v", did)
			}
			walkLetIn(t, w, q)
		})
	}
}

// walkLetIn calls as those who are let in and may see the thing, the likely ones first.
func walkLetIn(t *testing.T, w *world, q request) {
	t.Helper()
	succeeded := ""
	var first, last edge.Answer
	for _, c := range w.letIn(q.route.Who) {
		if q.mustFindNothing(c) {
			continue
		}
		last = q.call(w, c.token)
		if first.Status == 0 || c.standing == isInside && first.Status == http.StatusNotFound {
			first = last
		}
		sane(t, c, last)
		if code := codeOf(last); code == "session.required" || code == "binding.required" || code == "role.not_allowed" || code == "guardian.consent_required" {
			t.Errorf("%s is let in by the table and then refused: %s", c, last.Body)
		}
		if last.Status < http.StatusMultipleChoices && succeeded == "" {
			succeeded = c.String()
		}
	}
	if why := poor[q.route.ID]; succeeded == "" && why == "" {
		t.Errorf("nobody succeeds with %s %s: mend its examples or its fixtures (the most likely one got %d %s)", q.route.Method, q.url(), first.Status, first.Body)
	} else if succeeded != "" && why != "" {
		t.Errorf("%s succeeds: take it off the list of poor routes", succeeded)
	}
}

// mustFindNothing tells whether the route asks about a thing that is not the caller's to see: it needs
// a role that reaches the thing and theirs is elsewhere, or it is for those concerned and they are not.
func (q request) mustFindNothing(c caller) bool {
	if !q.names || open[q.route.ID] != "" || q.route.Who == api.Anyone {
		return false
	}
	if q.route.Who.Action() != "" {
		return c.standing == isOutside
	}
	return len(q.path) > 0 && c.standing != isInside && c.standing != cmp.Or(owners[q.route.ID], isResident)
}

func refused(t *testing.T, c caller, a edge.Answer, status int, code string) {
	t.Helper()
	sane(t, c, a)
	if got := codeOf(a); a.Status != status || got != code {
		t.Errorf("as %s: %d %s, want %d %s: %s", c, a.Status, got, status, code, a.Body)
	}
}

func unseen(t *testing.T, c caller, a edge.Answer) {
	t.Helper()
	sane(t, c, a)
	if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
		t.Errorf("as %s, to whom the thing is not there: %d %s", c, a.Status, a.Body)
	}
}

type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []struct{ Location, Message string }
}

func codeOf(a edge.Answer) string {
	var p problem
	_ = json.Unmarshal(a.Body, &p)
	return p.Code
}

var (
	codeForm = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`)
	han      = regexp.MustCompile(`\p{Han}`)
	// ours is what only a failure of ours, or of a library, would say.
	ours = regexp.MustCompile(`(?i)panic|runtime error|goroutine|gorm|sqlite|mysql|sql:|constraint|strconv|json:|invalid character|unexpected end|\.go:\d|reflect\.|nil pointer|unmarshal`)
)

// sane fails unless an answer is one that we meant to give: no failure, and each refusal a problem
// with a code for machines and Chinese for people.
func sane(t *testing.T, c any, a edge.Answer) {
	t.Helper()
	if a.Status >= http.StatusInternalServerError {
		t.Errorf("as %v: %d %.300s", c, a.Status, a.Body)
		return
	}
	if a.Status < http.StatusBadRequest {
		return
	}
	var p problem
	if err := json.Unmarshal(a.Body, &p); err != nil || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("as %v: %d is no problem+json: %.300s", c, a.Status, a.Body)
		return
	}
	if p.Type != "about:blank" || p.Status != a.Status || !codeForm.MatchString(p.Code) || !han.MatchString(p.Title) || !han.MatchString(p.Detail) {
		t.Errorf("as %v: a problem that tells neither machines nor people: %.300s", c, a.Body)
	}
	for _, e := range p.Errors {
		if !han.MatchString(e.Message) {
			t.Errorf("as %v: %q is not for people", c, e.Message)
		}
	}
	if word := ours.Find(a.Body); word != nil {
		t.Errorf("as %v: the answer shows our insides (%s): %.300s", c, word, a.Body)
	}
}
