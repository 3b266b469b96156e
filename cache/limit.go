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
	var here use
	if c.inside == nil {
		here = c.local.count(key, window, c.now())
		defer c.local.end(here)
	}
	if c.worthAsking() {
		everywhere, left, err := c.count(ctx, key, window)
		c.heard(err)
		// All that ended here before this began is in Redis, unless Redis has lost it.
		if err == nil && (!here.own || everywhere > here.ended) {
			return verdict(everywhere, limit, left)
		}
		if c.inside != nil { // it only fails while it is being closed
			here = c.local.count(key, window, c.now())
		}
	}
	return verdict(here.used, limit, here.left)
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
	used, ended int64
	ends        time.Time
}

// use is one use of a key: the how manieth of its window, how many had ended before it, for how long the
// window goes on, and whether the count is the key's own.
type use struct {
	used, ended int64
	left        time.Duration
	own         bool
	window      *openWindow
	ends        time.Time
}

func newWindows(size int) *windows { return &windows{size: size, open: map[string]*openWindow{}} }

// count counts the use of a key that begins now.
func (w *windows) count(key string, window time.Duration, now time.Time) use {
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
		o.used, o.ended, o.ends = 0, 0, now.Add(window)
	}
	o.used++
	return use{o.used, o.ended, o.ends.Sub(now), own, o, o.ends}
}

// end says that a use has ended, whatever came of it.
func (w *windows) end(u use) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.window.ends.Equal(u.ends) { // its window goes on
		u.window.ended++
	}
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
