package service

import (
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// beginHours checks somebody in: an open record of an activity, whose bounds are FromAt and UntilAt.
// Time before FromAt does not count. One that was taken back begins anew, and is kept as history. Refusals:
// hours.overlap with any other record of theirs in any community, hours.outside_activity.
func (t *tx) beginHours(h model.Hours, c comer) (model.Hours, error) {
	if h.StartsAt.Before(*h.FromAt) {
		h.StartsAt = *h.FromAt
	}
	if !h.StartsAt.Before(*h.UntilAt) {
		return h, model.ErrHoursBounds
	}
	if slices.ContainsFunc(c.others, func(o model.Hours) bool { return o.Overlaps(h.StartsAt, *h.UntilAt) }) {
		return h, model.ErrHoursOverlap
	}
	h.Source, h.State, h.CreatedAt = model.FromActivity, model.HoursOpen, t.now
	if c.hours == nil {
		h.ID = model.NewID(t.now)
		t.draft.addHours(h)
	} else if err := t.beginAgain(&h, *c.hours); err != nil {
		return h, err
	}
	return h, t.audit("hours.begin", h.NodeID, "hours", h.ID, string(h.InWay))
}

func (t *tx) beginAgain(h *model.Hours, takenBack model.Hours) error {
	if err := model.AddHoursChange(t.DB, takenBack.Before("begin_again", t.by.PersonID, t.now)); err != nil {
		return err
	}
	t.draft.doors.forget()
	return model.BeginHoursAgain(t.DB, takenBack, h)
}

// needFree refuses a time, in whole minutes, in which a locked person has another record than one. An attendance ends at
// a second, of which people read the minute: one that ends within the first minute touches this time.
func (t *tx) needFree(person, but int64, from, until time.Time) error {
	overlaps, err := model.HoursOverlap(t.DB, person, but, from.Add(time.Minute-time.Second), until)
	if err == nil && overlaps {
		err = model.ErrHoursOverlap
	}
	return err
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
	if err := model.CheckSpan(h.StartsAt, at); err != nil {
		return err
	}
	h.EndsAt, h.Minutes, h.OutWay, h.OutByID = &at, model.MinutesBetween(h.StartsAt, at), way, t.by.PersonID
	if err := model.EndHours(t.DB, h); err != nil {
		return err
	}
	return t.audit("hours.end", h.NodeID, "hours", h.ID, string(way))
}

// voidHours takes hours back in any state that leads there; what confirmed ones gave is reversed.
// Refusals: hours.wrong_state, hours.points_spent. The caller has locked the person.
func (t *tx) voidHours(h model.Hours, reason string) error {
	was := h.Before("void", t.by.PersonID, t.now)
	if !h.State.MayBecome(model.HoursVoid) {
		return h.WrongState()
	}
	if h.State == model.HoursConfirmed {
		if err := t.takeBack(h, nil); err != nil {
			return err
		}
	}
	if err := model.DecideHours(t.DB, &h, model.HoursVoid, t.by.PersonID, reason, t.now); err != nil {
		return err
	}
	if err := model.AddHoursChange(t.DB, was); err != nil {
		return err
	}
	if err := t.closeCorrection(h); err != nil {
		return err
	}
	return t.audit("hours.void", h.NodeID, "hours", h.ID, "")
}

func onceForHours(id int64, what string) string { return fmt.Sprintf("hours:%d:%s", id, what) }

// The mini-program pages that notices of hours lead to.
const (
	myHoursPage      = "pages/hours/mine"
	confirmHoursPage = "staff/hours/confirm"
	correctionsPage  = "staff/hours/corrections"
	flagsPage        = "staff/hours/flags"
)

// spanText says when service was, for people.
func spanText(h model.Hours) string {
	text := h.StartsAt.In(model.Beijing).Format("1月2日15:04")
	if h.EndsAt == nil {
		return text
	}
	return text + "至" + h.EndsAt.In(model.Beijing).Format("15:04")
}

// minutesText says how long it was.
func minutesText(minutes int64) string {
	switch {
	case minutes < 60:
		return fmt.Sprintf("%d分钟", minutes)
	case minutes%60 == 0:
		return fmt.Sprintf("%d小时", minutes/60)
	}
	return fmt.Sprintf("%d小时%d分钟", minutes/60, minutes%60)
}

// pointsText says what it earned.
func pointsText(h model.Hours) string {
	if h.Points == 0 {
		return "当天的积分已到上限，或这类服务不计积分；时长照样记入您的服务记录。"
	}
	return fmt.Sprintf("得%d积分。", h.Points)
}
