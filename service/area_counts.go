package service

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"

	"danyuan/model"
)

// countedMonths is the most months that are counted at once.
const countedMonths = 24

// Served is what was served and redeemed.
type Served struct {
	Services    int64 // confirmed
	Minutes     int64
	Issued      int64 // points, for these services
	Redemptions int64 // picked up
	Redeemed    int64 // points
}

// AreaSums is what a community comes to: within the months, month by month, and as it stands now.
type AreaSums struct {
	Node          model.Node
	Months        []Served
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
	h := s.DB.Read(ctx)
	c := AreaCounts{Node: n, Starts: monthsUntil(s.now(), min(max(months, 1), countedMonths))}
	of, err := c.prepare(h)
	if err != nil {
		return c, err
	}
	if err := c.addServed(h, of); err != nil {
		return c, err
	}
	matters, err := model.OpenMattersBelow(h, n.Path, by, s.now())
	if err != nil {
		return c, err
	}
	for _, m := range matters {
		a := of(m.NodeID)
		a.Open, a.Overdue = a.Open+m.Open, a.Overdue+m.Overdue
	}
	tallies, units, err := s.talliesUnder(ctx, n.Path)
	for i, u := range units {
		a := of(u.ID)
		a.Members, a.Showing = a.Members+tallies[i].members, a.Showing+tallies[i].showing
	}
	return c, err
}

// prepare lists the communities. of gives the sums of the one that a node belongs to; those of a node that
// lies above all of them are nobody's.
func (c *AreaCounts) prepare(h *gorm.DB) (of func(node int64) *AreaSums, err error) {
	communities, err := model.CommunitiesUnder(h, c.Node.Path)
	if err != nil {
		return nil, err
	}
	paths, err := model.PathsUnder(h, c.Node.Path)
	at := map[int64]int{}
	for i, node := range communities {
		at[node.ID] = i
		c.Communities = append(c.Communities, AreaSums{Node: node, Months: make([]Served, len(c.Starts)-1)})
	}
	nobodys := &AreaSums{Months: make([]Served, len(c.Starts)-1)}
	return func(node int64) *AreaSums {
		for _, above := range model.PathIDs(paths[node]) {
			if i, ok := at[above]; ok {
				return &c.Communities[i]
			}
		}
		return nobodys
	}, err
}

// addServed adds the services and redemptions of the months.
func (c *AreaCounts) addServed(h *gorm.DB, of func(node int64) *AreaSums) error {
	hours, err := model.SumHours(h, c.Node.Path, c.Starts)
	if err != nil {
		return err
	}
	for _, sum := range hours {
		m := &of(sum.NodeID).Months[sum.Month]
		m.Services, m.Minutes, m.Issued = m.Services+sum.Number, m.Minutes+sum.Minutes, m.Issued+sum.Points
	}
	redeemed, err := model.SumRedeemed(h, c.Node.Path, c.Starts)
	for _, sum := range redeemed {
		m := &of(sum.NodeID).Months[sum.Month]
		m.Redemptions, m.Redeemed = m.Redemptions+sum.Number, m.Redeemed+sum.Points
	}
	return err
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
