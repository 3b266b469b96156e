package service

import (
	"context"
	"slices"

	"danyuan/model"
)

// IdentityCounts is how far identity display has come below a node.
type IdentityCounts struct {
	Node      model.Node
	Units     int
	Members   int   // Party members living in these units
	Showing   int   // of them, those who show identity anywhere
	NotYet    int   // of them, those who do not
	Plaques   int64 // on their doors
	Groups    int64 // units whose WeChat group is bound
	CheckedIn int64 // people living here whose check-in is accepted
}

// tally is what counting the sealed memberships of one unit gave.
type tally struct{ members, showing int }

// tallyOf opens the sealed membership of everybody in one unit, some seventy people, once for each
// change of the unit or of anything above it: 170,000 of them can't be opened for each question.
func (s *Service) tallyOf(ctx context.Context, unit model.Node) (tally, error) {
	return s.tallies.Get(ctx, unit.ID, func(ctx context.Context) (tally, []string, error) {
		h := s.DB.Read(ctx)
		members, err := model.MembersOfNode(h, unit.ID)
		if err != nil {
			return tally{}, nil, err
		}
		showing, err := model.ShowingPersons(h, unit.ID)
		if err != nil {
			return tally{}, nil, err
		}
		t := tally{members: len(members)}
		for _, id := range members {
			if slices.Contains(showing, id) {
				t.showing++
			}
		}
		return t, model.NodeTopics(unit.Path), nil
	})
}

// tallying is how many units are counted at once when nothing is kept yet.
const tallying = 4

// CountIdentity counts identity display below a node, a district included. Refusal: node.not_found
// outside the actor's scope.
func (s *Service) CountIdentity(ctx context.Context, by model.Actor, node int64) (IdentityCounts, error) {
	n, err := s.nodeFor(ctx, by, node, model.CountMembers, model.ErrNodeNotFound)
	if err != nil {
		return IdentityCounts{}, err
	}
	h := s.DB.Read(ctx)
	tallies, units, err := s.talliesUnder(ctx, n.Path)
	if err != nil {
		return IdentityCounts{}, err
	}
	c := IdentityCounts{Node: n, Units: len(units)}
	for _, t := range tallies {
		c.Members, c.Showing = c.Members+t.members, c.Showing+t.showing
	}
	c.NotYet = c.Members - c.Showing
	if c.Plaques, err = model.CountInstalledPlaques(h, n.Path); err != nil {
		return c, err
	}
	if c.Groups, err = model.CountBoundGroups(h, n.Path); err != nil {
		return c, err
	}
	c.CheckedIn, err = model.CountCheckedIn(h, n.Path)
	return c, err
}
