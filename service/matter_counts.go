package service

import (
	"context"
	"time"

	"danyuan/model"
)

// countedDays is how many days counts are of when nothing else is asked for.
const countedDays = 30

// MatterTally is what matters come to: what is open now, and what happened within some days.
type MatterTally struct {
	Open       int64
	Overdue    int64
	Reported   int64
	Satisfied  int64 // closed, the reporter satisfied
	Unanswered int64 // closed without a word of the reporter
	Withdrawn  int64
}

// MatterCounts is what the matters of an area come to.
type MatterCounts struct {
	From, Until time.Time // the end excluded
	All         MatterTally
	States      map[model.MatterState]int64 // of what is open
	Steps       map[model.Step]int64        // of what is open
	Categories  []model.MatterCategory      // in their order, ended ones too
	By          map[string]MatterTally      // by category; none where nothing happened
}

// MatterCounts counts the matters of an area over which the actor works on them, as far as the actor may know
// of them. Without days it counts those of the last thirty. Refusals: node.not_found; matter.days_invalid,
// also for more than a year.
func (s *Service) MatterCounts(ctx context.Context, by model.Actor, node int64, fromDay, untilDay string) (MatterCounts, error) {
	h, now := s.DB.Read(ctx), s.now()
	c := MatterCounts{States: map[model.MatterState]int64{}, Steps: map[model.Step]int64{}, By: map[string]MatterTally{}}
	_, area, err := matterArea(h, by, node, now)
	if err != nil {
		return c, err
	}
	if c.From, c.Until, err = countedPeriod(fromDay, untilDay, now); err != nil {
		return c, err
	}
	open, err := model.CountOpenMatters(h, area, now)
	if err != nil {
		return c, err
	}
	for _, o := range open {
		c.States[o.State] += o.Number
		c.Steps[o.Step] += o.Number
		c.add(o.Category, MatterTally{Open: o.Number, Overdue: o.Overdue})
	}
	if c.Categories, err = model.MatterCategories(h, true); err != nil {
		return c, err
	}
	reported, err := model.CountReportedMatters(h, area, c.Categories, c.From, c.Until)
	if err != nil {
		return c, err
	}
	for _, r := range reported {
		c.add(r.Category, MatterTally{Reported: r.Number})
	}
	ended, err := model.CountEndedMatters(h, area, c.From, c.Until)
	if err != nil {
		return c, err
	}
	for _, e := range ended {
		switch {
		case e.State == model.MatterWithdrawn:
			c.add(e.Category, MatterTally{Withdrawn: e.Number})
		case e.Outcome == model.MatterSatisfied:
			c.add(e.Category, MatterTally{Satisfied: e.Number})
		default:
			c.add(e.Category, MatterTally{Unanswered: e.Number})
		}
	}
	return c, nil
}

func (c *MatterCounts) add(category string, t MatterTally) {
	c.All = c.All.plus(t)
	c.By[category] = c.By[category].plus(t)
}

func (t MatterTally) plus(o MatterTally) MatterTally {
	return MatterTally{
		t.Open + o.Open, t.Overdue + o.Overdue, t.Reported + o.Reported, t.Satisfied + o.Satisfied, t.Unanswered + o.Unanswered, t.Withdrawn + o.Withdrawn,
	}
}

// countedPeriod gives the days that are counted; one that is not said follows from the other.
func countedPeriod(fromDay, untilDay string, now time.Time) (from, until time.Time, err error) {
	if from, until, err = model.MatterDays(fromDay, untilDay); err != nil {
		return from, until, err
	}
	tomorrow := model.BeijingMidnight(now).AddDate(0, 0, 1)
	if until.IsZero() {
		until = tomorrow
	}
	if from.IsZero() {
		from = until
		if from.After(tomorrow) {
			from = tomorrow
		}
		from = from.AddDate(0, 0, -countedDays)
	}
	if !from.Before(tomorrow) {
		return from, until, model.ErrMatterDays.Saying("这些日子还没有到。请重新选择。")
	}
	if from.AddDate(1, 0, 1).Before(until) {
		return from, until, model.ErrMatterDays.Saying("一次最多统计一年。请缩短日期范围。")
	}
	return from, until, nil
}
