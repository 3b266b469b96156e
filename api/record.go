package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// recordView is a volunteer record: who, the sums of everything, and one page of the services. hours
// that are wrong are corrected under /v1/hours.
type recordView struct {
	Person   ID             `json:"person_id" doc:"志愿者"`
	Name     string         `json:"name" doc:"志愿者的姓名" example:"张卫东"`
	Services int64          `json:"services" doc:"一共服务几次" example:"12"`
	Minutes  int64          `json:"minutes" doc:"一共服务多少分钟；兑换积分、迁居都不会减少" example:"1590"`
	FirstAt  *time.Time     `json:"first_at,omitempty" doc:"第一次服务的时间"`
	LastAt   *time.Time     `json:"last_at,omitempty" doc:"最近一次服务的时间"`
	Items    []recordedView `json:"items" nullable:"false" doc:"已确认的服务，最近登记的在前"`
	Next     string         `json:"next,omitempty" doc:"下一页的 cursor；没有就是最后一页"`
}

type recordedView struct {
	ID         ID        `json:"id" doc:"服务记录的编号；有误时用它申请更正"`
	Kind       string    `json:"kind" doc:"服务类别" example:"environment"`
	KindName   string    `json:"kind_name" doc:"服务类别的名称" example:"环境整治"`
	Content    string    `json:"content" doc:"服务内容" example:"清扫3栋楼道"`
	Place      string    `json:"place" doc:"服务地点" example:"3栋1单元"`
	StartsAt   time.Time `json:"starts_at" doc:"开始"`
	EndsAt     time.Time `json:"ends_at" doc:"结束"`
	Minutes    int64     `json:"minutes" doc:"时长，分钟" example:"90"`
	Organiser  string    `json:"organiser" doc:"组织者" example:"先锋社区第一网格"`
	Source     string    `json:"source" enum:"activity,log" doc:"activity 活动签到、log 事后登记"`
	Evaluation string    `json:"evaluation,omitempty" doc:"评价" example:"认真负责"`
	Corrected  bool      `json:"corrected" doc:"确认以后更正过，更正前的内容留有历史"`
}

func viewRecorded(r service.RecordedService) recordedView {
	return recordedView{
		ID: ID(r.ID), Kind: r.Kind, KindName: r.KindName, Content: r.Content, Place: r.Place,
		StartsAt: atEdge(r.StartsAt), EndsAt: atEdge(r.End()), Minutes: r.Minutes, Organiser: r.Organiser,
		Source: string(r.Source), Evaluation: r.Evaluation, Corrected: r.Corrected,
	}
}

func viewRecord(p Paged, r service.Record) recordView {
	page := listOf(p, r.Services, func(r service.RecordedService) int64 { return r.ID }, viewRecorded)
	return recordView{
		Person: ID(r.Holder.ID), Name: r.Holder.Name, Services: r.Totals.Services, Minutes: r.Totals.Minutes,
		FirstAt: maybeAtEdge(r.Totals.FirstAt), LastAt: maybeAtEdge(r.Totals.LastAt), Items: page.Items, Next: page.Next,
	}
}

type myRecordIn struct{ Paged }

func (a *API) myRecord(ctx context.Context, by model.Actor, in *myRecordIn) (recordView, error) {
	slice, err := in.slice()
	if err != nil {
		return recordView{}, err
	}
	r, err := a.s.MyRecord(ctx, by, slice)
	return viewRecord(in.Paged, r), err
}

type recordIn struct {
	Person ID `path:"id" doc:"居民"`
	Paged
}

func (a *API) readRecord(ctx context.Context, by model.Actor, in *recordIn) (recordView, error) {
	slice, err := in.slice()
	if err != nil {
		return recordView{}, err
	}
	r, err := a.s.ReadRecord(ctx, by, int64(in.Person), slice)
	return viewRecord(in.Paged, r), err
}
