package service

import (
	"context"

	"gorm.io/gorm"

	"danyuan/model"
)

// MyDisplay is what a person shows, and what they could choose.
type MyDisplay struct {
	Name            string
	Display         *model.Display // nil when nothing is shown
	Member, AtHome  bool           // a Party member; living in a unit
	InGroup, OnDoor bool           // has entered the unit's group; has a plaque on the door
	ShownInGroup    bool
	ShownOnDoor     bool
}

// MyDisplay gives what the actor shows, and the places that they could choose.
func (s *Service) MyDisplay(ctx context.Context, by model.Actor) (MyDisplay, error) {
	h := s.DB.Read(ctx)
	m := MyDisplay{Name: by.Name, Member: by.Membership.IsMember(), AtHome: by.UnitID != 0 && by.Household != 0}
	var err error
	if m.Display, err = model.ActiveDisplay(h, by.PersonID); err != nil || !m.AtHome {
		return m, err
	}
	if m.InGroup, err = inGroup(h, by.UnitID, by.UserID); err != nil {
		return m, err
	}
	if m.OnDoor, err = onDoor(h, by.Household); err != nil {
		return m, err
	}
	m.ShownInGroup = m.Display != nil && m.Display.InGroup && m.InGroup
	m.ShownOnDoor = m.Display != nil && m.Display.OnDoor && m.OnDoor
	return m, nil
}

// inGroup tells whether a user has opened the mini-program from the group that a unit is bound to now.
func inGroup(h *gorm.DB, unit, user int64) (bool, error) {
	g, err := model.GroupOfUnit(h, unit)
	if err != nil || g == nil {
		return false, err
	}
	return model.HasEntered(h, g.ID, user)
}

// onDoor tells whether a household has a plaque on its door.
func onDoor(h *gorm.DB, household int64) (bool, error) {
	p, err := model.PlaqueOfHousehold(h, household)
	return p != nil && p.State == model.PlaqueInstalled, err
}
