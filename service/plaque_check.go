package service

import (
	"context"

	"danyuan/model"
)

// PlaqueCheck is what anybody learns who scans the code on a door.
type PlaqueCheck struct {
	Genuine bool // false: the code is one of ours, and proves nothing any more
	Pending bool // the plaque is on the door and is to be taken off: no member lives there any more
	Place   []model.Node
	Members []model.ShownMember // who of the household shows identity on the door
}

// CheckPlaque tells whether the plaque with this code is genuine. It never tells the room. Refusal:
// code.unknown for a code that is no plaque's.
func (s *Service) CheckPlaque(ctx context.Context, code string) (PlaqueCheck, error) {
	h := s.DB.Read(ctx)
	c, err := model.CodeByText(h, code)
	if err == nil && (c.Kind != model.PlaqueCode || c.PlaqueID == nil) {
		err = model.ErrCodeUnknown
	}
	if err != nil || c.RevokedAt != nil {
		return PlaqueCheck{}, err
	}
	p, err := model.PlaqueByID(h, *c.PlaqueID)
	if err != nil || p.State != model.PlaqueInstalled {
		return PlaqueCheck{}, err
	}
	living, err := model.WithMembers(h, []int64{p.HouseholdID})
	if err != nil || !living[p.HouseholdID] {
		return PlaqueCheck{Pending: true}, err
	}
	check := PlaqueCheck{Genuine: true}
	unit, err := model.NodeByID(h, p.UnitID)
	if err != nil {
		return check, err
	}
	if check.Place, err = model.NodesOnPath(h, unit.Path); err != nil {
		return check, err
	}
	check.Members, err = model.ShownOnDoor(h, p.UnitID, p.HouseholdID)
	return check, err
}

// ListedPlaque is a plaque in an officer's list.
type ListedPlaque struct {
	model.ListedPlaque
	Room    string // on whose door it is, or shall be
	Pending bool   // it is to be taken off: no member lives there any more
}

// PlaquesOf lists the plaques of a node and everything below it, the newest first; "" is every state.
func (s *Service) PlaquesOf(ctx context.Context, by model.Actor, node int64, state model.PlaqueState, slice model.Slice) ([]ListedPlaque, error) {
	n, err := s.nodeFor(ctx, by, node, model.InstallPlaques, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	rows, err := model.PlaquesUnder(h, n.Path, state, slice)
	if err != nil {
		return nil, err
	}
	var homes []int64
	for _, p := range rows {
		homes = append(homes, p.HouseholdID)
	}
	rooms, err := model.RoomsOf(h, homes)
	if err != nil {
		return nil, err
	}
	living, err := model.WithMembers(h, homes)
	out := make([]ListedPlaque, len(rows))
	for i, p := range rows {
		out[i] = ListedPlaque{p, rooms[p.HouseholdID], p.Stands() && !living[p.HouseholdID]}
	}
	return out, err
}

// MyPlaque gives the plaque of the actor's household that is under way or on the door, else what they
// applied for last; nil when there is none.
func (s *Service) MyPlaque(ctx context.Context, by model.Actor) (*model.Plaque, error) {
	h := s.DB.Read(ctx)
	if by.Household != 0 {
		if p, err := model.PlaqueOfHousehold(h, by.Household); err != nil || p != nil {
			return p, err
		}
	}
	return model.LastPlaqueOf(h, by.PersonID)
}
