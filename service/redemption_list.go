package service

import (
	"context"

	"danyuan/model"
)

// MyRedemptions lists the actor's redemptions, the newest first, with the codes of those that wait.
func (s *Service) MyRedemptions(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedRedemption, error) {
	return model.RedemptionsOf(s.DB.Read(ctx), by.PersonID, slice)
}

// RedemptionFor gives one redemption to its holder, with its code while it waits, and without it to the
// community's staff. For anybody else there is none.
func (s *Service) RedemptionFor(ctx context.Context, by model.Actor, id int64) (model.ListedRedemption, error) {
	r, err := model.ListedRedemptionByID(s.DB.Read(ctx), id)
	switch {
	case err != nil:
		return r, err
	case r.PersonID == by.PersonID:
		return r, nil
	case by.May(model.PickUp, r.NodePath, s.now()):
		r.Code = ""
		return r, nil
	}
	return model.ListedRedemption{}, model.ErrRedemptionNotFound
}

// RedemptionsOf lists the redemptions of a community, or of those below a node, without their codes, the
// newest first; "" is every state. Refusal: node.not_found outside the actor's scope.
func (s *Service) RedemptionsOf(ctx context.Context, by model.Actor, node int64, state model.RedemptionState, slice model.Slice) ([]model.ListedRedemption, error) {
	n, err := s.nodeFor(ctx, by, node, model.PickUp, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.RedemptionsUnder(s.DB.Read(ctx), n.Path, state, slice)
	for i := range rows {
		rows[i].Code = ""
	}
	return rows, err
}
