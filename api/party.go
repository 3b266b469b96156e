package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type partyOrgView struct {
	ID        ID         `json:"id" doc:"编号" example:"42"`
	Kind      string     `json:"kind" enum:"community_committee,general_branch,grid_branch,unit_group" doc:"社区党委、社区党总支、网格党支部、单元党小组" example:"grid_branch"`
	Title     string     `json:"title" doc:"这一类的名称" example:"网格党支部"`
	Name      string     `json:"name" doc:"全称" example:"第一网格党支部"`
	Node      ID         `json:"node_id" doc:"建在哪里" example:"7"`
	NodeName  string     `json:"node_name" doc:"那里的名称" example:"第一网格"`
	FoundedAt time.Time  `json:"founded_at" doc:"成立时间"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"撤销时间"`
}

func viewPartyOrg(o model.PlacedPartyOrg) partyOrgView {
	spec, _ := o.Kind.Spec()
	return partyOrgView{
		ID: ID(o.ID), Kind: string(o.Kind), Title: spec.Title, Name: o.Name, Node: ID(o.NodeID), NodeName: o.NodeName,
		FoundedAt: atEdge(o.FoundedAt), EndedAt: maybeAtEdge(o.EndedAt),
	}
}

type partyOrgsIn struct {
	OfNode
	Paged
	Kind string `query:"kind" enum:"community_committee,general_branch,grid_branch,unit_group" doc:"只看这一类；不填看全部" example:"grid_branch"`
}

func (a *API) partyOrgs(ctx context.Context, by model.Actor, in *partyOrgsIn) (List[partyOrgView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[partyOrgView]{}, err
	}
	orgs, err := a.s.PartyOrgs(ctx, by, int64(in.ID), model.PartyOrgKind(in.Kind), slice)
	return listOf(in.Paged, orgs, func(o model.PlacedPartyOrg) int64 { return o.ID }, viewPartyOrg), err
}

type partyOrgCountView struct {
	CommunityCommittees int64 `json:"community_committees" doc:"社区党委" example:"20"`
	GeneralBranches     int64 `json:"general_branches" doc:"社区党总支" example:"11"`
	GridBranches        int64 `json:"grid_branches" doc:"网格党支部" example:"293"`
	UnitGroups          int64 `json:"unit_groups" doc:"单元党小组" example:"2379"`
}

func (a *API) countPartyOrgs(ctx context.Context, by model.Actor, in *OfNode) (partyOrgCountView, error) {
	n, err := a.s.CountPartyOrgs(ctx, by, int64(in.ID))
	return partyOrgCountView{n[model.CommunityCommittee], n[model.GeneralBranch], n[model.GridBranch], n[model.UnitPartyGroup]}, err
}

type foundPartyOrgIn struct {
	OfNode
	Keyed
	Body struct {
		Kind string `json:"kind" enum:"community_committee,general_branch,grid_branch,unit_group" doc:"党委和党总支建在社区，党支部建在网格，党小组建在由党员担任单元长的单元" example:"grid_branch"`
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"全称" example:"第一网格党支部"`
	}
}

func (a *API) foundPartyOrg(ctx context.Context, cmd service.Command, in *foundPartyOrgIn) (model.PlacedPartyOrg, error) {
	return a.s.FoundPartyOrg(ctx, cmd, int64(in.ID), model.PartyOrgKind(in.Body.Kind), in.Body.Name)
}

// OfPartyOrg is embedded by the input of what is about one Party organisation.
type OfPartyOrg struct {
	ID ID `path:"id" doc:"党组织的编号" example:"42"`
}

type renamePartyOrgIn struct {
	OfPartyOrg
	Keyed
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"新的全称" example:"先锋社区第一网格党支部"`
	}
}

func (a *API) renamePartyOrg(ctx context.Context, cmd service.Command, in *renamePartyOrgIn) (model.PlacedPartyOrg, error) {
	return a.s.RenamePartyOrg(ctx, cmd, int64(in.ID), in.Body.Name)
}

type dissolvePartyOrgIn struct {
	OfPartyOrg
	Keyed
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因" example:"网格调整"`
	}
}

func (a *API) dissolvePartyOrg(ctx context.Context, cmd service.Command, in *dissolvePartyOrgIn) (model.PlacedPartyOrg, error) {
	return a.s.DissolvePartyOrg(ctx, cmd, int64(in.ID), in.Body.Reason)
}
