package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/model"
)

// gauges shows what is read when somebody asks for the metrics: what is owed and how late it is, which
// every replica shows the same, and how this replica does.
type gauges struct{ a *API }

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	jobsGauge    = gauge("danyuan_jobs", "Jobs that are owed, by kind and state.", "kind", "state")
	waitingGauge = gauge("danyuan_jobs_waiting_seconds", "How long the longest due job has waited for a worker.", "kind")
	dutyGauge    = gauge("danyuan_duty_late_seconds", "How long ago a duty should have been done that is not done.", "duty")
	mattersGauge = gauge("danyuan_matters_late_seconds", "How long the longest waiting matter is due to be warned of, raised or closed.")
	readyGauge   = gauge("danyuan_ready", "1 when this replica reaches a part that it uses, else 0.", "part")
	laneGauge    = gauge("danyuan_lane_waiting", "Commands of this replica that wait for a transaction to share.")
	turnsGauge   = gauge("danyuan_transactions_waiting", "Transactions of this replica that wait for a connection, in the order of coming.")
	silenceGauge = gauge("danyuan_feed_silent_seconds", "For how long this replica has not heard what others change.")
)

// Describe names the gauges.
func (gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsGauge, waitingGauge, dutyGauge, mattersGauge, readyGauge, laneGauge, turnsGauge, silenceGauge} {
		to <- d
	}
}

// gaugesTime bounds the reading: who asks for metrics asks again soon.
const gaugesTime = 2 * time.Second

// Collect reads. Without an answer from the database in time its gauges are missing, the others stay.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), gaugesTime)
	defer cancel()
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	show(laneGauge, float64(g.a.s.InLanes()))
	show(turnsGauge, float64(g.a.s.DB.Waiting()))
	show(silenceGauge, g.a.s.Silence().Seconds())
	for name, failing := range g.a.askParts(ctx) {
		if failing != nil {
			show(readyGauge, 0, name)
			continue
		}
		show(readyGauge, 1, name)
	}
	g.owed(ctx, show)
}

func (g gauges) owed(ctx context.Context, show func(d *prometheus.Desc, value float64, labels ...string)) {
	all, err := g.a.s.Backlog(ctx)
	if err != nil {
		g.a.Log.WarnContext(ctx, "the backlog can't be counted", slog.String("error", err.Error()))
		return
	}
	for _, b := range all {
		show(jobsGauge, float64(b.Due), b.Kind, string(model.JobDue))
		show(jobsGauge, float64(b.Stuck), b.Kind, string(model.JobStuck))
		show(waitingGauge, g.a.waiting(b).Seconds(), b.Kind)
	}
	late, err := g.a.s.Lateness(ctx)
	if err != nil {
		g.a.Log.WarnContext(ctx, "it can't be read how late the duties are", slog.String("error", err.Error()))
		return
	}
	for kind, by := range late.Duties {
		show(dutyGauge, by.Seconds(), kind)
	}
	show(mattersGauge, late.Matters.Seconds())
}
