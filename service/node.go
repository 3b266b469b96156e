package service

import (
	"context"

	"danyuan/model"
)

// NodeCard is what anyone signed in may know of a node.
type NodeCard struct {
	Node     model.Node
	Above    []model.Node // from the root down to what holds it
	Children int64
	Officers int64 // appointments that run now
	PartyOrg *model.PartyOrg
	Became   []model.Node // of a split or merged grid: what to look at instead
}

// NodeCard gives a node, in use or not.
func (s *Service) NodeCard(ctx context.Context, id int64) (NodeCard, error) {
	h := s.DB.Read(ctx)
	n, err := model.NodeByID(h, id)
	if err != nil {
		return NodeCard{}, err
	}
	card := NodeCard{Node: n}
	if card.Above, err = model.NodesOnPath(h, n.Path); err != nil {
		return card, err
	}
	card.Above = card.Above[:len(card.Above)-1]
	if card.Children, err = model.CountChildren(h, id); err != nil {
		return card, err
	}
	if card.Officers, err = model.CountOfficers(h, id, s.now()); err != nil {
		return card, err
	}
	if card.PartyOrg, err = model.PartyOrgOf(h, id); err != nil {
		return card, err
	}
	card.Became, err = model.Successors(h, id)
	return card, err
}

// ChildrenOf gives the nodes in use directly below one; 0 stands above the roots.
func (s *Service) ChildrenOf(ctx context.Context, parent int64, slice model.Slice) ([]model.Node, error) {
	h := s.DB.Read(ctx)
	if parent != 0 {
		if _, err := model.NodeByID(h, parent); err != nil {
			return nil, err
		}
	}
	return model.ChildrenOf(h, parent, slice)
}

// NodeHistory gives what happened to a node, to those who manage grids there.
func (s *Service) NodeHistory(ctx context.Context, by model.Actor, id int64, slice model.Slice) ([]model.NodeChange, error) {
	if _, err := s.nodeFor(ctx, by, id, model.ManageGrids, model.ErrNodeNotFound); err != nil {
		return nil, err
	}
	return model.NodeHistory(s.DB.Read(ctx), id, slice)
}

// AddNode makes a grid, building or unit below a node that the actor manages.
func (s *Service) AddNode(ctx context.Context, cmd Command, parent int64, kind model.NodeKind, name, reason string) (model.Node, error) {
	name, reason, err := nodeTexts(name, reason)
	if err != nil {
		return model.Node{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return model.Node{}, err
		}
		above, err := t.managed(parent)
		if err != nil {
			return model.Node{}, err
		}
		return t.addNode(above, kind, name, reason)
	})
}

// RenameNode gives a grid, building or unit another name. The name that it has already is no change.
func (s *Service) RenameNode(ctx context.Context, cmd Command, id int64, name, reason string) (model.Node, error) {
	name, reason, err := nodeTexts(name, reason)
	if err != nil {
		return model.Node{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Node, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return model.Node{}, err
		}
		n, err := t.adjustable(id)
		if err != nil || n.Name == name {
			return n, err
		}
		if err := t.freeName(n.ParentID, name, id); err != nil {
			return n, err
		}
		if err := model.RenameNode(t.DB, id, name); err != nil {
			return n, err
		}
		before := n.Name
		n.Name = name
		t.touch(model.NodeTopic(id))
		return n, t.step(n, model.NodeChange{What: model.StepRenamed, NameBefore: before, NameAfter: name, Reason: reason})
	})
}

// managed gives a node in use where the actor manages grids. The caller holds LockOrg.
func (t *tx) managed(id int64) (model.Node, error) {
	n, err := model.NodeByID(t.DB, id)
	switch {
	case err != nil:
		return n, err
	case !t.by.May(model.ManageGrids, n.Path, t.now):
		return n, model.ErrNodeNotFound
	case n.State != model.NodeActive:
		return n, model.ErrNodeEnded
	}
	return n, nil
}

// adjustable gives a managed node that people have made: no division.
func (t *tx) adjustable(id int64) (model.Node, error) {
	n, err := t.managed(id)
	if err == nil && n.Kind.IsDivision() {
		err = model.ErrNodeDivision
	}
	return n, err
}

// addNode makes a node below another.
func (t *tx) addNode(parent model.Node, kind model.NodeKind, name, reason string) (model.Node, error) {
	n := model.Node{Kind: kind, Name: name}
	if !kind.FitsBelow(parent.Kind) {
		return n, model.ErrNodeUnfit
	}
	if err := t.freeName(parent.ID, name, 0); err != nil {
		return n, err
	}
	if err := model.AddNode(t.DB, &parent, &n, t.now); err != nil {
		return n, err
	}
	return n, t.step(n, model.NodeChange{What: model.StepCreated, NameAfter: name, ParentAfter: parent.ID, Reason: reason})
}

func (t *tx) freeName(parent int64, name string, but int64) error {
	taken, err := model.NameTaken(t.DB, parent, name, but)
	if err == nil && taken {
		err = model.ErrNodeName
	}
	return err
}

// step writes one step of a node's history, and audits it.
func (t *tx) step(n model.Node, c model.NodeChange) error {
	c.NodeID, c.ByPersonID, c.At = n.ID, t.by.PersonID, t.now
	if err := model.AddNodeChanges(t.DB, c); err != nil {
		return err
	}
	return t.audit("node."+string(c.What), n.ID, "node", n.ID, string(n.Kind))
}

// nodeTexts cleans what people typed of a node.
func nodeTexts(name, reason string) (cleanName, cleanReason string, err error) {
	if cleanName, err = model.NeedText("body.name", name, maxName, false); err != nil {
		return "", "", err
	}
	cleanReason, err = model.NeedText("body.reason", reason, maxReason, false)
	return cleanName, cleanReason, err
}
