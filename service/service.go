// Package service holds the use cases and is the only opener of transactions. It knows gorm as a
// handle, the model, and its leaves; it must not know HTTP, the text of a query, or WeChat's wire.
package service

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"danyuan/model"
	"danyuan/service/fresh"
)

// Clock tells the time. Tests hold it still.
type Clock interface{ Now() time.Time }

// Accounts is what signing in and binding need of WeChat.
type Accounts interface {
	// Session exchanges a wx.login code, once.
	Session(ctx context.Context, code string) (openID, unionID, sessionKey string, err error)
	// Phone exchanges a phone code for eleven digits, once.
	Phone(ctx context.Context, code string) (string, error)
	// GroupID opens what wx.getGroupEnterInfo gave the client.
	GroupID(sessionKey, encrypted, iv string) (string, error)
}

// Outlets is what danyuan sends out through WeChat.
type Outlets interface {
	// CodeImage makes the mini-program code of a scene, as JPEG.
	CodeImage(ctx context.Context, scene, page string) ([]byte, error)
	// Send sends a subscribe message; refused ones come back as the fault "wechat.subscription_refused".
	Send(ctx context.Context, openID, template, page string, data map[string]string) error
	// CheckPhoto asks whether somebody's photo may be shown; the answer is pushed under the trace.
	CheckPhoto(ctx context.Context, openID, link string) (trace string, err error)
	// CheckText asks whether somebody's words may be shown: pass, review or risky, and what was found.
	CheckText(ctx context.Context, openID, text string) (suggest string, label int, err error)
}

// Deps is what a Service is made from.
type Deps struct {
	DB        *model.DB
	Clock     Clock
	Accounts  Accounts
	Outlets   Outlets
	Callbacks Callbacks // nil where WeChat's callback is not configured
	Blobs     Blobs
	PublicURL string // how WeChat reaches us, without a slash at its end; "" where it can't
	Log       *slog.Logger
	Templates map[string]string // notice kind → subscribe template id; a kind without one stays in the inbox
	Watch     Watch             // nil: nobody watches
}

// Service offers the use cases. Every method that changes something takes the Command it belongs to.
type Service struct {
	Deps
	feed    *feed
	actors  *fresh.Cache[string, model.Actor]
	codes   *fresh.Cache[string, model.Node]
	pages   *fresh.Cache[pageKey, Rendered]
	tallies *fresh.Cache[int64, tally] // by unit
	rewards *fresh.Cache[int64, model.Reward]
	kept    []kept // all of these
	work    work
	lanes   lanes
	seen    atomic.Int64 // the latest present, in seconds

	pictures singleflight.Group // of codes, by id
	decoding chan struct{}      // holds one for each photo that is being decoded
}

// kept is something in memory that must not be older than the last change.
type kept interface {
	Drop(topics ...string)
	Clear()
}

// How much is kept in memory: an actor is about 1 KB, a page about 2 KB, a tally or a reward about 500 bytes.
const keptActors, keptCodes, keptPages, keptTallies, keptRewards = 50_000, 20_000, 20_000, 20_000, 5_000

// New makes a Service. Nothing is read before Start or the first call.
func New(d Deps) *Service {
	s := &Service{Deps: d, decoding: make(chan struct{}, decodedAtOnce)}
	if s.Watch == nil {
		s.Watch = unwatched
	}
	s.feed = newFeed(s)
	s.actors = fresh.New[string, model.Actor](s.feed, keptActors)
	s.codes = fresh.New[string, model.Node](s.feed, keptCodes)
	s.pages = fresh.New[pageKey, Rendered](s.feed, keptPages)
	s.tallies = fresh.New[int64, tally](s.feed, keptTallies)
	s.rewards = fresh.New[int64, model.Reward](s.feed, keptRewards)
	s.kept = []kept{s.actors, s.codes, s.pages, s.tallies, s.rewards}
	s.work, s.lanes.by = newWork(s), map[string]*lane{}
	return s
}

// now is the present to the second, in UTC, as it is stored.
func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Second) }

// latest is the present, or where the clock was set back the latest that this process has seen: what had
// expired then stays expired.
func (s *Service) latest() time.Time {
	now := s.now()
	for {
		seen := s.seen.Load()
		if now.Unix() <= seen {
			return time.Unix(seen, 0).UTC()
		}
		if s.seen.CompareAndSwap(seen, now.Unix()) {
			return now
		}
	}
}

// Command is one state-changing request: who asks, and what makes a repetition of it recognisable.
type Command struct {
	By      model.Actor
	Key     string                    // the caller's Idempotency-Key; "" for what the system does itself
	Print   string                    // what was asked: the same key with another print is refused
	Render  func(any) ([]byte, error) // how the answer is kept for a repetition
	Guarded bool                      // who asks must be somebody of the roster: under 14 with a guardian's consent, while it is done
	apart   string                    // keeps nobody's keys apart from another nobody's; "" where that is not needed
}

// owner keeps one user's keys apart from another's, and one stranger's where they can be told apart.
func (c Command) owner() string {
	switch {
	case c.By.UserID == 0 && c.apart != "":
		return "nobody:" + model.HashToken(c.apart)[:16]
	case c.By.UserID == 0:
		return "nobody"
	}
	return model.UserTopic(c.By.UserID)
}

// drop forgets what this replica keeps of the topics; the others learn of them from the feed.
func (s *Service) drop(topics ...string) {
	if len(topics) == 0 {
		return
	}
	for _, k := range s.kept {
		k.Drop(topics...)
	}
}
