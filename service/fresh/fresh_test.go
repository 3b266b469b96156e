package fresh_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"danyuan/service/fresh"
)

type gate struct{ closed atomic.Bool }

func (g *gate) Open() bool { return !g.closed.Load() }

// book is what a cache is made from in these tests: a version that changes.
type book struct {
	version atomic.Int64
	loads   atomic.Int64
}

// load reads the book, as depending on the topics.
func (b *book) load(topics ...string) fresh.Load[int64] {
	return func(context.Context) (int64, []string, error) {
		b.loads.Add(1)
		return b.version.Load(), topics, nil
	}
}

// slowly reads the book and then holds the value until it may go on.
func (b *book) slowly(has chan<- struct{}, goOn <-chan struct{}) fresh.Load[int64] {
	return func(context.Context) (int64, []string, error) {
		v := b.version.Load()
		close(has)
		<-goOn
		return v, []string{"t"}, nil
	}
}

func get(t *testing.T, c *fresh.Cache[string, int64], key string, load fresh.Load[int64]) int64 {
	t.Helper()
	v, err := c.Get(t.Context(), key, load)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestGet_loadsOnceUntilATopicDrops(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 10), &book{}
	for range 3 {
		get(t, c, "k", b.load("a", "b"))
	}
	if n := b.loads.Load(); n != 1 {
		t.Fatalf("%d loads, want 1", n)
	}
	c.Drop("other")
	get(t, c, "k", b.load("a", "b"))
	if n := b.loads.Load(); n != 1 {
		t.Fatalf("another topic dropped it: %d loads", n)
	}
	for i, topic := range []string{"a", "b"} {
		b.version.Store(int64(i + 1))
		c.Drop(topic)
		if v := get(t, c, "k", b.load("a", "b")); v != int64(i+1) {
			t.Fatalf("after a change of %s: version %d, want %d", topic, v, i+1)
		}
	}
}

// TestGet_valueReadBeforeAChangeIsNotServedAfterIt is the case for which the cache was written: a load
// has read the old value when the change comes, and stores it after.
func TestGet_valueReadBeforeAChangeIsNotServedAfterIt(t *testing.T) {
	for name, change := range map[string]func(c *fresh.Cache[string, int64]){
		"dropped": func(c *fresh.Cache[string, int64]) { c.Drop("t") },
		"cleared": func(c *fresh.Cache[string, int64]) { c.Clear() },
	} {
		t.Run(name, func(t *testing.T) {
			c, b := fresh.New[string, int64](&gate{}, 10), &book{}
			has, goOn, early := make(chan struct{}), make(chan struct{}), make(chan int64)
			go func() {
				v, _ := c.Get(t.Context(), "k", b.slowly(has, goOn))
				early <- v
			}()
			<-has
			b.version.Store(1)
			change(c)
			if v := get(t, c, "k", b.load("t")); v != 1 {
				t.Errorf("who came after the change was given version %d", v)
			}
			close(goOn)
			if v := <-early; v != 0 {
				t.Errorf("who came before the change was given version %d", v)
			}
			if v := get(t, c, "k", b.load("t")); v != 1 {
				t.Errorf("the old value was stored over the new one: version %d", v)
			}
		})
	}
}

// TestGet_olderLoadDoesNotEndTheYoungerOnesFlight: the old load comes home while the new one flies.
func TestGet_olderLoadDoesNotEndTheYoungerOnesFlight(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 10), &book{}
	var gates [2]struct{ has, goOn chan struct{} }
	answers := make(chan int64, 2)
	for i := range gates {
		gates[i].has, gates[i].goOn = make(chan struct{}), make(chan struct{})
		go func() {
			v, _ := c.Get(t.Context(), "k", b.slowly(gates[i].has, gates[i].goOn))
			answers <- v
		}()
		<-gates[i].has
		if i == 0 {
			b.version.Store(1)
			c.Drop("t")
		}
	}
	close(gates[0].goOn)
	if v := <-answers; v != 0 {
		t.Fatalf("the first was given version %d", v)
	}
	shared := make(chan int64)
	go func() { v, _ := c.Get(t.Context(), "k", b.load("t")); shared <- v }()
	close(gates[1].goOn)
	if v := <-answers; v != 1 {
		t.Fatalf("the second was given version %d", v)
	}
	if v := <-shared; v != 1 {
		t.Fatalf("the third was given version %d", v)
	}
}

func TestGet_errorsAreNotKept(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 10), &book{}
	broken := errors.New("broken")
	if _, err := c.Get(t.Context(), "k", func(context.Context) (int64, []string, error) { return 0, []string{"t"}, broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	b.version.Store(7)
	if v := get(t, c, "k", b.load("t")); v != 7 || c.Len() != 1 {
		t.Fatalf("version %d, %d kept", v, c.Len())
	}
}

// TestGet_panicOfALoadIsItsFailureAndNotTheProcess: a load runs beside the request, where nobody would catch it.
func TestGet_panicOfALoadIsItsFailureAndNotTheProcess(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 10), &book{}
	_, err := c.Get(t.Context(), "k", func(context.Context) (int64, []string, error) { panic("a fault of ours") })
	if err == nil || !strings.Contains(err.Error(), "TestGet_panicOfALoad") {
		t.Fatalf("the log would be told %v", err)
	}
	if v := get(t, c, "k", b.load("t")); v != 0 {
		t.Fatalf("version %d", v)
	}
}

func TestGet_closedGateKeepsAndUsesNothing(t *testing.T) {
	g := &gate{}
	c, b := fresh.New[string, int64](g, 10), &book{}
	get(t, c, "k", b.load("t"))
	g.closed.Store(true)
	b.version.Store(1)
	if v := get(t, c, "k", b.load("t")); v != 1 {
		t.Fatalf("with a closed gate version %d was served", v)
	}
	get(t, c, "another", b.load("t"))
	if c.Len() != 1 {
		t.Fatalf("with a closed gate something was kept: %d", c.Len())
	}
}

func TestGet_keepsNoMoreThanItsLimit(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 3), &book{}
	for i := range 100 {
		get(t, c, strconv.Itoa(i), b.load("t", "t"+strconv.Itoa(i)))
		if c.Len() > 3 {
			t.Fatalf("%d are kept", c.Len())
		}
	}
	c.Drop("t")
	if c.Len() != 0 {
		t.Fatalf("%d are kept of a topic that was dropped", c.Len())
	}
}

func TestGet_whoGivesUpDoesNotSpoilItForTheOthers(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 10), &book{}
	has, goOn := make(chan struct{}), make(chan struct{})
	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := c.Get(ctx, "k", b.slowly(has, goOn))
		gone <- err
	}()
	<-has
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Fatalf("who gave up: %v", err)
	}
	close(goOn)
	if v := get(t, c, "k", b.load("t")); v != 0 {
		t.Fatalf("version %d", v)
	}
}

// TestGet_versionsNeverGoBack lets sixteen read while one changes the book: who comes after a change is
// over never sees what was before it.
func TestGet_versionsNeverGoBack(t *testing.T) {
	c, b := fresh.New[string, int64](&gate{}, 4), &book{}
	var over atomic.Int64 // the last change whose topics have been dropped
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 16 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				least := over.Load()
				v, err := c.Get(t.Context(), strconv.Itoa(i%6), b.load("t", "u"+strconv.Itoa(i%6)))
				if err != nil || v < least {
					t.Errorf("version %d after change %d was over (%v)", v, least, err)
					return
				}
			}
		})
	}
	for n := range int64(3000) {
		b.version.Store(n + 1)
		if n%7 == 0 {
			c.Clear()
		} else {
			c.Drop("t")
		}
		over.Store(n + 1)
	}
	close(stop)
	readers.Wait()
}
