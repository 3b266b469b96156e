package service

import (
	"context"
	"fmt"
	"slices"

	"danyuan/fault"
	"danyuan/model"
)

// GridPart is one of the grids that a split makes: its name, and which buildings and units it gets.
type GridPart struct {
	Name     string
	Children []int64
}

// SplitGrid makes two or more grids out of one, which ends. Every child goes to exactly one part and
// keeps its node, with its people, codes and history; each part gets a Party branch if the grid had
// one. Officers are appointed anew: nobody is chief of a grid that they were never made chief of. What was
// reported from the grid itself is no part's: it goes up to the community.
func (s *Service) SplitGrid(ctx context.Context, cmd Command, id int64, parts []GridPart, reason string) ([]model.Node, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return nil, err
	}
	parts = slices.Clone(parts)
	for i := range parts {
		if parts[i].Name, err = model.NeedText(fmt.Sprintf("body.parts[%d].name", i), parts[i].Name, maxName, false); err != nil {
			return nil, err
		}
	}
	return inTx(ctx, s, cmd, func(t *tx) ([]model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return nil, err
		}
		grid, err := t.grid(id)
		if err != nil {
			return nil, err
		}
		children, err := model.Children(t.DB, id)
		if err != nil {
			return nil, err
		}
		if err := planned(parts, children); err != nil {
			return nil, err
		}
		return t.splitGrid(grid, children, parts, reason)
	})
}

// planned refuses unless every child is in exactly one of two or more parts, and no part is empty.
func planned(parts []GridPart, children []model.Node) error {
	given := map[int64]bool{}
	names := map[string]bool{}
	for i, p := range parts {
		at := fmt.Sprintf("body.parts[%d]", i)
		if names[p.Name] {
			return model.ErrGridParts.With(fault.Field{Path: at + ".name", Text: "新网格不能重名，请换一个名称。"})
		}
		names[p.Name] = true
		if len(p.Children) == 0 {
			return model.ErrGridParts.With(fault.Field{Path: at + ".child_ids", Text: "这个新网格还没有分到楼栋或单元。"})
		}
		for _, id := range p.Children {
			known := slices.ContainsFunc(children, func(n model.Node) bool { return n.ID == id })
			if !known || given[id] {
				return model.ErrGridParts.With(fault.Field{Path: at + ".child_ids", Text: "这里有不属于原网格的编号，或者重复的编号。"})
			}
			given[id] = true
		}
	}
	for _, n := range children {
		if !given[n.ID] {
			return model.ErrGridParts.With(fault.Field{Path: "body.parts", Text: "还没有分配：" + n.Name})
		}
	}
	if len(parts) < 2 {
		return model.ErrGridParts.With(fault.Field{Path: "body.parts", Text: "至少要拆成两个网格。"})
	}
	return nil
}

func (t *tx) splitGrid(grid model.Node, children []model.Node, parts []GridPart, reason string) ([]model.Node, error) {
	community, err := model.NodeByID(t.DB, grid.ParentID)
	if err != nil {
		return nil, err
	}
	branch, err := t.endNode(grid, model.NodeSplit, reason)
	if err != nil {
		return nil, err
	}
	made := make([]model.Node, 0, len(parts))
	for _, p := range parts {
		part, err := t.succeed(community, p.Name, branch != nil, reason)
		if err != nil {
			return nil, err
		}
		for _, child := range children {
			if !slices.Contains(p.Children, child.ID) {
				continue
			}
			if _, err := t.moveNode(child, part, reason); err != nil {
				return nil, err
			}
		}
		step := model.NodeChange{What: model.StepSplit, NameBefore: grid.Name, NameAfter: part.Name, ParentBefore: grid.ParentID, OtherNodeID: part.ID, Reason: reason}
		if err := t.step(grid, step); err != nil {
			return nil, err
		}
		made = append(made, part)
	}
	if err := model.CarryReplyTemplates(t.DB, grid.ID, community.ID); err != nil {
		return nil, err
	}
	return made, t.owe(clearDesk, grid.ID, "", t.now)
}

// succeed makes a grid in the place of others, with a Party branch of its own if they had one.
func (t *tx) succeed(community model.Node, name string, branch bool, reason string) (model.Node, error) {
	n, err := t.addNode(community, model.Grid, name, reason)
	if err != nil || !branch {
		return n, err
	}
	_, err = t.found(n, model.GridBranch, name+"党支部")
	return n, err
}

// grid gives a grid that the actor manages.
func (t *tx) grid(id int64) (model.Node, error) {
	n, err := t.adjustable(id)
	if err == nil && n.Kind != model.Grid {
		err = model.ErrNodeNoGrid
	}
	return n, err
}
