package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// groupCard is what wx.getGroupEnterInfo gives a client that was opened from a group's card.
type groupCard struct {
	EncryptedData string `json:"encrypted_data" minLength:"1" maxLength:"2048" pattern:"^[0-9A-Za-z+/=]+$" patternDescription:"wx.getGroupEnterInfo 给的 encryptedData" doc:"wx.getGroupEnterInfo 给的 encryptedData" example:"Q2lwaGVydGV4dE9mQUdyb3VwSWQ="`
	IV            string `json:"iv" minLength:"1" maxLength:"64" pattern:"^[0-9A-Za-z+/=]+$" patternDescription:"wx.getGroupEnterInfo 给的 iv" doc:"wx.getGroupEnterInfo 给的 iv" example:"MTIzNDU2Nzg5MGFiY2RlZg=="`
}

type bindGroupIn struct {
	Keyed
	Unit ID `path:"id" doc:"单元"`
	Body groupCard
}

type groupView struct {
	Unit    ID        `json:"unit_id" doc:"单元"`
	BoundAt time.Time `json:"bound_at" doc:"何时绑定"`
}

func viewGroup(g model.UnitGroup) groupView { return groupView{ID(g.UnitID), atEdge(g.BoundAt)} }

func (a *API) bindGroup(ctx context.Context, cmd service.Command, in *bindGroupIn) (model.UnitGroup, error) {
	return a.s.BindGroup(ctx, cmd, int64(in.Unit), in.Body.EncryptedData, in.Body.IV)
}

type unbindGroupIn struct {
	Keyed
	Unit ID `path:"id" doc:"单元"`
}

func (a *API) unbindGroup(ctx context.Context, cmd service.Command, in *unbindGroupIn) (struct{}, error) {
	return a.s.UnbindGroup(ctx, cmd, int64(in.Unit))
}

type enterGroupIn struct {
	Keyed
	Body groupCard
}

type groupEnteredView struct {
	Unit    nodeView `json:"unit" doc:"这个群绑定的单元"`
	MayShow bool     `json:"may_show" doc:"您登记住在这个单元，是党员的可以在群里亮身份"`
}

func viewGroupEntered(e service.GroupEntered) groupEnteredView {
	return groupEnteredView{viewNode(e.Unit), e.AtHome}
}

func (a *API) enterGroup(ctx context.Context, cmd service.Command, in *enterGroupIn) (service.GroupEntered, error) {
	return a.s.EnterGroup(ctx, cmd, in.Body.EncryptedData, in.Body.IV)
}

type groupMembersIn struct {
	Unit ID `path:"id" doc:"单元"`
	Paged
}

func (a *API) groupMembers(ctx context.Context, by model.Actor, in *groupMembersIn) (List[memberView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[memberView]{}, err
	}
	rows, audience, err := a.s.GroupMembers(ctx, by, int64(in.Unit), slice)
	return listOf(in.Paged, rows, func(m model.ShownMember) int64 { return m.ID },
		func(m model.ShownMember) memberView { return viewMember(m, audience) }), err
}
