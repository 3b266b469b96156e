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

// takeBackMatters does it for one person. What waits for its reporter is taken back once they have answered.
func (s *Service) takeBackMatters(ctx context.Context, person int64) error {
	given, err := model.MattersGivenTo(s.DB.Read(ctx), person)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range given {
		failed = errors.Join(failed, s.takeBackMatter(ctx, id, person))
	}
	return failed
}

func (s *Service) takeBackMatter(ctx context.Context, id, person int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (none struct{}, err error) {
		if _, err := model.LockMatter(t.DB, id); err != nil {
			return none, err
		}
		m, err := model.ListedMatterByID(t.DB, id)
		if err != nil || m.HandlerID != person {
			return none, err
		}
		rule := model.RuleOf(model.MoveTakeBack)
		if !slices.Contains(rule.From, m.State) {
			return none, nil
		}
		switch err := t.needGivenTo(&m, person); {
		case errors.Is(err, model.ErrMatterWhom):
			return none, t.moveMatter(&m, rule, MatterDo{})
		default:
			return none, err
		}
	})
	return err
}

// oweTakingBack owes it for the end of an appointment.
func (t *tx) oweTakingBack(a model.Appointment) error {
	if a.EndsAt == nil || !slices.Contains(model.GivenTo, a.Role) {
		return nil
	}
	return t.owe(takeBackMatters, a.PersonID, "", *a.EndsAt)
}
