package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type requestsIn struct{ Paged }

type bindingRequestView struct {
	ID      ID        `json:"request_id"`
	Unit    nodeView  `json:"unit" doc:"申请的单元"`
	Name    string    `json:"name" doc:"申请人填写的姓名" example:"王小明"`
	Room    string    `json:"room" doc:"申请人填写的房号；每次查看都有记录" example:"301"`
	Phone   string    `json:"phone" doc:"微信验证过的手机号，中间四位不显示" example:"138****0001"`
	AskedAt time.Time `json:"asked_at" doc:"何时提出"`
}

func (a *API) bindingRequests(ctx context.Context, by model.Actor, in *requestsIn) (List[bindingRequestView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[bindingRequestView]{}, err
	}
	rows, err := a.s.BindingRequests(ctx, by, slice)
	return listOf(in.Paged, rows, idOfPending, func(b model.PendingBinding) bindingRequestView {
		return viewRequest(b.Binding, nodeView{ID(*b.UnitID), string(model.Unit), b.UnitName})
	}), err
}

func idOfPending(b model.PendingBinding) int64 { return b.ID }

func viewRequest(b model.Binding, unit nodeView) bindingRequestView {
	return bindingRequestView{ID(b.ID), unit, b.ClaimedName, b.ClaimedRoom, model.MaskPhone(b.Phone), atEdge(b.AskedAt)}
}

type readRequestIn struct {
	ID ID `path:"id" doc:"申请编号"`
}

type bindingRequestWhole struct {
	Request    bindingRequestView `json:"request"`
	Candidates []candidateView    `json:"candidates" nullable:"false" doc:"本单元名册里的居民，同名或同房号的在前"`
}

type candidateView struct {
	Person   ID     `json:"person_id"`
	Name     string `json:"name" example:"王小明"`
	Phone    string `json:"phone" doc:"名册里的手机号，中间四位不显示" example:"138****0001"`
	SameName bool   `json:"same_name" doc:"和申请人填写的姓名相同"`
	SameRoom bool   `json:"same_room" doc:"住在申请人填写的房号"`
	Bound    bool   `json:"bound" doc:"已经绑定了另一个微信；选择这位居民就是换绑，要由社区核实"`
}

func (a *API) bindingRequest(ctx context.Context, by model.Actor, in *readRequestIn) (bindingRequestWhole, error) {
	r, err := a.s.BindingRequest(ctx, by, int64(in.ID))
	if err != nil {
		return bindingRequestWhole{}, err
	}
	v := bindingRequestWhole{viewRequest(r.Binding, viewNode(r.Unit)), make([]candidateView, len(r.Candidates))}
	for i, c := range r.Candidates {
		v.Candidates[i] = candidateView{ID(c.ID), c.Name, model.MaskPhone(c.Phone), c.SameName, c.SameRoom, c.Bound}
	}
	return v, nil
}

type approveIn struct {
	Keyed
	ID   ID `path:"id" doc:"申请编号"`
	Body struct {
		Person    ID   `json:"person_id,omitempty" required:"false" doc:"名册里的这位居民" example:"42"`
		NewPerson bool `json:"new_person,omitempty" required:"false" doc:"名册里没有，按申请的姓名和房号新增" example:"false"`
	}
}

func (a *API) approveBinding(ctx context.Context, cmd service.Command, in *approveIn) (model.Binding, error) {
	return a.s.ApproveBinding(ctx, cmd, int64(in.ID), service.Whom{PersonID: int64(in.Body.Person), New: in.Body.NewPerson})
}

type reasonedIn struct {
	Keyed
	ID   ID `path:"id" doc:"编号"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人可以看到" example:"核实后与登记不符"`
	}
}

func (a *API) refuseBinding(ctx context.Context, cmd service.Command, in *reasonedIn) (model.Binding, error) {
	return a.s.RefuseBinding(ctx, cmd, int64(in.ID), in.Body.Reason)
}

type rebindingRequestView struct {
	ID      ID        `json:"request_id"`
	Node    nodeView  `json:"node" doc:"居民所在的单元或地方"`
	Name    string    `json:"name" doc:"要换绑的居民" example:"王小明"`
	Phone   string    `json:"phone" doc:"新微信验证过的手机号，中间四位不显示" example:"138****0001"`
	AskedAt time.Time `json:"asked_at" doc:"何时提出"`
}

func (a *API) rebindingRequests(ctx context.Context, by model.Actor, in *requestsIn) (List[rebindingRequestView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[rebindingRequestView]{}, err
	}
	rows, err := a.s.RebindingRequests(ctx, by, slice)
	return listOf(in.Paged, rows, idOfPending, func(b model.PendingBinding) rebindingRequestView {
		return rebindingRequestView{ID(b.ID), nodeView{ID(*b.UnitID), b.UnitKind, b.UnitName}, b.PersonName, model.MaskPhone(b.Phone), atEdge(b.AskedAt)}
	}), err
}

func (a *API) approveRebinding(ctx context.Context, cmd service.Command, in *requestIn) (model.Binding, error) {
	return a.s.ApproveRebinding(ctx, cmd, int64(in.ID))
}

func (a *API) refuseRebinding(ctx context.Context, cmd service.Command, in *reasonedIn) (model.Binding, error) {
	return a.s.RefuseRebinding(ctx, cmd, int64(in.ID), in.Body.Reason)
}

func (a *API) endBinding(ctx context.Context, cmd service.Command, in *reasonedIn) (model.Binding, error) {
	return a.s.EndBindingOf(ctx, cmd, int64(in.ID), in.Body.Reason)
}
