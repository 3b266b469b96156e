package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestPickUp_codeIsTakenHoweverItIsTypedOrScanned(t *testing.T) {
	s := newShop(t, nil)
	for _, write := range []func(r redemption) string{
		func(r redemption) string { return r.QR },
		func(r redemption) string { return " " + r.Code[:5] + " " + r.Code[5:] },
	} {
		s.handOut(s.staff, write(s.redeemed(s.token))).Expect(200)
	}
	s.books(20, 8, 0, 2, 9000, 0, 1000)
	s.handOut(s.staff, "12345678901").Refused(422, "pick_up.code_malformed")
	s.handOut(s.staff, "1234567a90").Refused(422, "pick_up.code_malformed")
	s.handOut(s.staff, "123").Refused(422, "http.invalid")
}

func TestPickUp_usedCancelledAndExpiredCodesSayWhichAndSinceWhen(t *testing.T) {
	s := newShop(t, nil)
	used, cancelled, called := s.redeemed(s.token), s.redeemed(s.token), s.redeemed(s.neighbours(1)[0])
	s.handOut(s.staff, used.Code).Expect(200)
	s.Move(time.Minute)
	s.Post(s.token, "/v1/redemptions/"+cancelled.ID+"/cancel", nil).Expect(200)
	s.Post(s.staff, "/v1/redemptions/"+called.ID+"/call-off", because).Expect(200)
	s.handOut(s.staff, used.Code).Refused(409, "pick_up.used").Has("2026年3月5日 09:00")
	s.handOut(s.staff, cancelled.Code).Refused(409, "pick_up.cancelled").Has("2026年3月5日 09:01")
	s.handOut(s.staff, called.Code).Refused(409, "pick_up.cancelled")
	_, foreign := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外干事")
	abroad := path("/v1/nodes/%d/pick-ups", s.o.OtherCommunity.ID)
	s.Post(foreign, abroad, map[string]string{"code": used.Code}).Refused(404, "pick_up.code_unknown")
	s.books(60, 9, 0, 1, 9500, 0, 500)
}

func TestPickUp_isForStaffOfTheOwningCommunityOnly(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	_, foreign := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外干事")
	_, chief := s.Officer(model.UnitChief, s.o.Unit, "王建国")
	s.handOut("", r.Code).Refused(401, "session.required")
	s.handOut(s.token, r.Code).Refused(403, "role.not_allowed")
	s.handOut(chief, r.Code).Refused(403, "role.not_allowed")
	s.handOut(foreign, r.Code).Refused(404, "node.not_found")
	s.Post(foreign, path("/v1/nodes/%d/pick-ups", s.o.OtherCommunity.ID), map[string]string{"code": r.Code}).Refused(404, "pick_up.code_unknown")
	s.Post(s.staff, path("/v1/nodes/%d/pick-ups", s.o.Grid.ID), map[string]string{"code": r.Code}).Refused(422, "reward.place_unfit")
	s.books(60, 9, 1, 0, 9500, 500, 0)
	_, secretary := s.Officer(model.CommunitySecretary, s.o.Community, "周书记")
	s.handOut(secretary, r.Code).Expect(200)
	s.told(s.person, "兑换品已领取")
}

// wrong gives codes that are nobody's.
func wrong(but string, n int) (codes []string) {
	for i := 0; len(codes) < n; i++ {
		if c := fmt.Sprintf("%010d", i); c != but {
			codes = append(codes, c)
		}
	}
	return codes
}

func TestPickUp_tenWrongCodesInTenMinutesKeepThatPersonOutForTen(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	_, colleague := s.Officer(model.CommunityStaff, s.o.Community, "刘干事")
	for _, code := range wrong(r.Code, 9) {
		s.handOut(s.staff, code).Refused(404, "pick_up.code_unknown")
	}
	s.Move(10 * time.Minute) // nine are forgotten
	for _, code := range wrong(r.Code, 10) {
		s.handOut(s.staff, code).Refused(404, "pick_up.code_unknown")
	}
	s.handOut(s.staff, r.Code).Refused(429, "pick_up.too_many_wrong_codes").Has("2026年3月5日 09:20")
	_, replica := s.Replica() // restarted, the server still knows
	s.Do(replica, s.staff, "POST", path("/v1/nodes/%d/pick-ups", s.o.Community.ID), map[string]string{"code": r.Code}).Refused(429, "pick_up.too_many_wrong_codes")
	s.handOut(colleague, wrong(r.Code, 1)[0]).Refused(404, "pick_up.code_unknown")
	s.Move(10*time.Minute - time.Second)
	s.handOut(s.staff, r.Code).Refused(429, "pick_up.too_many_wrong_codes")
	s.Move(time.Second)
	s.handOut(s.staff, r.Code).Expect(200)
	s.books(60, 9, 0, 1, 9500, 0, 500)
}

func TestPickUp_guessesAtOnceAreCountedAllTheSame(t *testing.T) {
	s := newShop(t, nil)
	r := s.redeemed(s.token)
	s.handOut(s.staff, wrong(r.Code, 1)[0]).Refused(404, "pick_up.code_unknown")
	answers := make([]edge.Answer, 40)
	codes := wrong(r.Code, len(answers))
	s.Race(len(answers), func(i int) { answers[i] = s.handOut(s.staff, codes[i]) })
	tried := 0
	for _, a := range answers {
		if codeOf(a) == "pick_up.code_unknown" {
			tried++
		}
	}
	if tried != 9 {
		t.Errorf("%d of 40 codes were tried after one, want 9", tried)
	}
	s.handOut(s.staff, r.Code).Refused(429, "pick_up.too_many_wrong_codes")
}

// TestPickUp_nobodyHandsOutTheirOwn: what an officer does for somebody without a phone they may hand out, and
// both is on record under their name.
func TestPickUp_nobodyHandsOutTheirOwn(t *testing.T) {
	s := newShop(t, nil)
	me := s.Person(s.o.Unit, "吴干事")
	s.Appoint(me, model.CommunityStaff, s.o.Community)
	token := s.SignIn(me)
	s.Earn(me, s.o.Community, 100)
	own := s.redeemed(token)
	s.handOut(token, own.Code).Refused(409, "pick_up.own")
	s.handOut(s.staff, own.Code).Expect(200)
	s.handOut(token, own.Code).Refused(409, "pick_up.own")
	old := s.Person(s.o.Unit, "没手机")
	s.Earn(old, s.o.Community, 100)
	var theirs redemption
	s.Post(token, path("/v1/people/%d/redemptions", old.ID), map[string]any{"reward_id": s.reward, "points": 40}).Expect(200).Into(&theirs)
	s.handOut(token, theirs.Code).Expect(200)
	var did []string
	s.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Audit{}).Where("subject = ? AND subject_id = ? AND person_id = ?", "redemption", theirs.ID, me.ID).Order("id").Pluck("action", &did).Error
	})
	if !slices.Equal(did, []string{"redemption.reserve_for", "redemption.fulfilled"}) {
		t.Errorf("on record are %v", did)
	}
}
