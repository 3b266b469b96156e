package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type matterCountsIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	From  string `query:"from" maxLength:"10" doc:"从哪一天（含）；不填是最近30天"`
	Until string `query:"until" maxLength:"10" doc:"到哪一天（含）；不填是今天"`
}

// MatterTally is what matters come to, of all categories or of one.
type MatterTally struct {
	Open       int64 `json:"open" doc:"现在没有销号的" example:"3"`
	Overdue    int64 `json:"overdue" doc:"其中超过时限的" example:"1"`
	Reported   int64 `json:"reported" doc:"这段时间上报的" example:"12"`
	Satisfied  int64 `json:"satisfied" doc:"这段时间销号，评价满意的" example:"8"`
	Unanswered int64 `json:"unanswered" doc:"这段时间销号，没有评价的" example:"2"`
	Withdrawn  int64 `json:"withdrawn" doc:"这段时间撤回的" example:"1"`
}

type stateCountView struct {
	State string `json:"state" enum:"reported,accepted,asked,resolved"`
	Title string `json:"title" example:"待受理"`
	Count int64  `json:"count" example:"2"`
}

type stepCountView struct {
	Step  string `json:"step" enum:"chief,branch,community"`
	Title string `json:"title" example:"单元长"`
	Count int64  `json:"count" example:"2"`
}

type categoryCountView struct {
	Category string `json:"category" example:"repair"`
	Name     string `json:"name" example:"公共设施维修"`
	MatterTally
}

type matterCountsView struct {
	From  string `json:"from" doc:"从哪一天（含）" example:"2026-02-04"`
	Until string `json:"until" doc:"到哪一天（含）" example:"2026-03-05"`
	MatterTally
	States     []stateCountView    `json:"states" nullable:"false" doc:"没有销号的，按状态"`
	Steps      []stepCountView     `json:"steps" nullable:"false" doc:"没有销号的，按现在在哪一级"`
	Categories []categoryCountView `json:"categories" nullable:"false" doc:"按类别；没有的类别不列"`
}

func (a *API) matterCounts(ctx context.Context, by model.Actor, in *matterCountsIn) (matterCountsView, error) {
	c, err := a.s.MatterCounts(ctx, by, int64(in.Node), in.From, in.Until)
	if err != nil {
		return matterCountsView{}, err
	}
	v := matterCountsView{
		From: atEdge(c.From).Format(time.DateOnly), Until: atEdge(c.Until).AddDate(0, 0, -1).Format(time.DateOnly), MatterTally: MatterTally(c.All),
		States: []stateCountView{}, Steps: []stepCountView{}, Categories: []categoryCountView{},
	}
	for _, s := range model.MatterStates() {
		if s.Open() {
			v.States = append(v.States, stateCountView{string(s), s.Title(), c.States[s]})
		}
	}
	for _, s := range model.Steps {
		v.Steps = append(v.Steps, stepCountView{string(s.Step), s.Title, c.Steps[s.Step]})
	}
	for _, k := range c.Categories {
		if tally := c.By[k.Code]; tally != (service.MatterTally{}) {
			v.Categories = append(v.Categories, categoryCountView{k.Code, k.Name, MatterTally(tally)})
		}
	}
	return v, nil
}
