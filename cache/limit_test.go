package cache

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// uses asks n times and counts what was allowed.
func uses(t *testing.T, c *Cache, key string, n, limit int, window time.Duration) (allowed int) {
	t.Helper()
	for range n {
		if ok, retry := c.Allow(t.Context(), key, limit, window); ok {
			allowed++
		} else if retry <= 0 || retry > window {
			t.Errorf("retry after %v of a window of %v", retry, window)
		}
	}
	return allowed
}

func TestAllow_countsRefusesAndBeginsAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, expire func()) {
		for round := range 2 {
			if got := uses(t, c, key, 5, 3, time.Second); got != 3 {
				t.Errorf("round %d: %d of 3 allowed", round, got)
			}
			expire()
		}
	})
}

func TestAllow_keysAreCountedApart(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, _ func()) {
		if a, b := uses(t, c, key+"a", 2, 1, time.Minute), uses(t, c, key+"b", 2, 1, time.Minute); a != 1 || b != 1 {
			t.Errorf("allowed %d and %d", a, b)
		}
	})
}

func TestAllow_aLimitOfZeroAllowsNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, _ func()) {
		if got := uses(t, c, key, 2, 0, time.Minute); got != 0 {
			t.Errorf("%d allowed", got)
		}
	})
}

func TestAllow_saysHowLongTheWindowLasts(t *testing.T) {
	k := newClock()
	c := open(t, "", k.Now)
	c.Allow(t.Context(), "k", 1, time.Minute)
	k.pass(40 * time.Second)
	c.inside.age()
	if ok, retry := c.Allow(t.Context(), "k", 1, time.Minute); ok || retry != 20*time.Second {
		t.Errorf("ok %v, retry after %v", ok, retry)
	}
}

func TestAllow_countsUsesOfThoseWhoWentAway(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, _ func()) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		c.Allow(gone, key, 1, time.Minute)
		if ok, _ := c.Allow(t.Context(), key, 1, time.Minute); ok {
			t.Error("the first use was not counted")
		}
		if c.askAt.Load() != nil {
			t.Error("a caller who went away made Redis look silent")
		}
	})
}

// race has 100 goroutines start together on one key.
func race(t *testing.T, c *Cache, key string, limit int) int64 {
	t.Helper()
	var allowed atomic.Int64
	var all sync.WaitGroup
	gate := make(chan struct{})
	for range 100 {
		all.Go(func() {
			<-gate
			if ok, _ := c.Allow(t.Context(), key, limit, time.Minute); ok {
				allowed.Add(1)
			}
		})
	}
	close(gate)
	all.Wait()
	return allowed.Load()
}

func TestAllow_aRushGetsExactlyTheLimit(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, _ func()) {
		if got := race(t, c, key, 10); got != 10 {
			t.Errorf("%d allowed, want 10", got)
		}
	})
	t.Run("gone", func(t *testing.T) {
		if got := race(t, open(t, "redis://"+nobody(t), newClock().Now), "k", 10); got != 10 {
			t.Errorf("%d allowed, want 10", got)
		}
	})
}

func TestAllow_stillLimitsWhenRedisGoesAndReturnsToItLater(t *testing.T) {
	k, server := newClock(), miniredis.RunT(t)
	c := open(t, "redis://"+server.Addr(), k.Now)
	if got := uses(t, c, "k", 1, 3, time.Minute); got != 1 {
		t.Fatal("refused while Redis was there")
	}
	server.Close()
	if got := uses(t, c, "k", 9, 3, time.Minute); got != 2 {
		t.Errorf("Redis gone: %d allowed of the 2 that were left", got)
	}
	k.pass(time.Minute)
	if got := uses(t, c, "k", 9, 3, time.Minute); got != 3 {
		t.Errorf("Redis gone, next window: %d of 3 allowed", got)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	server.FlushAll()
	k.pass(pause)
	if got := uses(t, c, "k", 4, 3, time.Minute); got != 0 || len(server.Keys()) != 1 {
		t.Errorf("Redis back, and empty: %d allowed of a minute that was used up, keys %v", got, server.Keys())
	}
	k.pass(time.Minute)
	server.FastForward(time.Minute)
	if got := uses(t, c, "k", 4, 3, time.Minute); got != 3 {
		t.Errorf("Redis back, next window: %d of 3 allowed", got)
	}
}

func TestAllow_aFlushedRedisOpensNoLimit(t *testing.T) {
	k, server := newClock(), miniredis.RunT(t)
	c := open(t, "redis://"+server.Addr(), k.Now)
	allowed := 0
	for range 10 {
		allowed += uses(t, c, "k", 1, 3, time.Minute)
		server.FlushAll()
	}
	if allowed != 3 {
		t.Errorf("%d of 3 allowed", allowed)
	}
}

func TestAllow_whatOthersUsedUpElsewhereIsUsedUpHere(t *testing.T) {
	k, server := newClock(), miniredis.RunT(t)
	a, b := open(t, "redis://"+server.Addr(), k.Now), open(t, "redis://"+server.Addr(), k.Now)
	if got := uses(t, a, "k", 2, 3, time.Minute) + uses(t, b, "k", 2, 3, time.Minute); got != 3 {
		t.Errorf("%d of 3 allowed on two replicas", got)
	}
}

// TestAllow_aClockThatIsSetBackNeitherOpensNorClosesForLong: of an hour that comes again.
func TestAllow_aClockThatIsSetBackNeitherOpensNorClosesForLong(t *testing.T) {
	k := newClock()
	c := open(t, "redis://"+nobody(t), k.Now)
	if got := uses(t, c, "k", 9, 3, time.Minute); got != 3 {
		t.Fatalf("%d of 3 allowed", got)
	}
	k.pass(-time.Hour)
	if got := uses(t, c, "k", 9, 3, time.Minute); got > 3 {
		t.Errorf("set back: %d of 3 allowed", got)
	}
	k.pass(time.Minute)
	if got := uses(t, c, "k", 9, 3, time.Minute); got != 3 {
		t.Errorf("a minute later: %d of 3 allowed", got)
	}
	if at := c.askAt.Load(); at != nil && at.After(k.Now().Add(pause)) {
		t.Errorf("Redis is left alone until %v, it is %v", at, k.Now())
	}
}

func TestAllow_aRedisThatAnswersWithErrorsStillLimits(t *testing.T) {
	k, server := newClock(), miniredis.RunT(t)
	c := open(t, "redis://"+server.Addr(), k.Now)
	server.SetError("OOM command not allowed when used memory > 'maxmemory'.")
	if got := uses(t, c, "k", 9, 3, time.Minute); got != 3 {
		t.Errorf("%d of 3 allowed", got)
	}
}

func TestAllow_aRedisThatHangsCostsOneRequestInAPause(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	k := newClock()
	c := open(t, "redis://"+l.Addr().String(), k.Now)
	began := time.Now()
	if got := uses(t, c, "k", 100, 3, time.Minute); got != 3 {
		t.Errorf("%d of 3 allowed", got)
	}
	if took := time.Since(began); took > replyWait {
		t.Errorf("100 requests waited %v for a silent Redis", took)
	}
}

func TestWindows_aFloodOfKeysNeitherGrowsThemNorEscapes(t *testing.T) {
	w, k := newWindows(1000), newClock()
	var most int64
	for i := range 20_000 {
		used := w.count(name("limit", fmt.Sprint(i)), time.Minute, k.Now()).used
		most = max(most, used)
	}
	if len(w.open) > 1256 {
		t.Errorf("%d windows", len(w.open))
	}
	if most < 50 {
		t.Errorf("a flood of fresh keys counted as %d at most", most)
	}
	k.pass(time.Minute)
	for i := range 1000 {
		if u := w.count(name("limit", fmt.Sprint("later", i)), time.Minute, k.Now()); u.used != 1 || u.left != time.Minute {
			t.Fatalf("after the flood: used %d, left %v", u.used, u.left)
		}
	}
}

func BenchmarkAllow_inside(b *testing.B) {
	c, err := Open(b.Context(), "", time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		c.Allow(b.Context(), "k", 1000, time.Minute)
	}
}
