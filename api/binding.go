package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type bindIn struct {
	Keyed
	Body struct {
		PhoneCode      string `json:"phone_code" minLength:"1" maxLength:"128" pattern:"^[0-9A-Za-z:_-]+$" patternDescription:"手机号按钮给的 code" doc:"手机号按钮（getPhoneNumber）给的 code，5 分钟内用一次" example:"e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144"`
		ConsentVersion int    `json:"consent_version" minimum:"1" maximum:"100000" doc:"读过的授权说明（phone_binding）的版本" example:"2"`
	}
}

// bindingView tells a user how far they are and what to do next.
type bindingView struct {
	ID      *ID        `json:"request_id,omitempty" doc:"申请编号；从没绑定过就没有"`
	State   string     `json:"state" enum:"none,unmatched,pending,active,refused,ended" doc:"没绑定过、手机号在名册里对不上、等待处理、已绑定、被退回、已结束" example:"pending"`
	Next    string     `json:"next" enum:"prove_phone,ask_chief,wait_for_chief,wait_for_community,nothing" doc:"接下来做什么：用手机号绑定、向单元长申请、等单元长、等社区换绑、不用做什么" example:"wait_for_chief"`
	Unit    *ID        `json:"unit_id,omitempty" doc:"申请的单元，或所在的地方"`
	Reason  string     `json:"reason,omitempty" doc:"退回或结束的原因"`
	AskedAt *time.Time `json:"asked_at,omitempty" doc:"何时提出"`
}

func (a *API) bindByPhone(ctx context.Context, cmd service.Command, in *bindIn) (model.Binding, error) {
	return a.s.BindByPhone(ctx, cmd, in.Body.PhoneCode, in.Body.ConsentVersion)
}

type askChiefIn struct {
	Keyed
	Body struct {
		UnitCode       string `json:"unit_code" minLength:"1" maxLength:"32" doc:"楼道海报上单元码里的 scene" example:"7K2M9QX4T1AB"`
		Name           string `json:"name" minLength:"1" maxLength:"40" doc:"姓名" example:"王小明"`
		Room           string `json:"room" minLength:"1" maxLength:"20" doc:"房号" example:"301"`
		ConsentVersion int    `json:"consent_version" minimum:"1" maximum:"100000" doc:"读过的授权说明（phone_binding）的版本" example:"2"`
	}
}

func (a *API) askChief(ctx context.Context, cmd service.Command, in *askChiefIn) (model.Binding, error) {
	b := in.Body
	return a.s.AskChief(ctx, cmd, service.Claim{UnitCode: b.UnitCode, Name: b.Name, Room: b.Room, Consent: b.ConsentVersion})
}

type requestIn struct {
	Keyed
	ID ID `path:"id" doc:"申请编号"`
}

func (a *API) withdrawBinding(ctx context.Context, cmd service.Command, in *requestIn) (model.Binding, error) {
	return a.s.WithdrawBinding(ctx, cmd, int64(in.ID))
}

type myBindingIn struct{}

func (a *API) myBinding(ctx context.Context, by model.Actor, _ *myBindingIn) (bindingView, error) {
	b, err := a.s.MyBinding(ctx, by)
	if b == nil {
		return bindingView{State: "none", Next: "prove_phone"}, err
	}
	return viewBinding(*b), err
}

type unbindIn struct{ Keyed }

func (a *API) unbind(ctx context.Context, cmd service.Command, _ *unbindIn) (model.Binding, error) {
	return a.s.Unbind(ctx, cmd)
}

func viewBinding(b model.Binding) bindingView {
	return bindingView{
		ID: idOrNone(b.ID), State: string(b.State), Next: nextOf(b), Unit: maybeID(b.UnitID), Reason: b.Reason, AskedAt: maybeAtEdge(&b.AskedAt),
	}
}

func nextOf(b model.Binding) string {
	switch b.State {
	case model.BindingUnmatched:
		return "ask_chief"
	case model.BindingPending:
		if b.Way == model.ByRebinding {
			return "wait_for_community"
		}
		return "wait_for_chief"
	case model.BindingActive:
		return "nothing"
	default: // refused or ended: one may begin again
		return "prove_phone"
	}
}
