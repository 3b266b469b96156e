package service

import (
	"context"

	"danyuan/model"
)

// HandOut fulfils the redemption of a community that a pick-up code stands for, once. Refusals:
// node.not_found outside the actor's scope, reward.place_unfit, pick_up.code_malformed, pick_up.code_unknown (also for
// another community's), pick_up.own, pick_up.too_many_wrong_codes, pick_up.used, pick_up.cancelled and
// pick_up.expired with since when.
func (s *Service) HandOut(ctx context.Context, cmd Command, community int64, code string) (model.ListedRedemption, error) {
	none := model.ListedRedemption{}
	n, err := s.nodeFor(ctx, cmd.By, community, model.PickUp, model.ErrNodeNotFound)
	if err != nil {
		return none, err
	}
	if n.Kind != model.Community {
		return none, model.ErrRewardPlace
	}
	digits, ok := model.PickUpDigits(code)
	if !ok {
		return none, model.ErrPickUpMalformed
	}
	id, err := s.tryCode(ctx, cmd.By, n.ID, digits)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedRedemption, error) {
		r, err := model.LockRedemption(t.DB, id)
		if err == nil && r.PersonID == t.by.PersonID {
			err = model.ErrPickUpOwn
		}
		if err == nil {
			err = r.RefusePickUp()
		}
		if err != nil {
			return none, err
		}
		return t.redemptionEnded(&r, model.Fulfilled, "")
	})
}

// tryCode finds the redemption that a code stands for. A wrong one is counted, in a transaction of its
// own: a refusal leaves nothing else behind. Who has entered too many is kept out before anything is
// looked for.
func (s *Service) tryCode(ctx context.Context, by model.Actor, community int64, digits string) (int64, error) {
	id, err := inTx(ctx, s, Command{By: by}, func(t *tx) (int64, error) {
		wrong, err := model.LockWrongCodes(t.DB, by.PersonID)
		if err == nil {
			err = wrong.Refuse(t.now)
		}
		if err != nil {
			return 0, err
		}
		r, err := model.RedemptionByCode(t.DB, community, digits)
		if err != nil {
			return 0, err
		}
		if r != nil {
			return r.ID, nil
		}
		if err := wrong.Another(t.DB, t.now); err != nil {
			return 0, err
		}
		return 0, t.audit("pick_up.wrong_code", community, "person", by.PersonID, "")
	})
	if err == nil && id == 0 {
		err = model.ErrPickUpUnknown
	}
	return id, err
}
