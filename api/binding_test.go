package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// proof is what the phone button sends: in tests the code is the number.
func proof(phone string) map[string]any {
	return map[string]any{"phone_code": phone, "consent_version": 2}
}

func claim(code, name, room string) map[string]any {
	return map[string]any{"unit_code": code, "name": name, "room": room, "consent_version": 2}
}

// askedChief gives the id of a request that a stranger made at a unit.
func askedChief(k *edge.Kit, user, code, name, room, phone string) string {
	k.Helper()
	k.Post(user, "/v1/bindings", proof(phone)).Expect(200).Has(`"unmatched"`, `"ask_chief"`)
	var v struct {
		ID string `json:"request_id"`
	}
	k.Post(user, "/v1/binding-requests", claim(code, name, room)).Expect(200).Has(`"wait_for_chief"`).Into(&v)
	return v.ID
}

func audits(k *edge.Kit, action string) (n int64) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Audit{}).Where("action = ?", action).Count(&n).Error })
	return n
}

func notices(k *edge.Kit, p model.Person) (bodies []string) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ?", p.ID).Order("id").Pluck("body", &bodies).Error
	})
	return bodies
}

func TestBind_onePersonHereWithTheNumberIsBoundAtOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	k.Get(user, "/v1/me").Expect(200).Has(`"bound":false`)
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"none"`, `"prove_phone"`)
	k.Post(user, "/v1/bindings", proof("13900000001"), "Idempotency-Key", "bind-once").Expect(200).Has(`"active"`, `"nothing"`)
	k.Get(user, "/v1/me").Expect(200).Has(`"bound":true`, "李小梅", fmt.Sprintf(`"unit_id":"%d"`, o.Unit.ID))
	if len(notices(k, p)) != 1 || audits(k, "binding.bind") != 1 {
		t.Fatalf("notices %v, audits %d", notices(k, p), audits(k, "binding.bind"))
	}
	// WeChat would refuse the code a second time: the repetition is answered without asking it.
	k.WeChat.Fail(fault.New(fault.Invalid, "wechat.code_used", "用过了"))
	k.Post(user, "/v1/bindings", proof("13900000001"), "Idempotency-Key", "bind-once").Expect(200).Has(`"active"`)
	k.WeChat.Fail(nil)
	k.Post(user, "/v1/bindings", proof("13900000001")).Refused(409, "binding.already_bound")
}

func TestBind_samePhoneOfTwoPeopleAsksTheChief(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	k.Person(o.Unit, "李小梅", testkit.Phone("13900000001"))
	k.Person(o.FarUnit, "王大力", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200).Has(`"unmatched"`, `"ask_chief"`)
	k.Get(user, "/v1/me").Expect(200).Has(`"bound":false`)
}

func TestBind_whoHasMovedAwayIsNotMatched(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", testkit.Phone("13900000001"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	k.Post(staff, fmt.Sprintf("/v1/people/%d/leave", p.ID), map[string]any{"reason": "搬走"}).Expect(200).Has(`"left"`)
	k.Post(k.Stranger("mei"), "/v1/bindings", proof("13900000001")).Expect(200).Has(`"unmatched"`)
}

func TestBind_failingWeChatChangesNothing(t *testing.T) {
	k := edge.New(t)
	k.Person(k.Org().Unit, "李小梅", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	k.WeChat.Fail(fault.New(fault.Unavailable, "wechat.unavailable", "微信现在没有回应,请稍后再试。"))
	k.Post(user, "/v1/bindings", proof("13900000001")).Refused(503, "wechat.unavailable")
	outdated := map[string]any{"phone_code": "13900000001", "consent_version": 1} // refused without spending a code
	k.Post(user, "/v1/bindings", outdated).Refused(409, "consent.outdated")
	k.WeChat.Fail(nil)
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"none"`)
}

func TestAskChief_needsAProvedPhoneAUnitCodeAndComesOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	user := k.Stranger("mei")
	k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301")).Refused(409, "binding.phone_first")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	k.Post(user, "/v1/binding-requests", claim("NOSUCHCODE00", "李小梅", "301")).Refused(404, "code.unknown")
	outdated := claim(code, "李小梅", "301")
	outdated["consent_version"] = 7
	k.Post(user, "/v1/binding-requests", outdated).Refused(409, "consent.outdated")
	k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301")).Expect(200).Has(`"pending"`)
	k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "302")).Refused(409, "binding.waiting")
	k.Post(user, "/v1/bindings", proof("13900000001")).Refused(409, "binding.waiting")
	bound := k.SignIn(k.Person(o.Unit, "王大力"))
	k.Post(bound, "/v1/binding-requests", claim(code, "王大力", "302")).Refused(409, "binding.already_bound")
}

func TestAskChief_theCodeOfARevokedPosterSaysWhatToDo(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Code{}).Where("code = ?", code).Updates(map[string]any{"revoked_at": k.Clock.Now(), "active_key": nil}).Error
	})
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301")).Refused(410, "code.revoked")
}

func TestAskChief_repeatedUnderItsKeyIsAnsweredAlsoOnceThePosterIsRevoked(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	first := k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301"), "Idempotency-Key", "ask-chief-1").Expect(200)
	c, err := model.CodeByText(k.DB.Read(t.Context()), code)
	if err != nil {
		t.Fatal(err)
	}
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	k.Post(staff, "/v1/codes/"+idText(c.ID)+"/revoke", because).Expect(200)
	k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301")).Refused(410, "code.revoked")
	again := k.Post(user, "/v1/binding-requests", claim(code, "李小梅", "301"), "Idempotency-Key", "ask-chief-1").Expect(200)
	if string(again.Body) != string(first.Body) {
		t.Fatalf("%s, then %s", first.Body, again.Body)
	}
}

func TestBinding_hostileInputIsRefusedAndNeverAFailure(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	for _, body := range []any{
		"", "null", "[]", `{"phone_code":"x"}`, `{"phone_code":1,"consent_version":1}`, `{"phone_code":"x","consent_version":"1"}`,
		`{"phone_code":"x","consent_version":1,"person_id":"1"}`, `{"phone_code":"a&appid=b","consent_version":1}`, `{"phone_code":"`,
		map[string]any{"phone_code": strings.Repeat("a", 129), "consent_version": 1}, map[string]any{"phone_code": "😀", "consent_version": 1},
		map[string]any{"phone_code": "x", "consent_version": -1}, map[string]any{"phone_code": "x", "consent_version": 1e30},
	} {
		if a := k.Post(user, "/v1/bindings", body); a.Status < 400 || a.Status > 499 || !strings.Contains(string(a.Body), `"code"`) {
			t.Errorf("%v: %d %s", body, a.Status, a.Body)
		}
	}
	for _, c := range []map[string]any{
		claim(code, "\u202e梅小李", "301"), claim(code, "李\x00梅", "301"), claim(code, "   ", "301"), claim(code, "李小梅", "3\u200b01"),
		claim(code, strings.Repeat("李", 41), "301"), claim(code, "李小梅", strings.Repeat("3", 41)), claim("%00😀", "李小梅", "301"),
		claim(strings.Repeat("A", 33), "李小梅", "301"), claim(code, "李小梅", "\n"),
	} {
		if a := k.Post(user, "/v1/binding-requests", c); a.Status < 400 || a.Status > 499 || !strings.Contains(string(a.Body), `"code"`) {
			t.Errorf("%v: %d %s", c, a.Status, a.Body)
		}
	}
	k.Post(user, "/v1/binding-requests", claim(code, "李😀小𠮷", "3-01室")).Expect(200)
	for _, path := range []string{"/v1/binding-requests/0/withdraw", "/v1/binding-requests/-1/withdraw", "/v1/binding-requests/9999999999999999999/withdraw", "/v1/binding-requests/x/withdraw"} {
		if a := k.Post(user, path, nil); a.Status < 400 || a.Status > 499 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}

func TestWithdraw_isTheUsersOwnAndLetsThemBeginAgain(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	user, other := k.Stranger("mei"), k.Stranger("other")
	id := askedChief(k, user, code, "李小梅", "301", "13900000001")
	k.Post(other, "/v1/binding-requests/"+id+"/withdraw", nil).Refused(404, "binding.request_not_found")
	k.Post(user, "/v1/binding-requests/"+id+"/withdraw", nil).Expect(200).Has(`"ended"`, `"prove_phone"`)
	k.Post(user, "/v1/binding-requests/"+id+"/withdraw", nil).Refused(409, "binding.request_decided")
	k.Get(user, "/v1/me/consents").Expect(200).Has("withdrawn_at")
	var b model.Binding
	k.Tx(func(tx *gorm.DB) error { return tx.Take(&b).Error })
	if b.Phone != "" || b.ClaimedName != "" || b.ClaimedRoom != "" {
		t.Fatalf("what was claimed is kept: %+v", b)
	}
	askedChief(k, user, code, "李小梅", "301", "13900000001")
}

func TestUnbind_actsAtTheNextRequest(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国", testkit.Phone("13900000001"))
	k.Appoint(p, model.UnitChief, o.Unit)
	token := k.SignIn(p)
	k.Get(token, "/v1/binding-requests").Expect(200)
	k.Post(token, "/v1/me/unbind", nil, "Idempotency-Key", "unbind-me").Expect(200).Has(`"ended"`)
	k.Post(token, "/v1/me/unbind", nil, "Idempotency-Key", "unbind-me").Expect(200).Has(`"ended"`)
	k.Get(token, "/v1/binding-requests").Refused(403, "binding.required")
	k.Post(token, "/v1/me/unbind", nil).Refused(409, "binding.not_bound")
	k.Post(token, "/v1/bindings", proof("13900000001")).Expect(200).Has(`"active"`)
	k.Get(token, "/v1/binding-requests").Expect(200)
}

// TestUnbind_endsWhatThePersonShows: without an account nobody could withdraw it.
func TestUnbind_endsWhatThePersonShows(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	for who, unbind := range map[string]func(p model.Person, token string) edge.Answer{
		"赵党员": func(_ model.Person, token string) edge.Answer { return k.Post(token, "/v1/me/unbind", nil) },
		"钱党员": func(p model.Person, _ string) edge.Answer {
			return k.Post(staff, path("/v1/people/%d/unbind", p.ID), map[string]any{"reason": "手机丢了"})
		},
	} {
		p := k.Person(o.Unit, who, testkit.Membership(model.Member))
		token := k.SignIn(p)
		k.Post(token, "/v1/displays", map[string]any{"name_form": "surname", "pledge": "", "skills": "", "on_page": true, "in_group": false, "on_door": false, "consent_version": 1}).Expect(200)
		shown := string([]rune(who)[:1]) + "同志"
		k.Get("", "/v1/units/"+code).Expect(200).Has(shown)
		unbind(p, token).Expect(200)
		k.Get("", "/v1/units/"+code).Expect(200).HasNot(shown)
		var agreed int64
		k.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.Consent{}).Where("person_id = ? AND purpose = ? AND withdrawn_at IS NULL", p.ID, model.ForDisplay).Count(&agreed).Error
		})
		if agreed != 0 {
			t.Errorf("%s still agrees to be shown", who)
		}
	}
}

func TestBindRace_twoUsersOfOneNumberOneIsBoundTheOtherWaits(t *testing.T) {
	k := edge.New(t)
	k.Person(k.Org().Unit, "李小梅", testkit.Phone("13900000001"))
	const n = 4
	tokens, bodies := make([]string, n), make([]string, n)
	for i := range tokens {
		tokens[i] = k.Stranger(fmt.Sprint("user", i))
	}
	k.Race(n, func(i int) { bodies[i] = string(k.Post(tokens[i], "/v1/bindings", proof("13900000001")).Body) })
	bound, waiting := 0, 0
	for _, b := range bodies {
		switch {
		case strings.Contains(b, `"active"`):
			bound++
		case strings.Contains(b, `"wait_for_community"`):
			waiting++
		}
	}
	if bound != 1 || waiting != n-1 {
		t.Fatalf("%d bound, %d waiting: %v", bound, waiting, bodies)
	}
}

func TestBindRace_tappingTwiceBindsOnce(t *testing.T) {
	k := edge.New(t)
	k.Person(k.Org().Unit, "李小梅", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	statuses := make([]int, 4)
	k.Race(4, func(i int) { statuses[i] = k.Post(user, "/v1/bindings", proof("13900000001")).Status })
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409, 409, 409}) {
		t.Fatal(statuses)
	}
}

func TestBindRace_theSameKeyIsOneBinding(t *testing.T) {
	k := edge.New(t)
	k.Person(k.Org().Unit, "李小梅", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	statuses := make([]int, 4)
	k.Race(4, func(i int) {
		statuses[i] = k.Post(user, "/v1/bindings", proof("13900000001"), "Idempotency-Key", "tapped-twice").Status
	})
	if !slices.Equal(statuses, []int{200, 200, 200, 200}) {
		t.Fatal(statuses)
	}
	if n := audits(k, "binding.bind"); n != 1 {
		t.Fatalf("bound %d times", n)
	}
}
