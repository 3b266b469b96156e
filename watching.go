package main

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"

	"danyuan/api"
	"danyuan/service"
)

// watching measures, and where it is asked to traces, what goes on below the requests: transactions, jobs, calls to WeChat.
type watching struct {
	traces       *traces // nil: nothing is traced
	registry     *prometheus.Registry
	transactions *prometheus.HistogramVec
	commands     prometheus.Counter
	jobs         *prometheus.HistogramVec
	calls        *prometheus.HistogramVec
}

func newWatching() *watching {
	times := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, labels)
	}
	w := &watching{
		registry:     prometheus.NewRegistry(),
		transactions: times("danyuan_transaction_seconds", "How long tries at transactions took, by what came of them.", "outcome"),
		commands:     prometheus.NewCounter(prometheus.CounterOpts{Name: "danyuan_transaction_commands_total", Help: "Commands that took part in tries at transactions; several may share one."}),
		jobs:         times("danyuan_job_seconds", "How long jobs took, by kind and by what came of them.", "kind", "outcome"),
		calls:        times("danyuan_wechat_seconds", "How long requests to WeChat took, by path and by what came of them.", "call", "outcome"),
	}
	w.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector(),
		w.transactions, w.commands, w.jobs, w.calls)
	return w
}

// watchHouse adds what an open house can tell: its connections to the database, and the room that is
// left for its data.
func (w *watching) watchHouse(h *house, dataDir string) {
	for name, pool := range h.db.Pools() {
		w.registry.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
	w.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "danyuan_disk_free_bytes", Help: "Room that is left where the data folder lies."}, func() float64 {
		left, err := roomAt(dataDir)
		if err != nil {
			return -1
		}
		return float64(left.free)
	}))
}

// step measures and traces one step of the service.
func (w *watching) step(ctx context.Context, s service.Step) (context.Context, func(outcome string)) {
	name := s.Kind
	if s.Kind == service.StepJob {
		name += " " + s.Name
	}
	began := clock{}.Now()
	ctx, traced := w.traces.begin(ctx, name, s.Kind == service.StepJob, attribute.Int("danyuan.commands", s.Parts))
	return ctx, func(outcome string) {
		traced(outcome, outcome == service.OutcomeFailed || outcome == service.OutcomeStuck)
		took := clock{}.Now().Sub(began).Seconds()
		if s.Kind == service.StepJob {
			w.jobs.WithLabelValues(s.Name, outcome).Observe(took)
			return
		}
		w.transactions.WithLabelValues(outcome).Observe(took)
		w.commands.Add(float64(s.Parts))
	}
}

// wechat measures and traces one request to WeChat.
func (w *watching) wechat(ctx context.Context, call string) (context.Context, func(outcome string)) {
	began := clock{}.Now()
	ctx, traced := w.traces.begin(ctx, "wechat "+call, false)
	return ctx, func(outcome string) {
		traced(outcome, outcome != "done")
		w.calls.WithLabelValues(call, outcome).Observe(clock{}.Now().Sub(began).Seconds())
	}
}

// requests traces requests; nil where nothing is traced. api measures them itself.
func (w *watching) requests() api.Watch {
	if w.traces == nil {
		return nil
	}
	return func(ctx context.Context, id, method, route string) (context.Context, func(status int)) {
		ctx, traced := w.traces.begin(ctx, method+" "+route, true, attribute.String("http.request.method", method),
			attribute.String("http.route", route), attribute.String("danyuan.request_id", id))
		return ctx, func(status int) { traced(strconv.Itoa(status), status >= http.StatusInternalServerError) }
	}
}
