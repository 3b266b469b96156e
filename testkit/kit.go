// Package testkit gives every test a house of its own: a fresh database on the engine under test, a
// clock that stands still, a WeChat that answers, and builders that take only what matters. It knows no API:
// package edge puts one before the house.
package testkit

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// Much is made and dropped here, and little kept: looking through it less often takes a fifth off the tests.
var _ = debug.SetGCPercent(400)

// Start is when every test begins: a Thursday morning in Anqing.
var Start = time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)

// Clock stands still until it is moved.
type Clock struct{ ns atomic.Int64 }

// NewClock gives a clock that stands at Start.
func NewClock() *Clock { c := &Clock{}; c.ns.Store(Start.UnixNano()); return c }

// Now is where the clock stands.
func (c *Clock) Now() time.Time { return time.Unix(0, c.ns.Load()).UTC() }

// Move moves it.
func (c *Clock) Move(d time.Duration) { c.ns.Add(int64(d)) }

// Kit is one test's house.
type Kit struct {
	testing.TB
	DB     *model.DB
	Clock  *Clock
	WeChat *WeChat
	Blobs  *Blobs
	S      *service.Service
	ctx    context.Context
	serial *atomic.Int64
}

// New builds a house with an empty database. Tests that have one run beside one another: a house shares
// nothing with another.
func New(t testing.TB) *Kit {
	t.Helper()
	if top, ok := t.(*testing.T); ok && !strings.Contains(t.Name(), "/") {
		if _, again := beside.LoadOrStore(t.Name(), true); !again {
			top.Parallel()
		}
	}
	return newOn(t, database(t))
}

// On builds a house on a database of the test's own, such as one with keys of its own.
func On(t testing.TB, db *model.DB) *Kit { t.Helper(); return newOn(t, db) }

// beside names the tests that run beside others.
var beside sync.Map

func newOn(t testing.TB, db *model.DB) *Kit {
	t.Helper()
	clock := NewClock()
	k := &Kit{TB: t, DB: db, Clock: clock, WeChat: newWeChat(), Blobs: newBlobs(clock), ctx: context.Background(), serial: &atomic.Int64{}}
	k.S = k.Replica()
	k.Cleanup(k.readable)
	return k
}

// readable looks that whoever reads the audit log will find a title for all that the test did.
func (k *Kit) readable() {
	k.Helper()
	var done []string
	if err := k.DB.Read(k.ctx).Model(&model.Audit{}).Distinct("action").Find(&done).Error; err != nil {
		return // the test has broken its database
	}
	for _, action := range done {
		if a := (model.Audit{Action: action}); strings.Contains(action, ".") && !a.Titled() { // what a test makes up has no dot
			k.Errorf("the audit log has %q, which model/audit_title.go does not know", action)
		}
	}
}

// Replica gives one more server on the same database.
func (k *Kit) Replica() *service.Service {
	k.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(k.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	s := service.New(service.Deps{DB: k.DB, Clock: k.Clock, Accounts: k.WeChat, Outlets: k.WeChat, Blobs: k.Blobs, PublicURL: PublicURL, Log: log, Templates: Templates})
	k.must(s.ReadChanges(k.ctx))
	return s
}

// Move moves the clock, and lets the feed be heard again.
func (k *Kit) Move(d time.Duration) {
	k.Helper()
	k.Clock.Move(d)
	k.must(k.S.ReadChanges(k.ctx))
}

// WorkOff does the jobs that are due now, as a worker would.
func (k *Kit) WorkOff() { k.Helper(); k.must(k.S.WorkOff(k.ctx)) }

func (k *Kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// Keys are the same for every test of a process: making them takes longer than most tests.
var Keys = sync.OnceValue(func() *model.Keys {
	dir, err := os.MkdirTemp("", "danyuan-keys-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	keys := filepath.Join(dir, "keys")
	if err := model.CreateKeys(keys); err != nil {
		panic(err)
	}
	k, err := model.LoadKeys(keys)
	if err != nil {
		panic(err)
	}
	return k
})
