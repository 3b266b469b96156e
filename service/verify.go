package service

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// Difference is a place where what is stored is not what it should be.
type Difference = ledger.Difference

// Checked is how much Verify has looked at.
type Checked struct {
	ledger.Checked
	Matters int64
}

// Verify recomputes what is kept from what happened, on the database as it is at one moment, and reports
// each difference: every balance, chain and transfer of the ledger, and with it every reward's stock and
// every budget; every confirmed hour against what it gave, and each person's total against theirs; every
// redemption against its transfers; every matter's state against its events. It changes nothing and may run beside the service.
func (s *Service) Verify(ctx context.Context, report func(Difference)) (Checked, error) {
	var checked Checked
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if checked.Checked, err = ledger.Verify(tx, report); err != nil {
			return err
		}
		err = model.HoursAstray(tx, func(a model.Astray) { report(Difference{Where: fmt.Sprintf("hours %d", a.ID), What: a.What}) })
		if err != nil {
			return err
		}
		err = totalsAstray(ctx, tx, recountedAtOnce, func(person int64) error {
			report(Difference{Where: fmt.Sprintf("service total of person %d", person), What: "not what the confirmed hours come to", Mends: true})
			return nil
		})
		if err != nil {
			return err
		}
		if err := verifyRedemptions(tx, report); err != nil {
			return err
		}
		checked.Matters, err = model.MattersAstray(tx, func(a model.Astray) { report(Difference{Where: fmt.Sprintf("matter %d", a.ID), What: a.What}) })
		return err
	})
	return checked, err
}
