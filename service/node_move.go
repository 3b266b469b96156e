package service

import (
	"context"
	"slices"

	"danyuan/model"
)

// MoveNode hangs a building or unit, with everything below it, under another grid or building of the
// same community.
func (s *Service) MoveNode(ctx context.Context, cmd Command, id, to int64, reason string) (model.Node, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.Node{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return model.Node{}, err
		}
		n, err := t.adjustable(id)
		if err != nil {
			return n, err
		}
		parent, err := t.managed(to)
		if err != nil {
			return n, err
		}
		if !n.Kind.FitsBelow(parent.Kind) || parent.ID == n.ParentID || n.Kind == model.Grid {
			return n, model.ErrNodeUnfit
		}
		here, err := t.communityOf(n)
		if err != nil {
			return n, err
		}
		if !model.Under(parent.Path, here.Path) {
			return n, model.ErrNodeAbroad
		}
		if err := t.freeName(parent.ID, n.Name, id); err != nil {
			return n, err
		}
		return t.moveNode(n, parent, reason)
	})
}

// moveNode moves without asking. What is kept in memory of the subtree hangs on its root's topic.
func (t *tx) moveNode(n, parent model.Node, reason string) (model.Node, error) {
	if err := model.MoveNode(t.DB, n, parent); err != nil {
		return n, err
	}
	before := n.ParentID
	n.ParentID, n.Path = parent.ID, model.PathBelow(parent.Path, n.ID)
	t.touch(model.NodeTopic(n.ID))
	places, err := model.PlacesOf(t.DB, n.ID)
	if err != nil {
		return n, err
	}
	if err := t.regroup(n.Path, places[n.ID].GridID); err != nil {
		return n, err
	}
	// A report under way has read where its unit lay before, and is not there yet to be regrouped; what is being
	// given is not yet anybody's.
	if err := t.owe(regroupMatters, n.ID, "", t.now.Add(3*sharedTime)); err != nil {
		return n, err
	}
	return n, t.step(n, model.NodeChange{
		What: model.StepMoved, NameBefore: n.Name, NameAfter: n.Name, ParentBefore: before, ParentAfter: parent.ID, Reason: reason,
	})
}

// regroup makes the matters of a moved subtree belong to the grid where it lies now, and owes looking whether those
// to whom they were given, and its officers to whom others were given, hold an office in the grid of each.
func (t *tx) regroup(path string, grid int64) error {
	if err := model.RegroupMatters(t.DB, path, grid); err != nil {
		return err
	}
	handlers, err := model.HandlersUnder(t.DB, path)
	if err != nil {
		return err
	}
	for _, p := range handlers {
		if err := t.owe(takeBackMatters, p, "", t.now); err != nil {
			return err
		}
	}
	return nil
}

// communityOf gives the community that a node lies in.
func (t *tx) communityOf(n model.Node) (model.Node, error) {
	above, err := model.NodesOnPath(t.DB, n.Path)
	if err != nil {
		return model.Node{}, err
	}
	i := slices.IndexFunc(above, func(n model.Node) bool { return n.Kind == model.Community })
	if i < 0 {
		return model.Node{}, model.ErrNodeUnfit
	}
	return above[i], nil
}

// regroupMatters is the job that looks again at the matters of a node that has moved, when every report that was under
// way has come to its end.
const regroupMatters = "regroup_matters"

// regroupMatters does it for one node.
func (s *Service) regroupMatters(ctx context.Context, node int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (none struct{}, err error) {
		if err := model.LockOrg(t.DB); err != nil {
			return none, err
		}
		places, err := model.PlacesOf(t.DB, node)
		p, there := places[node]
		if err != nil || !there {
			return none, err
		}
		return none, t.regroup(p.Path, p.GridID)
	})
	return err
}
