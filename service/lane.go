package service

import (
	"context"
	"sync"
	"time"
)

// Commands that contend for the same row would wait for one another's commit, one by one. In a lane
// those that wait share the next transaction instead (group commit): each with its own checks, its own
// answer and its own failure. Whoever comes first opens it; when it is committed the first of those who
// came meanwhile opens the next. Nobody waits for company.

// mostShare is how many commands share a transaction at most: more would not be faster, and the first
// of them would wait for the last.
const mostShare = 128

// fewShare is mostShare for commands that say nothing beforehand of what they will lock: on a database server each
// of them asks and writes by itself, one after another, so many together only wait for one another.
const fewShare = 16

// sharedTime bounds a shared transaction, whose parts have deadlines of their own.
const sharedTime = 20 * time.Second

// lanes are the lanes in use, by name.
type lanes struct {
	sync.Mutex
	by map[string]*lane
}

// count gives how many wait, in all lanes.
func (l *lanes) count() (n int) {
	l.Lock()
	defer l.Unlock()
	for _, in := range l.by {
		n += len(in.waiting)
	}
	return n
}

type lane struct {
	waiting []*rider
}

// rider is a part that waits in a lane, or for the transaction that it is in.
type rider struct {
	*part
	lead chan struct{} // closed when this one opens the next transaction
	most int           // how many may share it
}

// inLane is inTx for commands that contend for the same row: those that name the same lane share
// transactions. hold names what fn will lock and be judged by: that is locked and read for all of them before the
// first begins.
func inLane[R any](ctx context.Context, s *Service, name string, hold holding, cmd Command, fn func(t *tx) (R, error)) (R, error) {
	r := &rider{part: newPart(cmd, fn), lead: make(chan struct{}), most: mostShare}
	switch {
	case name != jobLane && s.DB.Dialect() == "sqlite":
		name = "the one writer" // everybody contends for it; jobs take turns with people there, and not a place among them
	case hold.nothing():
		r.most = fewShare
	}
	r.hold = hold
	if s.lanes.join(name, r) {
		go s.lead(ctx, name, r)
		return await[R](ctx, s, r.part)
	}
	select {
	case <-r.lead:
		go s.lead(ctx, name, r)
	case <-r.done:
	case <-ctx.Done():
		if s.lanes.leave(name, r) {
			var none R
			return none, wrap(ctx.Err())
		}
		select { // too late to go: it is to open the next transaction, or in one already
		case <-r.lead:
			go s.lead(ctx, name, r)
		default:
		}
	}
	return await[R](ctx, s, r.part)
}

// lead opens a transaction for all who wait in the lane, and hands the lane on.
func (s *Service) lead(ctx context.Context, name string, r *rider) {
	sharing, cancel := context.WithTimeout(context.WithoutCancel(ctx), sharedTime)
	defer cancel()
	defer s.lanes.handOn(name)
	if name == jobLane {
		defer s.rest(sharing, s.Clock.Now())
	}
	riders := s.lanes.board(name, r.most)
	parts := make([]*part, len(riders))
	for i, r := range riders {
		parts[i] = r.part
	}
	s.carry(sharing, parts)
}

// rest waits four times as long as something has been at work since a moment that nobody waits for: however much of it
// there is, four fifths of the time at the database are people's.
func (s *Service) rest(ctx context.Context, since time.Time) {
	pause(ctx, min(4*s.Clock.Now().Sub(since), longestRest))
}

// longestRest is where a slow database is no reason for jobs to be slower still.
const longestRest = 100 * time.Millisecond

// join puts a rider into a lane, and tells whether they are to open the transaction.
func (l *lanes) join(name string, r *rider) (leads bool) {
	l.Lock()
	defer l.Unlock()
	in := l.by[name]
	if in == nil {
		in, leads = &lane{}, true
		l.by[name] = in
	}
	in.waiting = append(in.waiting, r)
	return leads
}

// leave takes a rider out who waits for nothing but their turn.
func (l *lanes) leave(name string, r *rider) bool {
	l.Lock()
	defer l.Unlock()
	select {
	case <-r.lead:
		return false
	default:
	}
	in := l.by[name]
	if in == nil {
		return false
	}
	for i, other := range in.waiting {
		if other == r {
			in.waiting = append(in.waiting[:i], in.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// board takes those who wait, as many as may share, in the order in which they came.
func (l *lanes) board(name string, most int) []*rider {
	l.Lock()
	defer l.Unlock()
	in := l.by[name]
	n := min(len(in.waiting), most)
	riders := in.waiting[:n:n]
	in.waiting = in.waiting[n:]
	return riders
}

// handOn lets the first who waits open the next transaction; with nobody there the lane is closed.
func (l *lanes) handOn(name string) {
	l.Lock()
	defer l.Unlock()
	in := l.by[name]
	if len(in.waiting) == 0 {
		delete(l.by, name)
		return
	}
	close(in.waiting[0].lead)
}
