package main

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// clock is vegeta's constant pace, and remembers when it began.
type clock struct {
	vegeta.ConstantPacer
	began time.Time
}

// Pace says how long to wait for the next call.
func (c *clock) Pace(elapsed time.Duration, hits uint64) (time.Duration, bool) {
	if c.began.IsZero() {
		c.began = time.Now().Add(-elapsed)
	}
	return c.ConstantPacer.Pace(elapsed, hits)
}

// pace makes the calls. vegeta counts from when a call was made; here it counts from when it was due, so that
// one that was made late because of those before it has waited as long as whoever wanted it.
func pace(c *call, rate int, length time.Duration) string {
	at := &clock{ConstantPacer: vegeta.ConstantPacer{Freq: rate, Per: time.Second}}
	attacker := vegeta.NewAttacker(vegeta.Workers(64), vegeta.Connections(connections), vegeta.MaxConnections(connections), vegeta.MaxBody(0), vegeta.Timeout(10*time.Second), vegeta.HTTP2(false))
	var turn sync.Mutex
	next := func(t *vegeta.Target) error {
		turn.Lock()
		defer turn.Unlock()
		c.target(t)
		return nil
	}
	var took []time.Duration
	refused, whole := 0, time.Duration(0)
	for r := range attacker.Attack(next, at, length, "") {
		due := time.Duration(float64(r.Seq) / float64(rate) * float64(time.Second))
		ended := r.Timestamp.Add(r.Latency).Sub(at.began)
		took, whole = append(took, ended-due), max(whole, ended)
		if r.Error != "" {
			refused++
		}
	}
	slices.Sort(took)
	part := func(p float64) int64 {
		return took[max(0, int(math.Ceil(p*float64(len(took))))-1)].Microseconds()
	}
	return fmt.Sprintf("%.0f %d %d %d", float64(len(took))/whole.Seconds(), part(0.5), part(0.99), refused)
}

// connections are as many as the phones that the closed loop plays.
const connections = 64
