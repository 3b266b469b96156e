package api_test

import (
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit/edge"
)

func TestReward_catalogueTellsWhatThePersonCanRedeemAndWhyNot(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 2, "per_period": "month"})
	dear := s.offer(map[string]any{"name": "自行车", "points": 5000})
	s.offer(map[string]any{"name": "以后的", "valid_from": "2026-04-01T00:00:00+08:00"})
	s.redeemed(s.token)
	s.Get(s.token, "/v1/rewards").Expect(200).
		Has(`"points":60`, "食用油", `"stock":9`, `"turns_left":1`, `"funded":true`, `"redeemable":true`, "自行车", `"redeemable":false`, "reward.sold_out").
		HasNot("以后的", `"cost"`)
	s.Post(s.staff, "/v1/rewards/"+dear+"/stock", map[string]int{"pieces": 1}).Expect(200)
	s.Get(s.token, "/v1/rewards/"+dear).Expect(200).Has("points.short", "还差 4940 积分")
	s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.Community.ID), money(-9500)).Expect(200)
	s.Get(s.token, "/v1/rewards/"+s.reward).Expect(200).Has(`"funded":false`, "budget.exhausted", "冻结")
	s.Post(s.staff, "/v1/rewards/"+dear+"/withdraw", nil).Expect(200)
	s.Get(s.token, "/v1/rewards").Expect(200).HasNot("自行车")
	foreigner := s.SignIn(s.Person(s.o.ForeignUnit, "外人"))
	s.Get(foreigner, "/v1/rewards").Expect(200).Has(`"items":[]`)
	s.Get(foreigner, "/v1/rewards/"+s.reward).Refused(404, "reward.not_found")
	s.Get(s.Stranger("nobody"), "/v1/rewards").Refused(403, "binding.required")
}

func TestReward_isMadeAndChangedByItsCommunityOnly(t *testing.T) {
	s := newShop(t, nil)
	_, foreign := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外干事")
	list, reward, one := path("/v1/nodes/%d/rewards", s.o.Community.ID), "/v1/rewards/"+s.reward, map[string]int{"pieces": 1}
	for who, refused := range map[string]struct {
		token  string
		status int
		code   string
	}{"nobody": {"", 401, "session.required"}, "a resident": {s.token, 403, "role.not_allowed"}, "another community": {foreign, 404, "reward.not_found"}} {
		t.Log(who)
		s.Post(refused.token, reward+"/change", terms(nil)).Refused(refused.status, refused.code)
		s.Post(refused.token, reward+"/withdraw", nil).Refused(refused.status, refused.code)
		s.Post(refused.token, reward+"/offer", nil).Refused(refused.status, refused.code)
		s.Post(refused.token, reward+"/stock", one).Refused(refused.status, refused.code)
	}
	s.Post(foreign, list, terms(nil)).Refused(404, "node.not_found")
	s.Get(foreign, list).Refused(404, "node.not_found")
	s.Post(s.staff, path("/v1/nodes/%d/rewards", s.o.Unit.ID), terms(nil)).Refused(422, "reward.place_unfit")
	s.Post(s.staff, "/v1/rewards/999999/withdraw", nil).Refused(404, "reward.not_found")
	s.Get(s.staff, list).Expect(200).Has("食用油", `"cost":500`, `"shelf":10`)
}

func TestReward_refusesTermsThatCannotBeMeant(t *testing.T) {
	s := newShop(t, nil)
	for field, changed := range map[string]map[string]any{
		"per_person":  {"per_period": "none", "per_person": 3},
		"valid_until": {"valid_from": "2026-05-01T00:00:00+08:00", "valid_until": "2026-05-01T00:00:00+08:00"},
		"valid_from":  {"valid_from": "2096-05-01T00:00:00+08:00"},
	} {
		s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(changed)).Refused(422, "reward.terms_unfit").Has("body." + field)
	}
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"per_period": "year"})).Refused(422, "reward.terms_unfit")
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"name": " "})).Refused(422, "text.empty")
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"points": 0})).Refused(422, "http.invalid")
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"per_period": "week"})).Refused(422, "http.invalid")
}

func TestReward_changesDoNotTouchRedemptionsThatWereMade(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "year"})
	r := s.redeemed(s.token)
	changed := terms(map[string]any{"name": "小油", "points": 10, "cost": 90, "per_person": 5, "per_period": "month", "pick_up_days": 1})
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", changed).Expect(200).Has("小油")
	s.Get(s.token, "/v1/redemptions/"+r.ID).Expect(200).Has("食用油", `"points":40`, `"expires_at":"2026-03-12T09:00:00+08:00"`)
	s.Move(25 * time.Hour)
	s.WorkOff()
	s.books(60, 9, 1, 0, 9500, 500, 0)
	s.Post(s.token, "/v1/redemptions/"+r.ID+"/cancel", nil).Expect(200)
	s.books(100, 10, 0, 0, 10_000, 0, 0)
	if used := s.Holds(ledger.QuotaUsed(s.id, 2026, s.person.ID)); used[0] != 0 {
		t.Errorf("the limit did not come back: %v", used)
	}
}

func TestReward_stockIsNotTakenBelowWhatIsReserved(t *testing.T) {
	s := newShop(t, nil)
	s.redeemed(s.token)
	s.stock(-10).Refused(409, "reward.stock_reserved").Has("只有 9 件", "另有 1 件")
	s.stock(0).Refused(422, "reward.stock_unfit")
	s.stock(100_001).Refused(422, "http.invalid")
	s.books(60, 9, 1, 0, 9500, 500, 0)
	s.stock(-9).Expect(200).Has(`"shelf":0`, `"reserved":1`)
	s.stock(4).Expect(200).Has(`"shelf":4`)
	if supplied := s.Holds(ledger.Supplied(s.id)); supplied[0] != -5 {
		t.Errorf("supplied %v", supplied)
	}
	s.Balanced()
}

func TestReward_everyMoveThatTheTableDoesNotNameIsRefused(t *testing.T) {
	s := newShop(t, nil)
	reward := "/v1/rewards/" + s.reward
	s.Post(s.staff, reward+"/offer", nil).Refused(409, "reward.wrong_state").Has("可兑换")
	s.Post(s.staff, reward+"/withdraw", nil).Expect(200).Has(`"state":"withdrawn"`)
	s.Post(s.staff, reward+"/withdraw", nil).Refused(409, "reward.wrong_state").Has("已下架")
	s.Post(s.staff, reward+"/offer", nil).Expect(200).Has(`"state":"offered"`)
}

func TestReward_limitOfEachPeriodBeginsAnewWithIt(t *testing.T) {
	for period, next := range map[string]time.Time{
		"ever":    {},
		"year":    newYear,
		"quarter": time.Date(2026, 4, 1, 0, 0, 0, 0, model.Beijing),
		"month":   time.Date(2026, 4, 1, 0, 0, 0, 0, model.Beijing),
	} {
		t.Run(period, func(t *testing.T) {
			s := newShop(t, map[string]any{"per_person": 1, "per_period": period})
			s.redeemed(s.token)
			limit := s.redeem(s.token).Refused(409, "reward.limit_reached").Has("最多兑换 1 次")
			if period == "ever" {
				limit.HasNot("下一期") // there is none
			} else {
				limit.Has("请下一期再来")
			}
			if next.IsZero() {
				next = newYear.AddDate(0, 0, 1)
			}
			next2027 := map[string]int{"year": 2027, "fen": 1000}
			s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.District.ID), next2027)
			s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.Community.ID), next2027)
			s.at(next.Add(-time.Second))
			if period != "ever" {
				s.redeem(s.token).Refused(409, "reward.limit_reached")
			}
			s.at(next)
			if period == "ever" {
				s.redeem(s.token).Refused(409, "reward.limit_reached")
			} else {
				s.redeem(s.token).Expect(200)
			}
			s.Balanced()
		})
	}
}

func TestReward_changeOfTheLimitsPeriodCountsAnew(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "ever"})
	s.redeemed(s.token)
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"per_person": 1, "per_period": "month"})).Expect(200)
	s.redeem(s.token).Expect(200)
	s.redeem(s.token).Refused(409, "reward.limit_reached")
	want := map[int64]int64{0: 1, 202603: 1}
	for p, n := range want {
		if used := s.Holds(ledger.QuotaUsed(s.id, p, s.person.ID)); used[0] != n {
			t.Errorf("period %s: %v", strconv.FormatInt(p, 10), used)
		}
	}
}

func TestReward_hasPhotosThatResidentsSeeOnceTheyHavePassed(t *testing.T) {
	s := newShop(t, nil)
	one, two, foreign := s.UploadPhoto(s.staff), s.UploadPhoto(s.staff), s.UploadPhoto(s.token)
	change := func(photos ...string) edge.Answer {
		t.Helper()
		return s.Do(s.API, s.staff, "POST", "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"photo_ids": append([]string{}, photos...)}))
	}
	change(foreign).Refused(404, "file.not_found")
	change(one).Expect(200).Has(`"state":"pending"`)
	s.Get(s.token, "/v1/rewards").Expect(200).Has(`"photos":[]`)
	s.Get(s.staff, path("/v1/nodes/%d/rewards", s.o.Community.ID)).Expect(200).Has(`"state":"pending"`)
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.File{}).Where("id = ?", one).Update("state", model.FilePassed).Error
	})
	s.Get(s.token, "/v1/rewards").Expect(200).Has(`"photos":[{"id":"`+one+`"`, "/v1/photos/")
	change(one, two).Expect(200).Has(`"id":"`+one+`"`, `"id":"`+two+`"`)
	s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(nil)).Expect(200).Has(`"id":"`+one+`"`, `"id":"`+two+`"`) // said nothing of photos
	change(two).Expect(200).Has(`"id":"` + two + `"`).HasNot(`"id":"` + one + `","state"`)
	change().Expect(200).Has(`"photos":[]`)
	s.Post(s.staff, path("/v1/nodes/%d/rewards", s.o.Community.ID), terms(map[string]any{"photo_ids": []string{one}})).Expect(200).Has(`"id":"` + one + `"`)
	s.Post(s.staff, path("/v1/nodes/%d/rewards", s.o.Community.ID), terms(map[string]any{"photo_ids": []string{one}})).Refused(409, "file.attached")
	change(one, two, foreign, "99").Refused(422, "http.invalid")
}
