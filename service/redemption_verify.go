package service

import (
	"fmt"
	"maps"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// checkedAtOnce is how many redemptions are held against the ledger in one go.
const checkedAtOnce = 500

// VerifyRedemptions holds every redemption against its transfers: one that waits has its own, which
// nothing reverses; one that is over also has the transfer that ended it, of the kind that its state
// says; and each moves exactly what the redemption says. It reports each difference, and transfers that
// no redemption names. tx is a snapshot. What the accounts hold is the ledger's own check.
func VerifyRedemptions(tx *gorm.DB, report func(ledger.Difference)) error {
	for after := int64(0); ; {
		rows, err := model.RedemptionsAfter(tx, after, checkedAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return verifyStrays(tx, report)
		}
		if err := verifyRedemptions(tx, rows, report); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

func verifyStrays(tx *gorm.DB, report func(ledger.Difference)) error {
	strays, err := model.StrayTransfers(tx, []string{redeemed, redemptionFulfilled, redemptionCancelled, redemptionExpired})
	for _, t := range strays {
		report(ledger.Difference{Where: fmt.Sprintf("transfer %d", t.ID), What: fmt.Sprintf("it was made for redemption %d, which does not name it", t.SubjectID)})
	}
	return err
}

// bookOf is what the ledger says of some transfers.
type bookOf struct {
	transfers map[int64]model.Transfer
	reversed  map[int64]int64 // by what
	legs      map[int64]map[ledger.Key]int64
}

func verifyRedemptions(tx *gorm.DB, rows []model.Redemption, report func(ledger.Difference)) error {
	book := bookOf{map[int64]model.Transfer{}, map[int64]int64{}, map[int64]map[ledger.Key]int64{}}
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.TransferID)
		if r.EndedTransferID != nil {
			ids = append(ids, *r.EndedTransferID)
		}
	}
	transfers, err := model.TransfersByIDs(tx, ids)
	if err != nil {
		return err
	}
	for _, t := range transfers {
		book.transfers[t.ID] = t
		if t.ReversesID != nil {
			book.reversed[*t.ReversesID] = t.ID
		}
	}
	made, err := model.LegsOf(tx, ids)
	if err != nil {
		return err
	}
	for _, leg := range made {
		if book.legs[leg.TransferID] == nil {
			book.legs[leg.TransferID] = map[ledger.Key]int64{}
		}
		book.legs[leg.TransferID][ledger.Key(leg.AccountKey)] = leg.Amount
	}
	for _, r := range rows {
		for _, wrong := range book.differ(r) {
			report(ledger.Difference{Where: fmt.Sprintf("redemption %d", r.ID), What: wrong})
		}
	}
	return nil
}

// endings are the kinds of transfer that each state asks for.
var endings = map[model.RedemptionState]string{
	model.Fulfilled: redemptionFulfilled, model.RedemptionCancelled: redemptionCancelled, model.RedemptionExpired: redemptionExpired,
}

// differ tells where a redemption and the ledger differ.
func (b bookOf) differ(r model.Redemption) (wrong []string) {
	wrong = b.compare(r, r.TransferID, redeemed, reservation(r))
	ending, over := endings[r.State]
	undone := b.reversed[r.TransferID]
	switch {
	case !over && r.State != model.Reserved:
		return append(wrong, fmt.Sprintf("it is in the state %q, which is none", r.State))
	case !over && r.EndedTransferID != nil, over && r.EndedTransferID == nil:
		return append(wrong, fmt.Sprintf("it is %s: its ending transfer should be %s", r.State, map[bool]string{true: "there", false: "none"}[over]))
	case (!over || r.State == model.Fulfilled) && undone != 0:
		wrong = append(wrong, fmt.Sprintf("it is %s, and transfer %d has reversed its transfer %d", r.State, undone, r.TransferID))
	case over && r.State != model.Fulfilled && undone != *r.EndedTransferID:
		wrong = append(wrong, fmt.Sprintf("it is %s, and its ending transfer %d does not reverse its transfer %d", r.State, *r.EndedTransferID, r.TransferID))
	}
	if !over {
		return wrong
	}
	legs := handing(r)
	if r.State != model.Fulfilled {
		legs = reservation(r)
		for i := range legs {
			legs[i].Amount = -legs[i].Amount
		}
	}
	return append(wrong, b.compare(r, *r.EndedTransferID, ending, legs)...)
}

// compare holds one transfer against what it should be.
func (b bookOf) compare(r model.Redemption, transfer int64, kind string, legs []ledger.Leg) (wrong []string) {
	t, ok := b.transfers[transfer]
	if !ok {
		return []string{fmt.Sprintf("its transfer %d is not there", transfer)}
	}
	if t.Kind != kind || t.Subject != "redemption" || t.SubjectID != r.ID {
		wrong = append(wrong, fmt.Sprintf("its transfer %d is %q for %s %d, and should be %q for it", transfer, t.Kind, t.Subject, t.SubjectID, kind))
	}
	want := map[ledger.Key]int64{}
	for _, leg := range legs {
		want[leg.Key] = leg.Amount
	}
	if !maps.Equal(want, b.legs[transfer]) {
		wrong = append(wrong, fmt.Sprintf("its transfer %d moves %v, and should move %v", transfer, b.legs[transfer], want))
	}
	return wrong
}
