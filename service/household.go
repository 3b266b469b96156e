package service

import (
	"context"

	"danyuan/model"
)

// RoomLine is a home as a list shows it.
type RoomLine struct {
	model.CountedHousehold
	Shown string // the room, or that there is one
}

// HouseholdsOf gives the homes of a unit to those who count its members; only those who may list its
// people see the rooms.
func (s *Service) HouseholdsOf(ctx context.Context, by model.Actor, unit int64, slice model.Slice) ([]RoomLine, error) {
	n, err := s.nodeFor(ctx, by, unit, model.CountMembers, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	if n.Kind != model.Unit {
		return nil, model.ErrHouseholdNoUnit
	}
	homes, err := model.HouseholdsOf(s.DB.Read(ctx), unit, slice)
	if err != nil {
		return nil, err
	}
	show := model.MaskRoom
	if by.May(model.ListPeople, n.Path, s.now()) {
		show = func(room string) string { return room }
	}
	lines := make([]RoomLine, len(homes))
	for i, home := range homes {
		lines[i] = RoomLine{home, show(home.Room)}
	}
	return lines, nil
}

// AddHousehold adds a home to a unit.
func (s *Service) AddHousehold(ctx context.Context, cmd Command, unit int64, room string) (RoomLine, error) {
	room, err := model.NeedText("body.room", room, maxRoom, false)
	if err != nil {
		return RoomLine{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (RoomLine, error) {
		n, err := t.lockNode(unit, model.ChangePeople, model.ErrNodeNotFound)
		if err != nil {
			return RoomLine{}, err
		}
		if n.Kind != model.Unit {
			return RoomLine{}, model.ErrHouseholdNoUnit
		}
		home := model.NewHousehold(model.KeysOf(t.DB), unit, room, t.now)
		if err := model.AddHousehold(t.DB, &home); err != nil {
			return RoomLine{}, err
		}
		return RoomLine{model.CountedHousehold{Household: home}, room}, t.audit("household.add", unit, "household", home.ID, "room")
	})
}
