package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// AttendanceView is somebody's attendance at an activity.
type AttendanceView struct {
	Hours    ID         `json:"hours_id" doc:"服务记录的编号"`
	State    string     `json:"state" enum:"open,claimed,confirmed,refused,void" doc:"服务中、待确认、已确认、未通过、已作废"`
	Title    string     `json:"title" doc:"状态的中文" example:"服务中"`
	StartsAt time.Time  `json:"starts_at" doc:"从何时起算"`
	EndsAt   *time.Time `json:"ends_at,omitempty" doc:"到何时止"`
	Minutes  int64      `json:"minutes" doc:"时长，分钟" example:"90"`
	InWay    string     `json:"in_way" enum:"code,organiser" doc:"扫码签到、组织者代为签到"`
	OutWay   string     `json:"out_way,omitempty" enum:"code,organiser" doc:"扫码签退、组织者代办"`
	Reason   string     `json:"reason,omitempty" doc:"作废的原因"`
}

func viewAttendance(h model.Hours) AttendanceView {
	return AttendanceView{
		ID(h.ID), string(h.State), h.State.Title(), atEdge(h.StartsAt), maybeAtEdge(h.EndsAt), h.Minutes,
		string(h.InWay), string(h.OutWay), h.Reason,
	}
}

type attendingView struct {
	AttendanceView
	Activity ID   `json:"activity_id" doc:"哪个活动"`
	Person   ID   `json:"person_id" doc:"谁"`
	Already  bool `json:"already" doc:"true 表示之前已经办过，这次没有再办"`
}

func viewAttending(a service.Attending) attendingView {
	v := attendingView{viewAttendance(a.Hours), 0, ID(a.PersonID), a.Already}
	if a.ActivityID != nil {
		v.Activity = ID(*a.ActivityID)
	}
	return v
}

type checkInCodeIn struct {
	OfActivity
	Way string `query:"way" required:"true" enum:"in,out" doc:"签到码、签退码" example:"in"`
}

type checkInCodeView struct {
	Code    string `json:"code" doc:"现在的码，画成二维码给大家扫" example:"42-I-7K2M9QX4T1"`
	Seconds int64  `json:"seconds_left" doc:"再过几秒换成下一个" example:"12"`
	Next    string `json:"next" doc:"下一个码" example:"42-I-M8Q2X7K4T9"`
}

func (a *API) checkInCode(ctx context.Context, by model.Actor, in *checkInCodeIn) (checkInCodeView, error) {
	c, now, err := a.s.CheckInCode(ctx, by, int64(in.ID), model.Gate(in.Way))
	if err != nil {
		return checkInCodeView{}, err
	}
	return checkInCodeView{c.Code, int64(c.Until.Sub(now) / time.Second), c.Next}, nil
}

type attendByCodeIn struct {
	Keyed
	OfActivity
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"32" pattern:"^[0-9A-Za-z_-]+$" patternDescription:"由字母、数字、- 和 _ 组成" doc:"扫到的码" example:"42-I-7K2M9QX4T1"`
	}
}

func (a *API) checkInAt(ctx context.Context, cmd service.Command, in *attendByCodeIn) (service.Attending, error) {
	return a.s.CheckInAt(ctx, cmd, int64(in.ID), in.Body.Code)
}

func (a *API) checkOutOf(ctx context.Context, cmd service.Command, in *attendByCodeIn) (service.Attending, error) {
	return a.s.CheckOutOf(ctx, cmd, int64(in.ID), in.Body.Code)
}

func (a *API) checkInByHand(ctx context.Context, cmd service.Command, in *OfPersonAt) (service.Attending, error) {
	return a.s.CheckInByHand(ctx, cmd, int64(in.ID), int64(in.Person))
}

func (a *API) checkOutByHand(ctx context.Context, cmd service.Command, in *OfPersonAt) (service.Attending, error) {
	return a.s.CheckOutByHand(ctx, cmd, int64(in.ID), int64(in.Person))
}

type voidAttendanceIn struct {
	OfPersonAt
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人会看到" example:"签错了人"`
	}
}

func (a *API) voidAttendance(ctx context.Context, cmd service.Command, in *voidAttendanceIn) (service.Attending, error) {
	return a.s.TakeBackAttendance(ctx, cmd, int64(in.ID), int64(in.Person), in.Body.Reason)
}

type settleAttendanceIn struct {
	Keyed
	OfActivity
	Body struct {
		People []leftPerson `json:"people" minItems:"1" maxItems:"200" nullable:"false" doc:"每个没有签退的人什么时候离开"`
	}
}

type leftPerson struct {
	Person ID        `json:"person_id" doc:"谁"`
	LeftAt time.Time `json:"left_at" doc:"离开的时间，在签到以后、活动结束以前"`
	Reason string    `json:"reason" minLength:"1" maxLength:"200" doc:"依据，本人会看到" example:"散场时一起离开，忘了扫码"`
}

func (a *API) settleAttendance(ctx context.Context, cmd service.Command, in *settleAttendanceIn) ([]model.Hours, error) {
	left := make([]service.Left, len(in.Body.People))
	for i, p := range in.Body.People {
		left[i] = service.Left{PersonID: int64(p.Person), At: p.LeftAt, Reason: p.Reason}
	}
	return a.s.SettleAttendance(ctx, cmd, int64(in.ID), left)
}

type settledView struct {
	Items []attendingView `json:"items" nullable:"false" doc:"补好的签退"`
}

func viewSettled(hours []model.Hours) settledView {
	return settledView{each(hours, func(h model.Hours) attendingView { return viewAttending(service.Attending{Hours: h}) })}
}

type confirmActivityIn struct {
	Keyed
	OfActivity
	Body struct {
		Evaluation string `json:"evaluation,omitempty" required:"false" maxLength:"200" doc:"对这次服务的评价，记入每个人的服务记录" example:"认真负责"`
	}
}

func (a *API) confirmActivity(ctx context.Context, cmd service.Command, in *confirmActivityIn) (service.Confirmed, error) {
	return a.s.ConfirmActivity(ctx, cmd, int64(in.ID), in.Body.Evaluation)
}

type confirmedActivityView struct {
	People  int    `json:"people" doc:"确认了几个人" example:"24"`
	Minutes int64  `json:"minutes" doc:"一共多少分钟" example:"2880"`
	OwnLeft bool   `json:"own_left" doc:"您自己也参加了：您的时长要由别人确认"`
	Text    string `json:"text" doc:"告诉您接下来怎么办" example:"已经全部确认。"`
}

func viewConfirmedActivity(c service.Confirmed) confirmedActivityView {
	v := confirmedActivityView{c.People, c.Minutes, c.OwnLeft, "已经全部确认。"}
	if c.OwnLeft {
		v.Text = "其他人的时长已经确认。您自己的不能由您确认，已经通知其他负责人办理。"
	}
	return v
}
