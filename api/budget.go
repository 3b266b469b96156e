package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type budgetView struct {
	Node      ID         `json:"node_id" doc:"哪个社区；区的经费是区自己"`
	Name      string     `json:"name" doc:"名称" example:"先锋社区"`
	Year      int64      `json:"year" doc:"哪一年的经费" example:"2026"`
	State     string     `json:"state" enum:"open,closed" doc:"使用中、已结清"`
	Given     int64      `json:"given" doc:"分配给社区的（区：拨入的），单位分" example:"50000000"`
	Left      int64      `json:"left" doc:"还能用的（区：还没有分配的），单位分" example:"49990000"`
	Committed int64      `json:"committed" doc:"已经兑换、等待领取的，单位分" example:"6000"`
	Spent     int64      `json:"spent" doc:"已经领取、花掉的，单位分" example:"4000"`
	ClosedAt  *time.Time `json:"closed_at,omitempty" doc:"何时结清"`
}

func viewBudget(f service.BudgetFigures) budgetView {
	b := f.Budget
	return budgetView{ID(b.NodeID), b.NodeName, b.Year, string(b.State), f.Given, f.Left, f.Committed, f.Spent, maybeAtEdge(b.ClosedAt)}
}

type fenIn struct {
	Year int64 `json:"year" minimum:"2000" maximum:"9999" doc:"哪一年的经费：今年或明年" example:"2026"`
	Fen  int64 `json:"fen" minimum:"-1000000000000" maximum:"1000000000000" doc:"多少钱，单位分；负数是收回" example:"50000000"`
}

type changeFundIn struct {
	Keyed
	Node ID `path:"id" doc:"哪个区"`
	Body fenIn
}

func (a *API) changeFund(ctx context.Context, cmd service.Command, in *changeFundIn) (service.BudgetFigures, error) {
	return a.s.ChangeFund(ctx, cmd, int64(in.Node), in.Body.Year, in.Body.Fen)
}

type changeBudgetIn struct {
	Keyed
	Node ID `path:"id" doc:"哪个社区"`
	Body fenIn
}

func (a *API) changeBudget(ctx context.Context, cmd service.Command, in *changeBudgetIn) (service.BudgetFigures, error) {
	return a.s.ChangeBudget(ctx, cmd, int64(in.Node), in.Body.Year, in.Body.Fen)
}

type budgetsIn struct {
	Node ID    `path:"id" doc:"区或社区"`
	Year int64 `query:"year" minimum:"2000" maximum:"9999" doc:"哪一年；不填是今年" example:"2026"`
}

type budgetsView struct {
	Year        int64        `json:"year" doc:"哪一年" example:"2026"`
	Fund        *budgetView  `json:"fund,omitempty" doc:"区的经费；只看社区时没有"`
	Communities []budgetView `json:"communities" nullable:"false" doc:"各社区的经费"`
}

func (a *API) budgets(ctx context.Context, by model.Actor, in *budgetsIn) (budgetsView, error) {
	year, all, err := a.s.BudgetsOf(ctx, by, int64(in.Node), in.Year)
	v := budgetsView{Year: year, Communities: []budgetView{}}
	for _, f := range all {
		if b := viewBudget(f); f.Budget.IsFund() {
			v.Fund = &b
		} else {
			v.Communities = append(v.Communities, b)
		}
	}
	return v, err
}
