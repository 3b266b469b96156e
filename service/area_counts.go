package service

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"danyuan/model"
)

// countedMonths is the most months that are counted at once.
const countedMonths = 24

// ServiceSum is what was served and redeemed.
type ServiceSum struct {
	Services    int64 // confirmed
	Minutes     int64
	Issued      int64 // points, for these services
	Redemptions int64 // picked up
	Redeemed    int64 // points
}

// AreaSums is what a community comes to: within the months, month by month, and as it stands now.
type AreaSums struct {
	Node          model.Node
	Months        []ServiceSum
	Members       int // Party members living there
	Showing       int // of them, those who show identity
	Open, Overdue int64
}

// AreaCounts is what an area and each of its communities come to.
type AreaCounts struct {
	Node        model.Node
	Starts      []time.Time // the beginnings of the months, and the end of the last
	Communities []AreaSums
}

// CountArea counts the services, points, identity displays and open matters of each community of an area, a
// district included, over so many months until now (Beijing's). A service counts in the month in which it was
// filed or checked in for, a redemption in that in which it was reserved. Only numbers are told.
// Refusals: node.not_found outside the actor's scope.
func (s *Service) CountArea(ctx context.Context, by model.Actor, node int64, months int) (AreaCounts, error) {
	n, err := s.nodeFor(ctx, by, node, model.CountArea, model.ErrNodeNotFound)
	if err != nil {
		return AreaCounts{}, err
	}
	h, now := s.DB.Read(ctx), s.now()
	c := AreaCounts{Node: n, Starts: monthsUntil(now, min(max(months, 1), countedMonths))}
	communities, err := model.CommunitiesUnder(h, n.Path)
	if err != nil {
		return c, err
	}
	at := map[int64]int{}
	for i, node := range communities {
		at[node.ID] = i
		c.Communities = append(c.Communities, AreaSums{Node: node, Months: make([]ServiceSum, len(c.Starts)-1)})
	}
	paths, err := model.PathsUnder(h, n.Path)
	if err != nil {
		return c, err
	}
	// of gives the community that a node belongs to, nil for what lies above all.
	of := func(id int64) *AreaSums {
		for _, above := range model.PathIDs(paths[id]) {
			if i, ok := at[above]; ok {
				return &c.Communities[i]
			}
		}
		return nil
	}
	hours, err := model.SumHours(h, n.Path, c.Starts)
	if err != nil {
		return c, err
	}
	for _, sum := range hours {
		if a := of(sum.NodeID); a != nil {
			m := &a.Months[sum.Month]
			m.Services, m.Minutes, m.Issued = m.Services+sum.Number, m.Minutes+sum.Minutes, m.Issued+sum.Points
		}
	}
	redeemed, err := model.SumRedeemed(h, n.Path, c.Starts)
	if err != nil {
		return c, err
	}
	for _, sum := range redeemed {
		if a := of(sum.NodeID); a != nil {
			m := &a.Months[sum.Month]
			m.Redemptions, m.Redeemed = m.Redemptions+sum.Number, m.Redeemed+sum.Points
		}
	}
	matters, err := model.OpenMattersBelow(h, n.Path, now)
	if err != nil {
		return c, err
	}
	for _, m := range matters {
		if a := of(m.NodeID); a != nil {
			a.Open, a.Overdue = a.Open+m.Open, a.Overdue+m.Overdue
		}
	}
	tallies, units, err := s.talliesUnder(ctx, n.Path)
	for i, u := range units {
		if a := of(u.ID); a != nil {
			a.Members, a.Showing = a.Members+tallies[i].members, a.Showing+tallies[i].showing
		}
	}
	return c, err
}

// talliesUnder counts the members of every unit below a path.
func (s *Service) talliesUnder(ctx context.Context, path string) ([]tally, []model.Node, error) {
	units, err := model.UnitsUnder(s.DB.Read(ctx), path)
	if err != nil {
		return nil, nil, err
	}
	tallies := make([]tally, len(units))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(tallying)
	for i, unit := range units {
		group.Go(func() (err error) {
			tallies[i], err = s.tallyOf(within, unit)
			return err
		})
	}
	return tallies, units, group.Wait()
}

// monthsUntil gives the beginnings of so many months, the last of them the running one, and its end.
func monthsUntil(now time.Time, number int) []time.Time {
	y, m, _ := now.In(model.Beijing).Date()
	starts := make([]time.Time, number+1)
	for i := range starts {
		starts[i] = time.Date(y, m+time.Month(i+1-number), 1, 0, 0, 0, 0, model.Beijing)
	}
	return starts
}
