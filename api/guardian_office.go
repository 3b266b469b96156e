package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type guardianshipsIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	State string `query:"state" enum:"asked,named,active,withdrawn,ended" doc:"只看这一状态的，asked 是等社区核实的；不填是全部"`
	Paged
}

func (a *API) guardianships(ctx context.Context, by model.Actor, in *guardianshipsIn) (List[guardianshipView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[guardianshipView]{}, err
	}
	rows, err := a.s.GuardianshipsOf(ctx, by, int64(in.Node), model.GuardianshipState(in.State), slice)
	return listOf(in.Paged, rows, idOfGuardianship, viewGuardianship), err
}

type nameGuardianIn struct {
	Keyed
	Child ID `path:"id" doc:"孩子"`
	Body  struct {
		Guardian ID     `json:"guardian_id" doc:"监护人，年满18周岁，也在您管理的名册里"`
		Relation string `json:"relation" enum:"parent,other" doc:"父母、其他监护人；请核对户口簿等材料" example:"parent"`
	}
}

func (a *API) nameGuardian(ctx context.Context, cmd service.Command, in *nameGuardianIn) (service.SeenGuardianship, error) {
	return a.s.NameGuardian(ctx, cmd, int64(in.Child), int64(in.Body.Guardian), model.Relation(in.Body.Relation))
}

func (a *API) confirmGuardian(ctx context.Context, cmd service.Command, in *guardianshipIn) (service.SeenGuardianship, error) {
	return a.s.ConfirmGuardian(ctx, cmd, int64(in.ID))
}

func (a *API) endGuardianship(ctx context.Context, cmd service.Command, in *reasonedIn) (service.SeenGuardianship, error) {
	return a.s.EndGuardianship(ctx, cmd, int64(in.ID), in.Body.Reason)
}
