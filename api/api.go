// Package api is HTTP in and HTTP out: it binds, calls one use case, renders. It must not know how a
// thing is stored or decided.
package api

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"danyuan/service"
)

// Limiter counts how often something was done; it never fails, it only forgets.
type Limiter interface {
	// Allow counts one more and tells whether it is within limit in this window, else after how long to try again.
	Allow(ctx context.Context, key string, limit int, window time.Duration) (ok bool, retryAfter time.Duration)
}

// Options is what an API is made from.
type Options struct {
	Service        *service.Service
	Limits         Limiter
	Log            *slog.Logger
	Metrics        *prometheus.Registry
	MetricsToken   string                                 // who may read /metrics and profiles; "" is anyone who reaches the port
	MetricsApart   bool                                   // /metrics is not among the public addresses: Private has it
	Ready          map[string]func(context.Context) error // what /readyz asks, by name
	Useful         map[string]func(context.Context) error // what /readyz shows as well, and people are served without
	Watch          Watch                                  // nil: nobody watches
	Demo           bool                                   // GET /demo/personas and /demo/codes exist
	Pages          fs.FS                                  // the client as web pages, index.html at the top; nil: there is none
	Console        fs.FS                                  // the same of the console
	PublicURL      string                                 // how the world outside reaches this server; goes onto certificates
	Busy, Waiting  int                                    // requests that are worked on and that wait at once; 0: as many as fit a small server
	Patience       time.Duration                          // how long one waits; 0: half a second
	TrustedProxies []string                               // whose X-Forwarded-For is believed; none by default
	VouchedApp     string                                 // in WeChat CloudRun our mini-program, about which its gateway's headers are believed; "" elsewhere
}

// Watch is told that the answer to a request begins: its id, its method, and the pattern of its route, ""
// for an address that does not exist. It gives the context in which the request is answered, and what is
// to be called with the status in the end.
type Watch func(ctx context.Context, id, method, route string) (context.Context, func(status int))

// API answers HTTP.
type API struct {
	Options
	s      *service.Service
	router *gin.Engine
	huma   huma.API
	count  *counters
	ways   map[way]route
	own    map[string]bool // the first names of its addresses, the client's pages left out
	rooms  *rooms
	busy   *underWay
	ids    requestIDs
	tried  *lately

	sending  atomic.Int64 // bytes of answers that are being read
	draining atomic.Bool  // it is about to stop
}

// New builds the router from the route table, and begins to answer.
func New(o Options) (*API, error) {
	gin.SetMode(gin.ReleaseMode)
	a := &API{Options: o, router: gin.New()}
	a.router.HandleMethodNotAllowed = true
	a.router.RedirectTrailingSlash = false // an address that is not in the table is refused like any other
	a.router.Use(a.watch)
	if o.Demo {
		a.router.Use(atHome)
	}
	a.router.Use(a.makeRoom)
	a.router.NoRoute(a.noRoute)
	a.router.NoMethod(func(c *gin.Context) { writeProblem(c, errNoMethod) })
	a.huma = humagin.New(a.router, description())
	a.huma.UseMiddleware(a.admit)
	routes := a.routes()
	a.ways = ways(routes)
	a.huma.OpenAPI().Tags = areas(routes)
	for _, r := range routes {
		r.mount(a, r)
	}
	a.plain()
	a.own = ownNames(a.router.Routes())
	if err := a.servePages(); err != nil {
		return nil, err
	}
	return a, a.AnswerWith(o)
}

// AnswerWith makes an API that answers nothing at the moment answer with these options: its router, which
// takes a tenth of a second to build, stays, and with it whether this is a demo and where its metrics are.
func (a *API) AnswerWith(o Options) error {
	a.Options, a.s, a.ids = o, o.Service, requestIDs{process: rand.Text()[:10] + "-"}
	a.draining.Store(false)
	a.count, a.rooms, a.tried = newCounters(o.Metrics), newRooms(o), &lately{}
	a.busy = &underWay{by: map[place]int{}}
	o.Metrics.MustRegister(gauges{a})
	return a.router.SetTrustedProxies(o.TrustedProxies)
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, r) }

// plain adds what is no part of the described API: health, metrics, WeChat's callback, documents.
func (a *API) plain() {
	a.router.GET("/healthz", a.healthz)
	a.router.GET("/readyz", a.readyz)
	if !a.MetricsApart {
		a.router.GET("/metrics", a.metrics)
	}
	a.router.GET(CallbackPath, a.echoCallback)
	a.router.POST(CallbackPath, a.takeCallback)
	a.serveViewer()
	a.serveCertificatePage()
	if a.Demo {
		a.router.GET(demoCodesPath, a.demoCodes)
	}
}
