package service

import (
	"context"
	"errors"

	"danyuan/fault"
	"danyuan/model"
)

// Scene says what a scanned code opens. Valid is false for a code that is unknown or revoked; Why
// then tells the person what to do.
type Scene struct {
	Code  model.Code // without an id when it is unknown
	Node  model.Node // of a valid code: the unit or community, or the unit of the plaque
	Valid bool
	Why   *fault.Fault
}

// SceneOf tells what a scanned scene is. It refuses nothing: also an old poster gets an answer.
func (s *Service) SceneOf(ctx context.Context, scene string) (Scene, error) {
	h := s.DB.Read(ctx)
	c, err := model.CodeByText(h, scene)
	if errors.Is(err, model.ErrCodeUnknown) {
		return Scene{Why: model.ErrCodeUnknown}, nil
	}
	if err != nil {
		return Scene{}, err
	}
	if c.RevokedAt != nil {
		return Scene{Code: c, Why: c.Kind.Revoked()}, nil
	}
	n, err := model.NodeByID(h, c.NodeID)
	if err != nil {
		return Scene{}, err
	}
	if n.State != model.NodeActive {
		return Scene{Code: c, Why: model.ErrNodeEnded}, nil
	}
	return Scene{Code: c, Node: n, Valid: true}, nil
}
