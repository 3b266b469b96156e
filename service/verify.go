package service

import (
	"context"

	"gorm.io/gorm"

	"danyuan/service/ledger"
)

// Difference is a place where what is stored is not what it should be.
type Difference = ledger.Difference

// Checked is how much Verify has looked at.
type Checked = ledger.Checked

// Verify recomputes what is kept from what happened, on the database as it is at one moment, and reports
// each difference: every balance, chain and transfer of the ledger, and with it every reward's stock and
// every budget; and that every redemption agrees with its transfers. It changes nothing and may run beside the service.
func (s *Service) Verify(ctx context.Context, report func(Difference)) (Checked, error) {
	var checked Checked
	err := s.DB.Snapshot(ctx, func(tx *gorm.DB) (err error) {
		if checked, err = ledger.Verify(tx, report); err != nil {
			return err
		}
		return verifyRedemptions(tx, report)
	})
	return checked, err
}
