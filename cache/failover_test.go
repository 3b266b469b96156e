package cache

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// killMaster ends the server that a key is written to, as a power cut would, once its replica has what
// it has. Only the sets of scripts/services are killed: they are the test's own, on this machine.
func killMaster(t *testing.T, c *Cache, url, key string) {
	t.Helper()
	var at string
	var err error
	if cluster, ok := c.client.(*redis.ClusterClient); ok {
		var of *redis.Client
		if of, err = cluster.MasterForKey(t.Context(), key); err == nil {
			at = of.Options().Addr
		}
	} else {
		at, err = masterOf(t.Context(), url)
	}
	if err != nil {
		t.Fatal(err)
	}
	master := redis.NewClient(&redis.Options{Addr: at})
	defer master.Close()
	if !strings.HasPrefix(at, "127.0.0.1:") {
		t.Fatalf("%s is not ours to kill", at)
	}
	if n, err := master.Do(t.Context(), "WAIT", 1, 5000).Int(); err != nil || n < 1 {
		t.Fatalf("%d replicas have it: %v", n, err)
	}
	info, err := master.Info(t.Context(), "server").Result()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(regexp.MustCompile(`process_id:(\d+)`).FindStringSubmatch(info)[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// crowd is many who use a cache at once, and what became of it.
type crowd struct {
	allowed, asked atomic.Int64
	mu             sync.Mutex
	longest        time.Duration
	kept           sync.Map // what Set said is kept
	all            sync.WaitGroup
}

// rush has n of them count on one key and keep values, until ctx ends.
func (r *crowd) rush(ctx context.Context, c *Cache, key string, n, limit int) {
	for i := range n {
		r.all.Go(func() {
			for round := 0; ctx.Err() == nil; round++ {
				began := time.Now()
				if ok, _ := c.Allow(ctx, key, limit, time.Hour); ok {
					r.allowed.Add(1)
				}
				r.asked.Add(1)
				r.took(time.Since(began))
				if value := fmt.Sprintf("%s %d %d", key, i, round); c.Set(value, value, time.Hour) == nil {
					r.kept.Store(value, true)
				}
				pauseFor(ctx, 5*time.Millisecond)
			}
		})
	}
}

func (r *crowd) took(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.longest = max(r.longest, d)
}

func pauseFor(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// TestFailover_aKilledMasterCostsAPauseAndLetsNobodyIn kills the master that counts a hot key while many
// use it.
func TestFailover_aKilledMasterCostsAPauseAndLetsNobodyIn(t *testing.T) {
	url := os.Getenv("DANYUAN_TEST_REDIS_URL")
	if !strings.HasPrefix(url, "redis-") {
		t.Skip("needs DANYUAN_SERVICES_REDIS=sentinel or =cluster scripts/services run")
	}
	c := open(t, url, time.Now)
	const limit = 50
	key := t.Name() + time.Now().String()
	load, stop := context.WithCancel(t.Context())
	defer stop()
	var crowd crowd
	crowd.rush(load, c, key, 8, limit)
	pauseFor(load, 500*time.Millisecond)
	if got := crowd.allowed.Load(); got != limit {
		t.Fatalf("before: %d of %d allowed", got, limit)
	}
	killMaster(t, c, url, name("limit", key))
	killed := time.Now()
	outage := untilCounted(t, c, key)
	pauseFor(load, time.Second)
	stop()
	crowd.all.Wait()
	lost, kept := 0, 0
	crowd.kept.Range(func(value, _ any) bool {
		kept++
		if got, ok := c.Get(value.(string)); !ok || got != value {
			lost++
		}
		return true
	})
	t.Logf("outage %.1f s (Redis counts again after it), %d uses, the longest took %d ms, %d allowed of %d, %d of %d kept values lost",
		outage.Sub(killed).Seconds(), crowd.asked.Load(), crowd.longest.Milliseconds(), crowd.allowed.Load(), limit, lost, kept)
	if got := crowd.allowed.Load(); got > 2*limit {
		t.Errorf("%d allowed: more than Redis and this process allow together", got)
	}
	if crowd.longest > 2*askWait {
		t.Errorf("one use took %v", crowd.longest)
	}
	// Replicas are told a moment after the answer: a few values may be lost, and only cost their making.
	if lost > kept/20 {
		t.Errorf("%d of %d values lost", lost, kept)
	}
}

// untilCounted waits until Redis, and not this process, counts the key, and gives when that was.
func untilCounted(t *testing.T, c *Cache, key string) time.Time {
	t.Helper()
	for range 1500 {
		pauseFor(t.Context(), 20*time.Millisecond)
		if !c.worthAsking() {
			continue
		}
		_, _, err := c.count(t.Context(), name("limit", key), time.Hour)
		c.heard(err)
		if err == nil {
			return time.Now()
		}
	}
	t.Fatal("Redis is not used again after 30 s")
	return time.Time{}
}
