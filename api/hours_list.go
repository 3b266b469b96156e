package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type myHoursIn struct {
	State string `query:"state" enum:"open,claimed,confirmed,refused,void" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) myHours(ctx context.Context, by model.Actor, in *myHoursIn) (List[HoursView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[HoursView]{}, err
	}
	rows, err := a.s.MyHours(ctx, by, model.HoursState(in.State), slice)
	return listOf(in.Paged, rows, idOfHours, viewHours), err
}

type hoursAtIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	State string `query:"state" enum:"open,claimed,confirmed,refused,void" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) hoursAt(ctx context.Context, by model.Actor, in *hoursAtIn) (List[waitingHoursView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[waitingHoursView]{}, err
	}
	rows, err := a.s.HoursAt(ctx, by, int64(in.Node), model.HoursState(in.State), slice)
	return listOf(in.Paged, rows, idOfWaiting, viewWaitingHours), err
}

type hoursToConfirmIn struct{ Paged }

type waitingHoursView struct {
	HoursView
	YourTurn bool `json:"your_turn" doc:"待确认的填报，true：现在可以由您办理；false：先由更了解情况的一级办理，或者是您自己的、您代填的"`
}

func idOfWaiting(w service.WaitingHours) int64 { return w.ID }

func viewWaitingHours(w service.WaitingHours) waitingHoursView {
	return waitingHoursView{viewHours(w.ListedHours), w.YourTurn}
}

func (a *API) hoursToConfirm(ctx context.Context, by model.Actor, in *hoursToConfirmIn) (List[waitingHoursView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[waitingHoursView]{}, err
	}
	rows, err := a.s.HoursToConfirm(ctx, by, slice)
	return listOf(in.Paged, rows, idOfWaiting, viewWaitingHours), err
}

type hoursRecordIn struct {
	Hours ID `path:"id" doc:"哪一条服务记录"`
}

type hoursChangeView struct {
	What     string     `json:"what" enum:"change,correct,void,begin_again" doc:"确认前修改、确认后更正、作废、作废后重新签到"`
	At       time.Time  `json:"at" doc:"何时"`
	Kind     string     `json:"kind" doc:"原来的服务类别"`
	Content  string     `json:"content" doc:"原来的内容"`
	Place    string     `json:"place" doc:"原来的地点"`
	StartsAt time.Time  `json:"starts_at" doc:"原来的开始时间"`
	EndsAt   *time.Time `json:"ends_at,omitempty" doc:"原来的结束时间"`
	Minutes  int64      `json:"minutes" doc:"原来的时长"`
	Points   int64      `json:"points" doc:"原来的积分"`
}

type hoursRecordView struct {
	HoursView
	Photos      []PhotoView       `json:"photos" nullable:"false" doc:"照片；审核通过以前只有上传的人和审核的人看得到"`
	Changes     []hoursChangeView `json:"changes" nullable:"false" doc:"改动以前是什么样，从早到晚"`
	Corrections []correctionView  `json:"corrections" nullable:"false" doc:"更正申请，从早到晚"`
	MayChange   bool              `json:"may_change" doc:"还没有确认，您可以修改或撤回"`
	MayCorrect  bool              `json:"may_correct" doc:"已经确认，您可以请求更正"`
	MayUnask    bool              `json:"may_unask" doc:"有更正申请在办理，您可以撤回它"`
}

func (a *API) hoursRecord(ctx context.Context, by model.Actor, in *hoursRecordIn) (hoursRecordView, error) {
	r, err := a.s.HoursRecord(ctx, by, int64(in.Hours))
	v := hoursRecordView{
		viewHours(r.ListedHours), viewPhotos(r.Photos, r.SeesAll), []hoursChangeView{}, []correctionView{}, r.MayChange, r.MayCorrect, r.MayUnask,
	}
	for _, c := range r.Changes {
		v.Changes = append(v.Changes, hoursChangeView{c.What, atEdge(c.At), c.Kind, c.Content, c.Place, atEdge(c.StartsAt), maybeAtEdge(c.EndsAt), c.Minutes, c.Points})
	}
	for _, c := range r.Corrections {
		v.Corrections = append(v.Corrections, viewCorrection(c))
	}
	return v, err
}
