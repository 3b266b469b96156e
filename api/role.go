package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// RoleView is an appointment with its dates; exported, like what else is embedded in a view.
type RoleView struct {
	ID         ID         `json:"id" doc:"任职的编号" example:"42"`
	Role       string     `json:"role" doc:"职务" example:"unit_chief"`
	Title      string     `json:"title" doc:"职务的名称" example:"单元长"`
	Person     ID         `json:"person_id" doc:"谁" example:"9"`
	PersonName string     `json:"person_name" doc:"姓名" example:"王建国"`
	Node       ID         `json:"node_id" doc:"在哪里" example:"7"`
	NodeName   string     `json:"node_name" doc:"那里的名称" example:"1单元"`
	From       time.Time  `json:"from" doc:"开始时间"`
	Until      *time.Time `json:"until,omitempty" doc:"结束时间；没有就是还没有结束日期"`
	EndReason  string     `json:"end_reason,omitempty" doc:"结束的原因" example:"届满"`
}

func viewRole(r model.RoleTerm) RoleView {
	return RoleView{
		ID: ID(r.ID), Role: string(r.Role), Title: r.Role.Title(), Person: ID(r.PersonID), PersonName: r.PersonName,
		Node: ID(r.NodeID), NodeName: r.NodeName, From: atEdge(r.StartsAt), Until: maybeAtEdge(r.EndsAt), EndReason: r.EndReason,
	}
}

type appointIn struct {
	Keyed
	Body struct {
		PersonID ID         `json:"person_id,omitempty" doc:"任命谁：名单里看得到的人；不从名单选的，填姓名和手机号" example:"9"`
		Name     string     `json:"name,omitempty" maxLength:"40" doc:"姓名，和手机号一起填，两项都要和登记的一样" example:"王建国"`
		Phone    string     `json:"phone,omitempty" maxLength:"20" doc:"手机号，和姓名一起填" example:"13900000001"`
		Register bool       `json:"register,omitempty" doc:"本区没有登记过的，登记为新任职人员（不住在本区）" example:"false"`
		Role     string     `json:"role" enum:"unit_chief,grid_chief,branch_secretary,committee_member,community_staff,community_secretary,street_staff,department_staff,district_admin,auditor" doc:"职务" example:"unit_chief"`
		NodeID   ID         `json:"node_id" doc:"在哪里任职" example:"7"`
		From     *time.Time `json:"from,omitempty" doc:"从何时起，不能早于现在；不填就是现在" example:"2036-01-01T00:00:00+08:00"`
		Until    *time.Time `json:"until,omitempty" doc:"到何时止，最晚2099年底；不填就是没有结束日期" example:"2039-01-01T00:00:00+08:00"`
	}
}

func (a *API) appoint(ctx context.Context, cmd service.Command, in *appointIn) (model.RoleTerm, error) {
	b := in.Body
	return a.s.Appoint(ctx, cmd, service.Appointing{
		Whom: service.Appointee{PersonID: int64(b.PersonID), Name: b.Name, Phone: b.Phone, Register: b.Register}, NodeID: int64(b.NodeID), Role: model.Role(b.Role), From: b.From, Until: b.Until,
	})
}

type endRoleIn struct {
	Keyed
	ID   ID `path:"id" doc:"任职的编号" example:"42"`
	Body struct {
		At     *time.Time `json:"at,omitempty" doc:"何时结束，不能早于现在，最晚2099年底；不填就是现在" example:"2038-01-01T00:00:00+08:00"`
		Reason string     `json:"reason" minLength:"1" maxLength:"200" doc:"原因，会告诉本人" example:"届满"`
	}
}

func (a *API) endRole(ctx context.Context, cmd service.Command, in *endRoleIn) (model.RoleTerm, error) {
	return a.s.EndRole(ctx, cmd, int64(in.ID), in.Body.At, in.Body.Reason)
}

type rolesAtIn struct {
	OfNode
	Paged
	Ended bool `query:"ended" doc:"true 时连同已经结束的一起列出" example:"true"`
	Below bool `query:"below" doc:"true 时连同下面所有地方的一起列出" example:"true"`
}

type placedRoleView struct {
	RoleView
	Place string `json:"place" doc:"从社区到那里的名称" example:"先锋社区第一网格3栋1单元"`
}

func viewPlacedRole(r service.PlacedRole) placedRoleView {
	return placedRoleView{viewRole(r.RoleTerm), r.Place}
}

func (a *API) rolesAt(ctx context.Context, by model.Actor, in *rolesAtIn) (List[placedRoleView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[placedRoleView]{}, err
	}
	held, err := a.s.RolesAt(ctx, by, int64(in.ID), in.Below, in.Ended, slice)
	return listOf(in.Paged, held, func(r service.PlacedRole) int64 { return r.ID }, viewPlacedRole), err
}

type ownRolesIn struct{ Paged }

func (a *API) ownRoles(ctx context.Context, by model.Actor, in *ownRolesIn) (List[RoleView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[RoleView]{}, err
	}
	held, err := a.s.OwnRoles(ctx, by, slice)
	return listOf(in.Paged, held, func(r model.RoleTerm) int64 { return r.ID }, viewRole), err
}
