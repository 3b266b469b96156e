package testkit

import (
	"context"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"time"
)

// Blobs keeps blobs in memory, under the test's clock.
type Blobs struct {
	clock *Clock
	mu    sync.Mutex
	kept  map[string]Blob
	fail  error
}

// Blob is what was put, and when.
type Blob struct {
	Content []byte
	Put     time.Time
}

func newBlobs(clock *Clock) *Blobs { return &Blobs{clock: clock, kept: map[string]Blob{}} }

// Fail makes every call fail with err until it is called with nil.
func (b *Blobs) Fail(err error) { b.mu.Lock(); b.fail = err; b.mu.Unlock() }

// Kept gives everything that is kept.
func (b *Blobs) Kept() map[string]Blob { b.mu.Lock(); defer b.mu.Unlock(); return maps.Clone(b.kept) }

func (b *Blobs) fill(from *Blobs) { b.kept = from.Kept() }

// Put keeps content.
func (b *Blobs) Put(_ context.Context, name string, content []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		b.kept[name] = Blob{content, b.clock.Now()}
	}
	return b.fail
}

// Get gives what is kept.
func (b *Blobs) Get(_ context.Context, name string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one, ok := b.kept[name]
	if !ok && b.fail == nil {
		return nil, fs.ErrNotExist
	}
	return one.Content, b.fail
}

// Remove drops what is kept.
func (b *Blobs) Remove(_ context.Context, name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail == nil {
		delete(b.kept, name)
	}
	return b.fail
}

// Each tells of what is kept on a shelf.
func (b *Blobs) Each(_ context.Context, shelf string, tell func(name string, put time.Time)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, one := range b.kept {
		if strings.HasPrefix(name, shelf) {
			tell(name, one.Put)
		}
	}
	return b.fail
}
