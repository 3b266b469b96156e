// Package edge is a test's house with an API before it, and a caller. Tests that ask no API do without:
// what they import is compiled anew with each change.
package edge

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/api"
	"danyuan/client"
	"danyuan/service"
	"danyuan/testkit"
)

// Kit is one test's house and the API that serves it.
type Kit struct {
	*testkit.Kit
	API    *api.API
	serial *atomic.Int64
}

// New builds a house with an empty database, as testkit.New does, and its API.
func New(t testing.TB) *Kit { t.Helper(); return before(testkit.New(t)) }

// before puts an API before a house.
func before(house *testkit.Kit) *Kit {
	house.Helper()
	k := &Kit{Kit: house, serial: &atomic.Int64{}}
	k.API = k.serving(house.S)
	return k
}

// Replica gives one more server on the same database.
func (k *Kit) Replica() (*service.Service, *api.API) {
	k.Helper()
	s := k.Kit.Replica()
	return s, k.serving(s)
}

// Copies gives a maker of houses with a copy of everything that is in this one's database now, each with
// an API of its own.
func (k *Kit) Copies() func(t testing.TB) *Kit {
	k.Helper()
	copyOf := k.Kit.Copies()
	return func(t testing.TB) *Kit { t.Helper(); return before(copyOf(t)) }
}

// In is the same house for a subtest, whose failures are its own.
func (k *Kit) In(t testing.TB) *Kit {
	return &Kit{Kit: k.Kit.In(t), API: k.API, serial: k.serial}
}

// idle holds the APIs of tests that have ended: building one takes longer than most tests.
var idle struct {
	sync.Mutex
	apis []*api.API
}

// serving gives an API before a service that is the test's own until its end.
func (k *Kit) serving(s *service.Service) *api.API {
	k.Helper()
	o := api.Options{Service: s, Limits: noLimits{}, Busy: 1000, Log: s.Log, Metrics: prometheus.NewRegistry(), Demo: true, Pages: client.H5(), Console: client.Console()}
	idle.Lock()
	defer idle.Unlock()
	var a *api.API
	var err error
	if last := len(idle.apis) - 1; last >= 0 {
		a, idle.apis = idle.apis[last], idle.apis[:last]
		err = a.AnswerWith(o)
	} else {
		a, err = api.New(o)
	}
	k.must(err)
	k.Cleanup(func() {
		idle.Lock()
		defer idle.Unlock()
		idle.apis = append(idle.apis, a)
	})
	return a
}

func (k *Kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// noLimits lets tests go as fast as they can; the limits have tests of their own.
type noLimits struct{}

// Allow allows.
func (noLimits) Allow(context.Context, string, int, time.Duration) (bool, time.Duration) {
	return true, 0
}
