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
	return s.changeSignUp(ctx, cmd, activity, func(t *tx, a model.Activity, n model.Node) (SignedUp, error) {
		p, err := model.PersonByID(t.DB, t.by.PersonID)
		if err != nil {
			return SignedUp{}, err
		}
		return t.signUp(a, n, p, model.SignedBySelf)
	})
}

// SignUpFor signs up somebody without a phone, by an officer who looks after them; it is on record who
// did it. Refusals as for SignUp, and person.not_found outside the actor's scope.
func (s *Service) SignUpFor(ctx context.Context, cmd Command, activity, person int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, activity, func(t *tx, a model.Activity, n model.Node) (SignedUp, error) {
		p, err := t.personInCare(person)
		if err == nil {
			err = t.needGuardian(p)
		}
		if err != nil {
			return SignedUp{}, err
		}
		out, err := t.signUp(a, n, p, model.SignedByProxy)
		if err != nil || p.ID == t.by.PersonID {
			return out, err
		}
		what := "已经为您报名"
		if out.State == model.Waiting {
			what = "已经为您登记候补"
		}
		body := fmt.Sprintf("%s“%s”:%s。如果不想参加,可以在开始前退出。", what, a.Title, whenAndWhere(a))
		once := model.ActivityOnce(a.ID, "proxy:"+strconv.FormatInt(out.ID, 10)+":"+strconv.FormatInt(out.Turn, 10))
		return out, t.notify(p.ID, NoticeActivity, "代您报了名", body, myActivitiesPage, once)
	})
}

// personInCare gives a person whom the actor looks after; another is not found.
func (t *tx) personInCare(id int64) (model.Person, error) {
	p, err := model.PersonByID(t.DB, id)
	if err != nil {
		return p, err
	}
	_, err = t.nodeOfPerson(p, model.ListPeople)
	return p, err
}

// SignOff gives up the actor's seat or place on the waiting list, until the start. Who waits moves up.
// Refusals: activity.not_found, activity.cancelled, activity.started, activity.not_signed_up,
// activity.checked_in.
func (s *Service) SignOff(ctx context.Context, cmd Command, activity int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, activity, func(t *tx, a model.Activity, n model.Node) (SignedUp, error) {
		return t.signOff(a, n, t.by.PersonID)
	})
}

// SignOffFor is SignOff for somebody whom the actor looks after, who is told. Refusals also:
// person.not_found outside the actor's scope.
func (s *Service) SignOffFor(ctx context.Context, cmd Command, activity, person int64) (SignedUp, error) {
	return s.changeSignUp(ctx, cmd, activity, func(t *tx, a model.Activity, n model.Node) (SignedUp, error) {
		if _, err := t.personInCare(person); err != nil {
			return SignedUp{}, err
		}
		out, err := t.signOff(a, n, person)
		if err != nil || person == t.by.PersonID {
			return out, err
		}
		body := fmt.Sprintf("已经为您退出“%s”。如果这不是您的意思,请联系社区。", a.Title)
		once := model.ActivityOnce(a.ID, "off:"+strconv.FormatInt(out.ID, 10)+":"+strconv.FormatInt(out.Turn, 10))
		return out, t.notify(person, NoticeActivity, "代您退出了活动", body, myActivitiesPage, once)
	})
}

// laneOf is where commands wait together that contend for one activity: its seats, its door.
func laneOf(activity int64) string { return model.ActivityOnce(activity, "lane") }

// changeSignUp does something to a sign-up before the start, the activity locked.
func (s *Service) changeSignUp(ctx context.Context, cmd Command, activity int64,
	do func(t *tx, a model.Activity, n model.Node) (SignedUp, error),
) (SignedUp, error) {
	return inLane(ctx, s, laneOf(activity), holding{}, cmd, func(t *tx) (SignedUp, error) {
		a, err := model.LockActivity(t.DB, activity)
		if err != nil {
			return SignedUp{}, err
		}
		n, err := model.NodeByID(t.DB, a.NodeID)
		if err != nil {
			return SignedUp{}, err
		}
		if err := a.Coming(t.now); err != nil {
			return SignedUp{}, err
		}
		return do(t, a, n)
	})
}

// signUp gives a person a seat of a locked activity, or a place on its waiting list.
func (t *tx) signUp(a model.Activity, n model.Node, p model.Person, way model.SignUpWay) (SignedUp, error) {
	was, err := model.SignUpOf(t.DB, a.ID, p.ID)
	if err == nil {
		err = t.mayTakePart(a, n, p, was)
	}
	if err != nil {
		return SignedUp{}, err
	}
	free, err := t.freeSeats(a)
	if err != nil {
		return SignedUp{}, err
	}
	state := model.Seated
	if free == 0 {
		state = model.Waiting
	}
	return t.addSignUp(a, n, p, was, state, way)
}

// mayTakePart refuses who is signed up already or outside the audience. was is their sign-up in any
// state, nil when there is none.
func (t *tx) mayTakePart(a model.Activity, n model.Node, p model.Person, was *model.SignUp) error {
	if was != nil && was.State != model.SignedOff {
		return model.ErrSignUpTwice
	}
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err == nil && !a.Audience.Admits(p, home.Path, n.Path) {
		err = notAdmitted(a.Audience, p.ID == t.by.PersonID)
	}
	return err
}

// notAdmitted tells somebody why they can't take part, or who looks after them.
func notAdmitted(audience model.Audience, self bool) error {
	if self {
		return model.ErrSignUpAudience.Saying("这个活动面向" + audience.Title() + ",按您的登记,您不在参加范围里。如果登记有误,请联系社区更正。")
	}
	return model.ErrSignUpAudience.Saying("这个活动面向" + audience.Title() + ",按登记,这位居民不在参加范围里。")
}

// unlimited stands for the seats of an activity without a limit.
const unlimited = int64(1) << 30

// freeSeats gives how many seats of a locked activity nobody has.
func (t *tx) freeSeats(a model.Activity) (int64, error) {
	if a.Capacity == 0 {
		return unlimited, nil
	}
	seated, err := model.CountSignUps(t.DB, a.ID, model.Seated)
	return max(a.Capacity-seated, 0), err
}

func (t *tx) addSignUp(a model.Activity, n model.Node, p model.Person, was *model.SignUp, state model.SignUpState, way model.SignUpWay) (SignedUp, error) {
	u := model.SignUp{ActivityID: a.ID, PersonID: p.ID, State: state, Way: way, SignedAt: t.now}
	if was != nil {
		u.ID = was.ID
	}
	if p.ID != t.by.PersonID {
		u.EnteredByID = t.by.PersonID
	}
	if err := model.AddSignUp(t.DB, &u); err != nil {
		return SignedUp{}, err
	}
	if err := t.audit("activity.sign_up", n.ID, "sign_up", u.ID, string(way)+" "+string(state)); err != nil {
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

// signOff signs a person off from a locked activity, and moves up who waits.
func (t *tx) signOff(a model.Activity, n model.Node, person int64) (SignedUp, error) {
	u, err := model.SignUpOf(t.DB, a.ID, person)
	if err != nil {
		return SignedUp{}, err
	}
	if u == nil || u.State == model.SignedOff {
		return SignedUp{}, model.ErrSignUpNot
	}
	attended, err := model.AttendanceOf(t.DB, a.ID, person)
	if err != nil {
		return SignedUp{}, err
	}
	if attended != nil && attended.State != model.HoursVoid {
		return SignedUp{}, model.ErrSignUpCheckedIn
	}
	if err := model.SignOff(t.DB, u, t.by.PersonID, t.now); err != nil {
		return SignedUp{}, err
	}
	if err := t.audit("activity.sign_off", n.ID, "sign_up", u.ID, ""); err != nil {
		return SignedUp{}, err
	}
	return SignedUp{*u, 0}, t.moveUp(a, n)
}

// moveUp gives the free seats of a locked activity to those who have waited longest, and tells them.
func (t *tx) moveUp(a model.Activity, n model.Node) error {
	free, err := t.freeSeats(a)
	if err != nil || free == 0 {
		return err
	}
	up, err := model.MoveUp(t.DB, a.ID, free, t.now)
	if err != nil {
		return err
	}
	body := fmt.Sprintf("您候补的“%s”有名额了,已经为您补上:%s。不能来请在开始前退出。", a.Title, whenAndWhere(a))
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
