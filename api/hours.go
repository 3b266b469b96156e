package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// HoursView is one record of service.
type HoursView struct {
	ID         ID         `json:"id" doc:"编号"`
	Person     ID         `json:"person_id" doc:"志愿者"`
	Name       string     `json:"name" doc:"志愿者的姓名；您负责联系的居民显示全名，其他人显示姓氏" example:"李小梅"`
	Source     string     `json:"source" enum:"activity,log" doc:"来自活动签到、自己填报"`
	Activity   *ID        `json:"activity_id,omitempty" doc:"哪一次活动"`
	Node       ID         `json:"node_id" doc:"组织方；自己填报的是所在单元"`
	NodeName   string     `json:"node_name" example:"1单元"`
	Kind       string     `json:"kind" doc:"服务类别" example:"environment"`
	KindName   string     `json:"kind_name" example:"环境整治"`
	Content    string     `json:"content" doc:"做了什么"`
	Place      string     `json:"place" doc:"在哪里"`
	StartsAt   time.Time  `json:"starts_at"`
	EndsAt     *time.Time `json:"ends_at,omitempty" doc:"没有就是还没有签退"`
	Minutes    int64      `json:"minutes" doc:"时长，分钟" example:"90"`
	Points     int64      `json:"points" doc:"得到的积分" example:"15"`
	State      string     `json:"state" enum:"open,claimed,confirmed,refused,void" doc:"服务中、待确认、已确认、未通过、已作废"`
	Title      string     `json:"title" doc:"状态的中文" example:"待确认"`
	EnteredBy  string     `json:"entered_by,omitempty" doc:"谁代为填报；没有就是本人" example:"王建国"`
	Reason     string     `json:"reason,omitempty" doc:"未通过或作废的原因"`
	Evaluation string     `json:"evaluation,omitempty" doc:"组织方的评价"`
	DecidedAt  *time.Time `json:"decided_at,omitempty" doc:"何时办理"`
	FiledAt    time.Time  `json:"filed_at" doc:"何时填报或签到"`
	Changed    int64      `json:"changed" doc:"填报以后改过几次；确认时作为 seen 交回" example:"0"`
}

func viewHours(h model.ListedHours) HoursView {
	return HoursView{
		ID: ID(h.ID), Person: ID(h.PersonID), Name: h.Name, Source: string(h.Source), Activity: maybeID(h.ActivityID),
		Node: ID(h.NodeID), NodeName: h.NodeName, Kind: h.Kind, KindName: h.KindName, Content: h.Content, Place: h.Place,
		StartsAt: atEdge(h.StartsAt), EndsAt: maybeAtEdge(h.EndsAt), Minutes: h.Minutes, Points: h.Points,
		State: string(h.State), Title: h.State.Title(), EnteredBy: h.EnteredBy, Reason: h.Reason, Evaluation: h.Evaluation,
		DecidedAt: maybeAtEdge(h.DecidedAt), FiledAt: atEdge(h.CreatedAt), Changed: h.Changed,
	}
}

func idOfHours(h model.ListedHours) int64 { return h.ID }

// ClaimBody is what somebody says of their service.
type ClaimBody struct {
	Kind     string    `json:"kind" minLength:"1" maxLength:"24" doc:"服务类别，见 /v1/service-kinds" example:"environment"`
	Content  string    `json:"content" minLength:"1" maxLength:"500" doc:"做了什么" example:"清理楼道杂物，打扫3栋门前的落叶"`
	Place    string    `json:"place" minLength:"1" maxLength:"80" doc:"在哪里" example:"3栋1单元门前"`
	StartsAt time.Time `json:"starts_at" doc:"开始时间，到分钟" example:"2026-03-04T09:00:00+08:00"`
	EndsAt   time.Time `json:"ends_at" doc:"结束时间，到分钟；不能晚于现在" example:"2026-03-04T10:30:00+08:00"`
}

func (b ClaimBody) claim() model.HoursClaim {
	return model.HoursClaim{Kind: b.Kind, Content: b.Content, Place: b.Place, StartsAt: b.StartsAt, EndsAt: b.EndsAt}
}

type logBody struct {
	ClaimBody
	Photos []ID `json:"photos,omitempty" maxItems:"9" doc:"先上传的照片的编号；修改时不填就不变，填了就只留这些"`
}

func (b logBody) photos() []int64 { return photoIDs(b.Photos) }

type fileHoursIn struct {
	Keyed
	Body logBody
}

func (a *API) fileHours(ctx context.Context, cmd service.Command, in *fileHoursIn) (model.ListedHours, error) {
	return a.s.FileHours(ctx, cmd, in.Body.claim(), in.Body.photos())
}

type fileHoursForIn struct {
	Keyed
	Person ID `path:"id" doc:"志愿者"`
	Body   logBody
}

func (a *API) fileHoursFor(ctx context.Context, cmd service.Command, in *fileHoursForIn) (model.ListedHours, error) {
	return a.s.FileHoursFor(ctx, cmd, int64(in.Person), in.Body.claim(), in.Body.photos())
}

type changeHoursIn struct {
	Keyed
	Hours ID `path:"id" doc:"哪一条服务记录"`
	Body  logBody
}

func (a *API) changeHours(ctx context.Context, cmd service.Command, in *changeHoursIn) (model.ListedHours, error) {
	var photos *[]int64
	if in.Body.Photos != nil {
		all := in.Body.photos()
		photos = &all
	}
	return a.s.ChangeHours(ctx, cmd, int64(in.Hours), in.Body.claim(), photos)
}

type hoursIn struct {
	Keyed
	Hours ID `path:"id" doc:"哪一条服务记录"`
}

func (a *API) withdrawHours(ctx context.Context, cmd service.Command, in *hoursIn) (model.ListedHours, error) {
	return a.s.WithdrawHours(ctx, cmd, int64(in.Hours))
}

type confirmHoursIn struct {
	Keyed
	Hours ID `path:"id" doc:"哪一条服务记录"`
	Body  struct {
		Seen       int64  `json:"seen,omitempty" minimum:"0" doc:"看到的是改过几次的，见 changed；已经又改过的不会确认" example:"0"`
		Evaluation string `json:"evaluation,omitempty" maxLength:"200" doc:"评价，记入志愿服务记录" example:"认真负责"`
	}
}

func (a *API) confirmHours(ctx context.Context, cmd service.Command, in *confirmHoursIn) (model.ListedHours, error) {
	return a.s.ConfirmHours(ctx, cmd, int64(in.Hours), in.Body.Seen, in.Body.Evaluation)
}

type hoursReasonIn struct {
	Keyed
	Hours ID `path:"id" doc:"哪一条服务记录"`
	Body  struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，志愿者会看到" example:"时间与实际不符"`
	}
}

func (a *API) refuseHours(ctx context.Context, cmd service.Command, in *hoursReasonIn) (model.ListedHours, error) {
	return a.s.RefuseHours(ctx, cmd, int64(in.Hours), in.Body.Reason)
}

func (a *API) voidHours(ctx context.Context, cmd service.Command, in *hoursReasonIn) (model.ListedHours, error) {
	return a.s.VoidHours(ctx, cmd, int64(in.Hours), in.Body.Reason)
}

type serviceKindsIn struct{}

type serviceKindView struct {
	Code string `json:"code" example:"environment"`
	Name string `json:"name" example:"环境整治"`
}

type serviceKindsView struct {
	Kinds []serviceKindView `json:"kinds" nullable:"false"`
}

func (a *API) serviceKinds(ctx context.Context, _ model.Actor, _ *serviceKindsIn) (serviceKindsView, error) {
	kinds, err := a.s.ServiceKinds(ctx)
	v := serviceKindsView{Kinds: []serviceKindView{}}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, serviceKindView{k.Code, k.Name})
	}
	return v, err
}
