package api_test

import (
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
)

func TestBudget_moneyGoesFromOutsideThroughTheFundToTheCommunityAndBack(t *testing.T) {
	s := newShop(t, nil)
	fund, budget := path("/v1/nodes/%d/fund", s.o.District.ID), path("/v1/nodes/%d/budget", s.o.Community.ID)
	s.Post(s.admin, budget, money(-4000)).Expect(200).Has(`"given":6000`, `"left":6000`)
	s.Post(s.admin, fund, money(-94_000)).Expect(200).Has(`"given":6000`, `"left":0`)
	s.Post(s.admin, fund, money(-1)).Refused(409, "fund.short").Has("0.00元", "0.01元")
	s.Post(s.admin, budget, money(1)).Refused(409, "fund.short").Has("0.00元")
	outside := ledger.MoneyOutside(s.o.District.ID)
	if holds := s.Holds(outside); holds[0] != -6000 {
		t.Fatalf("outside %v", holds)
	}
	s.Balanced()
}

func TestBudget_isNotCutBelowWhatIsSpentOrCommitted(t *testing.T) {
	s := newShop(t, nil)
	s.handOut(s.staff, s.redeemed(s.token).Code).Expect(200)
	s.redeemed(s.token)
	budget := path("/v1/nodes/%d/budget", s.o.Community.ID)
	s.Post(s.admin, budget, money(-9001)).Refused(409, "budget.below_spent").Has("90.01元", "花掉5.00元", "占用5.00元", "只有90.00元")
	s.books(20, 8, 1, 1, 9000, 500, 500)
	s.Post(s.admin, budget, money(-9000)).Expect(200).Has(`"given":1000`, `"left":0`, `"committed":500`, `"spent":500`)
	s.books(20, 8, 1, 1, 0, 500, 500)
}

func TestBudget_districtSeesAllAndTheCommunityItsOwn(t *testing.T) {
	s := newShop(t, nil)
	s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.OtherCommunity.ID), money(2000)).Expect(200)
	s.redeemed(s.token)
	s.Get(s.admin, path("/v1/nodes/%d/budgets", s.o.District.ID)).Expect(200).
		Has(`"fund":{`, `"given":100000,"left":88000`, `"given":10000,"left":9500,"committed":500,"spent":0`, `"given":2000,"left":2000`, "东正社区")
	own := path("/v1/nodes/%d/budgets", s.o.Community.ID)
	s.Get(s.staff, own).Expect(200).Has("先锋社区", `"left":9500`).HasNot(`"fund"`, "东正社区")
	s.Get(s.staff, own+"?year=2025").Expect(200).Has(`"communities":[]`)
	s.Get(s.staff, path("/v1/nodes/%d/budgets", s.o.OtherCommunity.ID)).Refused(404, "node.not_found")
	s.Get(s.staff, path("/v1/nodes/%d/budgets", s.o.District.ID)).Refused(404, "node.not_found")
	s.Get(s.token, own).Refused(403, "role.not_allowed")
}

func TestBudget_refusesWhoMayNotAndWhatIsNoMoney(t *testing.T) {
	s := newShop(t, nil)
	far := s.Node(nil, model.District, "宜秀区")
	_, foreign := s.Officer(model.DistrictAdmin, far, "外区长")
	fund, budget := path("/v1/nodes/%d/fund", s.o.District.ID), path("/v1/nodes/%d/budget", s.o.Community.ID)
	for _, url := range []string{fund, budget} {
		s.Post("", url, money(100)).Refused(401, "session.required")
		s.Post(s.staff, url, money(100)).Refused(403, "role.not_allowed")
		s.Post(foreign, url, money(100)).Refused(404, "node.not_found")
		s.Post(s.admin, url, money(0)).Refused(422, "budget.amount_unfit")
		s.Post(s.admin, url, map[string]int{"year": 2025, "fen": 100}).Refused(422, "budget.year_unfit")
		s.Post(s.admin, url, map[string]int{"year": 2028, "fen": 100}).Refused(422, "budget.year_unfit")
		s.Post(s.admin, url, map[string]any{"year": 2026, "fen": 1.5}).Refused(422, "http.invalid")
	}
	s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.Community.ID), money(100)).Refused(422, "budget.place_unfit")
	s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.Street.ID), money(100)).Refused(422, "budget.place_unfit")
	s.Balanced()
}

// newYear is the first moment of 2027 in Beijing.
var newYear = time.Date(2027, 1, 1, 0, 0, 0, 0, model.Beijing)

func TestBudget_yearIsClosedOnceAndTheNextOpenedAlsoAfterTheServerWasDown(t *testing.T) {
	for name, after := range map[string]time.Duration{"at once": time.Minute, "a month late": 31 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, nil)
			s.at(newYear.Add(-time.Hour))
			s.redeemed(s.token)
			s.WorkOff()
			s.books(60, 9, 1, 0, 9500, 500, 0) // nothing is closed before its time
			s.at(newYear.Add(after))
			s.Race(2, func(int) {
				if err := s.S.WorkOff(s.Context()); err != nil {
					t.Error(err)
				}
			})
			committed := int64(500)
			if after > time.Minute { // the redemption has expired as well, and its fen has left
				committed = 0
			}
			if holds := s.Holds(ledger.Budget(s.o.Community.ID, 2026), ledger.Committed(s.o.Community.ID, 2026), ledger.Fund(s.o.District.ID, 2026),
				ledger.MoneyOutside(s.o.District.ID)); [4]int64(holds) != [4]int64{0, committed, 0, -committed} {
				t.Errorf("after the year: %v", holds)
			}
			s.Balanced()
			s.Get(s.admin, path("/v1/nodes/%d/budgets?year=2026", s.o.District.ID)).Expect(200).Has(`"state":"closed"`).HasNot(`"state":"open"`)
			s.Get(s.admin, path("/v1/nodes/%d/budgets", s.o.District.ID)).Expect(200).Has(`"year":2027`, `"state":"open"`, "先锋社区").HasNot("closed")
			s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.District.ID), money(100)).Refused(422, "budget.year_unfit")
			s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.District.ID), map[string]int{"year": 2027, "fen": 100}).Expect(200).Has(`"left":100`)
		})
	}
}

func TestBudget_whatComesBackIntoAClosedYearLeavesWithIt(t *testing.T) {
	s := newShop(t, nil)
	s.at(newYear.Add(-time.Hour))
	cancelled, fulfilled := s.redeemed(s.token), s.redeemed(s.neighbours(1)[0])
	s.at(newYear.Add(time.Minute))
	s.WorkOff()
	s.books(60, 8, 2, 0, 0, 1000, 0)
	s.Post(s.token, "/v1/redemptions/"+cancelled.ID+"/cancel", nil).Expect(200)
	s.books(100, 9, 1, 0, 0, 500, 0)
	s.handOut(s.staff, fulfilled.Code).Expect(200)
	s.books(100, 9, 0, 1, 0, 0, 500)
	if holds := s.Holds(ledger.MoneyOutside(s.o.District.ID)); holds[0] != -500 {
		t.Errorf("outside %v, want what was spent", holds)
	}
}

func TestBudget_lastSecondIsPaidFromTheOldYearAndTheNextFromTheNew(t *testing.T) {
	s := newShop(t, nil)
	s.at(newYear.Add(-30 * 24 * time.Hour))
	next := map[string]int{"year": 2027, "fen": 3000}
	s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.District.ID), next).Expect(200)
	s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.Community.ID), next).Expect(200)
	s.at(newYear.Add(-time.Second))
	s.redeemed(s.token)
	s.at(newYear)
	s.redeemed(s.token)
	c := s.o.Community.ID
	check := func(when string, want [4]int64) {
		t.Helper()
		if holds := s.Holds(ledger.Budget(c, 2026), ledger.Committed(c, 2026), ledger.Budget(c, 2027), ledger.Committed(c, 2027)); [4]int64(holds) != want {
			t.Errorf("%s: %v, want %v", when, holds, want)
		}
	}
	check("at new year", [4]int64{9500, 500, 2500, 500})
	s.Move(time.Minute)
	s.WorkOff()
	check("when the year is closed", [4]int64{0, 500, 2500, 500})
	s.Balanced()
}

func TestBudget_eachYearIsGoneThroughThatTheServerWasDownFor(t *testing.T) {
	s := newShop(t, nil)
	s.at(newYear.AddDate(1, 2, 0)) // 2028
	s.WorkOff()
	sheet := path("/v1/nodes/%d/budgets", s.o.District.ID)
	for _, year := range []string{"2026", "2027"} {
		s.Get(s.admin, sheet+"?year="+year).Expect(200).Has(`"fund":{`, "先锋社区", `"state":"closed"`).HasNot(`"state":"open"`)
	}
	s.Get(s.admin, sheet).Expect(200).Has(`"year":2028`, "先锋社区", `"state":"open"`)
	if holds := s.Holds(ledger.MoneyOutside(s.o.District.ID)); holds[0] != 0 {
		t.Errorf("outside %v", holds)
	}
	s.Balanced()
}
