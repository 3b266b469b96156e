package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit/edge"
)

// announced gives a policy for points earned before a moment, which takes effect 40 days from now.
func (s *shop) announced(before time.Time) string {
	s.Helper()
	var p struct{ ID string }
	s.Post(s.admin, path("/v1/nodes/%d/expiry-policies", s.o.District.ID), expiry(before, s.Clock.Now().Add(40*24*time.Hour))).Expect(200).Into(&p)
	return p.ID
}

func expiry(before, effective time.Time) map[string]any {
	return map[string]any{"earned_before": before, "effective_at": effective, "reason": "积分三年内有效"}
}

func (s *shop) points(p model.Person) int64 { s.Helper(); return s.Holds(ledger.PersonPoints(p.ID))[0] }

// expired gives what a person lost by policies.
func (s *shop) expired(p model.Person) (points []int64) {
	s.Helper()
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.ExpiredPoints{}).Where("person_id = ?", p.ID).Order("id").Pluck("points", &points).Error
	})
	return points
}

func TestExpiry_takesWhatIsLeftOfOldPointsFirstInFirstOut(t *testing.T) {
	s := newShop(t, nil) // the person has 100
	saver, spender, newcomer, poor := s.Person(s.o.Unit, "钱一"), s.Person(s.o.Unit, "钱二"), s.Person(s.o.ForeignUnit, "钱三"), s.Person(s.o.Unit, "钱四")
	s.Earn(saver, s.o.Community, 70)
	s.Earn(spender, s.o.Community, 50)
	s.Move(24 * time.Hour)
	cutOff := s.Clock.Now()
	s.Earn(spender, s.o.Community, 60)
	s.Earn(newcomer, s.o.OtherCommunity, 80)
	s.redeemed(s.token)
	s.Post(s.token, "/v1/redemptions/"+s.redeemed(s.token).ID+"/cancel", nil).Expect(200)
	spenders := s.SignIn(spender)
	s.redeemed(spenders)
	s.redeemed(spenders)
	s.announced(cutOff)
	s.at(s.Clock.Now().Add(40 * 24 * time.Hour))
	s.WorkOff() // what waited was not picked up: it came back, as old as it was, before the policy's moment
	for p, want := range map[*model.Person]int64{&s.person: 0, &saver: 0, &spender: 60, &newcomer: 80, &poor: 0} {
		if got := s.points(*p); got != want {
			t.Errorf("%s has %d points, want %d", p.Name, got, want)
		}
	}
	s.Balanced()
}

func TestExpiry_spentPointsAreTakenFromTheOldestFirst(t *testing.T) {
	s := newShop(t, map[string]any{"pick_up_days": 90})
	both := s.Person(s.o.Unit, "钱二")
	s.Earn(both, s.o.Community, 50)
	s.Move(24 * time.Hour)
	cutOff := s.Clock.Now()
	s.Earn(both, s.o.Community, 60)
	token := s.SignIn(both)
	s.redeemed(token) // 10 old ones are left
	s.announced(cutOff)
	s.Get(token, "/v1/expiry-policies/mine").Expect(200).Has(`"points":10`, "积分三年内有效")
	s.redeemed(s.token)
	s.at(s.Clock.Now().Add(40 * 24 * time.Hour))
	s.WorkOff()
	if got := s.points(both); got != 60 {
		t.Errorf("%d points are left, want the 60 new ones", got)
	}
	if got := s.points(s.person); got != 0 {
		t.Errorf("%d points are left of 60 old ones", got)
	}
	s.told(both, "已过期", "10 积分")
	if lost := s.expired(both); len(lost) != 1 || lost[0] != 10 {
		t.Errorf("lost %v", lost)
	}
	s.Balanced()
}

// reservedOver gives two redemptions of 80 old points that wait to be picked up while the other 20 expire.
func reservedOver(t *testing.T) (s *shop, one, two redemption) {
	s = newShop(t, map[string]any{"pick_up_days": 60})
	s.Move(24 * time.Hour)
	s.announced(s.Clock.Now())
	s.Move(39 * 24 * time.Hour)
	s.token = s.SignIn(s.person)
	one, two = s.redeemed(s.token), s.redeemed(s.token)
	s.Move(24 * time.Hour)
	s.WorkOff()
	if got := s.points(s.person); got != 0 {
		t.Fatalf("%d points are left", got)
	}
	return s, one, two
}

func TestExpiry_oldPointsThatComeBackAfterwardsExpireAtOnce(t *testing.T) {
	s, one, _ := reservedOver(t)
	s.Post(s.token, "/v1/redemptions/"+one.ID+"/cancel", nil).Expect(200)
	s.told(s.person, "退回的积分已过期", "有 40 积分是在2026年3月6日 09:00前得到的")
	if got, lost := s.points(s.person), s.expired(s.person); got != 0 || len(lost) != 1 || lost[0] != 60 {
		t.Errorf("%d points have outlived their expiry, lost %v", got, lost)
	}
	s.at(s.Clock.Now().Add(60 * 24 * time.Hour))
	s.WorkOff() // the other was not picked up
	if got, lost := s.points(s.person), s.expired(s.person); got != 0 || len(lost) != 1 || lost[0] != 100 {
		t.Errorf("%d points have outlived their expiry, lost %v", got, lost)
	}
	s.Balanced()
}

func TestExpiry_newPointsThatComeBackAfterwardsStay(t *testing.T) {
	s, one, _ := reservedOver(t)
	s.Earn(s.person, s.o.Community, 50)
	after := s.redeemed(s.token)
	s.Post(s.token, "/v1/redemptions/"+one.ID+"/cancel", nil).Expect(200)
	if got := s.points(s.person); got != 10 {
		t.Errorf("%d points are left beside 40 old ones that came back, want the 10 new ones", got)
	}
	s.Post(s.token, "/v1/redemptions/"+after.ID+"/cancel", nil).Expect(200)
	if got := s.points(s.person); got != 50 {
		t.Errorf("%d points are left, want the 50 new ones", got)
	}
	s.Balanced()
}

func TestExpiry_raceWithACancellationTakesAllOldPoints(t *testing.T) {
	s := newShop(t, map[string]any{"pick_up_days": 60})
	s.Move(24 * time.Hour)
	s.announced(s.Clock.Now())
	s.Move(39 * 24 * time.Hour)
	s.token = s.SignIn(s.person)
	all := []redemption{s.redeemed(s.token), s.redeemed(s.token)}
	s.Move(24 * time.Hour)
	answers := make([]edge.Answer, 2)
	s.Race(3, func(i int) {
		if i == 2 {
			if err := s.S.WorkOff(s.Context()); err != nil {
				t.Error(err)
			}
			return
		}
		answers[i] = s.Do(s.API, s.token, "POST", "/v1/redemptions/"+all[i].ID+"/cancel", nil)
	})
	if won := s.count(answers); won != 2 {
		t.Fatalf("%d of 2 were cancelled", won)
	}
	s.WorkOff()
	if got, lost := s.points(s.person), s.expired(s.person); got != 0 || len(lost) != 1 || lost[0] != 100 {
		t.Errorf("%d points have outlived their expiry, lost %v", got, lost)
	}
	s.Balanced()
}

func TestExpiry_tellsEachOnceWhenAnnouncedAndSevenDaysBefore(t *testing.T) {
	s := newShop(t, nil)
	none := s.Person(s.o.Unit, "没积分")
	s.Move(time.Hour)
	s.announced(s.Clock.Now())
	s.Race(2, func(int) {
		if err := s.S.WorkOff(s.Context()); err != nil {
			t.Error(err)
		}
	})
	s.told(s.person, "将要过期", "100 积分", "2026年4月14日 10:00")
	if n, m := s.notices(s.person), s.notices(none); n != 1 || m != 0 {
		t.Fatalf("%d notices, and %d to who has nothing", n, m)
	}
	s.at(s.Clock.Now().Add(33*24*time.Hour - time.Second))
	s.WorkOff()
	if n := s.notices(s.person); n != 1 {
		t.Fatalf("%d notices before the reminder", n)
	}
	s.redeemed(s.token)
	s.at(s.Clock.Now().Add(time.Second))
	s.WorkOff()
	s.told(s.person, "将要过期", "60 积分")
	if n := s.notices(s.person); n != 2 {
		t.Errorf("%d notices, want 2", n)
	}
}

func TestExpiry_isDoneOnceForEachByRivals(t *testing.T) {
	s := newShop(t, nil)
	var people []model.Person
	for range 230 { // three transactions' worth
		p := s.Person(s.o.Unit, "邻居")
		people = append(people, p)
	}
	for i, p := range people {
		if i%5 == 0 {
			s.Earn(p, s.o.Community, 10)
		}
	}
	s.Move(time.Hour)
	s.announced(s.Clock.Now())
	s.at(s.Clock.Now().Add(40 * 24 * time.Hour))
	other, _ := s.Replica()
	s.Race(4, func(i int) {
		worker := s.S
		if i%2 == 1 {
			worker = other
		}
		if err := worker.WorkOff(s.Context()); err != nil {
			t.Error(err)
		}
	})
	for i, p := range people {
		if lost := s.expired(p); s.points(p) != 0 || (len(lost) == 1) != (i%5 == 0) {
			t.Errorf("person %d lost %v and has %d", i, lost, s.points(p))
		}
	}
	if all := s.Holds(ledger.PointsExpired(s.o.District.ID)); all[0] != 100+46*10 {
		t.Errorf("%v points expired", all)
	}
	s.Get(s.admin, path("/v1/nodes/%d/expiry-policies", s.o.District.ID)).Expect(200).Has(`"state":"done"`)
	s.Balanced()
}

func TestExpiry_isRevocableBeforeItTakesEffectAndThenTakesNothing(t *testing.T) {
	s := newShop(t, nil)
	s.Move(time.Hour)
	revoke := "/v1/expiry-policies/" + s.announced(s.Clock.Now()) + "/revoke"
	s.WorkOff()
	s.Get(s.token, "/v1/expiry-policies/mine").Expect(200).Has(`"points":100`)
	s.Post(s.admin, revoke, because).Expect(200).Has(`"state":"revoked"`, "材料不齐")
	s.Post(s.admin, revoke, because).Refused(409, "expiry.effective_already")
	s.WorkOff()
	s.told(s.person, "不过期了", "材料不齐")
	s.Get(s.token, "/v1/expiry-policies/mine").Expect(200).Has(`"items":[]`)
	s.at(s.Clock.Now().Add(60 * 24 * time.Hour))
	s.WorkOff()
	if got := s.points(s.person); got != 100 {
		t.Errorf("%d points", got)
	}
	late := "/v1/expiry-policies/" + s.announced(s.Clock.Now()) + "/revoke"
	s.at(s.Clock.Now().Add(40 * 24 * time.Hour))
	s.Post(s.admin, late, because).Refused(409, "expiry.effective_already")
	s.WorkOff()
	if got := s.points(s.person); got != 0 {
		t.Errorf("%d points", got)
	}
}

func TestExpiry_refusesWhoMayNotAndDatesThatLeaveNoTime(t *testing.T) {
	s := newShop(t, nil)
	far := s.Node(nil, model.District, "宜秀区")
	_, foreign := s.Officer(model.DistrictAdmin, far, "外区长")
	now, url := s.Clock.Now(), path("/v1/nodes/%d/expiry-policies", s.o.District.ID)
	month := now.Add(30 * 24 * time.Hour)
	s.Post("", url, expiry(now, month)).Refused(401, "session.required")
	s.Post(s.staff, url, expiry(now, month)).Refused(403, "role.not_allowed")
	s.Post(foreign, url, expiry(now, month)).Refused(404, "node.not_found")
	s.Get(foreign, url).Refused(404, "node.not_found")
	s.Post(s.admin, path("/v1/nodes/%d/expiry-policies", s.o.Community.ID), expiry(now, month)).Refused(422, "expiry.place_unfit")
	s.Post(s.admin, url, expiry(now, month.Add(-time.Second))).Refused(422, "expiry.too_soon")
	s.Post(s.admin, url, expiry(month.Add(time.Second), month)).Refused(422, "expiry.dates_unfit")
	s.Post(s.admin, url, expiry(now, now.AddDate(6, 0, 0))).Refused(422, "expiry.dates_unfit")
	s.Post(s.admin, url, map[string]any{"earned_before": now, "effective_at": month, "reason": " "}).Refused(422, "text.empty")
	var p struct{ ID string }
	s.Post(s.admin, url, expiry(now, month)).Expect(200).Into(&p)
	s.Post(s.admin, url, expiry(now, month)).Refused(409, "expiry.announced_already")
	revoke := "/v1/expiry-policies/" + p.ID + "/revoke"
	s.Post(foreign, revoke, because).Refused(404, "expiry.not_found")
	s.Post(s.staff, revoke, because).Refused(403, "role.not_allowed")
	s.Post(s.admin, "/v1/expiry-policies/999999/revoke", because).Refused(404, "expiry.not_found")
	s.Post(s.admin, revoke, map[string]string{"reason": ""}).Refused(422, "http.invalid")
}

func TestExpiry_raceWithRedemptionTakesNoPointTwice(t *testing.T) {
	s := newShop(t, nil)
	s.Move(time.Hour)
	s.announced(s.Clock.Now())
	s.at(s.Clock.Now().Add(40 * 24 * time.Hour))
	answers := make([]edge.Answer, 3)
	s.Race(4, func(i int) {
		if i == 3 {
			if err := s.S.WorkOff(s.Context()); err != nil {
				t.Error(err)
			}
			return
		}
		answers[i] = s.redeem(s.token)
	})
	won := s.count(answers, "points.short")
	if lost := s.expired(s.person); s.points(s.person) != 0 && won < 2 || len(lost) > 1 {
		t.Errorf("%d redeemed, %v expired, %d left", won, lost, s.points(s.person))
	}
	s.Balanced()
}
