package api_test

import (
	"testing"
	"time"

	"danyuan/api"
	"danyuan/testkit/edge"
)

func TestRedemption_raceForStockNeverOversells(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "year"})
	answers := s.all64()
	if won := s.count(answers, "reward.sold_out"); won != 10 {
		t.Errorf("%d of 64 got one of ten pieces", won)
	}
	s.books(100, 0, 10, 0, 5000, 5000, 0)
}

// all64 lets 64 neighbours redeem at once, on two replicas.
func (s *shop) all64() []edge.Answer {
	s.Helper()
	_, replica := s.Replica()
	tokens := s.neighbours(64)
	answers := make([]edge.Answer, len(tokens))
	s.Race(len(tokens), func(i int) {
		answers[i] = s.Do([]*api.API{s.API, replica}[i%2], tokens[i], "POST", "/v1/redemptions", map[string]any{"reward_id": s.reward, "points": 40})
	})
	return answers
}

func TestRedemption_raceForTheLastFiveYuanOfTheBudget(t *testing.T) {
	s := newShop(t, nil)
	s.give(-9500) // one more is paid
	answers := s.all64()
	if won := s.count(answers, "budget.exhausted"); won != 1 {
		t.Errorf("%d redemptions of 64 were paid from the last five yuan", won)
	}
	s.books(100, 9, 1, 0, 0, 500, 0)
}

func TestRedemption_raceOfTwoPhonesForOneTurn(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "ever"})
	phones := []string{s.token, s.SignIn(s.person)}
	answers := make([]edge.Answer, 8)
	s.Race(len(answers), func(i int) { answers[i] = s.redeem(phones[i%2]) })
	if won := s.count(answers, "reward.limit_reached"); won != 1 {
		t.Errorf("%d redemptions under a limit of one", won)
	}
	s.books(60, 9, 1, 0, 9500, 500, 0)
}

func TestRedemption_raceOfTwoPhonesForOnesPoints(t *testing.T) {
	s := newShop(t, nil)
	_, replica := s.Replica()
	phones := []string{s.token, s.SignIn(s.person)}
	answers := make([]edge.Answer, 8)
	s.Race(len(answers), func(i int) {
		server := s.API
		if i%2 == 1 {
			server = replica
		}
		answers[i] = s.Do(server, phones[i%2], "POST", "/v1/redemptions", map[string]any{"reward_id": s.reward, "points": 40})
	})
	if won := s.count(answers, "points.short"); won != 2 {
		t.Errorf("%d redemptions of 40 out of 100 points", won)
	}
	s.books(20, 8, 2, 0, 9000, 1000, 0)
}

func TestRedemption_raceOverManyRewardsOfOneBudgetOnTwoReplicas(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "month"})
	rewards := []string{s.reward}
	for range 3 {
		rewards = append(rewards, s.offer(map[string]any{"per_person": 1, "per_period": "month"}))
		s.Post(s.staff, "/v1/rewards/"+rewards[len(rewards)-1]+"/stock", map[string]int{"pieces": 5}).Expect(200)
	}
	_, replica := s.Replica()
	tokens := s.neighbours(48)
	answers := make([]edge.Answer, len(tokens))
	s.Race(len(tokens), func(i int) {
		server := s.API
		if i%2 == 1 {
			server = replica
		}
		answers[i] = s.Do(server, tokens[i], "POST", "/v1/redemptions", map[string]any{"reward_id": rewards[i%4], "points": 40})
	})
	if won := s.count(answers, "reward.sold_out", "budget.exhausted"); won != 20 {
		t.Errorf("%d of 48 redeemed, want the twenty that the budget pays", won)
	}
	s.Balanced()
}

// oneOf fails the test unless exactly one of two kinds of answer succeeded, and gives whether the first.
func (s *shop) oneOf(a, b []edge.Answer, codes ...string) bool {
	s.Helper()
	first, second := s.count(a, codes...), s.count(b, codes...)
	if first+second != 1 {
		s.Errorf("%d and %d succeeded, want one in all", first, second)
	}
	return first == 1
}

func TestRedemption_raceOfCancelAndPickUp(t *testing.T) {
	for range 5 {
		s := newShop(t, nil)
		r := s.redeemed(s.token)
		a, b := make([]edge.Answer, 3), make([]edge.Answer, 3)
		s.Race(6, func(i int) {
			if i%2 == 0 {
				a[i/2] = s.Do(s.API, s.token, "POST", "/v1/redemptions/"+r.ID+"/cancel", nil)
			} else {
				b[i/2] = s.handOut(s.staff, r.Code)
			}
		})
		if s.oneOf(a, b, "redemption.wrong_state", "pick_up.used", "pick_up.cancelled") {
			s.books(100, 10, 0, 0, 10_000, 0, 0)
		} else {
			s.books(60, 9, 0, 1, 9500, 0, 500)
		}
	}
}

func TestRedemption_raceOfTwoPickUps(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	answers := make([]edge.Answer, 8)
	s.Race(len(answers), func(i int) { answers[i] = s.handOut(s.staff, r.Code) })
	if won := s.count(answers, "pick_up.used"); won != 1 {
		t.Errorf("handed out %d times", won)
	}
	s.books(60, 9, 0, 1, 9500, 0, 500)
}

func TestRedemption_raceOfTwoCancels(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	answers := make([]edge.Answer, 8)
	s.Race(len(answers), func(i int) {
		if i%2 == 0 {
			answers[i] = s.Do(s.API, s.token, "POST", "/v1/redemptions/"+r.ID+"/cancel", nil)
		} else {
			answers[i] = s.Do(s.API, s.staff, "POST", "/v1/redemptions/"+r.ID+"/call-off", because)
		}
	})
	if won := s.count(answers, "redemption.wrong_state"); won != 1 {
		t.Errorf("cancelled %d times", won)
	}
	s.books(100, 10, 0, 0, 10_000, 0, 0)
}

func TestRedemption_raceOfExpiryAndPickUp(t *testing.T) {
	for range 5 {
		s := newShop(t, nil)
		r := s.redeemed(s.token)
		s.at(s.Clock.Now().Add(7 * 24 * time.Hour))
		other, _ := s.Replica()
		answers := make([]edge.Answer, 1)
		s.Race(3, func(i int) {
			var err error
			switch i {
			case 0:
				answers[0] = s.handOut(s.staff, r.Code)
			case 1:
				err = s.S.WorkOff(s.Context())
			default:
				err = other.WorkOff(s.Context())
			}
			if err != nil {
				t.Error(err)
			}
		})
		if s.count(answers, "pick_up.expired") == 1 {
			s.books(60, 9, 0, 1, 9500, 0, 500)
		} else {
			s.books(100, 10, 0, 0, 10_000, 0, 0)
		}
	}
}

func TestRedemption_raceWithStockTakenAwayAndBudgetTakenBack(t *testing.T) {
	s := newShop(t, nil)
	tokens := s.neighbours(12)
	redeemed, taken, back := make([]edge.Answer, 12), make([]edge.Answer, 4), make([]edge.Answer, 4)
	s.Race(20, func(i int) {
		switch {
		case i < 12:
			redeemed[i] = s.redeem(tokens[i])
		case i < 16:
			taken[i-12] = s.stock(-3)
		default:
			back[i-16] = s.Do(s.API, s.admin, "POST", path("/v1/nodes/%d/budget", s.o.Community.ID), money(-2500))
		}
	})
	sold, less, cut := s.count(redeemed, "reward.sold_out", "budget.exhausted"), s.count(taken, "reward.stock_reserved"), s.count(back, "budget.below_spent")
	s.books(100, int64(10-sold-3*less), int64(sold), 0, int64(10_000-500*sold-2500*cut), int64(500*sold), 0)
}

func TestRedemption_raceWithAChangedPriceChargesNobodyMore(t *testing.T) {
	s := newShop(t, nil)
	tokens := s.neighbours(10)
	answers := make([]edge.Answer, 10)
	s.Race(11, func(i int) {
		if i == 10 {
			s.Do(s.API, s.staff, "POST", "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"points": 60}))
		} else {
			answers[i] = s.redeem(tokens[i])
		}
	})
	won := s.count(answers, "reward.price_changed")
	s.books(100, int64(10-won), int64(won), 0, int64(10_000-500*won), int64(500*won), 0)
}
