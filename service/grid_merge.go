package service

import (
	"context"
	"slices"

	"danyuan/fault"
	"danyuan/model"
)

// MergeGrids makes one grid out of two or more of one community, which end. Their buildings and units
// keep their nodes; two of one name are refused, so that nobody has to guess afterwards which is which. What was
// reported from the grids themselves is the new one's, and so are their reply templates.
func (s *Service) MergeGrids(ctx context.Context, cmd Command, grids []int64, name, reason string) (model.Node, error) {
	name, reason, err := nodeTexts(name, reason)
	if err != nil {
		return model.Node{}, err
	}
	sorted := slices.Sorted(slices.Values(grids))
	if len(slices.Compact(slices.Clone(sorted))) != len(grids) || len(grids) < 2 {
		return model.Node{}, model.ErrGridsTwice
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return model.Node{}, err
		}
		var merging []model.Node
		for _, id := range sorted {
			g, err := t.grid(id)
			if err != nil {
				return g, err
			}
			if merging = append(merging, g); g.ParentID != merging[0].ParentID {
				return g, model.ErrNodeAbroad
			}
		}
		return t.mergeGrids(merging, name, reason)
	})
}

func (t *tx) mergeGrids(grids []model.Node, name, reason string) (model.Node, error) {
	community, err := model.NodeByID(t.DB, grids[0].ParentID)
	if err != nil {
		return community, err
	}
	var children []model.Node
	branch := false
	for _, g := range grids {
		below, err := model.Children(t.DB, g.ID)
		if err != nil {
			return g, err
		}
		children = append(children, below...)
		dissolved, err := t.endNode(g, model.NodeMerged, reason)
		if err != nil {
			return g, err
		}
		branch = branch || dissolved != nil
	}
	if err := differ(children); err != nil {
		return community, err
	}
	made, err := t.succeed(community, name, branch, reason)
	if err != nil {
		return made, err
	}
	for _, g := range grids {
		step := model.NodeChange{What: model.StepMerged, NameBefore: g.Name, NameAfter: name, ParentBefore: g.ParentID, OtherNodeID: made.ID, Reason: reason}
		if err := t.step(g, step); err != nil {
			return made, err
		}
		if err := model.CarryMatters(t.DB, g.ID, made.ID); err != nil {
			return made, err
		}
		if err := model.CarryReplyTemplates(t.DB, g.ID, made.ID); err != nil {
			return made, err
		}
	}
	for _, child := range children {
		if _, err := t.moveNode(child, made, reason); err != nil {
			return made, err
		}
	}
	return made, nil
}

// differ refuses when two of the nodes have one name.
func differ(nodes []model.Node) error {
	seen := map[string]bool{}
	var clashes []fault.Field
	for _, n := range nodes {
		if seen[n.Name] {
			clashes = append(clashes, fault.Field{Path: "body.grid_ids", Text: "要合并的网格里都有“" + n.Name + "”，请先给其中一个改名。"})
		}
		seen[n.Name] = true
	}
	if clashes != nil {
		return model.ErrNodeName.With(clashes...)
	}
	return nil
}
