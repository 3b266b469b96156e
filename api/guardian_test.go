package api_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// family is a parent and a child of ten in one household, and who keeps the roster.
type family struct {
	*edge.Kit
	testkit.Org
	parent, kid            model.Person
	mother, child, staff   string
	neighbour, elsewhere   string
	staffWho, neighbourWho model.Person
}

func newFamily(t *testing.T) family {
	t.Helper()
	k := edge.New(t)
	f := family{Kit: k, Org: k.Org()}
	f.parent = k.Person(f.Unit, "李小梅", testkit.Born("1985-03-01"))
	f.kid = k.Person(f.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(f.parent), testkit.Phone("13900000007"))
	f.neighbourWho = k.Person(f.Unit, "赵大力")
	f.mother, f.neighbour = k.SignIn(f.parent), k.SignIn(f.neighbourWho)
	f.staffWho, f.staff = k.Officer(model.CommunityStaff, f.Community, "陈社工")
	_, f.elsewhere = k.Officer(model.CommunityStaff, f.OtherCommunity, "方社工")
	return f
}

// guardianship is one as the API shows it.
type guardianship struct {
	ID, State string
	Counts    bool
}

func kidForm(with map[string]any) map[string]any {
	f := map[string]any{"child_name": "王小童", "birth_date": "2016年5月1日", "relation": "parent", "consent_version": 1}
	for k, v := range with {
		f[k] = v
	}
	return f
}

// agreed makes the mother the child's guardian by the API, and signs the child in.
func (f *family) agreed() (g guardianship) {
	f.Helper()
	f.Post(f.mother, "/v1/guardianships", kidForm(nil)).Expect(200).Into(&g)
	f.Post(f.staff, "/v1/guardianships/"+g.ID+"/confirm", nil).Expect(200).Into(&g)
	f.child = f.Stranger("xiaotong")
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Expect(200).Has(`"active"`)
	return g
}

func TestGuardian_asksTheCommunityConfirmsAndTheChildMayBegin(t *testing.T) {
	f := newFamily(t)
	child := f.Stranger("xiaotong")
	f.Post(child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")
	f.Get(child, "/v1/me/binding").Expect(200).Has(`"none"`)

	var g guardianship
	f.Post(f.mother, "/v1/guardianships", kidForm(map[string]any{"consent_version": 2})).Refused(409, "consent.outdated")
	f.Post(f.mother, "/v1/guardianships", kidForm(nil)).Expect(200).Has(`"state":"asked"`, `"counts":false`).Into(&g)
	f.Post(f.mother, "/v1/guardianships", kidForm(nil)).Refused(409, "guardian.registered_already")
	f.Get(f.staff, "/v1/notices").Expect(200).Has("有监护人等待核实", "李**").HasNot("王小童", "2016-05")
	f.Get(f.staff, path("/v1/nodes/%d/guardianships?state=asked", f.Community.ID)).Expect(200).Has(g.ID, "王小童", "李小梅").HasNot("2016-05")
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Refused(404, "guardian.child_not_found") // not yet confirmed
	f.Post(child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")

	f.Post(f.staff, "/v1/guardianships/"+g.ID+"/confirm", nil).Expect(200).Has(`"state":"active"`, `"counts":true`)
	f.Post(f.staff, "/v1/guardianships/"+g.ID+"/confirm", nil).Refused(409, "guardian.wrong_state")
	f.Post(child, "/v1/bindings", proof("13900000007")).Expect(200).Has(`"active"`)
	f.Post(child, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)

	f.Get(f.mother, "/v1/me/children").Expect(200).Has("王小童", `"counts":true`)
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Expect(200).
		Has("王小童", "2016-05-01", "13900000007", "三楼的灯坏了", `"open_id":"xiaotong"`, `"purpose":"children"`).HasNot("openid-", "1985-")
	if pdf := f.Get(f.mother, path("/v1/children/%d/data/pdf", f.kid.ID)).Expect(200); string(pdf.Body[:4]) != "%PDF" {
		t.Error("no PDF")
	}
	f.Get(f.mother, path("/v1/children/%d/record", f.kid.ID)).Expect(200).Has("王小童")
	f.Get(child, "/v1/me/data").Expect(200).Has(`"guardian_name":"李小梅"`)
	f.audited(t, "guardian.ask", "guardian.confirm", "consent.give", "child.read")
}

// audited fails unless the district's log has each of the actions.
func (f *family) audited(t *testing.T, actions ...string) {
	t.Helper()
	_, auditor := f.Officer(model.Auditor, f.District, "审计员")
	log := f.Get(auditor, path("/v1/nodes/%d/audit?limit=100", f.District.ID)).Expect(200)
	for _, a := range actions {
		log.Has(`"` + a + `"`)
	}
	log.HasNot("13900000007", "2016-05-01")
}

func TestGuardian_namedByTheCommunityDecidesForThemself(t *testing.T) {
	f := newFamily(t)
	url := path("/v1/people/%d/guardians", f.kid.ID)
	named := func(who model.Person) map[string]any {
		return map[string]any{"guardian_id": digits(who.ID), "relation": "other"}
	}
	young := f.Person(f.Unit, "王小姐", testkit.Born("2010-01-01"))
	f.Post(f.staff, url, named(young)).Refused(409, "guardian.too_young")
	f.Post(f.staff, url, named(f.kid)).Refused(403, "guardian.own")
	f.Post(f.elsewhere, url, named(f.parent)).Refused(404, "person.not_found")
	f.Post(f.staff, path("/v1/people/%d/guardians", f.neighbourWho.ID), named(f.parent)).Refused(409, "guardian.not_under_14")
	var g guardianship
	f.Post(f.staff, url, named(f.parent)).Expect(200).Has(`"state":"named"`).Into(&g)
	f.Get(f.mother, "/v1/notices").Expect(200).Has("请为孩子的个人信息作出决定", "王**")
	f.Post(f.staff, path("/v1/people/%d/matters", f.kid.ID), aRepair("灯坏了")).Refused(409, "guardian.child_without_consent")

	f.Post(f.neighbour, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Refused(404, "guardian.not_found")
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Refused(409, "guardian.wrong_state")
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 9}).Refused(409, "consent.outdated")
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Expect(200).Has(`"counts":true`)
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Expect(200).Has(`"counts":true`)
	f.Post(f.staff, path("/v1/people/%d/matters", f.kid.ID), aRepair("灯坏了")).Expect(200)
}

func TestGuardian_wrongPeopleFindNothing(t *testing.T) {
	f := newFamily(t)
	f.Post(f.neighbour, "/v1/guardianships", kidForm(nil)).Refused(404, "guardian.child_not_found") // of another household
	f.Post(f.mother, "/v1/guardianships", kidForm(map[string]any{"birth_date": "2016-05-02"})).Refused(404, "guardian.child_not_found")
	f.Post(f.mother, "/v1/guardianships", kidForm(map[string]any{"child_name": "李小梅", "birth_date": "1985-03-01"})).Refused(404, "guardian.child_not_found")
	f.Post(f.mother, "/v1/guardianships", kidForm(map[string]any{"birth_date": "昨天生的一个孩子"})).Refused(422, "birth_date.form")
	sister := f.SignIn(f.Person(f.Unit, "王小姐", testkit.Born("2010-01-01"), testkit.AtHome(f.parent)))
	f.Post(sister, "/v1/guardianships", kidForm(nil)).Refused(409, "guardian.too_young")

	g := f.agreed()
	for _, other := range []string{f.neighbour, sister, f.staff, f.child} {
		f.Get(other, path("/v1/children/%d/data", f.kid.ID)).Refused(404, "guardian.child_not_found")
		f.Get(other, path("/v1/children/%d/record", f.kid.ID)).Refused(404, "guardian.child_not_found")
		f.Post(other, path("/v1/children/%d/erase", f.kid.ID), map[string]any{"sure": true}).Refused(404, "guardian.child_not_found")
		f.Post(other, "/v1/guardianships/"+g.ID+"/withdraw", nil).Refused(404, "guardian.not_found")
	}
	f.Post(f.elsewhere, "/v1/guardianships/"+g.ID+"/end", reasoned("不是监护人")).Refused(404, "guardian.not_found")
	f.Get(f.elsewhere, path("/v1/nodes/%d/guardianships", f.Community.ID)).Refused(404, "node.not_found")
	f.Get(f.mother, path("/v1/children/%d/data", f.neighbourWho.ID)).Refused(404, "guardian.child_not_found")

	own := f.Person(f.Unit, "陈小社", testkit.Born("2016-05-01"))
	theirs := f.Guard(f.staffWho, own)
	f.Post(f.staff, path("/v1/guardianships/%d/end", theirs.ID), reasoned("不再是监护人")).Refused(403, "guardian.own")
	f.Post(f.staff, path("/v1/people/%d/guardians", f.kid.ID), map[string]any{"guardian_id": digits(f.staffWho.ID), "relation": "other"}).Refused(403, "guardian.own")
}

func TestGuardian_whoWithdrawsEndsAtOnceWhatRestsOnIt(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	var filed, act struct{ ID string }
	f.Post(f.child, "/v1/hours", onDay(3, "10:00", "11:00")).Expect(200).Into(&filed)
	f.Post(f.staff, path("/v1/nodes/%d/activities", f.Unit.ID), plan(nil)).Expect(200).Into(&act)
	f.Post(f.child, "/v1/activities/"+act.ID+"/sign-up", nil).Expect(200)

	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200).Has(`"state":"withdrawn"`, `"counts":false`)
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":false`)
	f.Get(f.child, "/v1/me/hours").Refused(403, "binding.required")
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")
	f.Get(f.staff, path("/v1/activities/%s/sign-ups", act.ID)).Expect(200).HasNot(`"seated"`)
	f.Get(f.staff, "/v1/hours/"+filed.ID).Expect(200).Has(`"void"`, "监护人撤回同意")
	f.Post(f.staff, path("/v1/people/%d/hours", f.kid.ID), onDay(3, "10:00", "11:00")).Refused(409, "guardian.child_without_consent")
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Expect(200).Has("withdrawn_at") // still theirs to see
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Refused(409, "guardian.wrong_state")
	f.audited(t, "guardian.withdraw", "consent.withdraw", "binding.end", "activity.sign_off", "hours.void")

	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Expect(200).Has(`"counts":true`)
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Expect(200)
}

func TestGuardian_whoWithdrawsHasAgreedToNoVersion(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	f.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.ConsentText{Purpose: model.ForChildren, Version: 2, Text: "新版", StartsAt: f.Clock.Now()}).Error
	})
	open := func(want ...int) {
		t.Helper()
		var versions []int
		err := f.DB.Read(t.Context()).Model(&model.Consent{}).Where("purpose = ? AND withdrawn_at IS NULL", model.ForChildren).Pluck("version", &versions).Error
		if err != nil || !slices.Equal(versions, want) {
			t.Errorf("consents to %v stand, want %v (%v)", versions, want, err)
		}
	}
	for range 2 {
		f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 2}).Expect(200).Has(`"counts":true`)
		open(2)
	}
	f.Get(f.child, "/v1/notices").Expect(200).HasNot("监护人已经同意") // they could begin before
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200)
	open()
}

func TestGuardian_oneWhoWithdrawsSpeaksForAll(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	father := f.Person(f.Unit, "王小明", testkit.AtHome(f.parent))
	dad := f.SignIn(father)
	f.Guard(father, f.kid)
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200)
	f.Get(dad, "/v1/me/children").Expect(200).Has(`"state":"withdrawn"`)
	f.Get(dad, "/v1/notices").Expect(200).Has("对孩子的同意已经撤回")
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")
}

func TestGuardian_whoIsTheChiefReadsNothingThatIsHiddenFromTheChief(t *testing.T) {
	f := newFamily(t)
	f.agreed()
	f.Post(f.child, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)
	shown, hidden := f.UploadPhoto(f.child), f.UploadPhoto(f.child)
	f.Post(f.child, "/v1/matters", but(aRepair("二楼的灯坏了"), "photos", []string{shown})).Expect(200)
	f.Post(f.child, "/v1/matters", map[string]any{"category": "conduct", "words": "单元长打人了我很害怕", "anonymity": "chief", "photos": []string{hidden}}).Expect(200)
	data := path("/v1/children/%d/data", f.kid.ID)
	f.Get(f.mother, data).Expect(200).Has("三楼的灯坏了", "单元长打人", `"photos":2`)
	f.Appoint(f.parent, model.UnitChief, f.Unit)
	f.mother = f.SignIn(f.parent)
	f.Get(f.mother, data).Expect(200).Has("三楼的灯坏了", `"photos":1`).HasNot("单元长打人")
	f.Get(f.child, "/v1/me/data").Expect(200).Has("单元长打人", `"photos":2`)
}

func TestGuardian_whoseAccountIsClosedAgreesNoMore(t *testing.T) {
	f := newFamily(t)
	f.agreed()
	f.Post(f.mother, "/v1/me/close-account", map[string]any{"sure": true}).Expect(200)
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":false`)
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")
}

// TestGuardian_whoseAccountTheCommunityEndsAgreesNoMore: it may have been a stranger who agreed, and whom it was bound to
// has no way to take it back.
func TestGuardian_whoseAccountTheCommunityEndsAgreesNoMore(t *testing.T) {
	f := newFamily(t)
	f.agreed()
	f.Post(f.staff, path("/v1/people/%d/unbind", f.parent.ID), reasoned("绑错了人")).Expect(200)
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":false`)
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")
	f.Get(f.staff, path("/v1/nodes/%d/guardianships", f.Community.ID)).Expect(200).Has(`"state":"withdrawn"`)
}

func TestGuardian_endedByTheCommunityIsToldWhyAndTheChildStops(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	f.Post(f.staff, "/v1/guardianships/"+g.ID+"/end", reasoned("法院变更了监护人")).Expect(200).Has(`"state":"ended"`)
	f.Get(f.mother, "/v1/notices").Expect(200).Has("法院变更了监护人")
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Refused(404, "guardian.child_not_found")
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":false`)
	f.Post(f.staff, "/v1/guardianships/"+g.ID+"/end", reasoned("又一次")).Refused(409, "guardian.wrong_state")
	f.Post(f.mother, "/v1/guardianships", kidForm(nil)).Expect(200).Has(`"asked"`) // they may ask anew
}

// TestGuardian_endsByItselfOnTheFourteenthBirthday: at midnight of Anqing, without any duty having run.
func TestGuardian_endsByItselfOnTheFourteenthBirthday(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	midnight := time.Date(2030, 5, 1, 0, 0, 0, 0, model.Beijing)
	f.Move(midnight.Add(-time.Second).Sub(f.Clock.Now()))
	signIn := func() { // sessions last a month
		f.mother, f.child = f.SignIn(f.parent), f.Stranger("xiaotong")
	}
	signIn()
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Expect(200)
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200)
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":false`)
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Refused(403, "guardian.consent_required")

	f.Move(time.Second)
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Refused(404, "guardian.child_not_found")
	f.Post(f.mother, path("/v1/children/%d/erase", f.kid.ID), map[string]any{"sure": true}).Refused(404, "guardian.child_not_found")
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/agree", map[string]any{"consent_version": 1}).Refused(409, "guardian.not_under_14")
	f.Post(f.child, "/v1/bindings", proof("13900000007")).Expect(200).Has(`"active"`) // they decide themselves
	f.Post(f.child, "/v1/matters", aRepair("灯坏了")).Expect(200)

	for range 2 { // the duty writes down once what holds already
		if err := f.S.EndGuardianships(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.Get(f.mother, "/v1/me/children").Expect(200).Has(`"state":"ended"`, "孩子已满14周岁")
	f.Get(f.mother, "/v1/notices").Expect(200).Has("监护登记已经结束")
	f.Get(f.child, "/v1/notices").Expect(200).Has("从现在起由您自己决定")
}

// TestGuardian_ofWhoLeftLongAgoIsToldNoBirthday: of a child who has left the birth date goes with the rest, and with it
// the guardianship.
func TestGuardian_ofWhoLeftLongAgoIsToldNoBirthday(t *testing.T) {
	f := newFamily(t)
	f.agreed()
	f.Post(f.mother, path("/v1/children/%d/erase", f.kid.ID), map[string]any{"sure": true}).Expect(200)
	f.Post(f.staff, path("/v1/people/%d/leave", f.kid.ID), map[string]any{"reason": "随父母迁出"}).Expect(200)
	f.Move(1096 * 24 * time.Hour)
	if _, err := f.S.Retain(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if err := f.S.EndGuardianships(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.mother = f.SignIn(f.parent)
	f.Get(f.mother, "/v1/me/children").Expect(200).Has(`"state":"ended"`, "不再保存孩子的出生日期")
	f.Get(f.mother, "/v1/notices").Expect(200).Has("监护登记已经结束", "迁出已久").HasNot("已满14周岁")
}

// TestGuardian_ofWhoHasBecome14EndsNothingOfTheirs: from midnight on, before the duty has written down that the
// guardianship is over.
func TestGuardian_ofWhoHasBecome14EndsNothingOfTheirs(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	f.Move(time.Date(2030, 5, 1, 0, 0, 1, 0, model.Beijing).Sub(f.Clock.Now()))
	f.mother, f.child = f.SignIn(f.parent), f.Stranger("xiaotong") // sessions last a month
	log := onDay(4, "09:00", "10:00")
	log["starts_at"], log["ends_at"] = "2030-04-30T09:00:00+08:00", "2030-04-30T10:00:00+08:00"
	var filed struct{ ID string }
	f.Post(f.child, "/v1/hours", log).Expect(200).Into(&filed)
	f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Refused(409, "guardian.not_under_14")
	f.Get(f.child, "/v1/me").Expect(200).Has(`"bound":true`)
	f.Get(f.child, "/v1/hours/"+filed.ID).Expect(200).Has(`"state":"claimed"`)
}

func TestGuardian_erasesWhatNothingNeedsAnyMore(t *testing.T) {
	f := newFamily(t)
	f.agreed()
	erase := path("/v1/children/%d/erase", f.kid.ID)
	f.Post(f.child, "/v1/me/rectifications", wrongPhone("号码应当是13900000008")).Expect(200)
	f.Post(f.mother, erase, map[string]any{"sure": false}).Refused(422, "guardian.not_sure")
	f.Post(f.mother, erase, map[string]any{"sure": true}).Expect(200).Has(`"erased":true`, "志愿服务记录")
	f.Get(f.staff, path("/v1/nodes/%d/rectifications", f.Community.ID)).Expect(200).Has("王小童", `"state":"withdrawn"`).HasNot("13900000008")
	f.Get(f.child, "/v1/me").Refused(401, "session.required")
	f.Get(f.mother, path("/v1/children/%d/data", f.kid.ID)).Expect(200).Has("王小童", "2016-05-01").HasNot("13900000007", "13900000008", "xiaotong", `"account"`)
	f.Post(f.Stranger("another"), "/v1/bindings", proof("13900000007")).Expect(200).Has(`"unmatched"`)
	f.audited(t, "child.erase", "account.close")
}

// TestGuardian_whoWithdrawsMeetsNothingHalfDone: what the child does at that moment is done before, and ends
// with the rest, or is refused.
func TestGuardian_whoWithdrawsMeetsNothingHalfDone(t *testing.T) {
	f := newFamily(t)
	g := f.agreed()
	const rivals = 12
	f.Race(rivals+1, func(i int) {
		if i == rivals/2 {
			f.Post(f.mother, "/v1/guardianships/"+g.ID+"/withdraw", nil).Expect(200)
			return
		}
		who, url := f.child, "/v1/hours"
		if i%2 == 0 {
			who, url = f.staff, path("/v1/people/%d/hours", f.kid.ID)
		}
		a := f.Post(who, url, onDay(3, fmt.Sprintf("%02d:00", 6+i), fmt.Sprintf("%02d:40", 6+i)))
		if code := codeOf(a); a.Status != 200 && code != "guardian.consent_required" && code != "guardian.child_without_consent" && code != "binding.required" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
	var left int64
	if err := f.DB.Read(t.Context()).Model(&model.Hours{}).Where("person_id = ? AND state <> ?", f.kid.ID, model.HoursVoid).Count(&left).Error; err != nil || left != 0 {
		t.Errorf("%d claims have outlived the consent (%v)", left, err)
	}
}
