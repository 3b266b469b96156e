package service

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"danyuan/model"
)

// The feed brings the changes of other replicas, and of commands run beside this process. Reading it
// three times a second keeps the promise of one second with room to spare.
const (
	feedPause   = 300 * time.Millisecond
	feedSilence = 900 * time.Millisecond // after it nothing kept is used any more
	feedOverlap = 1000                   // ids are not in commit order: how far back it looks again
	feedKept    = time.Hour
)

type feed struct {
	s     *Service
	heard atomic.Pointer[time.Time] // when the feed was last read; nil before the first time
	last  int64
	seen  map[int64]struct{}
	// turned is up to when dated roles have begun and ended for what is kept here.
	turned time.Time
}

func newFeed(s *Service) *feed { return &feed{s: s, seen: map[int64]struct{}{}} }

// Open tells whether the feed was heard a moment ago.
func (f *feed) Open() bool {
	heard := f.heard.Load()
	if heard == nil {
		return false
	}
	// A clock that is set does not matter where it counts by itself as well (as time.Now does). One that
	// does not, and has gone back, tells nothing of how long the feed was silent.
	silent := f.s.Clock.Now().Sub(*heard)
	return silent >= 0 && silent < feedSilence
}

// FollowChanges reads the feed until the context ends. Before it is called nothing is kept in memory.
func (s *Service) FollowChanges(ctx context.Context) {
	tick := time.NewTicker(feedPause)
	defer tick.Stop()
	for {
		if err := s.ReadChanges(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the feed of changes can't be read", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ReadChanges reads the feed once. Only FollowChanges and tests call it, one at a time.
func (s *Service) ReadChanges(ctx context.Context) error { return s.feed.read(ctx) }

// read applies what is new. The first reading only notes where the feed stands: nothing is kept yet.
func (f *feed) read(ctx context.Context) error {
	asked := f.s.Clock.Now()
	h := f.s.DB.Read(ctx)
	first := f.heard.Load() == nil
	if first {
		last, err := model.LastChange(h)
		if err != nil {
			return err
		}
		f.last, f.turned = last, f.s.now()
	}
	rows, err := model.ChangesAfter(h, f.last-feedOverlap)
	if err != nil {
		return err
	}
	now := f.s.now() // read once: what turns between two readings would belong to neither
	if !f.Open() || now.Before(f.turned) {
		// Silent for too long: what was kept before may be older than what was missed. Or the clock was set
		// back: what is kept knows of roles that have not begun, or have ended, yet.
		for _, k := range f.s.kept {
			k.Clear()
		}
	}
	var topics []string
	seen := make(map[int64]struct{}, len(rows))
	for _, c := range rows {
		seen[c.ID] = struct{}{}
		f.last = max(f.last, c.ID)
		if _, known := f.seen[c.ID]; !known && !first {
			topics = append(topics, c.Topic)
		}
	}
	f.seen = seen
	turned, err := model.TurnedRoles(h, f.turned, now)
	if err != nil {
		return err
	}
	f.turned = now
	for _, a := range turned {
		topics = append(topics, model.PersonTopic(a.PersonID), model.NodeTopic(a.NodeID))
	}
	f.s.useKeys(ctx, topics)
	f.s.drop(topics...)
	f.heard.Store(&asked)
	return nil
}
