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

const roomLength = 20

// HouseholdsOf gives the homes of a unit to those who count its members; only those who may list its
// people see the rooms.
func (s *Service) HouseholdsOf(ctx context.Context, by model.Actor, unit int64, slice model.Slice) ([]RoomLine, error) {
	h := s.DB.Read(ctx)
	n, err := model.NodeByID(h, unit)
	if err != nil {
		return nil, err
	}
	if !by.May(model.CountMembers, n.Path, s.now()) {
		return nil, model.ErrNodeNotFound
	}
	if n.Kind != model.Unit {
		return nil, model.ErrHouseholdNoUnit
	}
	homes, err := model.HouseholdsOf(h, unit, slice)
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
	room, err := model.NeedText("body.room", room, roomLength, false)
	if err != nil {
		return RoomLine{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (RoomLine, error) {
		n, err := model.LockNode(t.DB, unit)
		switch {
		case err != nil:
			return RoomLine{}, err
		case !cmd.By.May(model.ChangePeople, n.Path, t.now):
			return RoomLine{}, model.ErrNodeNotFound
		case n.Kind != model.Unit:
			return RoomLine{}, model.ErrHouseholdNoUnit
		case n.State != model.NodeActive:
			return RoomLine{}, model.ErrNodeEnded
		}
		home := model.NewHousehold(model.KeysOf(t.DB), unit, room, t.now)
		if err := model.AddHousehold(t.DB, &home); err != nil {
			return RoomLine{}, err
		}
		return RoomLine{model.CountedHousehold{Household: home}, room}, t.audit("household.add", unit, "household", home.ID, "room")
	})
}
