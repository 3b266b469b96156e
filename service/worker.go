package service

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/outbox"
)

// work is what the workers of this replica share.
type work struct {
	jobs  map[string]job
	wake  [2]chan struct{} // of each crew; one in it is enough: who wakes takes all that is due
	poll  time.Duration    // how often the outbox is looked at for what other replicas owe
	renew time.Duration    // how often the lease of a long job is renewed
}

// moment is how long a crew waits for company: jobs that are owed, or hands that come free, within it are claimed
// together. A claim is a commit, for which people wait who report or redeem meanwhile.
const moment = 50 * time.Millisecond

// handsAbroad is how many hands the crew that asks outside has for each worker: mostly they wait for an answer.
const handsAbroad = 8

func newWork(s *Service) work {
	return work{jobs: s.jobTable(), wake: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}, poll: time.Second, renew: outbox.Lease / 3}
}

func (s *Service) wakeWorker() {
	for _, wake := range s.work.wake {
		select {
		case wake <- struct{}{}:
		default: // somebody will wake already
		}
	}
}

// Work does what is owed until the context ends; then it finishes the jobs under way and returns. A caller
// who can't wait for that may leave: an unfinished job is done by another worker once its lease is over.
// Two crews work: one, of handsAbroad for each worker, does what asks somebody outside, who may be slow or silent;
// the other, of a hand for each, all the rest, which must not wait for them.
func (s *Service) Work(ctx context.Context, workers int) {
	var crews sync.WaitGroup
	defer crews.Wait()
	abroad, home := s.crew(workers*handsAbroad), s.crew(workers)
	isAbroad := func(kind string) bool { return slices.Contains(asksOutside, kind) }
	home.kinds = slices.DeleteFunc(slices.Clone(home.kinds), isAbroad)
	abroad.kinds = slices.DeleteFunc(abroad.kinds, func(kind string) bool { return !isAbroad(kind) })
	crews.Go(func() { abroad.work(ctx, s.work.wake[0], func(context.Context) error { return nil }) })
	crews.Go(func() { home.work(ctx, s.work.wake[1], home.oweDuties) })
}

// work does what is owed of the crew's kinds, and first, each time, what else is to be done.
func (c *crew) work(ctx context.Context, wake <-chan struct{}, first func(context.Context) error) {
	s := c.s
	tick := time.NewTicker(s.work.poll)
	defer tick.Stop()
	defer c.running.Wait()
	for ctx.Err() == nil {
		err := first(ctx)
		full := false
		if err == nil {
			_, full, err = c.round(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the outbox can't be read", slog.String("error", err.Error()))
		}
		if full && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-wake:
			pause(ctx, moment)
		}
	}
}

// WorkOff does what is due now, one job after another, and returns when nothing is. Tests call it, and
// commands that run without a server.
func (s *Service) WorkOff(ctx context.Context) error {
	c := s.crew(1)
	defer c.running.Wait()
	for {
		if some, _, err := c.round(ctx); err != nil || !some {
			return err
		}
		c.running.Wait()
	}
}

// crew is one run of Work.
type crew struct {
	s       *Service
	slots   chan struct{} // holds one for each job under way
	running sync.WaitGroup
	kinds   []string             // only what this binary knows is claimed: a newer one may owe more
	owed    map[string]time.Time // the last occurrence of each duty that was owed here
}

func (s *Service) crew(workers int) *crew {
	return &crew{s: s, slots: make(chan struct{}, workers), kinds: slices.Sorted(maps.Keys(s.work.jobs)), owed: map[string]time.Time{}}
}

// round claims as many jobs as there are hands free, and starts them. some says that there was something to claim,
// though others may have been faster; full, that there may be more.
func (c *crew) round(ctx context.Context) (some, full bool, err error) {
	free := c.hands(ctx)
	defer func() {
		for range free {
			<-c.slots
		}
	}()
	if free == 0 {
		return false, false, nil
	}
	ids, err := outbox.Due(c.s.DB.Read(ctx), c.kinds, c.s.now(), free)
	if err != nil || len(ids) == 0 {
		return false, false, err
	}
	full = len(ids) == free
	// From here on nothing is broken off by a stop: what is claimed is also done.
	ctx = context.WithoutCancel(ctx)
	jobs, err := inTx(ctx, c.s, Command{}, func(t *tx) ([]model.Job, error) { return outbox.Claim(t.DB, ids, t.now) })
	free -= len(jobs)
	for _, j := range jobs {
		c.running.Go(func() {
			defer func() { <-c.slots }()
			c.s.do(ctx, j)
		})
	}
	return true, full, err
}

// hands takes the hands that are free, and gives how many: at least one, and half of them if they come free within
// a moment. 0 says that the context has ended.
func (c *crew) hands(ctx context.Context) (free int) {
	over := time.NewTimer(moment)
	defer over.Stop()
	waited := over.C
	for free == 0 || free < cap(c.slots)/2 && waited != nil {
		select {
		case c.slots <- struct{}{}:
			free++
		case <-waited:
			waited = nil
		case <-ctx.Done():
			for range free {
				<-c.slots
			}
			return 0
		}
	}
	for {
		select {
		case c.slots <- struct{}{}:
			free++
		default:
			return free
		}
	}
}

// oweDuties owes what this moment's occurrence of each duty asks for, unless a replica has done so.
func (c *crew) oweDuties(ctx context.Context) error {
	for _, d := range duties {
		at := c.s.now().Truncate(d.every)
		if c.owed[d.kind].Equal(at) {
			continue
		}
		_, err := inTx(ctx, c.s, Command{}, func(t *tx) (struct{}, error) {
			return struct{}{}, t.owe(d.kind, 0, d.occurrence(at), t.now)
		})
		if err != nil {
			return err
		}
		c.owed[d.kind] = at
	}
	return nil
}

// do does one claimed job and writes down what came of it.
func (s *Service) do(ctx context.Context, j model.Job) {
	ctx, ended := s.Watch(ctx, Step{Kind: StepJob, Name: j.Kind})
	kept, letGo := context.WithCancel(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() { s.keep(kept, letGo, j) })
	came := s.attempt(kept, j)
	letGo()
	keeping.Wait()
	state, err := s.conclude(ctx, j, came)
	ended(outcomeOfJob(state, err))
	switch {
	case err != nil:
		s.Log.ErrorContext(ctx, "what came of a job can't be written down", slog.Int64("job", j.ID), slog.String("kind", j.Kind), slog.String("error", err.Error()))
	case state == model.JobStuck:
		s.Log.ErrorContext(ctx, "a job is stuck", slog.Int64("job", j.ID), slog.String("kind", j.Kind))
	}
}

// keep renews the lease of a job while it is under way, and ends the job's context when it is lost.
func (s *Service) keep(ctx context.Context, lost context.CancelFunc, j model.Job) {
	tick := time.NewTicker(s.work.renew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) { return struct{}{}, outbox.Renew(t.DB, j, t.now) })
		if errors.Is(err, outbox.ErrLost) {
			lost()
			return
		}
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a lease can't be renewed", slog.Int64("job", j.ID), slog.String("error", err.Error()))
		}
	}
}

// attempt runs the job's code; a panic in it is this job's failure and nobody else's. A job that has
// been claimed more often than it may fail has taken its worker with it each time.
func (s *Service) attempt(ctx context.Context, j model.Job) (err error) {
	defer func() {
		if broke := fault.Caught(recover()); broke != nil {
			err = errPanicked.Because(broke)
		}
	}()
	if j.Attempts > outbox.Tries {
		return errKilled
	}
	return s.work.jobs[j.Kind](ctx, j.SubjectID)
}

// jobLane is the lane of what jobs write. They contend for no row; what they share is the commit, so that many that
// are done at once do not keep people waiting who report or redeem meanwhile. Nobody else rides in it.
const jobLane = "jobs"

// conclude writes down what came of a job. One that was lost on the way is its new worker's business.
func (s *Service) conclude(ctx context.Context, j model.Job, err error) (model.JobState, error) {
	var over *settled
	if err != nil && !errors.As(err, &over) {
		s.Log.WarnContext(ctx, "a job failed", slog.Int64("job", j.ID), slog.String("kind", j.Kind), slog.Int("attempts", j.Attempts),
			slog.String("code", fault.CodeOf(err)), slog.String("error", err.Error()))
	}
	state, failed := inLane(ctx, s, jobLane, holding{}, Command{}, func(t *tx) (model.JobState, error) {
		switch {
		case err == nil:
			t.draft.done = append(t.draft.done, j)
			return model.JobDone, nil
		case over != nil:
			return model.JobDone, outbox.Done(t.DB, []model.Job{j}, fault.CodeOf(err), t.now)
		case permanent(err):
			return model.JobStuck, outbox.GiveUp(t.DB, j, fault.CodeOf(err))
		}
		return outbox.Failed(t.DB, j, fault.CodeOf(err), t.now)
	})
	if errors.Is(failed, outbox.ErrLost) {
		return model.JobDue, nil
	}
	return state, failed
}
