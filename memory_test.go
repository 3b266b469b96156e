package main

import (
	"context"
	"runtime/debug"
	"testing"
	"time"
)

// TestKeepRoom_leavesAsMuchAgainAsIsInUse: little in use is given roomy, much as much again, within seconds; and who
// has chosen otherwise is left alone.
func TestKeepRoom_leavesAsMuchAgainAsIsInUse(t *testing.T) {
	limit, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetMemoryLimit(limit); debug.SetGCPercent(percent) })
	t.Setenv("GOMEMLIMIT", "")
	t.Setenv("GOGC", "50")
	keepRoom(t.Context()) // returns at once
	if got := debug.SetGCPercent(100); got != 100 {
		t.Fatalf("GOGC of its own was overruled by %d", got)
	}
	t.Setenv("GOGC", "")
	held := make([]byte, roomy)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	done := make(chan struct{})
	go func() { keepRoom(ctx); close(done) }()
	for debug.SetMemoryLimit(-1) < int64(2*len(held)) {
		if ctx.Err() != nil {
			t.Fatalf("with %d in use the limit is %d", len(held), debug.SetMemoryLimit(-1))
		}
		debug.FreeOSMemory() // has what is in use counted
		held[0]++
	}
	stop()
	<-done
	if got := debug.SetGCPercent(100); got != seldom {
		t.Errorf("garbage is collected at %d per cent", got)
	}
}
