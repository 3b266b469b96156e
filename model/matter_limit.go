package model

import (
	"time"

	"gorm.io/gorm"
)

// warnedBefore: the warning comes when one part in so many of the time is left.
const warnedBefore = 5

// Counting is how time counts that somebody is allowed.
type Counting interface {
	// After gives when so much time will have passed since a moment.
	After(from time.Time, allowed time.Duration) time.Time
	// Between gives how much time passes from one moment to a later one; less than nothing when it is earlier.
	Between(from, to time.Time) time.Duration
}

// MatterClock counts the limits of matters. It is the one place that knows how: a calendar of working
// days takes its place here.
var MatterClock Counting = plainHours{}

// plainHours count day and night.
type plainHours struct{}

// After counts every hour.
func (plainHours) After(from time.Time, allowed time.Duration) time.Time { return from.Add(allowed) }

// Between counts every hour.
func (plainHours) Between(from, to time.Time) time.Duration { return to.Sub(from) }

// MatterLimit is how long a step may take over a matter of a category, "" for every category without one
// of its own.
type MatterLimit struct {
	_ struct{} `privacy:"about=nobody; why=办理时限"`

	Category     string `gorm:"primaryKey" privacy:"none"`
	Step         Step   `gorm:"primaryKey" privacy:"mark"`
	AcceptHours  int64
	ResolveHours int64
}

// MatterLimitOf gives the limit of a category at a step.
func MatterLimitOf(tx *gorm.DB, category string, step Step) (MatterLimit, error) {
	var l MatterLimit
	return l, tx.Where("category IN ? AND step = ?", []string{category, ""}, step).Order("category DESC").Take(&l).Error
}

// Allow gives an event, whose step is known, the time that follows from its move: a limit that begins,
// stands, goes on, or ends.
func (e *MatterEvent) Allow(m Matter, rule MatterRule, limit MatterLimit) {
	switch {
	case rule.Move == MoveWarn, rule.Move == MoveOverdue: // the same limit goes on
	case rule.Move == MoveAsk:
		e.pause(m, limit.ResolveHours)
	case rule.Move == MoveAnswer:
		due := MatterClock.After(e.At, time.Duration(m.LeftSeconds)*time.Second)
		e.DueAt, e.LeftSeconds = &due, 0
	case rule.To == MatterReported:
		e.start(limit.AcceptHours)
	case rule.To == MatterAccepted:
		e.start(limit.ResolveHours)
	default:
		e.DueAt, e.AllowedSeconds, e.LeftSeconds = nil, 0, 0
	}
}

func (e *MatterEvent) start(hours int64) {
	allowed := time.Duration(hours) * time.Hour
	due := MatterClock.After(e.At, allowed)
	e.DueAt, e.AllowedSeconds, e.LeftSeconds = &due, int64(allowed/time.Second), 0
}

// pause keeps what is left of a limit that runs, or the whole of the one that would have begun.
func (e *MatterEvent) pause(m Matter, resolveHours int64) {
	e.DueAt = nil
	if m.State == MatterReported || m.DueAt == nil {
		e.AllowedSeconds = resolveHours * int64(time.Hour/time.Second)
		e.LeftSeconds = e.AllowedSeconds
		return
	}
	e.LeftSeconds = int64(max(0, MatterClock.Between(e.At, *m.DueAt)) / time.Second)
}
