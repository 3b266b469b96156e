package service

import (
	"context"
	"fmt"
	"strconv"

	"danyuan/model"
)

// SignedUp is a sign-up with how many wait in front of it.
type SignedUp struct {
	model.SignUp
	Ahead int64
}

// SignUp signs the actor up for an activity: with a seat while there is one, else on the waiting list.
// Refusals: activity.not_found, activity.cancelled, activity.started, activity.not_for_you,
// activity.signed_up_already.
func (s *Service) SignUp(ctx context.Context, cmd Command, activity int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, door{activity, cmd.By.PersonID}, func(t *tx, c comer) (SignedUp, error) {
		return t.signUp(c, model.SignedBySelf)
	})
}

// SignUpFor signs up somebody without a phone, by an officer who looks after them; it is on record who
// did it. Refusals as for SignUp, and person.not_found outside the actor's scope.
func (s *Service) SignUpFor(ctx context.Context, cmd Command, activity, person int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, door{activity, person}, func(t *tx, c comer) (SignedUp, error) {
		if _, err := t.nodeOfPerson(c.person, model.ListPeople); err != nil {
			return SignedUp{}, err
		}
		if err := t.needGuardian(c.person); err != nil {
			return SignedUp{}, err
		}
		out, err := t.signUp(c, model.SignedByProxy)
		if err != nil || person == t.by.PersonID {
			return out, err
		}
		what := "已经为您报名"
		if out.State == model.Waiting {
			what = "已经为您登记候补"
		}
		body := fmt.Sprintf("%s“%s”：%s。如果不想参加，可以在开始前退出。", what, c.Title, whenAndWhere(c.Activity))
		once := model.ActivityOnce(c.ID, "proxy:"+strconv.FormatInt(out.ID, 10)+":"+strconv.FormatInt(out.Turn, 10))
		return out, t.notify(person, NoticeActivity, "代您报了名", body, myActivitiesPage, once)
	})
}

// SignOff gives up the actor's seat or place on the waiting list, until the start. Who waits moves up.
// Refusals: activity.not_found, activity.cancelled, activity.started, activity.not_signed_up,
// activity.checked_in.
func (s *Service) SignOff(ctx context.Context, cmd Command, activity int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, door{activity, cmd.By.PersonID}, func(t *tx, c comer) (SignedUp, error) {
		return t.signOff(c)
	})
}

// SignOffFor is SignOff for somebody whom the actor looks after, who is told. Refusals also:
// person.not_found outside the actor's scope.
func (s *Service) SignOffFor(ctx context.Context, cmd Command, activity, person int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, door{activity, person}, func(t *tx, c comer) (SignedUp, error) {
		if _, err := t.nodeOfPerson(c.person, model.ListPeople); err != nil {
			return SignedUp{}, err
		}
		out, err := t.signOff(c)
		if err != nil || person == t.by.PersonID {
			return out, err
		}
		body := fmt.Sprintf("已经为您退出“%s”。如果这不是您的意思，请联系社区。", c.Title)
		once := model.ActivityOnce(c.ID, "off:"+strconv.FormatInt(out.ID, 10)+":"+strconv.FormatInt(out.Turn, 10))
		return out, t.notify(person, NoticeActivity, "代您退出了活动", body, myActivitiesPage, once)
	})
}

// laneOf is where commands wait together that contend for one activity: its seats, its door.
func laneOf(activity int64) string { return model.ActivityOnce(activity, "lane") }

// changeSignUp does something to a person's sign-up before the start, both locked.
func (s *Service) changeSignUp(ctx context.Context, cmd Command, at door, do func(t *tx, c comer) (SignedUp, error)) (SignedUp, error) {
	return inLane(ctx, s, laneOf(at.activity), holding{doors: []door{at}}, cmd, func(t *tx) (SignedUp, error) {
		c, err := t.atDoor(at)
		if err != nil {
			return SignedUp{}, err
		}
		if err := c.Coming(t.now); err != nil {
			return SignedUp{}, err
		}
		if !c.here {
			return SignedUp{}, model.ErrPersonNotFound
		}
		return do(t, c)
	})
}

// signUp gives a person a seat of an activity, or a place on its waiting list.
func (t *tx) signUp(c comer, way model.SignUpWay) (SignedUp, error) {
	if err := t.mayTakePart(c); err != nil {
		return SignedUp{}, err
	}
	state := model.Seated
	if free, _ := t.draft.seats(c.gate); free == 0 {
		state = model.Waiting
	}
	return t.addSignUp(c, state, way)
}

// mayTakePart refuses who is signed up already or outside the audience.
func (t *tx) mayTakePart(c comer) error {
	if c.signUp != nil && c.signUp.State != model.SignedOff {
		return model.ErrSignUpTwice
	}
	if !c.Audience.Admits(c.person, c.home.Path, c.node.Path) {
		return notAdmitted(c.Audience, c.person.ID == t.by.PersonID)
	}
	return nil
}

// notAdmitted tells somebody why they can't take part, or who looks after them.
func notAdmitted(audience model.Audience, self bool) error {
	if self {
		return model.ErrSignUpAudience.Saying("这个活动面向" + audience.Title() + "，按您的登记，您不在参加范围里。如果登记有误，请联系社区更正。")
	}
	return model.ErrSignUpAudience.Saying("这个活动面向" + audience.Title() + "，按登记，这位居民不在参加范围里。")
}

func (t *tx) addSignUp(c comer, state model.SignUpState, way model.SignUpWay) (SignedUp, error) {
	u := model.SignUp{ID: model.NewID(t.now), ActivityID: c.ID, PersonID: c.person.ID, State: state, Way: way, SignedAt: t.now}
	_, u.Turn = t.draft.seats(c.gate)
	if state == model.Seated {
		u.SeatedAt = &u.SignedAt
	}
	if u.PersonID != t.by.PersonID {
		u.EnteredByID = t.by.PersonID
	}
	if c.signUp == nil {
		t.draft.addSignUp(u)
	} else {
		u.ID = c.signUp.ID
		t.draft.doors.forget()
		if err := model.SignUpAgain(t.DB, u); err != nil {
			return SignedUp{}, err
		}
	}
	if err := t.audit("activity.sign_up", c.node.ID, "sign_up", u.ID, string(way)+" "+string(state)); err != nil {
		return SignedUp{}, err
	}
	return t.inTurn(u)
}

// inTurn tells how many wait in front of a sign-up.
func (t *tx) inTurn(u model.SignUp) (SignedUp, error) {
	if u.State != model.Waiting {
		return SignedUp{u, 0}, nil
	}
	ahead, err := model.WaitingBefore(t.DB, u.ActivityID, u.Turn)
	return SignedUp{u, ahead}, err
}

// signOff signs a person off from an activity, and moves up who waits.
func (t *tx) signOff(c comer) (SignedUp, error) {
	if c.signUp == nil || c.signUp.State == model.SignedOff {
		return SignedUp{}, model.ErrSignUpNot
	}
	if c.hours != nil && c.hours.State != model.HoursVoid {
		return SignedUp{}, model.ErrSignUpCheckedIn
	}
	t.draft.doors.forget()
	if err := model.SignOff(t.DB, c.signUp, t.by.PersonID, t.now); err != nil {
		return SignedUp{}, err
	}
	if err := t.audit("activity.sign_off", c.node.ID, "sign_up", c.signUp.ID, ""); err != nil {
		return SignedUp{}, err
	}
	return SignedUp{*c.signUp, 0}, t.moveUp(c.Activity, c.node)
}

// moveUp gives the free seats of a locked activity to those who have waited longest and may still take part, and
// tells them.
func (t *tx) moveUp(a model.Activity, n model.Node) error {
	free, err := model.FreeSeats(t.DB, a)
	if err != nil || free == 0 {
		return err
	}
	up, err := model.MoveUp(t.DB, a, n.Path, free, t.now)
	if err != nil {
		return err
	}
	body := fmt.Sprintf("您候补的“%s”有名额了，已经为您补上：%s。不能来请在开始前退出。", a.Title, whenAndWhere(a))
	for _, u := range up {
		once := model.ActivityOnce(a.ID, "up:"+strconv.FormatInt(u.ID, 10)+":"+strconv.FormatInt(u.Turn, 10))
		if err := t.notify(u.PersonID, NoticeActivity, "候补成功", body, myActivitiesPage, once); err != nil {
			return err
		}
		if err := t.audit("activity.move_up", n.ID, "sign_up", u.ID, ""); err != nil {
			return err
		}
	}
	return nil
}
