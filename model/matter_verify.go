package model

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
)

// verifiedAtOnce is how many matters are followed at a time.
const verifiedAtOnce = 500

// MattersAstray follows every matter's events along the machine, and holds what it is now against them.
// It gives how many matters there are.
func MattersAstray(tx *gorm.DB, report func(Astray)) (matters int64, err error) {
	after := int64(0)
	for {
		var some []Matter
		if err := tx.Where("id > ?", after).Order("id").Limit(verifiedAtOnce).Find(&some).Error; err != nil || len(some) == 0 {
			return matters, err
		}
		last := some[len(some)-1].ID
		var events []MatterEvent
		if err := tx.Where("matter_id > ? AND matter_id <= ?", after, last).Order("matter_id, seq").Find(&events).Error; err != nil {
			return matters, err
		}
		after = last
		matters += int64(len(some))
		for _, m := range some {
			n := slices.IndexFunc(events, func(e MatterEvent) bool { return e.MatterID != m.ID })
			if n < 0 {
				n = len(events)
			}
			if what := m.astray(events[:n]); what != "" {
				report(Astray{m.ID, what})
			}
			events = events[n:]
		}
	}
}

// astray says where a matter is not what its events make it; "" when it is.
func (m Matter) astray(events []MatterEvent) string {
	if len(events) == 0 {
		return "it has no events"
	}
	is := m
	is.State, is.Step, is.Moves, is.Reopened, is.Warned, is.HandlerID = "", "", 0, 0, false, 0
	is.Overdue = false
	for _, e := range events {
		if what := is.unlawful(e); what != "" {
			return fmt.Sprintf("event %d: %s", e.Seq, what)
		}
		is.Apply(e)
	}
	for _, c := range []struct {
		name     string
		has, due any
	}{
		{"state", m.State, is.State}, {"step", m.Step, is.Step}, {"moves", m.Moves, is.Moves}, {"is_open", m.IsOpen, is.IsOpen},
		{"handler_id", m.HandlerID, is.HandlerID}, {"reopened", m.Reopened, is.Reopened}, {"outcome", m.Outcome, is.Outcome},
		{"desk_id", orZero(m.DeskID), orZero(is.DeskID)}, {"due_at", atOrNever(m.DueAt), atOrNever(is.DueAt)}, {"look_at", atOrNever(m.LookAt), atOrNever(is.LookAt)},
		{"warned", m.Warned, is.Warned}, {"overdue", m.Overdue, is.Overdue}, {"allowed_seconds", m.AllowedSeconds, is.AllowedSeconds}, {"left_seconds", m.LeftSeconds, is.LeftSeconds},
		{"closed_at", atOrNever(m.ClosedAt), atOrNever(is.ClosedAt)}, {"created_at", m.CreatedAt.Unix(), events[0].At.Unix()},
	} {
		if c.has != c.due {
			return fmt.Sprintf("%s is %v, its events make it %v", c.name, c.has, c.due)
		}
	}
	return ""
}

// unlawful says why an event can't follow on what a matter is; "" when it can.
func (m Matter) unlawful(e MatterEvent) string {
	rule := RuleOf(e.Move)
	to := rule.To
	if to == "" {
		to = m.State
	}
	switch {
	case e.Seq != m.Moves+1:
		return fmt.Sprintf("it follows on %d", m.Moves)
	case rule.Move == "":
		return "no such move"
	case e.StateBefore != m.State || e.StepBefore != m.Step:
		return fmt.Sprintf("it begins at %s/%s, the one before ended at %s/%s", e.StateBefore, e.StepBefore, m.State, m.Step)
	case e.Move == MoveReport != (m.State == "") || m.State != "" && !slices.Contains(rule.From, m.State):
		return fmt.Sprintf("%s does not lead on from %q", e.Move, m.State)
	case e.State != to:
		return fmt.Sprintf("%s leads to %s, not %s", e.Move, to, e.State)
	case !rule.Way.leads(m.Step, e.Step):
		return fmt.Sprintf("%s does not lead from %s to %s", e.Move, m.Step, e.Step)
	}
	return ""
}

func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

func atOrNever(at *time.Time) int64 {
	if at == nil {
		return 0
	}
	return at.Unix()
}
