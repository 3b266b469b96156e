package api_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit/edge"
)

func TestRedemption_takesAllAtOnceAndIsHandedOutByItsCode(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 3, "per_period": "year"})
	r := s.redeemed(s.token)
	if len(r.Code) != 10 || r.QR != "PU-"+r.Code || !model.ValidScene(r.QR) || r.State != "reserved" {
		t.Fatalf("redeemed %+v", r)
	}
	s.books(60, 9, 1, 0, 9500, 500, 0)
	s.Get(s.token, "/v1/redemptions/mine").Expect(200).Has(r.Code, "社区服务中心")
	s.Get(s.staff, path("/v1/nodes/%d/redemptions?state=reserved", s.o.Community.ID)).Expect(200).Has("张**", r.ID).HasNot(r.Code, "张卫东")
	s.Get(s.staff, "/v1/redemptions/"+r.ID).Expect(200).HasNot(r.Code)
	s.handOut(s.staff, r.Code).Expect(200).Has(`"state":"fulfilled"`, "食用油", "张**").HasNot(r.Code)
	s.books(60, 9, 0, 1, 9500, 0, 500)
	s.Get(s.token, "/v1/redemptions/mine").Expect(200).Has(`"state":"fulfilled"`).HasNot(r.Code)
	s.Get(s.token, "/v1/me/data").Expect(200).Has("食用油", `"state":"fulfilled"`)
	s.Post(s.token, "/v1/redemptions/"+r.ID+"/cancel", nil).Refused(409, "redemption.wrong_state").Has("已领取")
}

func TestRedemption_codeIsSealedWhileItWaitsAndGoneAfterwards(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	stored := func() (code, index string) {
		s.Tx(func(tx *gorm.DB) error {
			return tx.Raw("SELECT COALESCE(CAST(code AS CHAR), ''), COALESCE(open_code_index, code_index) FROM redemptions").Row().Scan(&code, &index)
		})
		return code, index
	}
	if code, index := stored(); code == "" || strings.Contains(code, r.Code) || strings.Contains(index, r.Code) {
		t.Fatalf("stored as %q, %q", code, index)
	}
	s.handOut(s.staff, r.Code).Expect(200)
	if code, index := stored(); code != "" || index == "" {
		t.Fatalf("left %q, %q", code, index)
	}
}

func TestRedemption_eachShortageHasItsOwnRefusalAndTakesNothing(t *testing.T) {
	for code, c := range map[string]struct {
		terms map[string]any
		do    func(s *shop)
		says  string
	}{
		"points.short":          {map[string]any{}, func(s *shop) { s.redeemed(s.token); s.redeemed(s.token) }, "还差 20 积分"},
		"reward.sold_out":       {nil, func(s *shop) { s.stock(-10).Expect(200) }, "兑完"},
		"reward.limit_reached":  {map[string]any{"per_person": 1, "per_period": "quarter"}, func(s *shop) { s.redeemed(s.token) }, "每人每季度"},
		"budget.exhausted":      {nil, func(s *shop) { s.give(-9501) }, "冻结"},
		"reward.withdrawn":      {nil, func(s *shop) { s.Post(s.staff, "/v1/rewards/"+s.reward+"/withdraw", nil).Expect(200) }, "下架"},
		"reward.not_yet":        {map[string]any{"valid_from": "2026-03-06T00:00:00+08:00"}, func(*shop) {}, "2026年3月6日 00:00"},
		"reward.over":           {map[string]any{"valid_until": "2026-03-06T00:00:00+08:00"}, func(s *shop) { s.Move(24 * time.Hour) }, "2026年3月6日 00:00"},
		"reward.price_changed":  {map[string]any{"points": 41}, func(*shop) {}, "现在要 41 积分"},
		"reward.price_changed ": {map[string]any{"points": 39}, func(*shop) {}, "现在要 39 积分"},
	} {
		t.Run(strings.TrimSpace(code), func(t *testing.T) {
			s := newShop(t, c.terms)
			c.do(s)
			before := s.Holds(s.accounts()...)
			s.redeem(s.token).Refused(409, strings.TrimSpace(code)).Has(c.says)
			if after := s.Holds(s.accounts()...); [7]int64(before) != [7]int64(after) {
				t.Errorf("before %v, after %v", before, after)
			}
			s.Balanced()
		})
	}
}

func TestRedemption_othersRewardsAndOthersRedemptionsAreNotThere(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	foreigner := s.Person(s.o.ForeignUnit, "外人")
	s.Earn(foreigner, s.o.OtherCommunity, 100)
	foreign, neighbour := s.SignIn(foreigner), s.neighbours(1)[0]
	_, otherStaff := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外干事")
	s.redeem(foreign).Refused(404, "reward.not_found")
	s.redeem("").Refused(401, "session.required")
	s.redeem(s.Stranger("nobody")).Refused(403, "binding.required")
	s.Post(s.token, "/v1/redemptions", map[string]any{"reward_id": "999999", "points": 40}).Refused(404, "reward.not_found")
	cancel, callOff := "/v1/redemptions/"+r.ID+"/cancel", "/v1/redemptions/"+r.ID+"/call-off"
	s.Post(neighbour, cancel, nil).Refused(404, "redemption.not_found")
	s.Post(s.staff, cancel, nil).Refused(404, "redemption.not_found")
	s.Post(neighbour, callOff, because).Refused(403, "role.not_allowed")
	s.Post(otherStaff, callOff, because).Refused(404, "redemption.not_found")
	s.Post(s.staff, callOff, map[string]string{"reason": " "}).Refused(422, "text.empty")
	for _, token := range []string{neighbour, foreign, otherStaff, s.admin} {
		s.Get(token, "/v1/redemptions/"+r.ID).Refused(404, "redemption.not_found")
	}
	s.Get(otherStaff, path("/v1/nodes/%d/redemptions", s.o.Community.ID)).Refused(404, "node.not_found")
	s.books(60, 9, 1, 0, 9500, 500, 0)
}

func TestRedemption_whoMovesHouseKeepsPointsAndWhatWaits(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	_, other := s.Officer(model.CommunityStaff, s.o.Community, "刘干事")
	s.Post(other, path("/v1/people/%d/leave", s.person.ID), map[string]string{"reason": "搬走"}).Expect(200)
	s.redeem(s.token).Refused(404, "reward.not_found")
	s.Get(s.token, "/v1/redemptions/mine").Expect(200).Has(r.Code)
	s.Post(s.token, "/v1/redemptions/"+r.ID+"/cancel", nil).Expect(200)
	s.books(100, 10, 0, 0, 10_000, 0, 0)
}

func TestRedemption_cancelledByStaffGivesBackAndTellsTheHolder(t *testing.T) {
	s := newShop(t, map[string]any{"per_person": 1, "per_period": "ever"})
	r := s.redeemed(s.token)
	s.Post(s.staff, "/v1/redemptions/"+r.ID+"/call-off", because).Expect(200).Has(`"state":"cancelled"`, "材料不齐")
	s.books(100, 10, 0, 0, 10_000, 0, 0)
	s.told(s.person, "兑换已取消", "材料不齐", "40 积分已退回")
	s.Post(s.staff, "/v1/redemptions/"+r.ID+"/call-off", because).Refused(409, "redemption.wrong_state").Has("已取消")
	s.redeem(s.token).Expect(200) // the limit has come back as well
}

// told fails the test unless the last notice of a person says this.
func (s *shop) told(p model.Person, texts ...string) {
	s.Helper()
	var n model.Notice
	s.Tx(func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", p.ID).Order("id DESC").Limit(1).Find(&n).Error
	})
	for _, text := range texts {
		if !strings.Contains(n.Title+n.Body, text) {
			s.Errorf("told %q: %q, want %q", n.Title, n.Body, text)
		}
	}
}

func (s *shop) notices(p model.Person) (n int64) {
	s.Helper()
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ?", p.ID).Count(&n).Error
	})
	return n
}

func TestRedemption_expiresOnceAlsoWhenTheServerWasDownAtTheMoment(t *testing.T) {
	for name, late := range map[string]time.Duration{"at the moment": 0, "three days late": 72 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, map[string]any{"per_person": 1, "per_period": "ever"})
			r := s.redeemed(s.token)
			if late == 0 {
				s.Move(6*24*time.Hour - time.Second)
				s.WorkOff()
				s.books(60, 9, 1, 0, 9500, 500, 0)
				if n := s.notices(s.person); n != 0 {
					t.Errorf("%d notices too early", n)
				}
				s.Move(time.Second)
				s.WorkOff()
				s.told(s.person, "兑换快到期了", "2026年3月12日 09:00", "社区服务中心")
				s.Move(24*time.Hour - time.Second)
				s.WorkOff()
				s.books(60, 9, 1, 0, 9500, 500, 0)
				s.Move(time.Second)
			} else {
				s.Move(7*24*time.Hour + late)
			}
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
			s.books(100, 10, 0, 0, 10_000, 0, 0)
			s.told(s.person, "兑换已过期", "40 积分已退回")
			s.token, s.staff = s.SignIn(s.person), s.SignIn(s.officers[1])
			s.Get(s.token, "/v1/redemptions/"+r.ID).Expect(200).Has(`"state":"expired"`).HasNot(r.Code)
			s.handOut(s.staff, r.Code).Refused(409, "pick_up.expired")
			s.redeem(s.token).Expect(200)
		})
	}
}

func TestRedemption_isMadeForSomebodyWithoutAPhoneOnRecord(t *testing.T) {
	s := newShop(t, nil)
	old := s.Person(s.o.Unit, "赵奶奶")
	s.Earn(old, s.o.Community, 50)
	chiefWho, chief := s.Officer(model.UnitChief, s.o.Unit, "王建国")
	_, otherChief := s.Officer(model.UnitChief, s.o.NextDoor, "外单元长")
	ask := map[string]any{"reward_id": s.reward, "points": 40}
	url := path("/v1/people/%d/redemptions", old.ID)
	s.Post(otherChief, url, ask).Refused(404, "person.not_found")
	s.Post(s.token, url, ask).Refused(403, "role.not_allowed")
	s.Post(chief, path("/v1/people/%d/redemptions", s.person.ID), ask).Refused(409, "redemption.person_has_account")
	s.Post(chief, path("/v1/people/%d/redemptions", chiefWho.ID), ask).Refused(409, "redemption.person_has_account")
	s.Post(chief, "/v1/people/999999/redemptions", ask).Refused(404, "person.not_found")
	// What there is for her is her own community's, wherever the chief may live, and what she can redeem of it.
	home := s.Person(s.o.ForeignUnit, "外来户")
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", chiefWho.ID).Updates(map[string]any{"node_id": home.NodeID, "household_id": home.HouseholdID}).Error
	})
	chief = s.SignIn(chiefWho)
	s.Get(chief, "/v1/rewards").Expect(200).HasNot("食用油")
	offers := path("/v1/people/%d/rewards", old.ID)
	s.Get(chief, offers).Expect(200).Has("食用油", `"points":50`, `"redeemable":true`)
	s.Get(otherChief, offers).Refused(404, "person.not_found")
	s.Get(s.token, offers).Refused(403, "role.not_allowed")
	s.Get(chief, path("/v1/people/%d/rewards", s.person.ID)).Refused(409, "redemption.person_has_account")
	s.Get(chief, "/v1/people/999999/rewards").Refused(404, "person.not_found")
	var r redemption
	s.Post(chief, url, ask).Expect(200).Into(&r)
	s.Get(chief, offers).Expect(200).Has(`"points":10`, `"redeemable":false`, "points.short", "还差 30 积分")
	s.Post(chief, url, ask).Refused(409, "points.short")
	s.told(old, "王建国", "食用油", "40 积分")
	s.Get(s.staff, path("/v1/nodes/%d/redemptions", s.o.Community.ID)).Expect(200).Has(`"entered_by":"王建国"`, "赵**")
	s.Get(chief, "/v1/redemptions/"+r.ID).Refused(404, "redemption.not_found")
	var by int64
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Audit{}).Where("action = ?", "redemption.reserve_for").Pluck("person_id", &by).Error
	})
	if by != chiefWho.ID {
		t.Errorf("the record says that %d did it", by)
	}
	s.handOut(s.staff, r.Code).Expect(200)
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", old.ID).Update("state", model.PersonLeft).Error
	})
	s.Post(chief, url, ask).Refused(409, "redemption.person_moved_away")
	s.Balanced()
}

func TestRedemption_ofSomebodyWithoutAPhoneIsRemindedOfToWhoMadeIt(t *testing.T) {
	s := newShop(t, nil)
	old := s.Person(s.o.Unit, "赵奶奶")
	s.Earn(old, s.o.Community, 100)
	chiefWho, chief := s.Officer(model.UnitChief, s.o.Unit, "王建国")
	ask := map[string]any{"reward_id": s.reward, "points": 40}
	var first, second redemption
	s.Post(chief, path("/v1/people/%d/redemptions", old.ID), ask).Expect(200).Into(&first)
	s.Post(chief, path("/v1/people/%d/redemptions", old.ID), ask).Expect(200).Into(&second)
	s.Post(s.staff, "/v1/redemptions/"+first.ID+"/call-off", map[string]string{"reason": "油桶破损"}).Expect(200)
	s.told(chiefWho, "赵**", "食用油", "油桶破损", "40 积分已退回")
	s.at(s.Clock.Now().Add(6*24*time.Hour + time.Hour))
	s.WorkOff()
	s.told(chiefWho, "还没有领取", "社区服务中心", "重新代办")
	s.at(s.Clock.Now().Add(24 * time.Hour))
	s.WorkOff()
	s.told(chiefWho, "没有按时领取")
	if all := strings.Join(bodiesOf(s.Kit, chiefWho), ""); strings.Contains(all, "赵奶奶") || strings.Contains(all, second.Code) {
		t.Errorf("told more than who has to know: %s", all)
	}
	s.Balanced()
}

func TestRedemption_costlessRewardNeedsNoBudget(t *testing.T) {
	s := newShop(t, map[string]any{"cost": 0})
	s.give(-10_000)
	r := s.redeemed(s.token)
	s.books(60, 9, 1, 0, 0, 0, 0)
	s.handOut(s.staff, r.Code).Expect(200)
	s.Post(s.token, "/v1/redemptions/"+s.redeemed(s.token).ID+"/cancel", nil).Expect(200)
	s.books(60, 9, 0, 1, 0, 0, 0)
}

func TestRedemption_sameKeyIsOneRedemption(t *testing.T) {
	s := newShop(t, nil)
	answers := make([]edge.Answer, 8)
	s.Race(len(answers), func(i int) { answers[i] = s.redeem(s.token, "Idempotency-Key", "the-same-key-1") })
	for _, a := range answers {
		if string(a.Expect(200).Body) != string(answers[0].Body) {
			t.Errorf("two answers: %s and %s", a.Body, answers[0].Body)
		}
	}
	s.books(60, 9, 1, 0, 9500, 500, 0)
	s.Do(s.API, s.token, "POST", "/v1/redemptions", map[string]any{"reward_id": s.reward, "points": 41}, "Idempotency-Key", "the-same-key-1").
		Refused(409, "idempotency.key_reused")
}

func TestRedemption_verifySeesEveryStateThatTheLedgerDoesNotHave(t *testing.T) {
	s := newShop(t, nil)
	waits := s.redeemed(s.token)
	id, _ := strconv.ParseInt(waits.ID, 10, 64)
	s.Balanced()
	var own int64
	other := s.offer(nil)
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Redemption{}).Where("id = ?", id).Pluck("transfer_id", &own).Error
	})
	for column, value := range map[string]any{
		"points": 41, "cost": 501, "year": 2025, "period": 2026, "state": "fulfilled", "reward_id": other, "person_id": 1, "community_id": 1,
		"ended_transfer_id": own,
	} {
		if s.differences(id, column, value) == 0 {
			t.Errorf("a changed %s was not found", column)
		}
	}
	s.Post(s.token, "/v1/redemptions/"+waits.ID+"/cancel", nil).Expect(200)
	for column, value := range map[string]any{"state": "fulfilled", "points": 1, "ended_transfer_id": nil} {
		if s.differences(id, column, value) == 0 {
			t.Errorf("a changed %s of a cancelled one was not found", column)
		}
	}
}

// differences counts what a check finds while one value of a redemption is changed behind our back.
func (s *shop) differences(id int64, column string, value any) (n int) {
	s.Helper()
	put := func(value any) {
		s.Tx(func(tx *gorm.DB) error {
			return tx.Table("redemptions").Where("id = ?", id).UpdateColumn(column, value).Error
		})
	}
	was := map[string]any{}
	s.Tx(func(tx *gorm.DB) error {
		return tx.Table("redemptions").Select(column).Where("id = ?", id).Take(&was).Error
	})
	put(value)
	if _, err := s.S.Verify(s.Context(), func(service.Difference) { n++ }); err != nil {
		s.Fatal(err)
	}
	put(was[column])
	return n
}
