package service

import (
	"context"

	"danyuan/model"
)

// Audit gives what was done to what lies at a node and below it, the newest first. It is refused as
// not found where the actor's role does not reach.
func (s *Service) Audit(ctx context.Context, by model.Actor, node int64, part model.Slice) ([]model.AuditEntry, error) {
	h := s.DB.Read(ctx)
	n, err := model.NodeByID(h, node)
	if err != nil {
		return nil, err
	}
	if !by.May(model.ReadAudit, n.Path, s.now()) {
		return nil, model.ErrNodeNotFound
	}
	return model.AuditIn(h, n.Path, part)
}
