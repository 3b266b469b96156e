package service

import (
	"context"

	"danyuan/model"
)

// watchMatters is the duty that moves matters by time: it warns, raises, and closes what nobody answered.
const watchMatters = "watch_matters"

// watchedAtOnce bounds one reading of what is due.
const watchedAtOnce = 200

// WatchMatters looks only at what is due; what was due while every replica was down it does now, each step
// once. A worker calls it every minute; it may run beside itself.
func (s *Service) WatchMatters(ctx context.Context) error {
	for {
		due, err := model.MattersToLookAt(s.DB.Read(ctx), s.now(), watchedAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, id := range due {
			if err := s.watchMatter(ctx, id); err != nil {
				return err
			}
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
