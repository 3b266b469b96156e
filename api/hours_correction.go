package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// correctionView is a request to correct confirmed hours.
type correctionView struct {
	ID        ID         `json:"id" doc:"编号"`
	Hours     ID         `json:"hours_id" doc:"哪一条服务记录"`
	Name      string     `json:"name" doc:"志愿者的姓名；您负责联系的居民显示全名，其他人显示姓氏" example:"李小梅"`
	NodeName  string     `json:"node_name" doc:"组织方" example:"1单元"`
	State     string     `json:"state" enum:"asked,granted,refused,withdrawn" doc:"待处理、已更正、未更正、已撤回"`
	Title     string     `json:"title" doc:"状态的中文" example:"待处理"`
	Kind      string     `json:"kind" doc:"应为的服务类别" example:"environment"`
	KindName  string     `json:"kind_name" example:"环境整治"`
	Content   string     `json:"content" doc:"应为的内容"`
	Place     string     `json:"place" doc:"应为的地点"`
	StartsAt  time.Time  `json:"starts_at" doc:"应为的开始时间"`
	EndsAt    time.Time  `json:"ends_at" doc:"应为的结束时间"`
	NowStarts time.Time  `json:"now_starts_at" doc:"记录现在的开始时间"`
	NowEnds   *time.Time `json:"now_ends_at,omitempty" doc:"记录现在的结束时间"`
	NowPoints int64      `json:"now_points" doc:"记录现在的积分"`
	Why       string     `json:"why" doc:"为什么更正"`
	AskedAt   time.Time  `json:"asked_at" doc:"何时申请"`
	DecidedAt *time.Time `json:"decided_at,omitempty" doc:"何时办理"`
	Reason    string     `json:"reason,omitempty" doc:"未更正的原因"`
}

func viewCorrection(c model.ListedCorrection) correctionView {
	return correctionView{
		ID(c.ID), ID(c.HoursID), c.Name, c.NodeName, string(c.State), c.State.Title(), c.Kind, c.KindName, c.Content, c.Place,
		atEdge(c.StartsAt), atEdge(c.EndsAt), atEdge(c.HoursStartsAt), maybeAtEdge(c.HoursEndsAt), c.HoursPoints,
		c.Why, atEdge(c.AskedAt), maybeAtEdge(c.DecidedAt), c.Reason,
	}
}

type askCorrectionIn struct {
	Keyed
	Hours ID `path:"id" doc:"哪一条服务记录"`
	Body  struct {
		ClaimBody
		Why string `json:"why" minLength:"1" maxLength:"200" doc:"为什么更正" example:"结束时间填错了"`
	}
}

func (a *API) askCorrection(ctx context.Context, cmd service.Command, in *askCorrectionIn) (model.ListedCorrection, error) {
	return a.s.AskCorrection(ctx, cmd, int64(in.Hours), in.Body.claim(), in.Body.Why)
}

type correctionIn struct {
	Keyed
	Correction ID `path:"id" doc:"哪一份更正申请"`
}

func (a *API) grantCorrection(ctx context.Context, cmd service.Command, in *correctionIn) (model.ListedCorrection, error) {
	return a.s.GrantCorrection(ctx, cmd, int64(in.Correction))
}

func (a *API) withdrawCorrection(ctx context.Context, cmd service.Command, in *correctionIn) (model.ListedCorrection, error) {
	return a.s.WithdrawCorrection(ctx, cmd, int64(in.Correction))
}

type refuseCorrectionIn struct {
	Keyed
	Correction ID `path:"id" doc:"哪一份更正申请"`
	Body       struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，志愿者会看到" example:"与现场记录不符"`
	}
}

func (a *API) refuseCorrection(ctx context.Context, cmd service.Command, in *refuseCorrectionIn) (model.ListedCorrection, error) {
	return a.s.RefuseCorrection(ctx, cmd, int64(in.Correction), in.Body.Reason)
}

type correctionsIn struct{ Paged }

func (a *API) correctionsToDecide(ctx context.Context, by model.Actor, in *correctionsIn) (List[correctionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[correctionView]{}, err
	}
	rows, err := a.s.CorrectionsToDecide(ctx, by, slice)
	return listOf(in.Paged, rows, func(c model.ListedCorrection) int64 { return c.ID }, viewCorrection), err
}
