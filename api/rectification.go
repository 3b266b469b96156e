package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// RectificationView is one as the person sees it.
type RectificationView struct {
	ID         ID         `json:"id" doc:"编号"`
	What       string     `json:"what" enum:"name,home,phone,id_number,birth_date,membership,other" doc:"姓名、住址、手机号、身份证号、出生日期、党员情况、其他" example:"phone"`
	Words      string     `json:"words" doc:"哪里不对，应当是怎样" example:"手机号换了，应当是尾号0007"`
	State      string     `json:"state" enum:"asked,done,refused,withdrawn" doc:"等社区核实、已经改正、没有改、已撤回"`
	Title      string     `json:"title" doc:"状态的中文" example:"等社区核实"`
	AskedAt    time.Time  `json:"asked_at" doc:"何时申请"`
	Answer     string     `json:"answer,omitempty" doc:"社区的答复"`
	AnsweredAt *time.Time `json:"answered_at,omitempty" doc:"何时答复或撤回"`
}

type listedRectificationView struct {
	RectificationView
	Person   ID     `json:"person_id" doc:"谁的信息"`
	Name     string `json:"name" doc:"姓名" example:"李小梅"`
	Node     ID     `json:"node_id" doc:"登记在哪里"`
	NodeName string `json:"node_name" example:"1单元"`
}

func viewRectification(r model.ListedRectification) RectificationView {
	return RectificationView{ID(r.ID), r.What, r.Words, string(r.State), r.State.Title(), atEdge(r.AskedAt), r.Answer, maybeAtEdge(r.AnsweredAt)}
}

func viewListedRectification(r model.ListedRectification) listedRectificationView {
	return listedRectificationView{viewRectification(r), ID(r.PersonID), r.Name, ID(r.NodeID), r.NodeName}
}

func idOfRectification(r model.ListedRectification) int64 { return r.ID }

type askRectificationIn struct {
	Keyed
	Body struct {
		What  string `json:"what" enum:"name,home,phone,id_number,birth_date,membership,other" doc:"姓名、住址、手机号、身份证号、出生日期、党员情况、其他" example:"phone"`
		Words string `json:"words" minLength:"1" maxLength:"300" doc:"哪里不对，应当是怎样" example:"手机号换了，应当是尾号0007"`
	}
}

func (a *API) askRectification(ctx context.Context, cmd service.Command, in *askRectificationIn) (model.ListedRectification, error) {
	return a.s.AskRectification(ctx, cmd, in.Body.What, in.Body.Words)
}

type rectificationIn struct {
	Keyed
	ID ID `path:"id" doc:"改正申请的编号"`
}

func (a *API) withdrawRectification(ctx context.Context, cmd service.Command, in *rectificationIn) (model.ListedRectification, error) {
	return a.s.WithdrawRectification(ctx, cmd, int64(in.ID))
}

type answerRectificationIn struct {
	Keyed
	ID   ID `path:"id" doc:"改正申请的编号"`
	Body struct {
		Answer string `json:"answer" minLength:"1" maxLength:"300" doc:"改了什么，或者为什么不改；本人会看到" example:"已按户口簿改正"`
	}
}

// answerRectification is the handler of what a community says to one.
func answerRectification(next model.RectificationState) func(a *API, ctx context.Context, cmd service.Command, in *answerRectificationIn) (model.ListedRectification, error) {
	return func(a *API, ctx context.Context, cmd service.Command, in *answerRectificationIn) (model.ListedRectification, error) {
		return a.s.AnswerRectification(ctx, cmd, int64(in.ID), next, in.Body.Answer)
	}
}

type myRectificationsIn struct{ Paged }

func (a *API) myRectifications(ctx context.Context, by model.Actor, in *myRectificationsIn) (List[RectificationView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[RectificationView]{}, err
	}
	rows, err := a.s.MyRectifications(ctx, by, slice)
	return listOf(in.Paged, rows, idOfRectification, viewRectification), err
}

type rectificationsIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	State string `query:"state" enum:"asked,done,refused,withdrawn" doc:"只看这一状态的，asked 是等社区核实的；不填是全部"`
	Paged
}

func (a *API) rectifications(ctx context.Context, by model.Actor, in *rectificationsIn) (List[listedRectificationView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedRectificationView]{}, err
	}
	rows, err := a.s.RectificationsAt(ctx, by, int64(in.Node), model.RectificationState(in.State), slice)
	return listOf(in.Paged, rows, idOfRectification, viewListedRectification), err
}
