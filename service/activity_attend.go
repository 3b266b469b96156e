package service

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
)

// Attending is somebody's attendance at an activity, with what it is for.
type Attending struct {
	model.Hours
	Already bool // nothing was done: they were in, or out, before
}

// attending is who goes through which gate of an activity, by a code or by the organiser's hand.
type attending struct {
	activity, person int64
	gate             model.Gate
	byHand           bool
	code             string
}

// CheckInAt checks the actor in at an activity by the code that is on the organiser's screen. Who has
// not signed up is signed up at the door while seats are free. Whoever is in already stays in.
// Refusals: activity.not_found, activity.cancelled, activity.too_early, activity.too_late,
// activity.code_expired, activity.code_of_another, activity.code_other_way, activity.still_waiting,
// activity.full, activity.not_for_you, hours.overlap.
func (s *Service) CheckInAt(ctx context.Context, cmd Command, activity int64, code string) (Attending, error) {
	return s.attend(ctx, cmd, attending{activity, cmd.By.PersonID, model.GateIn, false, code})
}

// CheckOutOf checks the actor out by the code for it. Refusals as for CheckInAt, activity.not_checked_in,
// hours.too_short.
func (s *Service) CheckOutOf(ctx context.Context, cmd Command, activity int64, code string) (Attending, error) {
	return s.attend(ctx, cmd, attending{activity, cmd.By.PersonID, model.GateOut, false, code})
}

// CheckInByHand checks somebody without a phone in, by the organiser, on record. Refusals as for
// CheckInAt, activity.own_attendance, and person.not_found for who has not signed up and is outside the
// organiser's care.
func (s *Service) CheckInByHand(ctx context.Context, cmd Command, activity, person int64) (Attending, error) {
	return s.attend(ctx, cmd, attending{activity, person, model.GateIn, true, ""})
}

// CheckOutByHand checks somebody without a phone out now, by the organiser, on record.
func (s *Service) CheckOutByHand(ctx context.Context, cmd Command, activity, person int64) (Attending, error) {
	return s.attend(ctx, cmd, attending{activity, person, model.GateOut, true, ""})
}

func (s *Service) attend(ctx context.Context, cmd Command, who attending) (Attending, error) {
	at := door{who.activity, who.person}
	return inLane(ctx, s, laneOf(who.activity), holding{doors: []door{at}}, cmd, func(t *tx) (Attending, error) {
		c, err := t.atDoor(at)
		if err == nil {
			err = t.needHand(c, who)
		}
		if err != nil {
			return Attending{}, err
		}
		if err := c.Open(who.gate, t.now); err != nil {
			return Attending{}, err
		}
		if !who.byHand {
			if err := c.Takes(who.gate, who.code, t.now); err != nil {
				return Attending{}, err
			}
		}
		switch {
		case !c.here:
			return Attending{}, model.ErrPersonNotFound
		case who.gate == model.GateOut:
			return t.checkOut(c, who)
		}
		if err := t.needGuardian(c.person); err != nil {
			return Attending{}, err
		}
		return t.checkIn(c, who)
	})
}

// needHand refuses who does by hand what is not theirs to organise, or their own.
func (t *tx) needHand(c comer, who attending) error {
	if !who.byHand {
		return nil
	}
	yes, err := organises(t.DB, t.by, c.Activity, c.node.Path, t.now)
	switch {
	case err != nil:
		return err
	case !yes:
		return model.ErrActivityNotFound
	case who.person == t.by.PersonID:
		return model.ErrAttendanceOwn
	}
	return nil
}

// checkIn opens the attendance of a person with a seat, unless there is one. One that was taken back, perhaps by
// mistake, begins anew.
func (t *tx) checkIn(c comer, who attending) (Attending, error) {
	if c.hours != nil && c.hours.State != model.HoursVoid {
		return Attending{*c.hours, true}, nil
	}
	if err := t.needSeat(c, who); err != nil {
		return Attending{}, err
	}
	begun, err := t.beginHours(model.Hours{
		PersonID: c.person.ID, ActivityID: &c.ID, NodeID: c.node.ID, Kind: c.Kind, Content: c.Title, Place: c.Place,
		StartsAt: t.now, FromAt: &c.StartsAt, UntilAt: &c.EndsAt, InWay: who.way(), InByID: t.by.PersonID,
	}, c)
	return Attending{begun, false}, err
}

// way is how hours call it.
func (w attending) way() model.Way {
	if w.byHand {
		return model.ByOrganiser
	}
	return model.ByCode
}

// needSeat refuses who has no seat and can't have one at the door.
func (t *tx) needSeat(c comer, who attending) error {
	switch {
	case c.signUp != nil && c.signUp.State == model.Seated:
		return nil
	case c.signUp != nil && c.signUp.State == model.Waiting:
		return model.ErrSignUpWaiting
	case who.byHand:
		if _, err := t.nodeOfPerson(c.person, model.ListPeople); err != nil {
			return err
		}
	}
	if err := t.mayTakePart(c); err != nil {
		return err
	}
	if free, _ := t.draft.seats(c.gate); free == 0 {
		return model.ErrSignUpFull
	}
	_, err := t.addSignUp(c, model.Seated, model.SignedAtDoor)
	return err
}

// checkOut ends an open attendance now, at the end of the activity at the latest.
func (t *tx) checkOut(c comer, who attending) (Attending, error) {
	h := c.hours
	switch {
	case h == nil, h.State == model.HoursVoid:
		return Attending{}, model.ErrAttendanceNone
	case h.State != model.HoursOpen:
		return Attending{*h, true}, nil
	}
	delete(t.draft.doors.asked, door{c.ID, c.person.ID})
	err := t.endHours(h, h.AtMost(c.Within(t.now)), who.way())
	return Attending{*h, false}, err
}

// TakeBackAttendance takes back an attendance that is not confirmed, by the organiser with a reason that the
// person reads: somebody was checked in by mistake, or left as they had come. Refusals:
// activity.not_found to whom it is not to organise, activity.not_checked_in, activity.own_attendance,
// hours.wrong_state.
func (s *Service) TakeBackAttendance(ctx context.Context, cmd Command, activity, person int64, reason string) (Attending, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return Attending{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (Attending, error) {
		a, _, err := t.lockOrganised(activity)
		switch {
		case err != nil:
			return Attending{}, err
		case person == t.by.PersonID:
			return Attending{}, model.ErrAttendanceOwn
		}
		if _, err := model.LockPerson(t.DB, person); err != nil {
			return Attending{}, err
		}
		h, err := model.AttendanceOf(t.DB, a.ID, person)
		switch {
		case err != nil:
			return Attending{}, err
		case h == nil:
			return Attending{}, model.ErrAttendanceNone
		case h.State == model.HoursConfirmed:
			return Attending{}, model.ErrAttendanceConfirmed
		}
		if err := t.voidAttendance(a, *h, reason); err != nil {
			return Attending{}, err
		}
		h, err = model.AttendanceOf(t.DB, a.ID, person)
		if err != nil {
			return Attending{}, err
		}
		return Attending{*h, false}, nil
	})
}

func (t *tx) voidAttendance(a model.Activity, h model.Hours, reason string) error {
	if err := t.voidHours(h, reason); err != nil {
		return err
	}
	body := fmt.Sprintf("您在“%s”的签到已经作废，原因：%s。如有疑问，请联系组织者。", a.Title, reason)
	return t.notify(h.PersonID, NoticeActivity, "签到已作废", body, myActivitiesPage, model.ActivityOnce(a.ID, fmt.Sprintf("void:%d:%d", h.ID, h.StartsAt.Unix())))
}

// voidOpen takes back every attendance at a locked activity of who has not been checked out.
func (t *tx) voidOpen(a model.Activity, reason string) error {
	attended, err := t.lockAttendances(a)
	if err != nil {
		return err
	}
	for _, h := range inState(attended, model.HoursOpen) {
		if err := t.voidAttendance(a, h, reason); err != nil {
			return err
		}
	}
	return nil
}

// lockAttendances locks the people who have attended a locked activity, and gives all attendance at it.
func (t *tx) lockAttendances(a model.Activity) ([]model.Hours, error) {
	people, err := model.AttendantsOf(t.DB, a.ID)
	if err != nil {
		return nil, err
	}
	if _, err := model.LockPersons(t.DB, people); err != nil {
		return nil, err
	}
	// Read now: corrections of hours take the person's lock, and not the activity's.
	return model.AttendancesOf(t.DB, a.ID)
}

func inState(attended []model.Hours, state model.HoursState) (out []model.Hours) {
	for _, h := range attended {
		if h.State == state {
			out = append(out, h)
		}
	}
	return out
}

// CheckInCode gives the code for the organiser's screen. Refusals: activity.not_found to whom it is not
// to organise, activity.cancelled, activity.too_early, activity.too_late.
func (s *Service) CheckInCode(ctx context.Context, by model.Actor, activity int64, gate model.Gate) (model.RotatingCode, time.Time, error) {
	h, now := s.DB.Read(ctx), s.now()
	a, err := model.ActivityByID(h, activity)
	if err != nil {
		return model.RotatingCode{}, now, err
	}
	n, err := model.NodeByID(h, a.NodeID)
	if err != nil {
		return model.RotatingCode{}, now, err
	}
	yes, err := organises(h, by, a, n.Path, now)
	switch {
	case err != nil:
		return model.RotatingCode{}, now, err
	case !yes:
		return model.RotatingCode{}, now, model.ErrActivityNotFound
	}
	if err := a.Open(gate, now); err != nil {
		return model.RotatingCode{}, now, err
	}
	return a.RotatingCode(gate, now), now, nil
}
