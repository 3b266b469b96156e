package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type areaCountsIn struct {
	Node   ID  `path:"id" doc:"社区、街道或区"`
	Months int `query:"months" minimum:"1" maximum:"24" default:"12" doc:"最近几个月，算上这个月"`
}

type serviceSumView struct {
	Services    int64 `json:"services" doc:"确认过的服务，次"`
	Minutes     int64 `json:"minutes" doc:"时长，分钟"`
	Issued      int64 `json:"points_issued" doc:"发出的积分"`
	Redemptions int64 `json:"redemptions" doc:"领走的兑换，件"`
	Redeemed    int64 `json:"points_redeemed" doc:"兑换用掉的积分"`
}

type areaSumsView struct {
	Node    nodeView         `json:"node"`
	Months  []serviceSumView `json:"months" nullable:"false" doc:"每个月的，和 months 一样的顺序"`
	Members int              `json:"members" doc:"住在这里的党员"`
	Showing int              `json:"showing" doc:"已亮身份"`
	Open    int64            `json:"matters_open" doc:"没有办结的事项"`
	Overdue int64            `json:"matters_overdue" doc:"其中超期的"`
}

type areaCountsView struct {
	Node        nodeView       `json:"node"`
	Months      []string       `json:"months" nullable:"false" doc:"从早到晚，最后一个是这个月" example:"[\"2026-10\",\"2026-11\"]"`
	Communities []areaSumsView `json:"communities" nullable:"false" doc:"每个社区的；合计由看的人自己加"`
}

func (a *API) areaCounts(ctx context.Context, by model.Actor, in *areaCountsIn) (areaCountsView, error) {
	c, err := a.s.CountArea(ctx, by, int64(in.Node), in.Months)
	if err != nil {
		return areaCountsView{}, err
	}
	v := areaCountsView{viewNode(c.Node), []string{}, []areaSumsView{}}
	for _, start := range c.Starts[:len(c.Starts)-1] {
		v.Months = append(v.Months, start.Format("2006-01"))
	}
	for _, sums := range c.Communities {
		v.Communities = append(v.Communities, viewAreaSums(sums))
	}
	return v, nil
}

func viewAreaSums(a service.AreaSums) areaSumsView {
	months := make([]serviceSumView, len(a.Months))
	for i, m := range a.Months {
		months[i] = serviceSumView(m)
	}
	return areaSumsView{viewNode(a.Node), months, a.Members, a.Showing, a.Open, a.Overdue}
}
