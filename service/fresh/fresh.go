// Package fresh keeps values in memory that are never older than the last change. A value names the
// topics it was made from; a change of a topic drops it, here at once and on other replicas as soon
// as their feed brings the change. It must not know what the values are.
package fresh

import (
	"context"
	"sync"
	"time"

	"danyuan/fault"
)

// Gate says whether what is kept may be used now: false once the feed of changes has been silent for
// too long, so that a replica cut off from the database forgets instead of guessing.
type Gate interface{ Open() bool }

// Cache keeps at most a fixed number of values. All its methods may be called at once.
type Cache[K comparable, V any] struct {
	gate    Gate
	limit   int
	mu      sync.RWMutex
	kept    map[K]entry[V]
	byTopic map[string]map[K]struct{}
	flights map[K]*flight[V]
}

type entry[V any] struct {
	value  V
	topics []string
}

// flight is a load under way that others may wait for. A change while it flies makes it stale: what
// it brings may have been read before the change, so nobody who comes later may have it.
type flight[V any] struct {
	done  chan struct{}
	stale bool
	value V
	err   error
}

// New makes a cache of at most limit values.
func New[K comparable, V any](gate Gate, limit int) *Cache[K, V] {
	return &Cache[K, V]{gate: gate, limit: limit, kept: map[K]entry[V]{}, byTopic: map[string]map[K]struct{}{}, flights: map[K]*flight[V]{}}
}

// loadTime bounds a load, whoever waits for it.
const loadTime = 15 * time.Second

// Load makes a value and names the topics it depends on.
type Load[V any] func(ctx context.Context) (value V, topics []string, err error)

// Get gives the value of a key, made by load when none is kept. Several who ask at once share one
// load. An error is given to those who waited for it and is not kept.
func (c *Cache[K, V]) Get(ctx context.Context, key K, load Load[V]) (V, error) {
	if !c.gate.Open() {
		v, _, err := load(ctx)
		return v, err
	}
	c.mu.RLock()
	e, ok := c.kept[key]
	c.mu.RUnlock()
	if ok {
		return e.value, nil
	}
	c.mu.Lock()
	if e, ok := c.kept[key]; ok {
		c.mu.Unlock()
		return e.value, nil
	}
	if f, ok := c.flights[key]; ok {
		c.mu.Unlock()
		return c.wait(ctx, f)
	}
	f := &flight[V]{done: make(chan struct{})}
	c.flights[key] = f
	c.mu.Unlock()
	// The load outlives the one who asked first: others wait for it.
	go c.fly(context.WithoutCancel(ctx), key, f, load)
	return c.wait(ctx, f)
}

func (c *Cache[K, V]) wait(ctx context.Context, f *flight[V]) (V, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

func (c *Cache[K, V]) fly(ctx context.Context, key K, f *flight[V], load Load[V]) {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	var topics []string
	f.value, topics, f.err = safely(ctx, load)
	c.mu.Lock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil && !f.stale {
		c.keep(key, entry[V]{f.value, topics})
	}
	c.mu.Unlock()
	close(f.done)
}

// safely makes a panic in a load its error: nobody above it could recover from it, and it would take
// the whole process along.
func safely[V any](ctx context.Context, load Load[V]) (value V, topics []string, err error) {
	defer func() {
		if broke := fault.Caught(recover()); broke != nil {
			err = broke
		}
	}()
	return load(ctx)
}

func (c *Cache[K, V]) keep(key K, e entry[V]) {
	for k := range c.kept {
		if len(c.kept) < c.limit {
			break
		}
		c.forget(k)
	}
	c.kept[key] = e
	for _, t := range e.topics {
		if c.byTopic[t] == nil {
			c.byTopic[t] = map[K]struct{}{}
		}
		c.byTopic[t][key] = struct{}{}
	}
}

func (c *Cache[K, V]) forget(key K) {
	for _, t := range c.kept[key].topics {
		delete(c.byTopic[t], key)
		if len(c.byTopic[t]) == 0 {
			delete(c.byTopic, t)
		}
	}
	delete(c.kept, key)
}

// Drop forgets every value that depends on one of the topics, and what is being loaded now.
func (c *Cache[K, V]) Drop(topics ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range topics {
		for key := range c.byTopic[t] {
			c.forget(key)
		}
	}
	for key, f := range c.flights {
		f.stale = true
		delete(c.flights, key)
	}
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
	clear(c.byTopic)
	for key, f := range c.flights {
		f.stale = true
		delete(c.flights, key)
	}
}

// Len is how many values are kept.
func (c *Cache[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.kept)
}
