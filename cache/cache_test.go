package cache

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func open(t *testing.T, url string, now func() time.Time) *Cache {
	t.Helper()
	c, err := Open(t.Context(), url, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// everywhere runs a test in process, and against the Redis of DANYUAN_TEST_REDIS_URL if that is set.
// The key is the test's own; expire lets a second pass for it.
func everywhere(t *testing.T, test func(t *testing.T, c *Cache, key string, expire func())) {
	t.Run("inside", func(t *testing.T) {
		k := newClock()
		c := open(t, "", k.Now)
		test(t, c, t.Name(), func() { k.pass(time.Second); c.inside.age() })
	})
	if url := os.Getenv("DANYUAN_TEST_REDIS_URL"); url != "" {
		t.Run("server", func(t *testing.T) {
			c := open(t, url, time.Now)
			key := t.Name() + time.Now().String()
			test(t, c, key, func() { untilGone(t, c, key) })
		})
	}
}

// untilGone waits until the server has let the test's key expire.
func untilGone(t *testing.T, c *Cache, key string) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for range 100 {
		var left int64
		for _, space := range []string{"value", "limit"} { // one at a time: they may lie on two nodes
			n, err := c.client.Exists(t.Context(), name(space, key)).Result()
			if err != nil {
				t.Fatal(err)
			}
			left += n
		}
		if left == 0 {
			return
		}
		<-again.C
	}
	t.Fatal("the key does not expire")
}

func TestValue_isKeptUntilDeletedOrExpired(t *testing.T) {
	everywhere(t, func(t *testing.T, c *Cache, key string, expire func()) {
		if _, ok := c.Get(key); ok {
			t.Fatal("there was something before")
		}
		has := func(want string) {
			t.Helper()
			if got, ok := c.Get(key); ok != (want != "") || got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		for _, step := range []struct {
			do   func() error
			want string
		}{
			{func() error { return c.Set(key, "a", time.Hour) }, "a"},
			{func() error { return c.Set(key, "b", time.Hour) }, "b"},
			{func() error { return c.Delete(key) }, ""},
			{func() error { return c.Delete(key) }, ""},
			{func() error { return c.Set(key, "c", time.Hour) }, "c"},
			{func() error { return c.Set(key, "d", 0) }, ""},
			{func() error { return c.Set(key, "e", time.Second) }, "e"},
			{func() error { expire(); return nil }, ""},
		} {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			has(step.want)
		}
	})
}

func TestOpen_insideExpiresByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := Open(t.Context(), "", time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Set("k", "v", 90*time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(89 * time.Second) //nolint:forbidigo // in the bubble no time passes
		if _, ok := c.Get("k"); !ok {
			t.Error("gone too early")
		}
		time.Sleep(2 * time.Second) //nolint:forbidigo // in the bubble no time passes
		if _, ok := c.Get("k"); ok {
			t.Error("still there")
		}
	})
}

func TestOpen_insideEachCacheIsItsOwn(t *testing.T) {
	a, b := open(t, "", time.Now), open(t, "", time.Now)
	if err := a.Set("k", "v", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Get("k"); ok {
		t.Error("two caches share")
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpen_refusesWithoutTellingThePassword(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireAuth("right")
	for url, want := range map[string]error{
		"redis://:hunter2 @h:1/x":           ErrURL,
		"http://:hunter2@h":                 ErrURL,
		"redis://:hunter2@" + server.Addr(): ErrRefused,
	} {
		_, err := Open(t.Context(), url, time.Now)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", url, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	open(t, "redis://:right@"+server.Addr(), time.Now)
}

func TestOpen_goesOnWithoutAServer(t *testing.T) {
	c := open(t, "redis://"+nobody(t), newClock().Now)
	if err := c.Ping(t.Context()); !errors.Is(err, ErrSilent) {
		t.Errorf("ping: %v", err)
	}
	if err := c.Set("k", "v", time.Hour); !errors.Is(err, ErrSilent) {
		t.Errorf("set: %v", err)
	}
	if _, ok := c.Get("k"); ok {
		t.Error("got a value from nowhere")
	}
	if err := c.Delete("k"); !errors.Is(err, ErrSilent) {
		t.Errorf("delete: %v", err)
	}
	if ok, _ := c.Allow(t.Context(), "k", 1, time.Minute); !ok {
		t.Error("first use refused")
	}
}

func TestOpen_stopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, "redis://"+nobody(t), time.Now); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestKeys_sayNothingAboutPeople(t *testing.T) {
	server := miniredis.RunT(t)
	c := open(t, "redis://"+server.Addr(), time.Now)
	c.Allow(t.Context(), "login:13800138000", 5, time.Minute)
	if err := c.Set("phone:13800138000", "v", time.Hour); err != nil {
		t.Fatal(err)
	}
	if len(server.Keys()) != 2 {
		t.Fatalf("keys %q", server.Keys())
	}
	for _, key := range server.Keys() {
		if strings.Contains(key, "138") || !strings.HasPrefix(key, "danyuan:") || server.TTL(key) <= 0 {
			t.Errorf("key %q, ttl %v", key, server.TTL(key))
		}
	}
}

// nobody gives an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
