package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit/edge"
)

// guess says of a route that takes what somebody might guess how that is stopped: how many guesses of one
// caller are answered, in which time at least; or why guessing leads nowhere.
type guess struct {
	most int
	in   time.Duration // 0: counted by the use case, which has a test of its own
	why  string
}

// guesses is every such route. Whoever adds one adds a line; TestGuesses attacks it.
var guesses = map[string]guess{
	"view-unit-page":        {most: 240, in: time.Hour},
	"view-scene":            {most: 120, in: time.Minute},
	"view-console-login":    {most: 20, in: time.Minute},
	"approve-console-login": {most: 20, in: time.Minute},
	"refuse-console-login":  {most: 20, in: time.Minute},
	"check-plaque":          {most: 120, in: time.Minute},
	"verify-receipt":        {most: 30, in: time.Minute},
	"verify-certificate":    {most: 30, in: time.Minute},
	"login":                 {most: 120, in: time.Minute},
	"load-picture":          {most: 6000, in: time.Minute}, // each is bound by an HMAC
	"bind-by-phone":         {most: 10, in: time.Minute},
	"ask-chief":             {most: 10, in: time.Minute},
	"check-in":              {most: 10, in: time.Minute},
	"check-in-at-activity":  {most: 20, in: time.Minute},
	"check-out-of-activity": {most: 20, in: time.Minute},
	"find-people":           {most: 20, in: time.Minute},
	"correct-person":        {most: 20, in: time.Minute},
	"correct-officer":       {most: 20, in: time.Minute},
	"appoint":               {most: 30, in: time.Minute},
	"hand-out":              {most: 10},
	"hand-in-import":        {most: 20, in: time.Minute}, // what one table may try: service.TestImport_aTableOfGuessesTellsNobodysNumber

	"view-consent-text":        {why: "the texts are for everybody"},
	"list-public-notices":      {why: "what is published is for everybody"},
	"view-public-notice":       {why: "what is published is for everybody"},
	"list-public-notice-lines": {why: "what is published is for everybody"},
	"view-activity":            {why: "an activity is for everybody, without the names of who comes"},
	"view-node":                {why: "what a place is called is no secret"},
	"list-children":            {why: "what a place is called is no secret"},
	"find-nodes":               {why: "what a place is called is no secret"},
	"withdraw-binding":         {why: "nobody else's is there"},
	"end-my-session":           {why: "nobody else's is there"},
	"download-import-template": {why: "two kinds, both in the description"},
	"change-matter-category":   {why: "every district shares the categories"},
	"end-matter-category":      {why: "every district shares the categories"},
	"begin-matter-category":    {why: "every district shares the categories"},
}

// guessable are names of what is short enough to be thought of, and opens or tells something.
var guessable = regexp.MustCompile(`(^|_)(code|number|scene|link|phone|token|secret|pin|key|email|value)$`)

// guessed lists what of a route somebody might guess: its path, where anybody may call it or where it is
// no id, which the matrix of roles covers; and what has such a name in the query or the body.
func (w *world) guessed(q request) (names []string) {
	w.Helper()
	public := q.route.Who == api.Anyone || q.route.Who == api.SignedIn
	for name := range q.path {
		if public || !isID(name) {
			names = append(names, name)
		}
	}
	parameters, _ := w.operation(q.route)["parameters"].([]any)
	for _, p := range parameters {
		param := p.(map[string]any)
		if name := param["name"].(string); param["in"] == "query" && guessable.MatchString(name) {
			names = append(names, name)
		}
	}
	if q.upload != nil && strings.Contains(q.upload.body, phoneColumn) {
		names = append(names, "phone")
	}
	for _, s := range w.slots(nil, q.schema, q.body) {
		if name, ok := s.path[len(s.path)-1].(string); ok && typeOf(s.schema) == "string" && guessable.MatchString(name) {
			names = append(names, name)
		}
	}
	return names
}

// phoneColumn is the head of a table's column in which whoever fills it may guess, and phoneCell a row's end there.
const phoneColumn, phoneCell = "手机号", ",\n"

// forms are guesses that have the form of the thing where it has one.
var forms = map[string]string{
	"hand-out/code": "%010d", "verify-receipt/code": "%08d", "verify-certificate/code": "%08d", "find-people/phone": "139%08d", "find-people/id_number": "%017dX",
	"verify-receipt/number": "1-2026-%06d", "verify-certificate/number": "ZY-1-2026-%06d", "appoint/phone": "139%08d",
	"hand-in-import/phone": "139%08d",
}

func guessNo(i int, route, name string) string {
	if form, ok := forms[route+"/"+name]; ok {
		return fmt.Sprintf(form, i+1)
	}
	return fmt.Sprintf("GUESS%07d", i)
}

// guessing is the request with a guess in one place.
func (q request) guessing(i int, name string) request {
	text := guessNo(i, q.route.ID, name)
	if _, ok := q.path[name]; ok {
		q.path = with(q.path, name, text)
		return q
	}
	if q.upload != nil {
		q.upload = &upload{q.upload.contentType, strings.Replace(q.upload.body, phoneCell, ","+text+"\n", 1)}
		return q
	}
	if _, ok := q.body[name]; ok || q.schema != nil {
		q.body = with(q.body, name, any(text))
		return q
	}
	q.query = with(q.query, name, text)
	return q
}

// TestGuesses_areFewAtEveryRoute attacks each route that takes something guessable: as who is let in it
// sends one guess after another until it is stopped, and then the right one, which must not be answered
// any more. A route that is not in the table of guesses fails.
func TestGuesses_areFewAtEveryRoute(t *testing.T) {
	base := newWorld(t)
	left := maps.Clone(guesses)
	for _, r := range base.API.Routes() {
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			names := w.guessed(w.request(r))
			g, known := guesses[r.ID]
			delete(left, r.ID)
			switch {
			case len(names) == 0 && known:
				t.Error("takes nothing that can be guessed: take it off the table of guesses")
			case len(names) > 0 && !known:
				t.Errorf("takes %s: limit how often somebody may guess (opening, limited, hourly in api/routes.go), and say so in the table of guesses", strings.Join(names, ", "))
			case g.why == "":
				for _, name := range names {
					t.Run(name, func(t *testing.T) { attack(t, base.again(t), r, g, name) })
				}
			}
		})
	}
	for id := range left {
		t.Errorf("%s is in the table of guesses and in no route", id)
	}
}

func attack(t *testing.T, w *world, r api.RouteInfo, g guess, name string) {
	t.Helper()
	limits := &strict{used: map[string]int{}}
	w.limitedBy(limits)
	q := w.request(r)
	callers := []string{w.letIn(r.Who)[0].token}
	if r.Who == api.Anyone {
		callers = []string{"", w.Stranger("guesser")}
	}
	for _, token := range callers {
		answered := 0
		for i := range g.most + 1 {
			if a := q.guessing(i, name).call(w, token); a.Status != http.StatusTooManyRequests {
				answered++
				sane(t, "guesser", a)
			}
		}
		if answered > g.most {
			t.Errorf("%d guesses of %s were answered, at most %d may be", answered, name, g.most)
		}
		if g.in > 0 && limits.window < g.in {
			t.Errorf("stopped for %s, it must be %s", limits.window, g.in)
		}
		if a := q.call(w, token); a.Status != http.StatusTooManyRequests {
			t.Errorf("after all the wrong ones the right one is answered: %d %.200s", a.Status, a.Body)
		}
	}
}

// strict is a limiter whose windows don't end.
type strict struct {
	mu     sync.Mutex
	used   map[string]int
	window time.Duration // of the last refusal
}

func (s *strict) Allow(_ context.Context, key string, limit int, window time.Duration) (bool, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[key]++; s.used[key] <= limit {
		return true, 0
	}
	s.window = window
	return false, window
}

// limitedBy puts an API that counts in the place of the house's own, which does not.
func (w *world) limitedBy(l api.Limiter) {
	w.Helper()
	a, err := api.New(api.Options{Service: w.S, Limits: l, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Demo: true})
	if err != nil {
		w.Fatal(err)
	}
	w.API = a
}

func TestUnitPage_aListOfCodesOpensNoDistrict(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	w := &world{Kit: k}
	w.limitedBy(&strict{used: map[string]int{}})
	own := k.Code(o.Unit)
	var codes []string
	for i := range 130 {
		codes = append(codes, k.Code(k.Node(&o.Building, "unit", fmt.Sprintf("%d单元", 100+i))))
	}
	for who, most := range map[string]int{k.SignIn(k.Person(o.Unit, "李小梅")): 119, k.Stranger("scraper"): 120} {
		if most == 119 {
			k.Get(who, "/v1/units/"+own).Expect(200)
		}
		opened := 0
		for _, code := range codes {
			if k.Get(who, "/v1/units/"+code).Status == 200 {
				opened++
			}
		}
		if opened != most {
			t.Errorf("%d pages were opened, want %d", opened, most)
		}
		k.Get(who, "/v1/units/"+codes[129]).Refused(429, "code.too_many")
		k.Get(who, "/v1/scenes/"+codes[129]).Refused(429, "code.too_many")
		k.Get(who, "/v1/units/"+codes[0]).Expect(200) // what was open stays open
	}
}

func TestUnitPage_theSamePageAgainIsNotCounted(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	w := &world{Kit: k}
	c := &counted{keys: map[string]int{}}
	w.limitedBy(c)
	token, code := k.SignIn(k.Person(o.Unit, "李小梅")), k.Code(o.Unit)
	for range 500 {
		k.Get(token, "/v1/units/"+code).Expect(200)
	}
	total := func() (n int) {
		for _, times := range c.keys {
			n += times
		}
		return n
	}
	if total() != 1 {
		t.Errorf("counted %v", c.keys)
	}
	for range 4 { // forgotten in the end, and counted again
		k.Move(20 * time.Minute)
		k.Get(token, "/v1/units/"+code).Expect(200)
	}
	if n := total(); n < 2 || n > 4 {
		t.Errorf("counted %v in an hour and a half", c.keys)
	}
}

func TestReceipt_theCodeOfANumberCannotBeGuessedFromManyPlaces(t *testing.T) {
	k := edge.New(t)
	w := &world{Kit: k}
	w.limitedBy(&strict{used: map[string]int{}})
	answered := 0
	for i := range 70 {
		r := httptest.NewRequest(http.MethodPost, "/v1/receipts/verify", strings.NewReader(`{"number":"340802001001-2026-000001","code":"AAAAAAAA"}`))
		r.RemoteAddr, r.Host = fmt.Sprintf("192.0.2.%d:1000", i), "127.0.0.1:8080"
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", fmt.Sprintf("guess-no-%d", i))
		got := httptest.NewRecorder()
		w.API.ServeHTTP(got, r)
		if got.Code == http.StatusOK {
			answered++
		}
	}
	if answered != 60 {
		t.Errorf("%d tries were answered, want 60 in an hour", answered)
	}
}

// anHour counts what has a limit of an hour, and lets the rest through: as if somebody took their time.
type anHour struct{ strict }

func (h *anHour) Allow(ctx context.Context, key string, limit int, window time.Duration) (bool, time.Duration) {
	if window < time.Hour {
		return true, 0
	}
	return h.strict.Allow(ctx, key, limit, window)
}

// TestWholeReadings_areFewAnHour: what is so personal that each reading is on record can't be read by the
// thousand, whoever has the officer's phone. It finds such routes by what they leave in the audit log.
func TestWholeReadings_areFewAnHour(t *testing.T) {
	base := newWorld(t)
	seen := 0
	for _, r := range base.API.Routes() {
		if poor[r.ID] != "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			q := w.request(r)
			before := w.rows()
			c, _ := w.succeed(q)
			if did := added(before, w.rows()); len(did) != 1 || did["*model.Audit"] == 0 {
				return
			}
			seen++
			w.limitedBy(&anHour{strict{used: map[string]int{}}})
			last := 0
			for range 301 {
				last = q.call(w, c.token).Status
			}
			if last != http.StatusTooManyRequests {
				t.Errorf("each reading is on record, and there is no limit of at most 300 an hour (hourly, in api/routes.go): %d", last)
			}
		})
	}
	if seen < 4 {
		t.Errorf("only %d readings are on record: the rig has lost its way", seen)
	}
}

// TestLimits_whoClosesTheirAccountAndComesBackIsCountedOn: what a person may read in an hour they may not read twice.
func TestLimits_whoClosesTheirAccountAndComesBackIsCountedOn(t *testing.T) {
	w := newWorld(t)
	w.limitedBy(&anHour{strict{used: map[string]int{}}})
	staff := w.Person(w.Community, "社小区")
	w.Appoint(staff, model.CommunityStaff, w.Community)
	token := w.SignIn(staff)
	url := path("/v1/people/%d", w.Neighbour.ID)
	for range 300 {
		w.Get(token, url).Expect(200)
	}
	w.Get(token, url).Refused(429, "http.too_many_requests")
	w.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200)
	token = w.SignIn(staff)
	w.Get(token, url).Refused(429, "http.too_many_requests")
}
