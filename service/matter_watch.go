package service

import (
	"context"
	"errors"
	"fmt"

	"danyuan/model"
)

// watchMatters is the duty that moves matters by time: it warns, raises, and closes what nobody answered.
const watchMatters = "watch_matters"

// watchedAtOnce bounds one reading of what is due.
const watchedAtOnce = 200

// WatchMatters looks only at what is due; what was due while every replica was down it does now, each step
// once. A worker calls it every minute; it may run beside itself.
func (s *Service) WatchMatters(ctx context.Context) error {
	return eachDue(func() ([]int64, error) {
		return model.MattersToLookAt(s.DB.Read(ctx), s.now(), watchedAtOnce)
	}, func(id int64) error { return s.watchMatter(ctx, id) })
}

// eachDue works off what is due, portion by portion. What fails keeps nothing else of its portion waiting,
// and is due again the next time; portions end with the first that had such a one, or it would be met for ever.
func eachDue(due func() ([]int64, error), do func(id int64) error) error {
	for {
		ids, err := due()
		if err != nil || len(ids) == 0 {
			return err
		}
		var failed error
		for _, id := range ids {
			if err := do(id); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%d: %w", id, err))
			}
		}
		if failed != nil {
			return failed
		}
	}
}

// watchMatter makes the moves that time makes of one matter by now.
func (s *Service) watchMatter(ctx context.Context, id int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		var none struct{}
		if _, err := model.LockMatter(t.DB, id); err != nil {
			return none, err
		}
		m, err := model.ListedMatterByID(t.DB, id)
		if err != nil {
			return none, err
		}
		for m.LookAt != nil && !m.LookAt.After(t.now) {
			if err := t.moveMatter(&m, model.RuleOf(dueMove(m.Matter)), MatterDo{}); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	return err
}

// dueMove gives what time does to a matter whose moment has come.
func dueMove(m model.Matter) model.MatterMove {
	switch {
	case m.State == model.MatterResolved:
		return model.MoveLapse
	case !m.Warned:
		return model.MoveWarn
	case m.Step.Level() == len(model.Steps)-1:
		return model.MoveOverdue
	}
	return model.MoveRaise
}
