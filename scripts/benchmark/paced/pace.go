package main

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// connections are as many as the phones that the closed loop plays.
const connections = 64

// pace makes the calls, each at its own moment or as soon as a connection is free, and counts from that moment: one
// that was made late because of those before it has waited as long as whoever wanted it.
func pace(c *call, rate int, length time.Duration) string {
	client := &fasthttp.HostClient{
		Addr: c.host, MaxConns: connections, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		NoDefaultUserAgentHeader: true, MaxIdemponentCallAttempts: 1,
	}
	calls := int64(rate) * int64(length/time.Second)
	took := make([]time.Duration, calls)
	var next, refused atomic.Int64
	began := time.Now()
	var phones sync.WaitGroup
	for range connections {
		phones.Go(func() {
			q, a := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			for i := next.Add(1) - 1; i < calls; i = next.Add(1) - 1 {
				due := began.Add(time.Duration(float64(i) / float64(rate) * float64(time.Second)))
				time.Sleep(time.Until(due))
				c.make(q, int(i))
				if err := client.Do(q, a); err != nil || a.StatusCode() >= 300 {
					refused.Add(1)
				}
				took[i] = time.Since(due)
			}
		})
	}
	phones.Wait()
	whole := time.Since(began)
	slices.Sort(took)
	part := func(p float64) int64 {
		return took[max(0, int(math.Ceil(p*float64(len(took))))-1)].Microseconds()
	}
	return fmt.Sprintf("%.0f %d %d %d", float64(calls)/whole.Seconds(), part(0.5), part(0.99), refused.Load())
}
