package api_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestReadyz_onlyWhatIsVitalSendsPeopleElsewhere(t *testing.T) {
	k := edge.New(t)
	vital, useful := error(nil), errors.New("silent")
	a, err := api.New(api.Options{
		Service: k.S, Limits: &counted{keys: map[string]int{}}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready:  map[string]func(context.Context) error{"database": func(context.Context) error { return vital }},
		Useful: map[string]func(context.Context) error{"cache": func(context.Context) error { return useful }},
	})
	if err != nil {
		t.Fatal(err)
	}
	k.Do(a, "", "GET", "/readyz", nil).Expect(200).Has(`"cache":"failing"`, `"database":"ok"`)
	k.Do(a, "", "GET", "/metrics", nil).Expect(200).Has(`danyuan_ready{part="cache"} 0`, `danyuan_ready{part="database"} 1`)
	vital = errors.New("gone")
	k.Do(a, "", "GET", "/readyz", nil).Expect(503).Has(`"database":"failing"`)
	vital = nil
	a.Drain()
	if gone := k.Do(a, "", "GET", "/readyz", nil).Expect(503).Has(`"server":"stopping"`); gone.Header.Get("Connection") != "close" {
		t.Errorf("the connection stays: %v", gone.Header)
	}
	if served := k.Do(a, "", "GET", "/v1/consents/identity_display", nil).Expect(200); served.Header.Get("Connection") != "close" {
		t.Errorf("the connection stays: %v", served.Header)
	}
}

func TestMetrics_showHowLateDutiesAndMattersAre(t *testing.T) {
	k := edge.New(t)
	k.Get("", "/metrics").Expect(200).Has("danyuan_matters_late_seconds 0\n", `danyuan_duty_late_seconds{duty="watch_matters"} 540`) // ten periods, the last just begun
	done := func(kind string, at time.Time) {
		k.Tx(func(tx *gorm.DB) error {
			key := kind + "@" + at.Format(time.RFC3339)
			return tx.Create(&model.Job{Kind: kind, OnceKey: &key, State: model.JobDone, DueAt: at, OwedAt: at, DoneAt: &at}).Error
		})
	}
	now := k.Clock.Now()
	done("watch_matters", now)
	done("sweep", now.Add(-2*time.Hour))
	k.Get("", "/metrics").Expect(200).Has(`danyuan_duty_late_seconds{duty="watch_matters"} 0`, `danyuan_duty_late_seconds{duty="sweep"} 3600`)
	k.Move(90 * time.Second)
	k.Get("", "/metrics").Expect(200).Has(`danyuan_duty_late_seconds{duty="watch_matters"} 30`, `danyuan_duty_late_seconds{duty="sweep"} 3690`)
}
