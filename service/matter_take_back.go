package service

import (
	"context"
	"errors"
	"slices"

	"danyuan/model"
)

// takeBackMatters is the job that takes from a person the matters that they may not be given any more,
// because a role of theirs has ended or what they hold it for lies elsewhere now.
const takeBackMatters = "take_back_matters"

// clearDesk is the job that takes matters from the desk of a node that has ended and has no successor.
const clearDesk = "clear_desk"

// takeBackMatters does it for one person. What waits for its reporter is taken back once they have answered.
func (s *Service) takeBackMatters(ctx context.Context, person int64) error {
	given, err := model.MattersGivenTo(s.DB.Read(ctx), person)
	if err != nil {
		return err
	}
	return s.takeBack(ctx, given, func(t *tx, m *model.ListedMatter) (bool, error) {
		if m.HandlerID != person {
			return false, nil
		}
		err := t.needGivenTo(m.Matter, person)
		if errors.Is(err, model.ErrMatterWhom) {
			return true, nil
		}
		return false, err
	})
}

// clearDesk does it for one node. What waits for its reporter follows once they have answered.
func (s *Service) clearDesk(ctx context.Context, node int64) error {
	waiting, err := model.MattersOn(s.DB.Read(ctx), node)
	if err != nil {
		return err
	}
	return s.takeBack(ctx, waiting, func(_ *tx, m *model.ListedMatter) (bool, error) {
		return m.DeskID != nil && *m.DeskID == node, nil
	})
}

// takeBack takes those of the matters back that are due to be, each in a transaction of its own.
func (s *Service) takeBack(ctx context.Context, matters []int64, due func(t *tx, m *model.ListedMatter) (bool, error)) error {
	var failed error
	for _, id := range matters {
		_, err := inTx(ctx, s, Command{}, func(t *tx) (none struct{}, err error) {
			if _, err := model.LockMatter(t.DB, id); err != nil {
				return none, err
			}
			m, err := model.ListedMatterByID(t.DB, id)
			if err != nil {
				return none, err
			}
			rule := model.RuleOf(model.MoveTakeBack)
			if !slices.Contains(rule.From, m.State) {
				return none, nil
			}
			if yes, err := due(t, &m); err != nil || !yes {
				return none, err
			}
			return none, t.moveMatter(&m, rule, MatterDo{})
		})
		failed = errors.Join(failed, err)
	}
	return failed
}

// oweLookingAgain owes it for a matter that goes on after its reporter has answered: who worked on it may have left
// office meanwhile, or its desk have ended.
func (t *tx) oweLookingAgain(m model.Matter) error {
	if m.HandlerID != 0 {
		return t.owe(takeBackMatters, m.HandlerID, "", t.now)
	}
	desk, err := model.NodeByID(t.DB, *m.DeskID)
	if err != nil || desk.State == model.NodeActive {
		return err
	}
	return t.owe(clearDesk, desk.ID, "", t.now)
}

// oweTakingBack owes it for the end of an appointment.
func (t *tx) oweTakingBack(a model.Appointment) error {
	if a.EndsAt == nil || !slices.Contains(model.GivenTo, a.Role) {
		return nil
	}
	return t.owe(takeBackMatters, a.PersonID, "", *a.EndsAt)
}
