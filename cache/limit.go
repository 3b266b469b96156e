package cache

import (
	"context"
	"sync"
	"time"
)

// Allow counts one use of key and says whether it is within limit uses in a window that begins with
// the first. When it is not, retryAfter is how long the window still lasts. The window is at least a
// second; a limit below one allows nothing. This process counts as well, by itself: when Redis does not
// answer, or has forgotten, there is still a limit, and what was used up here stays used up. A use counts
// even if ctx has ended.
func (c *Cache) Allow(ctx context.Context, key string, limit int, window time.Duration) (ok bool, retryAfter time.Duration) {
	window = max(window, time.Second)
	key = name("limit", key)
	var used int64
	var left time.Duration
	own := false
	if c.inside == nil {
		used, left, own = c.local.count(key, window, c.now())
	}
	if c.worthAsking() {
		everywhere, leftThere, err := c.count(ctx, key, window)
		c.heard(err)
		if err == nil && (!own || everywhere >= used) {
			return verdict(everywhere, limit, leftThere)
		}
		if c.inside != nil { // it only fails while it is being closed
			used, left, _ = c.local.count(key, window, c.now())
		}
	}
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

// windows counts in this process. It holds at most size keys; those that come when it is full share 256
// counts, so that a flood of keys neither grows it nor escapes the limit. While Redis answers, what is
// counted with others counts for nothing.
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

// count gives how often a key was used in its window, and whether that is its own count.
func (w *windows) count(key string, window time.Duration, now time.Time) (used int64, left time.Duration, own bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, own := w.open[key], true
	if o == nil && len(w.open) >= w.size {
		w.sweep(now)
		if len(w.open) >= w.size {
			key, own = key[len(key)-2:], false
			o = w.open[key]
		}
	}
	if o == nil {
		o = &openWindow{}
		w.open[key] = o
	}
	if !now.Before(o.ends) || o.ends.Sub(now) > window { // or the clock was set back
		o.used, o.ends = 0, now.Add(window)
	}
	o.used++
	return o.used, o.ends.Sub(now), own
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
