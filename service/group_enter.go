package service

import (
	"context"

	"danyuan/model"
)

// GroupEntered says which unit's group somebody has opened the mini-program from.
type GroupEntered struct {
	Unit   model.Node
	AtHome bool // they live in this unit, so they may show identity in the group
}

// EnterGroup records that the actor has opened the mini-program from a unit's group. It is a hint that
// they are in the group, and no proof that they live in the unit: that is known from the roster alone.
// Refusals: group.unknown, group.sign_in_again.
func (s *Service) EnterGroup(ctx context.Context, cmd Command, encrypted, iv string) (GroupEntered, error) {
	gid, err := s.groupOpened(ctx, cmd, encrypted, iv)
	if err != nil {
		return GroupEntered{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (GroupEntered, error) {
		g, err := model.GroupByGID(t.DB, gid)
		if err != nil {
			return GroupEntered{}, err
		}
		if g == nil {
			return GroupEntered{}, model.ErrGroupUnknown
		}
		unit, err := model.ActiveNode(t.DB, g.UnitID)
		if err != nil {
			return GroupEntered{}, err
		}
		e := model.GroupEntry{UnitGroupID: g.ID, UserID: t.by.UserID, EnteredAt: t.now}
		if err := model.EnterGroup(t.DB, &e); err != nil {
			return GroupEntered{}, err
		}
		return GroupEntered{unit, t.by.UnitID == unit.ID}, t.audit("group.enter", unit.ID, "unit_group", g.ID, "")
	})
}

// GroupMembers lists who shows identity in a unit's group, and how the actor may see them: neighbours
// and officers as each has chosen, others in the group by surname. Without an entry from the group, or
// an office, the answer is group.not_found.
func (s *Service) GroupMembers(ctx context.Context, by model.Actor, unit int64, slice model.Slice) ([]model.ShownMember, Audience, error) {
	h := s.DB.Read(ctx)
	g, err := model.GroupOfUnit(h, unit)
	if err != nil {
		return nil, PasserBy, err
	}
	if g == nil {
		return nil, PasserBy, model.ErrGroupNotFound
	}
	n, err := model.NodeByID(h, unit)
	if err != nil {
		return nil, PasserBy, err
	}
	audience := s.audienceOf(by, n)
	if audience != OfficerOf {
		entered, err := model.HasEntered(h, g.ID, by.UserID)
		if err != nil {
			return nil, PasserBy, err
		}
		if !entered {
			return nil, PasserBy, model.ErrGroupNotFound
		}
	}
	members, err := model.ShownInGroup(h, *g, slice)
	return members, audience, err
}
