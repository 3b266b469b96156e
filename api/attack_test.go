package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/api"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// counted is a limiter that notes under which keys calls are counted.
type counted struct {
	mu   sync.Mutex
	keys map[string]int
}

func (c *counted) Allow(_ context.Context, key string, _ int, _ time.Duration) (bool, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys[key]++
	return true, 0
}

// guarded is an API that counts, with what it counts and measures.
func guarded(k *edge.Kit) (*api.API, *counted) {
	k.Helper()
	c := &counted{keys: map[string]int{}}
	a, err := api.New(api.Options{Service: k.S, Limits: c, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	if err != nil {
		k.Fatal(err)
	}
	return a, c
}

func from(h http.Handler, address, method, path string, headers ...string) int {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = address
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestMetrics_aMethodThatIsMadeUpMakesNoSeriesOfItsOwn(t *testing.T) {
	k := edge.New(t)
	a, _ := guarded(k)
	for i := range 20 {
		from(a, "192.0.2.1:1000", fmt.Sprint("MADEUP", i), "/v1/me")
	}
	shown := k.Do(a, "", http.MethodGet, "/metrics", nil).Expect(200).HasNot("MADEUP")
	shown.Has(`danyuan_requests_total{method="other"`)
}

func TestLimits_neitherAForgedHeaderNorAnotherAddressOfTheSameLineIsSomebodyElse(t *testing.T) {
	k := edge.New(t)
	a, c := guarded(k)
	for i := range 4 {
		forged := fmt.Sprintf("10.0.0.%d", i)
		from(a, "192.0.2.1:1000", http.MethodGet, "/v1/scenes/ABCDEFGH1234", "X-Forwarded-For", forged, "X-Real-IP", forged, "Forwarded", "for="+forged)
		from(a, fmt.Sprintf("[2001:db8:1:2::%d]:1000", i), http.MethodGet, "/v1/scenes/ABCDEFGH1234")
	}
	from(a, "[::ffff:192.0.2.1]:1000", http.MethodGet, "/v1/scenes/ABCDEFGH1234")
	if len(c.keys) > 4 || c.keys["from:192.0.2.1:codes"] != 1 || c.keys["from:2001:db8:1:2::/64:view-scene"] != 4 || c.keys["from:192.0.2.1:view-scene"] < 4 {
		t.Errorf("counted as %v", c.keys)
	}
}

func TestBody_aFieldInOtherLettersIsUnknownAndPassesNoCheck(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "陈党员", testkit.Membership(model.Member))
	token := k.SignIn(p)
	for range 8 { // which of two is checked was a matter of chance
		k.Post(token, "/v1/displays", `{"name_form":"surname","NAME_FORM":"made-up","on_page":true,"in_group":false,"on_door":false,"consent_version":1}`).Refused(422, "http.invalid")
	}
	k.Post("", "/v1/login", `{"Code":"somebody"}`).Refused(422, "http.invalid")
}

func TestBody_ofNothingButFaultsIsNotAnsweredWithManyTimesItsSize(t *testing.T) {
	k := edge.New(t)
	var b strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&b, `"k%d":1,`, i)
	}
	a := k.Post("", "/v1/login", `{`+b.String()+`"code":"somebody"}`).Refused(422, "http.invalid")
	if len(a.Body) > 10_000 {
		t.Errorf("%d bytes", len(a.Body))
	}
	k.Post("", "/v1/login", `{"code":"`+strings.Repeat("a", 100_000)+`"}`).Refused(413, "http.too_large")
}

func TestPath_anAddressThatIsNotInTheTableIsRefusedAndNotSentElsewhere(t *testing.T) {
	k := edge.New(t)
	for _, path := range []string{"/v1/me/", "/v1//me", "/v1/units/ABCDEFGH1234/", "/v1/units/ABCDEFGH1234%2f", "/docs/", "/v1/units/%2e%2e/me"} {
		k.Get("", path, "X-Forwarded-Prefix", "/evil").Refused(404, "http.no_such_address")
	}
	k.Post("", "/v1/login/", body{"code": "x"}).Refused(404, "http.no_such_address")
}

// creeping is a clock that goes on by a millisecond whenever somebody looks.
type creeping struct{ *testkit.Clock }

func (c creeping) Now() time.Time { c.Move(time.Millisecond); return c.Clock.Now() }

func TestFeed_aRoleThatEndsWhileTheFeedIsBeingReadIsNotMissed(t *testing.T) {
	for early := range 8 {
		k := edge.New(t)
		o := k.Org()
		code := k.Code(o.Unit)
		ends := testkit.Start.Add(time.Hour)
		_, admin := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
		appoint(k, admin, k.Person(o.Unit, "王建国"), model.UnitChief, o.Unit, testkit.Start, ends).Expect(200)

		clock := creeping{testkit.NewClock()}
		clock.Move(ends.Sub(testkit.Start) - time.Duration(early)*time.Millisecond - 500*time.Millisecond)
		s := service.New(service.Deps{DB: k.DB, Clock: clock, Accounts: k.WeChat, Outlets: k.WeChat, Log: slog.New(slog.DiscardHandler)})
		if err := s.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
		a, err := api.New(api.Options{Service: s, Limits: &counted{keys: map[string]int{}}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
		if err != nil {
			t.Fatal(err)
		}
		k.Do(a, "", http.MethodGet, "/v1/units/"+code, nil).Expect(200).Has("王单元长")
		clock.Move(ends.Add(-time.Duration(early) * time.Millisecond).Sub(clock.Clock.Now()))
		for range 3 {
			if err := s.ReadChanges(t.Context()); err != nil {
				t.Fatal(err)
			}
			clock.Move(300 * time.Millisecond)
		}
		k.Do(a, "", http.MethodGet, "/v1/units/"+code, nil).Expect(200).HasNot("王单元长")
	}
}
