package service

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"danyuan/model"
)

// linkAudits is the duty that links what was entered in the audit log.
const linkAudits = "link_audits"

// How many entries LinkAudits looks for at once, and how many of them it links in one transaction.
const (
	unlinkedAtOnce = 5000
	linkedAtOnce   = 100
)

// LinkAudits links every entry of the audit log that has no link yet. A worker calls it now and then; it
// may run beside itself. Where many wait it rests longer than it works: people write to the same database.
func (s *Service) LinkAudits(ctx context.Context) error {
	for {
		ids, err := model.UnlinkedAudits(s.DB.Read(ctx), unlinkedAtOnce)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, linkedAtOnce) {
			began := s.Clock.Now()
			if _, err := inTx(ctx, s, Command{}, func(t *tx) (int, error) { return model.LinkAudits(t.DB, t.now, some) }); err != nil {
				return err
			}
			if len(some) == linkedAtOnce {
				s.rest(ctx, began)
			}
		}
		if len(ids) < unlinkedAtOnce || ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// AuditChain says how far the audit log is linked, to whoever may read it at a node.
func (s *Service) AuditChain(ctx context.Context, by model.Actor, node int64) (model.AuditChain, error) {
	if _, err := s.nodeFor(ctx, by, node, model.ReadAudit, model.ErrNodeNotFound); err != nil {
		return model.AuditChain{}, err
	}
	return model.AuditChainNow(s.DB.Read(ctx))
}

// VerifyAudits recomputes the chain of the audit log, on the database as it is at one moment, and reports
// each difference. noted is a head that was noted down before and must be in it, "" for none.
func (s *Service) VerifyAudits(ctx context.Context, noted string, report func(Difference)) (c model.AuditChain, err error) {
	err = s.DB.Snapshot(ctx, func(tx *gorm.DB) error {
		c, err = model.AuditsAstray(tx, noted, func(a model.Astray) { report(Difference{Where: fmt.Sprintf("audit %d", a.ID), What: a.What}) })
		return err
	})
	return c, err
}
