package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How the server is to behave when it is asked for too much.
const (
	overloadedBy   = 3
	mostAccepted   = 2 * time.Second // p99 of what it takes on
	slowClients    = 200
	capableClients = 64
	mostUnderWay   = 6000 // requests of ours at once: beyond it the crowd goes away by itself
)

// overloaded finds out how much the server can do, asks for three times as much, and looks whether it is as
// before when the crowd has gone.
func overloaded(ctx context.Context, s *storm) error {
	during := time.Duration(s.set.seconds) * time.Second
	before := s.capacity(ctx, during)
	if before.told == 0 {
		return errors.New("nothing was done even without a crowd")
	}
	stopSlow := s.crawl(ctx)
	crowd := s.crowd(ctx, overloadedBy*before.rate(), during)
	opened := stopSlow()
	after := s.capacity(ctx, during)
	fmt.Printf("%-34s %9s %9s %9s %9s %9s %9s %7s\n", "", "asked/s", "done/s", "p50", "p99", "turned", "p99", "other")
	for _, line := range []struct {
		name string
		f    *figures
	}{{fmt.Sprint(capableClients, " clients, one after another"), before}, {fmt.Sprintf("%d times that, and %d slow", overloadedBy, opened), crowd}, {"and then", after}} {
		f := line.f
		fmt.Printf("%-34s %9.0f %9.0f %9v %9v %9d %9v %7d\n", line.name, f.askedRate(), f.rate(), percentile(f.took, 50).Round(time.Millisecond),
			percentile(f.took, 99).Round(time.Millisecond), f.turned, percentile(f.away, 99).Round(time.Millisecond), f.other)
	}
	fmt.Printf("p99 of the crowd by what they did: %s\n", crowd.slowest())
	var err error
	if p99 := percentile(crowd.took, 99); p99 > mostAccepted {
		err = errors.Join(err, fmt.Errorf("what was accepted took %v", p99))
	}
	if crowd.turned == 0 || crowd.silent > 0 {
		err = errors.Join(err, fmt.Errorf("%d were turned away, %d of them without being told when to come again", crowd.turned, crowd.silent))
	}
	if crowd.rate() < before.rate()/2 || after.rate() < before.rate()*7/10 || after.other > 0 || after.turned > 0 {
		err = errors.Join(err, errors.New("the crowd has cost more than half of the work, or more than three tenths of it for good"))
	}
	return errors.Join(err, ctx.Err(), s.settle(ctx))
}

// figures are what came of many acts, each of which was tried once.
type figures struct {
	mu     sync.Mutex
	asked  int
	told   int
	turned int // away, with 503
	silent int // of them without Retry-After
	other  int
	took   []time.Duration
	of     map[kind][]time.Duration // the same, by what was done
	away   []time.Duration          // how long those waited who were turned away
	over   time.Duration
}

func newFigures() *figures { return &figures{of: map[kind][]time.Duration{}} }

// slowest tells the p99 of each kind of act.
func (f *figures) slowest() string {
	var all []string
	for _, k := range kinds {
		all = append(all, fmt.Sprintf("%s %v", k, percentile(f.of[k], 99).Round(time.Millisecond)))
	}
	return strings.Join(all, ", ")
}

func (f *figures) rate() float64      { return float64(f.told) / f.over.Seconds() }
func (f *figures) askedRate() float64 { return float64(f.asked) / f.over.Seconds() }

// once tries an act once.
func (s *storm) once(ctx context.Context, client *http.Client, f *figures) {
	a := s.journal.begin(s.world)
	began := time.Now()
	answer, body, err := s.call(ctx, client, http.MethodPost, a.path, s.world.tokens[a.person], a.body, a.key)
	took := time.Since(began)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	switch {
	case err != nil:
		f.other++
	case answer.StatusCode == http.StatusOK:
		f.told++
		f.took = append(f.took, took)
		f.of[a.kind] = append(f.of[a.kind], took)
		a.id, a.told = idIn(a.kind, body), true
	case answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(body), "http.busy"):
		f.turned++
		f.away = append(f.away, took)
		a.turned = true
		if answer.Header.Get("Retry-After") == "" {
			f.silent++
		}
	default:
		f.other++
		a.refused = fmt.Sprintf("%d %s", answer.StatusCode, body)
	}
	s.journal.end(a, 1, false, took)
}

func (s *storm) client() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: mostUnderWay}}
}

// capacity lets some clients act one act after another.
func (s *storm) capacity(ctx context.Context, during time.Duration) *figures {
	acting, stop := context.WithTimeout(ctx, during)
	defer stop()
	f, client := newFigures(), s.client()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	began := time.Now()
	for range capableClients {
		all.Go(func() {
			for acting.Err() == nil {
				s.once(ctx, client, f)
			}
		})
	}
	all.Wait()
	f.over = time.Since(began)
	return f
}

// crowd begins acts at a rate, whatever becomes of those before.
func (s *storm) crowd(ctx context.Context, rate float64, during time.Duration) *figures {
	f, client := newFigures(), s.client()
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	var under atomic.Int64
	began := time.Now()
	for n := 0; time.Since(began) < during && ctx.Err() == nil; {
		for due := int(rate * time.Since(began).Seconds()); n < due; n++ {
			if under.Load() >= mostUnderWay {
				continue
			}
			under.Add(1)
			all.Go(func() { s.once(ctx, client, f); under.Add(-1) })
		}
		rest(ctx, 2*time.Millisecond)
	}
	f.over = time.Since(began)
	all.Wait()
	return f
}

// crawl opens connections that send a request byte by byte, or read nothing of the answer, and gives what
// ends them and tells how many were open.
func (s *storm) crawl(ctx context.Context) (stop func() int) {
	crawling, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	var open atomic.Int64
	for n := range slowClients {
		all.Go(func() {
			c, err := (&net.Dialer{}).DialContext(crawling, "tcp", strings.TrimPrefix(s.at, "http://"))
			if err != nil {
				return
			}
			open.Add(1)
			defer func() { _ = c.Close() }()
			a := fmt.Sprintf("POST /v1/matters HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nIdempotency-Key: crawl-%d\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{", s.world.tokens[n%len(s.world.tokens)], n)
			if n%2 == 0 { // the body comes slowly; of the others the head does
				_, _ = io.WriteString(c, a)
			}
			for crawling.Err() == nil {
				if _, err := c.Write([]byte("a")); err != nil {
					return
				}
				rest(crawling, 500*time.Millisecond)
			}
		})
	}
	return func() int { end(); all.Wait(); return int(open.Load()) }
}
