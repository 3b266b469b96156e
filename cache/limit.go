package cache

import (
	"context"
	"sync"
	"time"
)

// Allow counts one use of key and says whether it is within limit uses in a window that begins with
// the first. When it is not, retryAfter is how long the window still lasts. The window is at least a
// second; a limit below one allows nothing. When Redis does not answer, this process counts by
// itself, so that there is always a limit and always an answer. A use counts even if ctx has ended.
func (c *Cache) Allow(ctx context.Context, key string, limit int, window time.Duration) (ok bool, retryAfter time.Duration) {
	window = max(window, time.Second)
	key = name("limit", key)
	if c.worthAsking() {
		used, left, err := c.count(ctx, key, window)
		c.heard(err)
		if err == nil {
			return verdict(used, limit, left)
		}
	}
	used, left := c.local.count(key, window, c.now())
	return verdict(used, limit, left)
}

func verdict(used int64, limit int, left time.Duration) (bool, time.Duration) {
	if used <= int64(limit) {
		return true, 0
	}
	return false, left
}

// count takes one trip to Redis. A caller that went away must not look like a silent Redis.
func (c *Cache) count(ctx context.Context, key string, window time.Duration) (used int64, left time.Duration, err error) {
	ctx, cancel := c.inTime(context.WithoutCancel(ctx))
	defer cancel()
	pipe := c.client.Pipeline()
	incr := pipe.Incr(ctx, key)
	pipe.ExpireNX(ctx, key, window)
	ttl := pipe.PTTL(ctx, key)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, 0, err
	}
	left = ttl.Val()
	if left <= 0 {
		left = window
	}
	return incr.Val(), left, nil
}

// windows counts in this process while Redis is silent. It holds at most size keys; those that come
// when it is full share 256 counts, so that a flood of keys neither grows it nor escapes the limit.
type windows struct {
	mu      sync.Mutex
	size    int
	open    map[string]*openWindow
	sweptAt time.Time
}

type openWindow struct {
	used int64
	ends time.Time
}

func newWindows(size int) *windows { return &windows{size: size, open: map[string]*openWindow{}} }

func (w *windows) count(key string, window time.Duration, now time.Time) (used int64, left time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.open[key]
	if o == nil && len(w.open) >= w.size {
		w.sweep(now)
		if len(w.open) >= w.size {
			key = key[len(key)-2:]
			o = w.open[key]
		}
	}
	if o == nil {
		o = &openWindow{}
		w.open[key] = o
	}
	if !now.Before(o.ends) {
		o.used, o.ends = 0, now.Add(window)
	}
	o.used++
	return o.used, o.ends.Sub(now)
}

// sweep drops what has ended, at most once a second: it walks everything.
func (w *windows) sweep(now time.Time) {
	if now.Sub(w.sweptAt) < time.Second {
		return
	}
	w.sweptAt = now
	for key, o := range w.open {
		if !now.Before(o.ends) {
			delete(w.open, key)
		}
	}
}
