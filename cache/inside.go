package cache

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// inside is a Redis within the process: no listener, no port. Its keys age only when it is told, so a
// ticker tells it.
type inside struct {
	server *miniredis.Miniredis
	now    func() time.Time
	stop   chan struct{}
	ended  chan struct{}

	mu   sync.Mutex
	aged time.Time // up to when
}

// newInside starts it. Aging walks all keys under a lock (42 ms for 100,000), hence once a second.
func newInside(now func() time.Time) *inside {
	i := &inside{server: miniredis.NewMiniRedis(), now: now, stop: make(chan struct{}), ended: make(chan struct{}), aged: now()}
	go func() {
		defer close(i.ended)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				i.age()
			case <-i.stop:
				return
			}
		}
	}()
	return i
}

// age lets the time that has passed pass for the keys.
func (i *inside) age() {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	if passed := now.Sub(i.aged); passed > 0 {
		i.server.FastForward(passed)
	}
	i.aged = now
}

// options waits long: nothing but load on this machine can delay an answer.
func (i *inside) options() *redis.Options {
	return patient(&redis.Options{
		Addr:   "inside",
		Dialer: func(context.Context, string, string) (net.Conn, error) { return i.server.Dial() },
	}, 10*time.Second, 10*time.Second)
}

func (i *inside) close() {
	close(i.stop)
	<-i.ended
	i.server.Close()
}
