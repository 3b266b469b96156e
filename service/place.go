package service

import (
	"context"
	"errors"

	"danyuan/fault"
	"danyuan/model"
)

// lockNode locks a node in which the actor may do the action, and gives it. Outside the actor's scope
// the answer is missing, as if there were none; a node that is no longer in use is refused.
func (t *tx) lockNode(id int64, action model.Action, missing *fault.Fault) (model.Node, error) {
	n, err := model.LockNode(t.DB, id)
	switch {
	case errors.Is(err, model.ErrNodeNotFound), err == nil && !t.by.May(action, n.Path, t.now):
		return n, missing
	case err == nil && n.State != model.NodeActive:
		return n, model.ErrNodeEnded
	}
	return n, err
}

// nodeFor gives a node in any state in which the actor may do the action; else missing.
func (s *Service) nodeFor(ctx context.Context, by model.Actor, id int64, action model.Action, missing *fault.Fault) (model.Node, error) {
	n, err := model.NodeByID(s.DB.Read(ctx), id)
	if errors.Is(err, model.ErrNodeNotFound) || err == nil && !by.May(action, n.Path, s.now()) {
		return n, missing
	}
	return n, err
}
