package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/http/pprof"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"danyuan/model"
)

// Private answers at an address that the public does not reach: the metrics, and profiles of the
// running process. With a MetricsToken both want it.
func (a *API) Private() http.Handler {
	r := gin.New()
	r.HandleMethodNotAllowed = true
	if a.Demo {
		r.Use(atHome)
	}
	r.NoRoute(func(c *gin.Context) { writeProblem(c, errNoRoute) })
	r.NoMethod(func(c *gin.Context) { writeProblem(c, errNoMethod) })
	r.GET("/healthz", a.healthz)
	r.GET("/readyz", a.readyz)
	r.GET("/metrics", a.metrics)
	for path, show := range map[string]http.HandlerFunc{"/": pprof.Index, "/:profile": pprof.Index, "/cmdline": http.NotFound, "/profile": pprof.Profile, "/symbol": pprof.Symbol, "/trace": pprof.Trace} {
		r.GET("/debug/pprof"+path, a.askForToken, gin.WrapF(show))
	}
	return r
}

// askForToken lets through who shows the token for metrics, or everybody when there is none.
func (a *API) askForToken(c *gin.Context) {
	if a.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(bearer(c.GetHeader("Authorization"))), []byte(a.MetricsToken)) != 1 {
		writeProblem(c, model.ErrSignIn)
	}
}

func (a *API) metrics(c *gin.Context) {
	if a.askForToken(c); !c.IsAborted() {
		promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{}).ServeHTTP(c.Writer, c.Request)
	}
}

func (a *API) healthz(c *gin.Context) { c.String(http.StatusOK, "ok") }

// Drain announces that this server will stop: /readyz says so, so that a load balancer sends people
// elsewhere, and each answer asks its client to open a new connection for what comes next. Everything is
// still answered.
func (a *API) Drain() { a.draining.Store(true) }

// askParts asks everything that this server needs or uses for an answer, all at once.
func (a *API) askParts(ctx context.Context) map[string]error {
	var lock sync.Mutex
	var asking sync.WaitGroup
	parts := map[string]error{}
	for _, some := range []map[string]func(context.Context) error{a.Ready, a.Useful} {
		for name, ask := range some {
			asking.Go(func() {
				err := ask(ctx)
				lock.Lock()
				defer lock.Unlock()
				parts[name] = err
			})
		}
	}
	asking.Wait()
	return parts
}
