package service

import (
	"context"
	"errors"

	"danyuan/fault"
	"danyuan/model"
)

// BindGroup ties a unit to the WeChat group from whose card the actor has opened the mini-program.
// Binding the same group again is the same as once. Refusals: node.not_found outside the actor's scope,
// group.not_a_unit, group.unit_has_one, group.bound_elsewhere, group.sign_in_again.
func (s *Service) BindGroup(ctx context.Context, cmd Command, unit int64, encrypted, iv string) (model.UnitGroup, error) {
	gid, err := s.groupOpened(ctx, cmd, encrypted, iv)
	if err != nil {
		return model.UnitGroup{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.UnitGroup, error) {
		n, err := t.lockNode(unit, model.BindGroup, model.ErrNodeNotFound)
		if err != nil {
			return model.UnitGroup{}, err
		}
		if n.Kind != model.Unit {
			return model.UnitGroup{}, model.ErrGroupPlace
		}
		g := model.NewUnitGroup(s.DB.Keys(), n.ID, gid, t.by.PersonID, t.now)
		was, err := model.GroupOfUnit(t.DB, n.ID)
		switch {
		case err != nil:
			return g, err
		case was != nil && was.GIDIndex == g.GIDIndex:
			return *was, nil
		case was != nil:
			return g, model.ErrUnitHasGroup
		}
		if err := model.AddUnitGroup(t.DB, &g); err != nil {
			return g, err
		}
		if err := model.EnterGroup(t.DB, &model.GroupEntry{UnitGroupID: g.ID, UserID: t.by.UserID, EnteredAt: t.now}); err != nil {
			return g, err
		}
		t.touch(model.NodeTopic(n.ID))
		return g, t.audit("group.bind", n.ID, "unit_group", g.ID, "")
	})
}

// groupOpened gives the id of the group that the client was opened from. It is opened with the session
// key of the actor's last sign-in, before the transaction. A stale key and a forged text look alike:
// signing in again is what an honest person can do.
func (s *Service) groupOpened(ctx context.Context, cmd Command, encrypted, iv string) (string, error) {
	if err := s.replay(ctx, cmd); err != nil {
		return "", err
	}
	u, err := model.UserByID(s.DB.Read(ctx), cmd.By.UserID)
	if err != nil {
		return "", err
	}
	if u.SessionKey == "" {
		return "", model.ErrGroupSignIn
	}
	gid, err := s.Accounts.GroupID(u.SessionKey, encrypted, iv)
	if fault.KindOf(err) == fault.Unavailable {
		return "", err
	}
	if err == nil && gid == "" {
		err = errors.New("the group data name no group")
	}
	if err != nil {
		return "", model.ErrGroupSignIn.Because(err)
	}
	return gid, nil
}

// UnbindGroup ends a unit's binding; nobody is shown in that group any more. Refusals: node.not_found
// outside the actor's scope, group.not_bound.
func (s *Service) UnbindGroup(ctx context.Context, cmd Command, unit int64) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		n, err := t.lockNode(unit, model.BindGroup, model.ErrNodeNotFound)
		if err != nil {
			return struct{}{}, err
		}
		g, err := model.GroupOfUnit(t.DB, n.ID)
		if err != nil {
			return struct{}{}, err
		}
		if g == nil {
			return struct{}{}, model.ErrGroupNotBound
		}
		showing, err := model.ShowingInGroup(t.DB, n.ID)
		if err != nil {
			return struct{}{}, err
		}
		if err := model.EndUnitGroup(t.DB, g.ID, t.by.PersonID, t.now); err != nil {
			return struct{}{}, err
		}
		t.touch(model.NodeTopic(n.ID))
		if err := t.leavePlace(showing, model.EndGroupUnbound, func(d *model.Display) { d.InGroup = false }); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.audit("group.unbind", n.ID, "unit_group", g.ID, "")
	})
}
