package service

import (
	"context"
	"slices"
	"time"

	"danyuan/model"
)

// One screen shows so many of what waits, and counts so far.
const (
	waitingShown   = 100
	waitingCounted = 500
)

// WaitingMatter is a matter that waits for the actor.
type WaitingMatter struct {
	model.ListedMatter
	Overdue bool
	DueIn   time.Duration // less than nothing when it is overdue
}

// WaitingMatters is what waits for the actor on one screen, what is due first before the others, and how much
// there is of it, up to a bound.
type WaitingMatters struct {
	Matters []WaitingMatter
	Total   int
}

// MattersWaiting gives what waits on the desks where the actor works now, and what was given to them. What
// they have reported themselves waits for others; what is hidden from a unit's chief, they do not see there.
func (s *Service) MattersWaiting(ctx context.Context, by model.Actor) (WaitingMatters, error) {
	now := s.now()
	rows, total, err := model.MattersWaiting(s.DB.Read(ctx), desksOf(by, now), waitingShown, waitingCounted)
	out := WaitingMatters{Matters: make([]WaitingMatter, len(rows)), Total: total}
	for i, m := range rows {
		out.Matters[i] = WaitingMatter{ListedMatter: m}
		if m.DueAt != nil { // what waits has a limit
			out.Matters[i].Overdue, out.Matters[i].DueIn = !m.DueAt.After(now), m.DueAt.Sub(now)
		}
	}
	return out, err
}

// desksOf gives where matters wait for an actor.
func desksOf(by model.Actor, now time.Time) model.MatterDesks {
	d := model.MatterDesks{Person: by.PersonID, HiddenAt: by.Led(now)}
	for _, g := range by.Grants {
		if !g.Active(now) {
			continue
		}
		atStep := slices.ContainsFunc(model.Steps, func(step model.StepSpec) bool { return slices.Contains(step.Roles, g.Role) })
		if atStep && !slices.Contains(d.At, g.NodeID) {
			d.At = append(d.At, g.NodeID)
		}
		if slices.Contains(model.GivenTo, g.Role) {
			d.Grids = append(d.Grids, model.PathIDs(g.Path)...) // one of them is the grid
		}
	}
	return d
}
