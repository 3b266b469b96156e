package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type guardianshipView struct {
	ID        ID         `json:"id" doc:"编号"`
	State     string     `json:"state" enum:"asked,named,active,withdrawn,ended" doc:"待社区核实、待监护人同意、已同意、已撤回、已结束" example:"active"`
	Title     string     `json:"title" doc:"现在怎样" example:"监护人已同意"`
	Relation  string     `json:"relation" enum:"parent,other,unsaid" doc:"父母、其他监护人、名册里没有写明" example:"parent"`
	Child     ID         `json:"child_id" doc:"孩子"`
	ChildName string     `json:"child_name" doc:"孩子的姓名" example:"王小童"`
	Guardian  string     `json:"guardian_name" doc:"监护人的姓名" example:"王小明"`
	MadeAt    time.Time  `json:"made_at" doc:"何时提出或登记"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"何时结束"`
	Reason    string     `json:"reason,omitempty" doc:"为什么结束" example:"登记有误"`
	Counts    bool       `json:"counts" doc:"现在管用：监护人同意，而且孩子未满14周岁" example:"true"`
}

func viewGuardianship(g service.SeenGuardianship) guardianshipView {
	return guardianshipView{
		ID(g.ID), string(g.State), g.State.Title(), string(g.Relation), ID(g.ChildID), g.ChildName, g.GuardianName,
		atEdge(g.MadeAt), maybeAtEdge(g.EndedAt), g.Reason, g.Counts,
	}
}

func idOfGuardianship(g service.SeenGuardianship) int64 { return g.ID }

type myChildrenIn struct{ Paged }

func (a *API) myChildren(ctx context.Context, by model.Actor, in *myChildrenIn) (List[guardianshipView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[guardianshipView]{}, err
	}
	rows, err := a.s.MyChildren(ctx, by, slice)
	return listOf(in.Paged, rows, idOfGuardianship, viewGuardianship), err
}

type askForChildIn struct {
	Keyed
	Body struct {
		ChildName      string `json:"child_name" minLength:"1" maxLength:"40" doc:"孩子的姓名，和您登记在同一户" example:"王小童"`
		BirthDate      string `json:"birth_date" minLength:"8" maxLength:"20" doc:"孩子的出生日期" example:"2016-05-01"`
		Relation       string `json:"relation" enum:"parent,other" doc:"您是孩子的父母，还是其他监护人" example:"parent"`
		ConsentVersion int    `json:"consent_version" minimum:"1" maximum:"100000" doc:"读过的未满14周岁孩子的个人信息处理规则（children）的版本" example:"1"`
	}
}

func (a *API) askForChild(ctx context.Context, cmd service.Command, in *askForChildIn) (service.SeenGuardianship, error) {
	b := in.Body
	return a.s.AskForChild(ctx, cmd, service.Kid{Name: b.ChildName, BirthDate: b.BirthDate, Relation: model.Relation(b.Relation), Consent: b.ConsentVersion})
}

type agreeForChildIn struct {
	Keyed
	ID   ID `path:"id" doc:"监护登记的编号"`
	Body struct {
		ConsentVersion int `json:"consent_version" minimum:"1" maximum:"100000" doc:"读过的未满14周岁孩子的个人信息处理规则（children）的版本" example:"1"`
	}
}

func (a *API) agreeForChild(ctx context.Context, cmd service.Command, in *agreeForChildIn) (service.SeenGuardianship, error) {
	return a.s.AgreeForChild(ctx, cmd, int64(in.ID), in.Body.ConsentVersion)
}

type guardianshipIn struct {
	Keyed
	ID ID `path:"id" doc:"监护登记的编号"`
}

func (a *API) withdrawForChild(ctx context.Context, cmd service.Command, in *guardianshipIn) (service.SeenGuardianship, error) {
	return a.s.WithdrawForChild(ctx, cmd, int64(in.ID))
}

type childRecordIn struct {
	Child ID `path:"id" doc:"孩子"`
	Paged
}

func (a *API) childRecord(ctx context.Context, by model.Actor, in *childRecordIn) (recordView, error) {
	slice, err := in.slice()
	if err != nil {
		return recordView{}, err
	}
	r, err := a.s.ChildRecord(ctx, by, int64(in.Child), slice)
	return viewRecord(in.Paged, r), err
}

type eraseChildIn struct {
	Keyed
	Child ID `path:"id" doc:"孩子"`
	Body  struct {
		Sure bool `json:"sure" doc:"确认删除；必须是 true" example:"true"`
	}
}

type erasedChildView struct {
	Erased bool       `json:"erased" doc:"同意已撤回，孩子的账号已注销，手机号、身份证号、户籍地址已删除" example:"true"`
	Kept   []keptView `json:"kept" nullable:"false" doc:"社区还会保留什么、为什么、多久"`
}

func (a *API) eraseChild(ctx context.Context, cmd service.Command, in *eraseChildIn) (model.Person, error) {
	return a.s.EraseChild(ctx, cmd, int64(in.Child), in.Body.Sure)
}

func viewErasedChild(model.Person) erasedChildView { return erasedChildView{true, kept()} }
