package service

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// MyBinding gives how far the actor's user has come to being somebody: the binding that is active or
// under way, else the last one; nil for a user who has never begun.
func (s *Service) MyBinding(ctx context.Context, by model.Actor) (*model.Binding, error) {
	return model.LatestBindingOf(s.DB.Read(ctx), by.UserID)
}

// BindingRequests lists the claims that wait for the actor, oldest first. The room that each names is
// shown whole, since it is what the approver knows people by; the reading of each is in the audit log.
func (s *Service) BindingRequests(ctx context.Context, by model.Actor, cut model.Slice) ([]model.PendingBinding, error) {
	rows, err := model.PendingBindings(s.DB.Read(ctx), model.ByApproval, by.Scopes(model.ApproveBindings, s.now()), cut)
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	return inTx(ctx, s, Command{By: by}, func(t *tx) ([]model.PendingBinding, error) {
		for _, b := range rows[:min(len(rows), cut.Limit)] {
			if err := t.audit("binding.read", *b.UnitID, "binding", b.ID, "room"); err != nil {
				return nil, err
			}
		}
		return rows, nil
	})
}

// RebindingRequests lists the rebindings that wait for the actor's community, oldest first.
func (s *Service) RebindingRequests(ctx context.Context, by model.Actor, cut model.Slice) ([]model.PendingBinding, error) {
	return model.PendingBindings(s.DB.Read(ctx), model.ByRebinding, by.Scopes(model.ApproveRebinding, s.now()), cut)
}

// Request is one claim with the people of the unit among whom the approver chooses.
type Request struct {
	model.Binding
	Unit       model.Node
	Candidates []Candidate
}

// Candidate is somebody of the unit's roster whom the claimant may be.
type Candidate struct {
	model.Person
	SameName, SameRoom bool
	Bound              bool // has an account; choosing them means rebinding
}

// BindingRequest gives one claim and its candidates, those of the same name or room first.
func (s *Service) BindingRequest(ctx context.Context, by model.Actor, id int64) (Request, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (Request, error) {
		b, err := model.BindingByID(t.DB, id)
		if err != nil {
			return Request{}, err
		}
		unit, err := mayDecide(t.DB, by, b, model.ByApproval, t.now)
		if err != nil {
			return Request{}, err
		}
		if b.State != model.BindingPending {
			return Request{}, model.ErrRequestDecided
		}
		if err := t.audit("binding.read", unit.ID, "binding", b.ID, "room"); err != nil {
			return Request{}, err
		}
		candidates, err := candidatesFor(t.DB, b, unit)
		return Request{b, unit, candidates}, err
	})
}

// decides is the action by which a request of this way is decided.
func decides(way model.BindingWay) model.Action {
	if way == model.ByRebinding {
		return model.ApproveRebinding
	}
	return model.ApproveBindings
}

// mayDecide gives the node at which a request waits, or waited, if the actor decides such there.
func mayDecide(h *gorm.DB, by model.Actor, b model.Binding, way model.BindingWay, now time.Time) (model.Node, error) {
	if b.UnitID == nil || way == model.ByRebinding && b.Way != way {
		return model.Node{}, model.ErrRequestNotFound
	}
	node, err := model.NodeByID(h, *b.UnitID)
	switch {
	case err != nil:
		return node, err
	case !by.May(decides(way), node.Path, now):
		return node, model.ErrRequestNotFound
	case b.Way != way:
		return node, model.ErrRequestDecided // it has gone on to the community
	}
	return node, nil
}

func candidatesFor(h *gorm.DB, b model.Binding, unit model.Node) ([]Candidate, error) {
	people, err := model.PersonsOfNode(h, unit.ID)
	if err != nil {
		return nil, err
	}
	homes, err := model.HouseholdsOfUnit(h, unit.ID)
	if err != nil {
		return nil, err
	}
	var claimed int64
	for _, home := range homes {
		if model.SameRoom(home.Room, b.ClaimedRoom) {
			claimed = home.ID
		}
	}
	ids := make([]int64, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	bound, err := model.BoundAmong(h, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Candidate, len(people))
	for i, p := range people {
		out[i] = Candidate{p, p.Name == b.ClaimedName, p.HouseholdID != nil && *p.HouseholdID == claimed, slices.Contains(bound, p.ID)}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return b.likeness() - a.likeness() })
	return out, nil
}

func (c Candidate) likeness() int {
	n := 0
	if c.SameName {
		n += 2
	}
	if c.SameRoom {
		n++
	}
	return n
}
