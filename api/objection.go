package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type objectionView struct {
	ID         ID         `json:"id" doc:"异议的编号"`
	Notice     ID         `json:"public_notice_id" doc:"对哪一份公示"`
	Community  nodeView   `json:"community" doc:"哪个社区的公示"`
	Quarter    string     `json:"quarter" doc:"哪个季度的公示" example:"2026年第一季度"`
	Name       string     `json:"name" doc:"提出的人；本人看到全名" example:"张**"`
	Text       string     `json:"text" doc:"异议"`
	State      string     `json:"state" enum:"open,upheld,rejected" doc:"待答复、属实、不属实"`
	Title      string     `json:"title" doc:"状态的中文" example:"待答复"`
	RaisedAt   time.Time  `json:"raised_at" doc:"何时提出"`
	Answer     string     `json:"answer,omitempty" doc:"社区的答复"`
	AnsweredAt *time.Time `json:"answered_at,omitempty" doc:"何时答复"`
}

func viewObjection(o model.ListedObjection) objectionView {
	return objectionView{
		ID: ID(o.ID), Notice: ID(o.PublicNoticeID), Community: nodeView{ID(o.CommunityID), string(model.Community), o.CommunityName},
		Quarter: o.Of().Title(), Name: model.MaskName(o.Name), Text: o.Text, State: string(o.State), Title: o.State.Title(),
		RaisedAt: atEdge(o.RaisedAt), Answer: o.Answer, AnsweredAt: maybeAtEdge(o.AnsweredAt),
	}
}

// viewOwnObjection is for the person themselves.
func viewOwnObjection(o model.ListedObjection) objectionView {
	v := viewObjection(o)
	v.Name = o.Name
	return v
}

type objectIn struct {
	Keyed
	Notice ID `path:"id" doc:"哪一份公示"`
	Body   struct {
		Text string `json:"text" minLength:"1" maxLength:"500" doc:"哪里有误，应当是怎样；只有社区看得到" example:"第3行的日期不对，我是3月2日领取的"`
	}
}

func (a *API) raiseObjection(ctx context.Context, cmd service.Command, in *objectIn) (model.ListedObjection, error) {
	return a.s.RaiseObjection(ctx, cmd, int64(in.Notice), in.Body.Text)
}

type answerObjectionIn struct {
	Keyed
	Objection ID `path:"id" doc:"哪一条异议"`
	Body      struct {
		Answer string `json:"answer" minLength:"1" maxLength:"300" doc:"答复；属实的会作为更正说明公开，请不要写个人信息" example:"经核实，第3行的日期应为3月2日"`
	}
}

func (a *API) upholdObjection(ctx context.Context, cmd service.Command, in *answerObjectionIn) (model.ListedObjection, error) {
	return a.s.UpholdObjection(ctx, cmd, int64(in.Objection), in.Body.Answer)
}

func (a *API) rejectObjection(ctx context.Context, cmd service.Command, in *answerObjectionIn) (model.ListedObjection, error) {
	return a.s.RejectObjection(ctx, cmd, int64(in.Objection), in.Body.Answer)
}

type myObjectionsIn struct{ Paged }

func (a *API) myObjections(ctx context.Context, by model.Actor, in *myObjectionsIn) (List[objectionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[objectionView]{}, err
	}
	rows, err := a.s.MyObjections(ctx, by, slice)
	return listOf(in.Paged, rows, func(o model.ListedObjection) int64 { return o.ID }, viewOwnObjection), err
}

type objectionsIn struct {
	Node  ID     `path:"id" doc:"社区"`
	State string `query:"state" enum:"open,upheld,rejected" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) objections(ctx context.Context, by model.Actor, in *objectionsIn) (List[objectionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[objectionView]{}, err
	}
	rows, err := a.s.ObjectionsAt(ctx, by, int64(in.Node), model.ObjectionState(in.State), slice)
	return listOf(in.Paged, rows, func(o model.ListedObjection) int64 { return o.ID }, viewObjection), err
}
