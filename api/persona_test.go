package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit/edge"
)

// A page of somebody else's, whose name has been made to point here, must not be able to sign in as
// the people of a demo.
func TestDemo_answersToLoopbackNamesOnly(t *testing.T) {
	k := edge.New(t)
	for _, host := range []string{"127.0.0.1:8080", "localhost", "localhost:8080", "LOCALHOST.", "127.8.0.1", "[::1]:8080", "[::1]"} {
		k.Get("", "/demo/personas", "Host", host).Expect(200)
	}
	for _, host := range []string{"", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.5:8080", "0.0.0.0:8080", "[fe80::1]", "::1:8080:x"} {
		k.Get("", "/demo/personas", "Host", host).Refused(403, "demo.foreign_host")
		k.Post("", "/v1/login", map[string]string{"code": "demo:chief"}, "Host", host).Refused(403, "demo.foreign_host")
	}
}

func TestPersonas_areThoseOfTheDemo(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国")
	k.Appoint(p, model.UnitChief, o.Unit)
	k.SignIn(k.Person(o.Unit, "李小梅"))
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.SignIn(tx, "demo-chief", "", "key", k.Clock.Now())
		if err != nil {
			return err
		}
		return tx.Create(&model.Binding{
			UserID: u.ID, PersonID: &p.ID, State: model.BindingActive, Way: model.ByPhone, AskedAt: k.Clock.Now(), ActiveUserID: &u.ID, ActivePersonID: &p.ID,
		}).Error
	})
	k.Get("", "/demo/personas").Expect(200).Has(`"id":"chief"`, "王建国", `"title":"单元长","node":"1单元"`).HasNot("李小梅", "demo-")
}

func TestPersonas_doNotExistOutsideADemo(t *testing.T) {
	k := edge.New(t)
	a, err := api.New(api.Options{Service: k.S, Limits: unlimited{}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/demo/personas", nil))
	if w.Code != http.StatusNotFound {
		t.Fatal(w.Code, w.Body)
	}
}

type unlimited struct{}

func (unlimited) Allow(context.Context, string, int, time.Duration) (bool, time.Duration) {
	return true, 0
}
