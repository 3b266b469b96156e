package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type giveAcceptsIn struct {
	Keyed
	Body struct {
		Results []acceptResult `json:"results" minItems:"1" maxItems:"10" nullable:"false" doc:"wx.requestSubscribeMessage 的结果，每个模板一项"`
	}
}

type acceptResult struct {
	Template string `json:"template" minLength:"1" maxLength:"64" doc:"模板的类别（kind）或模板编号" example:"binding"`
	Accepted bool   `json:"accepted" doc:"用户是否允许" example:"true"`
}

type acceptsView struct {
	Items []acceptView `json:"items" nullable:"false" doc:"有哪些模板"`
}

type acceptView struct {
	Kind     string `json:"kind" doc:"模板的类别，也就是消息的类别" example:"binding"`
	Template string `json:"template" doc:"模板编号，交给 wx.requestSubscribeMessage"`
	Left     int64  `json:"left" doc:"还能发几条；为 0 时，请在用户点按钮时再请求一次授权" example:"2"`
}

func (a *API) giveAccepts(ctx context.Context, cmd service.Command, in *giveAcceptsIn) ([]service.AcceptsLeft, error) {
	reports := make([]service.AcceptReport, len(in.Body.Results))
	for i, r := range in.Body.Results {
		reports[i] = service.AcceptReport{Template: r.Template, Accepted: r.Accepted}
	}
	return a.s.GiveAccepts(ctx, cmd, reports)
}

type acceptsIn struct{}

func (a *API) acceptsLeft(ctx context.Context, by model.Actor, _ *acceptsIn) (acceptsView, error) {
	left, err := a.s.AcceptsLeft(ctx, by)
	return viewAccepts(left), err
}

func viewAccepts(left []service.AcceptsLeft) acceptsView {
	v := acceptsView{Items: make([]acceptView, len(left))}
	for i, l := range left {
		v.Items[i] = acceptView{l.Kind, l.Template, l.Left}
	}
	return v
}
