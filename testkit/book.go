package testkit

import (
	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/service/ledger"
)

// Transfer moves amounts in the ledger, as a use case would, and gives the transfer's id.
func (k *Kit) Transfer(legs ...ledger.Leg) int64 {
	k.Helper()
	now := k.Clock.Now()
	id := model.NewID(now)
	k.Tx(func(tx *gorm.DB) error {
		b := ledger.NewBook()
		for _, leg := range legs {
			if err := b.Open(tx, now, leg.Key); err != nil {
				return err
			}
		}
		if err := b.Transfer(model.Transfer{ID: id, Kind: "test", Subject: "test", SubjectID: id, At: now}, legs...); err != nil {
			return err
		}
		return b.Write(tx)
	})
	return id
}

// Earn gives a person volunteer points of a community, now.
func (k *Kit) Earn(p model.Person, community model.Node, points int64) {
	k.Helper()
	k.Transfer(ledger.Leg{Key: ledger.PointsIssued(community.ID), Amount: -points}, ledger.Leg{Key: ledger.PersonPoints(p.ID), Amount: points})
}

// Holds gives what accounts of the ledger hold.
func (k *Kit) Holds(keys ...ledger.Key) []int64 {
	k.Helper()
	holds := make([]int64, len(keys))
	for i, key := range keys {
		n, err := model.BalanceOf(k.DB.Read(k.ctx), string(key))
		k.must(err)
		holds[i] = n
	}
	return holds
}

// Balanced fails the test unless the book balances, and what is kept beside it agrees with it.
func (k *Kit) Balanced() {
	k.Helper()
	var wrong []service.Difference
	_, err := k.S.Verify(k.ctx, func(d service.Difference) { wrong = append(wrong, d) })
	k.must(err)
	for _, d := range wrong {
		k.Errorf("%s: %s", d.Where, d.What)
	}
}
