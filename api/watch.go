package api

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"danyuan/fault"
)

// requestID is what a request's id is called in logs; the answer carries it as X-Request-Id.
const requestID = "request_id"

const requestIDHeader = "X-Request-Id"

// What every answer says unless it says otherwise: its type is not to be guessed, and nobody keeps it. Closing
// is what one says when this server is about to stop.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
	closing = []string{"close"}
)

// requestOf gives a request's id, which its answer carries.
func requestOf(c *gin.Context) string { return c.Writer.Header().Get(requestIDHeader) }

// slow is when a request that went well is worth a line in the log.
const slow = time.Second

type counters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  prometheus.Gauge
	series   sync.Map // route+status → *series: looking labels up costs more than counting
}

type series struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func newCounters(r *prometheus.Registry) *counters {
	c := &counters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "danyuan_requests_total", Help: "Requests by route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "danyuan_request_seconds", Help: "How long requests took.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "class"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "danyuan_requests_running", Help: "Requests that are being answered."}),
	}
	r.MustRegister(c.requests, c.seconds, c.running)
	return c
}

// requestIDs gives ids that are unique over all replicas and cheap to make: nobody has to be kept
// from guessing them.
type requestIDs struct {
	process string
	last    atomic.Uint64
}

func (r *requestIDs) next() string { return r.process + strconv.FormatUint(r.last.Add(1), 36) }

type seriesKey struct {
	method, route string
	status        int
}

func (c *counters) of(k seriesKey) *series {
	if s, ok := c.series.Load(k); ok {
		return s.(*series) //nolint:forcetypeassert // only this function stores
	}
	s, _ := c.series.LoadOrStore(k, &series{
		c.requests.WithLabelValues(k.method, k.route, strconv.Itoa(k.status)), c.seconds.WithLabelValues(k.method, k.route, classOf(k.status)),
	})
	return s.(*series) //nolint:forcetypeassert // only this function stores
}

// classOf is a status as times know it: what is refused or shed at once must not make the rest look fast.
func classOf(status int) string { return strconv.Itoa(status/100) + "xx" }

// watch gives each request an id, counts and times it, and turns a panic into a plain failure. Reads
// that go well and fast are counted but not logged: at thousands a second the log would be the load.
func (a *API) watch(c *gin.Context) {
	start := a.s.Clock.Now()
	id := a.ids.next()
	// Straight into the map: these names are in canonical form already.
	header := c.Writer.Header()
	header[requestIDHeader], header["X-Content-Type-Options"], header["Cache-Control"] = []string{id}, nosniff, noStore
	if a.draining.Load() {
		header["Connection"] = closing
	}
	a.count.running.Inc()
	ended := func(int) {}
	if a.Watch != nil {
		var ctx context.Context
		ctx, ended = a.Watch(c.Request.Context(), id, countedAs(c.Request.Method), c.FullPath())
		c.Request = c.Request.WithContext(ctx)
	}
	defer func() {
		a.count.running.Dec()
		if broke := fault.Caught(recover()); broke != nil {
			a.Log.Error("panic", slog.String(requestID, id), slog.String("route", c.FullPath()), slog.String("error", broke.Error()))
			if !c.Writer.Written() {
				writeProblem(c, errInternal)
			}
		}
		ended(c.Writer.Status())
		a.note(c, id, a.s.Clock.Now().Sub(start))
	}()
	c.Next()
}

func (a *API) note(c *gin.Context, id string, took time.Duration) {
	route, status := c.FullPath(), c.Writer.Status()
	s := a.count.of(seriesKey{countedAs(c.Request.Method), route, status})
	s.requests.Inc()
	s.seconds.Observe(took.Seconds())
	level := slog.LevelInfo
	if c.Request.Method == http.MethodGet && status < http.StatusInternalServerError && took < slow {
		level = slog.LevelDebug
	}
	if a.Log.Enabled(c.Request.Context(), level) {
		a.Log.LogAttrs(c.Request.Context(), level, "request", slog.String(requestID, id), slog.String("method", c.Request.Method),
			slog.String("route", route), slog.Int("status", status), slog.Int64("us", took.Microseconds()))
	}
}

// countedAs is a method as counts know it. A client may send any word as one, and each would be a
// series of its own for ever.
func countedAs(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// readyz tells a load balancer whether to send people here: not where a part fails that nobody can be
// served without. A part that all replicas share and can spare must not take all of them out at once.
func (a *API) readyz(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
	defer cancel()
	status, parts := http.StatusOK, gin.H{}
	for name, err := range a.askParts(ctx) {
		parts[name] = "ok"
		if err == nil {
			continue
		}
		a.Log.WarnContext(ctx, "not ready", slog.String("part", name), slog.String("error", err.Error()))
		parts[name] = "failing"
		if _, vital := a.Ready[name]; vital {
			status = http.StatusServiceUnavailable
		}
	}
	if a.draining.Load() {
		status, parts["server"] = http.StatusServiceUnavailable, "stopping"
	}
	c.JSON(status, parts)
}
