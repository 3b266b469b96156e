package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Up to roomy bytes garbage may lie about: collecting it earlier costs an eighth of the processor when many ask for
// what is in memory, and saves what a small server has anyway. Above it, as much again as is in use, which is what
// Go does by itself.
const (
	roomy  = 128 << 20
	seldom = 400 // per cent of what is in use, below roomy
)

// keepRoom has garbage collected as said above, until the context ends. Whoever starts danyuan with GOGC or
// GOMEMLIMIT has chosen otherwise.
func keepRoom(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(seldom)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		metrics.Read(live)
		debug.SetMemoryLimit(max(roomy, 2*int64(live[0].Value.Uint64()))) //nolint:gosec // no machine has so much
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
