package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// SignUpView is a sign-up as who it concerns sees it.
type SignUpView struct {
	Activity ID         `json:"activity_id" doc:"哪个活动"`
	Person   ID         `json:"person_id" doc:"谁"`
	State    string     `json:"state" enum:"seated,waiting,off" doc:"已报名、候补中、已退出"`
	Title    string     `json:"title" doc:"状态的中文" example:"已报名"`
	Way      string     `json:"way" enum:"self,proxy,door" doc:"自己报名、代为报名、现场签到时报名"`
	SignedAt time.Time  `json:"signed_at" doc:"何时报名"`
	SeatedAt *time.Time `json:"seated_at,omitempty" doc:"何时有了名额"`
	OffAt    *time.Time `json:"off_at,omitempty" doc:"何时退出"`
	Ahead    int64      `json:"waiting_ahead,omitempty" doc:"候补时，排在前面的人数" example:"2"`
}

func viewSignUp(u model.SignUp) SignUpView {
	return SignUpView{
		ID(u.ActivityID), ID(u.PersonID), string(u.State), u.State.Title(), string(u.Way),
		atEdge(u.SignedAt), maybeAtEdge(u.SeatedAt), maybeAtEdge(u.OffAt), 0,
	}
}

func viewSignedUp(u service.SignedUp) SignUpView {
	v := viewSignUp(u.SignUp)
	v.Ahead = u.Ahead
	return v
}

type signUpIn struct {
	Keyed
	OfActivity
}

func (a *API) signUp(ctx context.Context, cmd service.Command, in *signUpIn) (service.SignedUp, error) {
	return a.s.SignUp(ctx, cmd, int64(in.ID))
}

func (a *API) signOff(ctx context.Context, cmd service.Command, in *signUpIn) (service.SignedUp, error) {
	return a.s.SignOff(ctx, cmd, int64(in.ID))
}

// OfPersonAt is embedded by the input of what is about one person at one activity.
type OfPersonAt struct {
	Keyed
	OfActivity
	Person ID `path:"person_id" doc:"哪一位居民" example:"42"`
}

func (a *API) signUpFor(ctx context.Context, cmd service.Command, in *OfPersonAt) (service.SignedUp, error) {
	return a.s.SignUpFor(ctx, cmd, int64(in.ID), int64(in.Person))
}

func (a *API) signOffFor(ctx context.Context, cmd service.Command, in *OfPersonAt) (service.SignedUp, error) {
	return a.s.SignOffFor(ctx, cmd, int64(in.ID), int64(in.Person))
}

type signUpsIn struct {
	OfActivity
	Paged
	State string `query:"state" enum:"seated,waiting,off" doc:"只看这一状态的；不填是没有退出的"`
}

type listedSignUpView struct {
	SignUpView
	Name       string          `json:"name" doc:"您负责联系的居民显示全名，其他人显示姓氏" example:"李小梅"`
	UnitName   string          `json:"unit_name,omitempty" doc:"住在哪个单元；只给负责联系的人" example:"1单元"`
	EnteredBy  *ID             `json:"entered_by_id,omitempty" doc:"代为报名的人"`
	Attendance *AttendanceView `json:"attendance,omitempty" doc:"签到；没有就是还没签到"`
	LeftReason string          `json:"left_reason,omitempty" doc:"补记离开时间的原因"`
}

func (a *API) signUps(ctx context.Context, by model.Actor, in *signUpsIn) (List[listedSignUpView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedSignUpView]{}, err
	}
	rows, err := a.s.SignUpsOf(ctx, by, int64(in.ID), model.SignUpState(in.State), slice)
	return listOf(in.Paged, rows, func(s service.SeenSignUp) int64 { return s.Turn }, viewListedSignUp), err
}

func viewListedSignUp(s service.SeenSignUp) listedSignUpView {
	v := listedSignUpView{SignUpView: viewSignUp(s.SignUp), Name: model.MaskName(s.Name), EnteredBy: idOrNone(s.EnteredByID), LeftReason: s.LeftReason}
	if s.WholeName {
		v.Name, v.UnitName = s.Name, s.UnitName
	}
	if s.Attended != nil {
		at := viewAttendance(*s.Attended)
		v.Attendance = &at
	}
	return v
}

type mySignUpsIn struct{ Paged }

type mySignUpView struct {
	SignUpView
	Activity   ActivityView    `json:"activity"`
	Attendance *AttendanceView `json:"attendance,omitempty" doc:"签到；没有就是还没签到"`
}

func (a *API) mySignUps(ctx context.Context, by model.Actor, in *mySignUpsIn) (List[mySignUpView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[mySignUpView]{}, err
	}
	rows, err := a.s.MySignUps(ctx, by, slice)
	now := a.s.Clock.Now()
	return listOf(in.Paged, rows, func(m model.MySignUp) int64 { return m.SignUp.ID }, func(m model.MySignUp) mySignUpView {
		v := mySignUpView{viewSignUp(m.SignUp), viewListedActivity(m.Activity, m.Activity.Phase(now)), nil}
		if m.Attended != nil {
			at := viewAttendance(*m.Attended)
			v.Attendance = &at
		}
		return v
	}), err
}
