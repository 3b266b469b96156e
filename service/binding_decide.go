package service

import (
	"context"

	"danyuan/model"
)

// Whom is the approver's answer to a claim: one person of the unit's roster, or a new one.
type Whom struct {
	PersonID int64 // 0: none of the roster
	New      bool  // enter them into the roster, in the household of the room that they named
}

// ApproveBinding recognises a user as a person of the unit. A person who has another account is moved
// to this one if the actor may do that; otherwise, and for an officer whom the actor could not appoint,
// the request goes on to the community or to the district.
func (s *Service) ApproveBinding(ctx context.Context, cmd Command, request int64, whom Whom) (model.Binding, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		b, unit, err := t.requestFor(request, model.ByApproval)
		if err != nil {
			return b, err
		}
		p, err := t.recognise(b, unit, whom)
		if err != nil {
			return b, err
		}
		may, err := t.mayMoveAccount(p.ID)
		if err != nil {
			return b, err
		}
		taken, err := model.ActiveBindingOfPerson(t.DB, p.ID)
		switch {
		case err != nil:
			return b, err
		case !may:
			err = t.askCommunity(&b, p)
		case taken == nil:
			err = t.bind(&b, p, model.ByApproval)
		case t.by.May(model.ApproveRebinding, unit.Path, t.now):
			err = t.bind(&b, p, model.ByRebinding)
		default:
			err = t.askCommunity(&b, p)
		}
		return b, err
	})
}

// ApproveRebinding moves a person to the requesting user's account; the old account is nobody's from
// the next request on. An officer is moved by who could appoint them, or holds the same role.
func (s *Service) ApproveRebinding(ctx context.Context, cmd Command, request int64) (model.Binding, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		b, _, err := t.requestFor(request, model.ByRebinding)
		if err != nil {
			return b, err
		}
		p, err := model.LockPerson(t.DB, *b.PersonID)
		if err != nil {
			return b, err
		}
		if may, err := t.mayMoveAccount(p.ID); err != nil || !may {
			return b, or(err, model.ErrOfficersAccount)
		}
		err = t.bind(&b, p, model.ByRebinding)
		return b, err
	})
}

// RefuseBinding and RefuseRebinding turn a request down for a reason that the user can read.
func (s *Service) RefuseBinding(ctx context.Context, cmd Command, request int64, reason string) (model.Binding, error) {
	return s.refuseRequest(ctx, cmd, request, model.ByApproval, reason)
}

// RefuseRebinding is RefuseBinding for a rebinding.
func (s *Service) RefuseRebinding(ctx context.Context, cmd Command, request int64, reason string) (model.Binding, error) {
	return s.refuseRequest(ctx, cmd, request, model.ByRebinding, reason)
}

func (s *Service) refuseRequest(ctx context.Context, cmd Command, request int64, way model.BindingWay, reason string) (model.Binding, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.Binding{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		b, node, err := t.requestFor(request, way)
		if err != nil {
			return b, err
		}
		if err := b.Refuse(t.DB, t.by.PersonID, reason, t.now); err != nil {
			return b, err
		}
		return b, t.refused(b, node.ID)
	})
}

// refused writes what follows when others have turned a request down.
func (t *tx) refused(b model.Binding, node int64) error {
	if err := t.stopped(b, node, "binding.refuse"); err != nil {
		return err
	}
	return t.tellOver(b)
}

// WithdrawBinding takes back the actor's own request, or forgets the number that they proved.
func (s *Service) WithdrawBinding(ctx context.Context, cmd Command, request int64) (model.Binding, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		b, err := model.LockBinding(t.DB, request)
		if err != nil {
			return b, err
		}
		if b.UserID != t.by.UserID {
			return b, model.ErrRequestNotFound
		}
		if b.PendingUserID == nil {
			return b, model.ErrRequestDecided
		}
		if err := b.End(t.DB, "本人撤回申请", t.now); err != nil {
			return b, err
		}
		if b.UnitID == nil {
			return b, t.stopped(b, 0, "binding.withdraw")
		}
		return b, t.stopped(b, *b.UnitID, "binding.withdraw")
	})
}

// stopped writes what follows when a request ends without a binding: the number that was proved is no
// longer used, so the consent to using it ends too.
func (t *tx) stopped(b model.Binding, node int64, action string) error {
	t.touch(model.UserTopic(b.UserID))
	if node != 0 {
		t.touch(model.NodeTopic(node))
	}
	if err := t.withdrawConsent(b.UserID, 0, model.ForBinding); err != nil {
		return err
	}
	return t.audit(action, node, "binding", b.ID, string(b.Way))
}

// requestFor locks a pending request that the actor may decide, and gives the node where it waits. One
// outside their scope is not found; nobody decides a request for their own account or person.
func (t *tx) requestFor(id int64, way model.BindingWay) (model.Binding, model.Node, error) {
	b, err := model.LockBinding(t.DB, id)
	if err != nil {
		return b, model.Node{}, err
	}
	node, err := mayDecide(t.DB, t.by, b, way, t.now)
	if err != nil {
		return b, node, err
	}
	if b.State != model.BindingPending {
		return b, node, model.ErrRequestDecided
	}
	if b.UserID == t.by.UserID || b.PersonID != nil && *b.PersonID == t.by.PersonID {
		return b, node, model.ErrOwnRequest
	}
	return b, node, nil
}

// recognise gives the person whom the approver names, locked.
func (t *tx) recognise(b model.Binding, unit model.Node, whom Whom) (model.Person, error) {
	switch {
	case (whom.PersonID != 0) == whom.New:
		return model.Person{}, model.ErrPersonChoice
	case whom.New:
		return t.enterClaimant(b, unit)
	}
	p, err := model.LockPerson(t.DB, whom.PersonID)
	if err != nil {
		return p, err
	}
	if p.NodeID != unit.ID || p.State != model.PersonHere {
		return p, model.ErrPersonNotFound
	}
	if p.ID == t.by.PersonID {
		return p, model.ErrOwnRequest
	}
	return p, nil
}

// enterClaimant enters who claims to live in the unit into the roster, with the number that WeChat has
// proved. Somebody of that name in that room is chosen, not entered twice.
func (t *tx) enterClaimant(b model.Binding, unit model.Node) (model.Person, error) {
	if _, err := t.lockNode(unit.ID, model.ApproveBindings, model.ErrRequestNotFound); err != nil {
		return model.Person{}, err
	}
	home, err := model.HouseholdOfRoom(t.DB, unit.ID, b.ClaimedRoom, t.now)
	if err != nil {
		return model.Person{}, err
	}
	people, err := model.PersonsOfHousehold(t.DB, home.ID)
	if err != nil {
		return model.Person{}, err
	}
	for _, p := range people {
		if p.Name == b.ClaimedName {
			return model.Person{}, model.ErrPersonListed
		}
	}
	p := model.Person{
		NodeID: unit.ID, HouseholdID: &home.ID, Name: b.ClaimedName, Membership: model.NoMember,
		State: model.PersonHere, CreatedAt: t.now, UpdatedAt: t.now,
	}
	p.SetPhone(model.KeysOf(t.DB), b.Phone)
	if err := model.AddPerson(t.DB, &p); err != nil {
		return p, err
	}
	return p, t.audit("person.add", unit.ID, "person", p.ID, "name,phone,household")
}
