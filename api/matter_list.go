package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type myMattersIn struct{ Paged }

func (a *API) myMatters(ctx context.Context, by model.Actor, in *myMattersIn) (List[MatterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[MatterView]{}, err
	}
	rows, err := a.s.MyMatters(ctx, by, slice)
	return listOf(in.Paged, rows, idOfMatter, viewMatter), err
}

func (a *API) joinedMatters(ctx context.Context, by model.Actor, in *myMattersIn) (List[MatterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[MatterView]{}, err
	}
	rows, err := a.s.JoinedMatters(ctx, by, slice)
	return listOf(in.Paged, rows, idOfMatter, viewMatter), err
}

type similarMattersIn struct {
	Keyed
	Body struct {
		Category string `json:"category" minLength:"1" maxLength:"24" doc:"类别，见 /v1/matter-categories" example:"repair"`
		Words    string `json:"words" minLength:"1" maxLength:"1000" doc:"正要上报的内容" example:"楼道灯坏了"`
	}
}

type similarMattersView struct {
	Matters []MatterView `json:"matters" nullable:"false" doc:"本网格里相近的、还没有销号的事项，可以加入"`
}

func (a *API) similarMatters(ctx context.Context, cmd service.Command, in *similarMattersIn) ([]model.ListedMatter, error) {
	return a.s.SimilarMatters(ctx, cmd.By, in.Body.Category, in.Body.Words)
}

func viewSimilarMatters(all []model.ListedMatter) similarMattersView {
	return similarMattersView{each(all, viewMatter)}
}

type joinMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
}

func (a *API) joinMatter(ctx context.Context, cmd service.Command, in *joinMatterIn) (service.MatterRecord, error) {
	return a.s.JoinMatter(ctx, cmd, int64(in.Matter))
}

func (a *API) leaveMatter(ctx context.Context, cmd service.Command, in *joinMatterIn) (struct{}, error) {
	return a.s.LeaveMatter(ctx, cmd, int64(in.Matter))
}

// MatterQuery is embedded by the input of what is about some of the matters of an area.
type MatterQuery struct {
	Q        string `query:"q" maxLength:"20" doc:"搜索内容和地点，至少两个字"`
	State    string `query:"state" enum:"reported,accepted,asked,resolved,closed,withdrawn" doc:"只看这一状态的"`
	Open     string `query:"open" enum:"true,false" doc:"true 只看没有销号、没有撤回的；false 只看销号和撤回的"`
	Step     string `query:"step" enum:"chief,branch,community" doc:"只看现在在这一级的"`
	Category string `query:"category" pattern:"^[a-z_]{2,24}$" patternDescription:"2到24个小写字母或下划线" maxLength:"24" example:"repair" doc:"只看这一类的，见 /v1/matter-categories"`
	Overdue  bool   `query:"overdue" doc:"只看超过时限的"`
	Urgent   bool   `query:"urgent" doc:"只看紧急的"`
	From     string `query:"from" maxLength:"10" doc:"从哪一天上报的（含），如 2026-01-01"`
	Until    string `query:"until" maxLength:"10" doc:"到哪一天上报的（含）"`
}

func (q MatterQuery) query() service.MatterQuery {
	want := service.MatterQuery{
		Text: q.Q, State: model.MatterState(q.State), Step: model.Step(q.Step), Category: q.Category, Overdue: q.Overdue, Urgent: q.Urgent, From: q.From, Until: q.Until,
	}
	if open := q.Open == "true"; q.Open != "" {
		want.Open = &open
	}
	return want
}

type areaMattersIn struct {
	Node ID `path:"id" doc:"单元、网格或社区"`
	MatterQuery
	Paged
}

// areaMatters shows a page that may be short although there is a next one.
func (a *API) areaMatters(ctx context.Context, by model.Actor, in *areaMattersIn) (List[MatterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[MatterView]{}, err
	}
	rows, next, err := a.s.AreaMatters(ctx, by, int64(in.Node), in.query(), slice)
	return List[MatterView]{Items: each(rows, viewMatter), Next: cursorAt(next)}, err
}
