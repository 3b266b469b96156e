package api_test

import (
	"bytes"
	"database/sql/driver"
	"log/slog"
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
	var said bytes.Buffer
	a, err := api.New(api.Options{Service: k.S, Limits: &counted{keys: map[string]int{}}, Log: slog.New(slog.NewTextHandler(&said, nil)), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
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
