package service_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

// till is a reward of 40 points, 5 yuan and one turn a year, and people with 100 points each.
type till struct {
	*testkit.Kit
	reward model.Reward
	people []model.Actor
}

func newTill(t *testing.T, people int, pieces int64) *till {
	t.Helper()
	k := testkit.New(t)
	o := k.Org()
	r := model.Reward{
		CommunityID: o.Community.ID, State: model.RewardOffered, MadeAt: testkit.Start, ChangedAt: testkit.Start,
		RewardTerms: model.RewardTerms{Name: "食用油", Points: 40, Cost: 500, PerPerson: 1, PerPeriod: model.YearPeriod, ValidFrom: testkit.Start, Place: "社区", PickUpDays: 7},
	}
	k.Tx(func(tx *gorm.DB) error { return tx.Create(&r).Error })
	k.Transfer(ledger.Leg{Key: ledger.Supplied(r.ID), Amount: -pieces}, ledger.Leg{Key: ledger.Shelf(r.ID), Amount: pieces})
	k.Transfer(ledger.Leg{Key: ledger.MoneyOutside(o.District.ID), Amount: -100_000}, ledger.Leg{Key: ledger.Budget(o.Community.ID, 2026), Amount: 100_000})
	s := &till{Kit: k, reward: r}
	for range people {
		p := k.Person(o.Unit, "张卫东")
		k.Earn(p, o.Community, 100)
		s.people = append(s.people, model.Actor{PersonID: p.ID, Path: o.Unit.Path, NodeID: o.Unit.ID})
	}
	return s
}

func (s *till) together(then func(i int, count func() (int64, error)) error) ([]error, []int) {
	s.Helper()
	return s.S.RedeemTogether(s.Context(), s.reward.ID, 40, s.people, then)
}

func (s *till) stored(want int64) {
	s.Helper()
	var n int64
	s.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Redemption{}).Count(&n).Error })
	if holds := s.Holds(ledger.Reserved(s.reward.ID)); n != want || holds[0] != want {
		s.Errorf("%d redemptions are stored, %d pieces reserved, want %d", n, holds[0], want)
	}
	s.Balanced()
}

func nothing(int, func() (int64, error)) error { return nil }

func TestRedeem_makesNoStatementBetweenItsLocksAndTheEnd(t *testing.T) {
	for _, people := range []int{1, 5} {
		s := newTill(t, people, 10)
		errs, statements := s.together(nothing)
		for i := range s.people {
			if errs[i] != nil || statements[i] != 0 {
				t.Errorf("of %d: %v, %d statements", people, errs[i], statements[i])
			}
		}
		s.stored(int64(people))
	}
}

func TestRedeem_inOneTransactionEachHasItsOwnFailure(t *testing.T) {
	s := newTill(t, 6, 3)
	s.people[1].Path = "9999/" // lives elsewhere
	errs, _ := s.together(func(i int, _ func() (int64, error)) error {
		if i == 2 {
			return errors.New("broken afterwards")
		}
		return nil
	})
	for i, want := range []string{"", "reward.not_found", "internal", "", "", "reward.sold_out"} {
		if errs[i] == nil && want != "" || errs[i] != nil && fault.CodeOf(errs[i]) != want {
			t.Errorf("%d: %v, want %q", i, errs[i], want)
		}
	}
	s.stored(3)
}

func TestRedeem_whoReadsInTheSameTransactionSeesWhatWasRedeemedBefore(t *testing.T) {
	s := newTill(t, 4, 10)
	seen := make([]int64, 4)
	errs, _ := s.together(func(i int, count func() (n int64, err error)) (err error) {
		if i == 2 { // reads after it has redeemed: it is broken off, and run alone after the others
			seen[i], err = count()
		}
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if seen[2] != 4 {
		t.Errorf("it saw %d redemptions, want the three of the others and its own", seen[2])
	}
	s.stored(4)
}

func TestRedeem_accountsAreMadeForNobodyElsesReward(t *testing.T) {
	s := newTill(t, 2, 10)
	s.people[0].Path = "9999/"
	s.together(nothing)
	keys := []string{string(ledger.QuotaUsed(s.reward.ID, 2026, s.people[0].PersonID)), string(ledger.QuotaUsed(s.reward.ID, 2026, s.people[1].PersonID))}
	holds, err := model.BalancesOf(s.DB.Read(t.Context()), keys)
	if err != nil {
		t.Fatal(err)
	}
	if _, made := holds[keys[0]]; made || holds[keys[1]] != 1 {
		t.Errorf("accounts %v", holds)
	}
}
