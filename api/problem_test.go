package api_test

import (
	"bytes"
	"database/sql/driver"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/testkit/edge"
)

// TestProblem_ofADatabaseThatIsAway is no failure of the server's own: people are told to come again, and whoever
// reads the log finds the same code, as a warning.
func TestProblem_ofADatabaseThatIsAway(t *testing.T) {
	k := edge.New(t)
	token := k.SignIn(k.Person(k.Org().Unit, "王建国"))
	a, said := overheard(k)
	k.Do(a, token, "GET", "/v1/me/points", nil).Expect(200)
	said.Reset()
	reads := k.DB.Read(t.Context()).Callback().Query()
	if err := reads.Before("gorm:query").Register("away", func(tx *gorm.DB) { _ = tx.AddError(driver.ErrBadConn) }); err != nil {
		t.Fatal(err)
	}
	answer := k.Do(a, token, "GET", "/v1/me/points", nil)
	if err := reads.Remove("away"); err != nil {
		t.Fatal(err)
	}
	answer.Refused(503, "http.database_away")
	if log := said.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "code=http.database_away") || strings.Contains(log, "level=ERROR") {
		t.Errorf("the log says %s", log)
	}
}

// TestProblem_ofAPanic: it is one request's failure, of which people are told nothing but that; the log says where the
// code broke, also when that was in a transaction, which runs beside the request.
func TestProblem_ofAPanic(t *testing.T) {
	k := edge.New(t)
	token := k.SignIn(k.Person(k.Org().Unit, "王建国"))
	a, said := overheard(k)
	reads := k.DB.Read(t.Context()).Callback().Query()
	writes := reads
	k.Tx(func(tx *gorm.DB) error { writes = tx.Callback().Create(); return nil })
	k.Do(a, token, "GET", "/v1/me/points", nil).Expect(200)
	for _, c := range []struct {
		tear         func(name string, fn func(*gorm.DB)) error
		mend         func(name string) error
		method, path string
		body         any
	}{
		{reads.Register, reads.Remove, "GET", "/v1/me/points", nil},
		{writes.Register, writes.Remove, "POST", "/v1/me/accepts", asked("binding", true)},
	} {
		said.Reset()
		if err := c.tear("torn", func(*gorm.DB) { panic("torn") }); err != nil {
			t.Fatal(err)
		}
		answer := k.Do(a, token, c.method, c.path, c.body)
		if err := c.mend("torn"); err != nil {
			t.Fatal(err)
		}
		answer.Refused(500, "internal")
		if log := said.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "panic: torn") || !strings.Contains(log, "TestProblem_ofAPanic") {
			t.Errorf("%s: the log says %s", c.path, log)
		}
		k.Do(a, token, c.method, c.path, c.body).Expect(200)
	}
}

// overheard gives an API, and what it logs.
func overheard(k *edge.Kit) (http.Handler, *bytes.Buffer) {
	k.Helper()
	var said bytes.Buffer
	a, err := api.New(api.Options{Service: k.S, Limits: &counted{keys: map[string]int{}}, Log: slog.New(slog.NewTextHandler(&said, nil)), Metrics: prometheus.NewRegistry()})
	if err != nil {
		k.Fatal(err)
	}
	return a, &said
}
