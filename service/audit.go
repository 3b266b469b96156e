package service

import (
	"context"

	"danyuan/model"
)

// Audit gives what was done to what lies at a node and below it, the newest first. It is refused as
// not found where the actor's role does not reach. What strangers and the system itself did that is
// about no place is in no list; a chief who reads it learns nothing of what is hidden from them.
func (s *Service) Audit(ctx context.Context, by model.Actor, node int64, part model.Slice) ([]model.AuditEntry, error) {
	n, err := s.nodeFor(ctx, by, node, model.ReadAudit, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.AuditIn(s.DB.Read(ctx), n.Path, by, s.now(), part)
}
