package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// PlaqueView is a household's plaque, or the application for it.
type PlaqueView struct {
	ID          ID         `json:"id" doc:"编号"`
	Unit        ID         `json:"unit_id" doc:"哪个单元"`
	State       string     `json:"state" enum:"applied,approved,refused,installed,removed" doc:"待审批、已通过、未通过、已安装、已摘除"`
	Title       string     `json:"title" doc:"状态的中文" example:"待审批"`
	AppliedAt   time.Time  `json:"applied_at" doc:"何时申请"`
	DecidedAt   *time.Time `json:"decided_at,omitempty" doc:"何时审批"`
	InstalledAt *time.Time `json:"installed_at,omitempty" doc:"何时安装"`
	RemovedAt   *time.Time `json:"removed_at,omitempty" doc:"何时摘除"`
	Reason      string     `json:"reason,omitempty" doc:"未通过或摘除的原因"`
}

func viewPlaque(p model.Plaque) PlaqueView {
	return PlaqueView{
		ID(p.ID), ID(p.UnitID), string(p.State), p.State.Title(), atEdge(p.AppliedAt),
		maybeAtEdge(p.DecidedAt), maybeAtEdge(p.InstalledAt), maybeAtEdge(p.RemovedAt), p.Reason,
	}
}

type applyPlaqueIn struct{ Keyed }

func (a *API) applyForPlaque(ctx context.Context, cmd service.Command, _ *applyPlaqueIn) (model.Plaque, error) {
	return a.s.ApplyForPlaque(ctx, cmd)
}

type plaqueIn struct {
	Keyed
	Plaque ID `path:"id" doc:"哪一块门牌"`
}

func (a *API) approvePlaque(ctx context.Context, cmd service.Command, in *plaqueIn) (model.Plaque, error) {
	return a.s.ApprovePlaque(ctx, cmd, int64(in.Plaque))
}

func (a *API) installPlaque(ctx context.Context, cmd service.Command, in *plaqueIn) (model.Plaque, error) {
	return a.s.InstallPlaque(ctx, cmd, int64(in.Plaque))
}

type plaqueReasonIn struct {
	Keyed
	Plaque ID `path:"id" doc:"哪一块门牌"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，申请人会看到" example:"已经搬走"`
	}
}

func (a *API) refusePlaque(ctx context.Context, cmd service.Command, in *plaqueReasonIn) (model.Plaque, error) {
	return a.s.RefusePlaque(ctx, cmd, int64(in.Plaque), in.Body.Reason)
}

func (a *API) removePlaque(ctx context.Context, cmd service.Command, in *plaqueReasonIn) (model.Plaque, error) {
	return a.s.RemovePlaque(ctx, cmd, int64(in.Plaque), in.Body.Reason)
}

type plaquesIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	State string `query:"state" enum:"applied,approved,refused,installed,removed" doc:"只看这一状态的；不填是全部"`
	Paged
}

type listedPlaqueView struct {
	PlaqueView
	UnitName  string `json:"unit_name" doc:"单元的名称" example:"1单元"`
	Room      string `json:"room" doc:"装在哪一户的门上" example:"301"`
	Applicant string `json:"applicant" doc:"申请人" example:"张**"`
	Pending   bool   `json:"pending_removal" doc:"待摘除：这一户已经没有登记的党员"`
}

func (a *API) plaques(ctx context.Context, by model.Actor, in *plaquesIn) (List[listedPlaqueView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedPlaqueView]{}, err
	}
	rows, err := a.s.PlaquesOf(ctx, by, int64(in.Node), model.PlaqueState(in.State), slice)
	return listOf(in.Paged, rows, func(p service.ListedPlaque) int64 { return p.ID }, func(p service.ListedPlaque) listedPlaqueView {
		return listedPlaqueView{viewPlaque(p.Plaque), p.UnitName, p.Room, model.MaskName(p.Name), p.Pending}
	}), err
}

type myPlaqueIn struct{}

type myPlaqueView struct {
	Plaque *PlaqueView `json:"plaque,omitempty" doc:"我家的门牌；没有就是没申请过"`
}

func (a *API) myPlaque(ctx context.Context, by model.Actor, _ *myPlaqueIn) (myPlaqueView, error) {
	p, err := a.s.MyPlaque(ctx, by)
	if err != nil || p == nil {
		return myPlaqueView{}, err
	}
	v := viewPlaque(*p)
	return myPlaqueView{&v}, nil
}

type plaqueCheckIn struct {
	Code string `path:"code" maxLength:"64" doc:"门牌码里的 scene" example:"7K2M9QX4T1AB"`
}

type plaqueCheckView struct {
	State   string     `json:"state" enum:"genuine,pending_removal,revoked" doc:"真、待摘除（不再是凭证）、已失效"`
	Title   string     `json:"title,omitempty" doc:"门牌上的字" example:"共产党员户"`
	Place   []nodeView `json:"place" nullable:"false" doc:"从区到单元，不到门牌号"`
	Members []string   `json:"members" nullable:"false" doc:"在门牌上亮身份的党员，只有姓氏" example:"[\"王同志\"]"`
	Text    string     `json:"text,omitempty" doc:"待摘除和失效时告诉人怎么办"`
}

func (a *API) checkPlaque(ctx context.Context, _ model.Actor, in *plaqueCheckIn) (plaqueCheckView, error) {
	check, err := a.s.CheckPlaque(ctx, in.Code)
	v := plaqueCheckView{State: "revoked", Place: []nodeView{}, Members: []string{}, Text: model.PlaqueCode.Revoked().Text}
	if check.Pending {
		v.State, v.Text = "pending_removal", "这块门牌待摘除，不再是“共产党员户”的凭证。如有疑问，请联系社区。"
	}
	if err != nil || !check.Genuine {
		return v, err
	}
	v.State, v.Title, v.Text = "genuine", "共产党员户", ""
	for _, n := range check.Place {
		v.Place = append(v.Place, viewNode(n))
	}
	for _, m := range check.Members {
		v.Members = append(v.Members, model.SurnameOnly.Show(m.Name))
	}
	return v, nil
}
