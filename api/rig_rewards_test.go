package api_test

import (
	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

// What the rigs need of rewards: made in the database, because a fixture must not lean on the routes
// that it is for.

// fund gives the district and the community money for the year.
func (w *world) fund() {
	w.Helper()
	if w.Holds(ledger.Fund(w.District.ID, 2026))[0] > 0 {
		return
	}
	for _, node := range []int64{w.District.ID, w.Community.ID} {
		w.add(&model.Budget{NodeID: node, DistrictID: w.District.ID, Year: 2026, State: model.BudgetOpen, OpenedAt: testkit.Start})
	}
	outside, fund, budget := ledger.MoneyOutside(w.District.ID), ledger.Fund(w.District.ID, 2026), ledger.Budget(w.Community.ID, 2026)
	w.Transfer(ledger.Leg{Key: outside, Amount: -200_000_000}, ledger.Leg{Key: fund, Amount: 100_000_000}, ledger.Leg{Key: budget, Amount: 100_000_000})
}

// reward gives one of the community's, with pieces and a budget.
func (w *world) reward() model.Reward {
	w.Helper()
	w.fund()
	r := model.Reward{
		CommunityID: w.Community.ID, State: model.RewardOffered, MadeAt: testkit.Start, ChangedAt: testkit.Start,
		RewardTerms: model.RewardTerms{Name: "大米", Points: 100, Cost: 3500, PerPerson: 100, PerPeriod: model.YearPeriod, ValidFrom: testkit.Start, Place: "社区服务中心", PickUpDays: 14},
	}
	w.add(&r)
	w.Transfer(ledger.Leg{Key: ledger.Supplied(r.ID), Amount: -1000}, ledger.Leg{Key: ledger.Shelf(r.ID), Amount: 1000})
	return r
}

func (w *world) withdrawn() model.Reward {
	w.Helper()
	r := w.reward()
	w.Tx(func(tx *gorm.DB) error { return model.MoveReward(tx, &r, model.RewardWithdrawn, testkit.Start) })
	return r
}

// redemption gives one of the resident's that waits.
func (w *world) redemption() model.Redemption {
	w.Helper()
	r := w.reward()
	w.Earn(w.Resident, w.Community, 100)
	red := r.Redeem(testkit.Keys(), w.Resident.ID, 0, testkit.Start)
	red.TransferID = w.Transfer(
		ledger.Leg{Key: ledger.PersonPoints(w.Resident.ID), Amount: -100}, ledger.Leg{Key: ledger.PointsRedeemed(w.Community.ID), Amount: 100},
		ledger.Leg{Key: ledger.Shelf(r.ID), Amount: -1}, ledger.Leg{Key: ledger.Reserved(r.ID), Amount: 1},
		ledger.Leg{Key: ledger.Budget(w.Community.ID, 2026), Amount: -3500}, ledger.Leg{Key: ledger.Committed(w.Community.ID, 2026), Amount: 3500},
		ledger.Leg{Key: ledger.QuotaOpen(r.ID, 2026), Amount: -1}, ledger.Leg{Key: ledger.QuotaUsed(r.ID, 2026, w.Resident.ID), Amount: 1},
	)
	w.Tx(func(tx *gorm.DB) error { return model.AddRedemptions(tx, []model.Redemption{red}) })
	return red
}
