package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type splitGridIn struct {
	OfNode
	Keyed
	Body struct {
		Parts  []gridPartIn `json:"parts" nullable:"false" minItems:"2" maxItems:"20" doc:"拆成哪几个网格"`
		Reason string       `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"网格党支部与治理网格一致"`
	}
}

type gridPartIn struct {
	Name     string `json:"name" minLength:"1" maxLength:"40" doc:"新网格的名称" example:"第一网格东片"`
	ChildIDs []ID   `json:"child_ids" nullable:"false" minItems:"1" maxItems:"500" doc:"分给它的楼栋和单元；每个都要分到一个新网格" example:"[\"51\",\"52\"]"`
}

type gridsView struct {
	Grids []orgNodeView `json:"grids" nullable:"false" doc:"新的网格"`
}

func (a *API) splitGrid(ctx context.Context, cmd service.Command, in *splitGridIn) ([]model.Node, error) {
	parts := make([]service.GridPart, len(in.Body.Parts))
	for i, p := range in.Body.Parts {
		parts[i] = service.GridPart{Name: p.Name, Children: plainIDs(p.ChildIDs)}
	}
	return a.s.SplitGrid(ctx, cmd, int64(in.ID), parts, in.Body.Reason)
}

func viewGrids(nodes []model.Node) gridsView { return gridsView{viewOrgNodes(nodes)} }

type mergeGridsIn struct {
	Keyed
	Body struct {
		GridIDs []ID   `json:"grid_ids" nullable:"false" minItems:"2" maxItems:"20" doc:"要合并的网格，都在同一个社区" example:"[\"42\",\"43\"]"`
		Name    string `json:"name" minLength:"1" maxLength:"40" doc:"合并后的名称" example:"中心网格"`
		Reason  string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"网格优化调整"`
	}
}

func (a *API) mergeGrids(ctx context.Context, cmd service.Command, in *mergeGridsIn) (model.Node, error) {
	return a.s.MergeGrids(ctx, cmd, plainIDs(in.Body.GridIDs), in.Body.Name, in.Body.Reason)
}

func plainIDs(ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
