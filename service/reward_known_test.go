package service_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
)

// A reward that is kept in memory names what redeeming it locks: one that has changed is forgotten, at
// every replica, like all else that is kept.
func TestKnownReward_isForgottenWhenItsTermsChange(t *testing.T) {
	s := newTill(t, 0, 10)
	other := s.Replica()
	knows := func(replica *service.Service, limited bool) {
		t.Helper()
		r, err := replica.KnownReward(t.Context(), s.reward.ID)
		if err != nil {
			t.Fatal(err)
		}
		if r.Limited() != limited {
			t.Errorf("it knows the reward as limited: %v", r.Limited())
		}
	}
	change := func(period model.Period, topics ...string) {
		t.Helper()
		s.Tx(func(tx *gorm.DB) error {
			if err := model.AddChanges(tx, topics, s.Clock.Now()); err != nil {
				return err
			}
			return tx.Model(&model.Reward{}).Where("id = ?", s.reward.ID).Update("per_period", period).Error
		})
	}
	hear := func() {
		t.Helper()
		if err := other.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	knows(other, true)
	change(model.NoPeriod, model.RewardTopic(s.reward.ID))
	knows(other, true) // it has not heard yet
	hear()
	knows(other, false)

	change(model.YearPeriod) // nobody is told
	s.Clock.Move(time.Second)
	hear() // after a silence: what was kept may be older than what was missed
	knows(other, true)
}
