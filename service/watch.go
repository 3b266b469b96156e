package service

import (
	"context"
	"errors"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/outbox"
)

// Step is a piece of work that may be measured and traced. Its words are fixed ones, never data.
type Step struct {
	Kind  string // StepTransaction or StepJob
	Name  string // of a job its kind
	Parts int    // of a transaction: how many commands share it
}

// The kinds of step.
const (
	StepTransaction = "transaction" // one try at one transaction
	StepJob         = "job"
)

// Watch is told that a step begins. It gives the context in which the step goes on, and what is to be
// called with its outcome when it has ended.
type Watch func(ctx context.Context, s Step) (context.Context, func(outcome string))

// The outcomes of a step.
const (
	OutcomeDone    = "done"
	OutcomeAgain   = "again"   // it will be tried again
	OutcomeRefused = "refused" // a rule or a person's mistake
	OutcomeStuck   = "stuck"   // an operator must look
	OutcomeFailed  = "failed"
)

func unwatched(ctx context.Context, _ Step) (context.Context, func(string)) {
	return ctx, func(string) {}
}

// outcomeOf classifies how one try at a transaction ended.
func outcomeOf(err error) string {
	var again *Replayed
	switch {
	case err == nil, errors.As(err, &again):
		return OutcomeDone
	case errors.Is(err, errRaced), model.WorthRetrying(err):
		return OutcomeAgain
	case fault.Of(err) != nil && fault.KindOf(err) != fault.Internal:
		return OutcomeRefused
	}
	return OutcomeFailed
}

// outcomeOfJob classifies how one try at a job ended, by what could be written down of it.
func outcomeOfJob(state model.JobState, err error) string {
	switch {
	case err != nil:
		return OutcomeFailed
	case state == model.JobDone:
		return OutcomeDone
	case state == model.JobStuck:
		return OutcomeStuck
	}
	return OutcomeAgain
}

// Lateness is how far behind its time something is that nobody's command asks for.
type Lateness struct {
	Duties  map[string]time.Duration // by kind; at most lateOccurrences periods
	Matters time.Duration            // since the longest waiting matter should have been warned, raised or closed
}

// lateOccurrences is how many of a duty's last occurrences are looked at.
const lateOccurrences = 10

// Lateness looks at what the duties should have done by now, among all replicas.
func (s *Service) Lateness(ctx context.Context) (Lateness, error) {
	now, h := s.now(), s.DB.Read(ctx)
	late := Lateness{Duties: map[string]time.Duration{}}
	var keys []string
	for _, d := range duties {
		for i := range lateOccurrences {
			keys = append(keys, d.occurrence(now.Truncate(d.every).Add(-time.Duration(i)*d.every)))
		}
	}
	done, err := outbox.DoneOnce(h, keys)
	if err != nil {
		return late, err
	}
	for _, d := range duties {
		owed := now.Truncate(d.every)
		for i := 1; i < lateOccurrences && !done[d.occurrence(owed)]; i++ {
			owed = owed.Add(-d.every)
		}
		if done[d.occurrence(owed)] {
			owed = owed.Add(d.every) // the first that is not done
		}
		late.Duties[d.kind] = max(now.Sub(owed), 0)
	}
	at, err := model.OldestMatterToLookAt(h, now)
	if at != nil {
		late.Matters = now.Sub(*at)
	}
	return late, err
}

// InLanes is how many commands wait in lanes for a transaction.
func (s *Service) InLanes() int { return s.lanes.count() }

// Silence is for how long this replica has not heard what others change; it keeps nothing in memory
// after feedSilence.
func (s *Service) Silence() time.Duration {
	heard := s.feed.heard.Load()
	if heard == nil {
		return 0
	}
	return max(s.Clock.Now().Sub(*heard), 0)
}
