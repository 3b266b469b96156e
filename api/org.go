package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// OfNode is embedded by the input of what is about one node.
type OfNode struct {
	ID ID `path:"id" doc:"网格、单元或区划的编号" example:"42"`
}

type orgNodeView struct {
	ID     ID     `json:"id" doc:"编号" example:"42"`
	Parent *ID    `json:"parent_id,omitempty" doc:"上级的编号；最上一级没有" example:"7"`
	Kind   string `json:"kind" enum:"province,city,district,street,community,grid,building,unit" doc:"层级：省、市、区、街道（乡）、社区（村）、网格、楼栋、单元" example:"grid"`
	Style  string `json:"style,omitempty" doc:"区划文件里的级别，例如 township 是乡" example:"township"`
	Code   string `json:"code,omitempty" doc:"国家统计局的区划代码；社区以下没有" example:"340802004003"`
	Name   string `json:"name" doc:"名称" example:"第一网格"`
	State  string `json:"state" enum:"active,split,merged,closed" doc:"状态：使用中、已拆分、已合并、已撤销" example:"active"`
}

type nodeCardView struct {
	Node     orgNodeView   `json:"node" doc:"这个地方"`
	Place    []nodeView    `json:"place" nullable:"false" doc:"从最上一级到它的上级"`
	Children int64         `json:"children" doc:"下面有几个直接下级" example:"6"`
	Officers int64         `json:"officers" doc:"现在有几项任职" example:"3"`
	PartyOrg string        `json:"party_org,omitempty" doc:"这里的党组织" example:"第一网格党支部"`
	Became   []orgNodeView `json:"became" nullable:"false" doc:"拆分或合并成了哪些网格"`
}

func viewOrgNode(n model.Node) orgNodeView {
	v := orgNodeView{ID: ID(n.ID), Parent: idOrNone(n.ParentID), Kind: string(n.Kind), Style: n.Style, Name: n.Name, State: string(n.State)}
	if n.Code != nil {
		v.Code = *n.Code
	}
	return v
}

func viewOrgNodes(nodes []model.Node) []orgNodeView {
	out := make([]orgNodeView, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, viewOrgNode(n))
	}
	return out
}

func (a *API) nodeCard(ctx context.Context, _ model.Actor, in *OfNode) (nodeCardView, error) {
	c, err := a.s.NodeCard(ctx, int64(in.ID))
	v := nodeCardView{Node: viewOrgNode(c.Node), Place: []nodeView{}, Children: c.Children, Officers: c.Officers, Became: viewOrgNodes(c.Became)}
	for _, n := range c.Above {
		v.Place = append(v.Place, viewNode(n))
	}
	if c.PartyOrg != nil {
		v.PartyOrg = c.PartyOrg.Name
	}
	return v, err
}

type rootsIn struct{ Paged }

func (a *API) roots(ctx context.Context, _ model.Actor, in *rootsIn) (List[orgNodeView], error) {
	return a.listChildren(ctx, 0, in.Paged)
}

type childrenIn struct {
	OfNode
	Paged
}

func (a *API) children(ctx context.Context, _ model.Actor, in *childrenIn) (List[orgNodeView], error) {
	return a.listChildren(ctx, int64(in.ID), in.Paged)
}

func (a *API) listChildren(ctx context.Context, parent int64, p Paged) (List[orgNodeView], error) {
	slice, err := p.slice()
	if err != nil {
		return List[orgNodeView]{}, err
	}
	nodes, err := a.s.ChildrenOf(ctx, parent, slice)
	return listOf(p, nodes, func(n model.Node) int64 { return n.ID }, viewOrgNode), err
}

type findNodesIn struct {
	OfNode
	Paged
	Name string `query:"name" required:"true" minLength:"1" maxLength:"40" doc:"名称里有的字" example:"单元"`
}

type foundNodeView struct {
	Node  orgNodeView `json:"node" doc:"找到的地方"`
	Place []nodeView  `json:"place" nullable:"false" doc:"从最上一级到它的上级"`
}

func (a *API) findNodes(ctx context.Context, _ model.Actor, in *findNodesIn) (List[foundNodeView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[foundNodeView]{}, err
	}
	found, err := a.s.FindNodes(ctx, int64(in.ID), in.Name, slice)
	return listOf(in.Paged, found, func(f service.FoundNode) int64 { return f.Node.ID }, viewFoundNode), err
}

func viewFoundNode(f service.FoundNode) foundNodeView {
	v := foundNodeView{Node: viewOrgNode(f.Node), Place: []nodeView{}}
	for _, n := range f.Above {
		v.Place = append(v.Place, viewNode(n))
	}
	return v
}

type nodeChangeView struct {
	Node         ID        `json:"node_id" doc:"哪一个；合并或拆分时可能是原来的网格" example:"42"`
	What         string    `json:"what" enum:"created,renamed,moved,split,merged,closed" doc:"发生了什么" example:"renamed"`
	NameBefore   string    `json:"name_before,omitempty" doc:"原名" example:"一网格"`
	NameAfter    string    `json:"name_after,omitempty" doc:"新名" example:"第一网格"`
	ParentBefore *ID       `json:"parent_before,omitempty" doc:"原来的上级" example:"7"`
	ParentAfter  *ID       `json:"parent_after,omitempty" doc:"新的上级" example:"8"`
	Became       *ID       `json:"became,omitempty" doc:"拆分或合并成了哪一个" example:"43"`
	Reason       string    `json:"reason" doc:"原因" example:"网格优化调整"`
	At           time.Time `json:"at" doc:"时间"`
}

func (a *API) nodeHistory(ctx context.Context, by model.Actor, in *childrenIn) (List[nodeChangeView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[nodeChangeView]{}, err
	}
	steps, err := a.s.NodeHistory(ctx, by, int64(in.ID), slice)
	return listOf(in.Paged, steps, func(c model.NodeChange) int64 { return c.ID }, viewNodeChange), err
}

func viewNodeChange(c model.NodeChange) nodeChangeView {
	return nodeChangeView{
		Node: ID(c.NodeID), What: string(c.What), NameBefore: c.NameBefore, NameAfter: c.NameAfter,
		ParentBefore: idOrNone(c.ParentBefore), ParentAfter: idOrNone(c.ParentAfter), Became: idOrNone(c.OtherNodeID),
		Reason: c.Reason, At: atEdge(c.At),
	}
}

type addNodeIn struct {
	Keyed
	Body struct {
		ParentID ID     `json:"parent_id" doc:"建在哪里：网格建在社区，楼栋建在网格，单元建在楼栋或网格" example:"7"`
		Kind     string `json:"kind" enum:"grid,building,unit" doc:"层级" example:"grid"`
		Name     string `json:"name" minLength:"1" maxLength:"40" doc:"名称，同一个上级下面不能重名" example:"第九网格"`
		Reason   string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"新小区交付"`
	}
}

func (a *API) addNode(ctx context.Context, cmd service.Command, in *addNodeIn) (model.Node, error) {
	return a.s.AddNode(ctx, cmd, int64(in.Body.ParentID), model.NodeKind(in.Body.Kind), in.Body.Name, in.Body.Reason)
}

type renameNodeIn struct {
	OfNode
	Keyed
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"40" doc:"新名称" example:"第十网格"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"统一编号"`
	}
}

func (a *API) renameNode(ctx context.Context, cmd service.Command, in *renameNodeIn) (model.Node, error) {
	return a.s.RenameNode(ctx, cmd, int64(in.ID), in.Body.Name, in.Body.Reason)
}

type moveNodeIn struct {
	OfNode
	Keyed
	Body struct {
		ParentID ID     `json:"parent_id" doc:"移到哪个网格或楼栋，要在同一个社区" example:"8"`
		Reason   string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"网格优化调整"`
	}
}

func (a *API) moveNode(ctx context.Context, cmd service.Command, in *moveNodeIn) (model.Node, error) {
	return a.s.MoveNode(ctx, cmd, int64(in.ID), int64(in.Body.ParentID), in.Body.Reason)
}

type closeNodeIn struct {
	OfNode
	Keyed
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，记入历史" example:"房屋拆除"`
	}
}

func (a *API) closeNode(ctx context.Context, cmd service.Command, in *closeNodeIn) (model.Node, error) {
	return a.s.CloseNode(ctx, cmd, int64(in.ID), in.Body.Reason)
}
