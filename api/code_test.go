package api_test

import (
	"fmt"
	"strings"
	"testing"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/testkit/edge"
)

type code struct {
	ID, Code, Kind string
	RevokedAt      *string `json:"revoked_at"`
}

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func TestCode_makingAgainGivesTheOneThatIsValid(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var first, second code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&first)
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&second)
	if first.ID != second.ID || first.Code != second.Code || first.Kind != "unit" {
		t.Fatalf("%+v and %+v", first, second)
	}
	k.Get("", "/v1/units/"+first.Code).Expect(200).Has("1单元")
	k.Post(staff, path("/v1/nodes/%d/codes", o.Community.ID), nil).Expect(200).Has(`"kind":"community"`)
	k.Post(staff, path("/v1/nodes/%d/codes", o.Grid.ID), nil).Refused(409, "code.no_code_here")
}

func TestCode_manyAtOnceMakeOne(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	answers := make([]edge.Answer, 8)
	k.Race(len(answers), func(i int) {
		answers[i] = k.Do(k.API, staff, "POST", path("/v1/nodes/%d/codes", o.Unit.ID), nil)
	})
	made := map[string]bool{}
	for _, a := range answers {
		var c code
		a.Expect(200).Into(&c)
		made[c.Code] = true
	}
	if len(made) != 1 {
		t.Fatalf("%d codes for one unit", len(made))
	}
}

func TestCode_outsideTheScopeThereIsNone(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "外社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	var c code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&c)

	k.Post(foreign, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Refused(404, "node.not_found")
	k.Post(foreign, path("/v1/nodes/%d/codes", 999999), nil).Refused(404, "node.not_found")
	k.Post(foreign, "/v1/codes/"+c.ID+"/replace", map[string]string{"reason": "旧了"}).Refused(404, "code.not_found")
	k.Get(foreign, "/v1/codes/"+c.ID+"/image").Refused(404, "code.not_found")
	k.Get(foreign, path("/v1/nodes/%d/codes", o.Unit.ID)).Refused(404, "node.not_found")
	k.Post(chief, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Refused(403, "role.not_allowed")
	k.Get("", "/v1/codes/"+c.ID+"/image").Refused(401, "session.required")
	k.Get(k.SignIn(k.Person(o.Unit, "李小梅")), path("/v1/nodes/%d/codes", o.Unit.ID)).Refused(403, "role.not_allowed")
	k.Get(chief, path("/v1/nodes/%d/codes", o.Unit.ID)).Expect(200).Has(c.Code)
	for _, id := range []string{"abc", "0", "-1", "1e3", "%F0%9F%98%80", "%00"} {
		k.Get(staff, "/v1/nodes/"+id+"/codes").Refused(422, "http.invalid")
	}
	k.Get(staff, "/v1/nodes/9999999999999999999/codes").Refused(404, "node.not_found")
}

func TestCode_replacedCodeIsGoneAtOnceEverywhere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	other, elsewhere := k.Replica()
	var old, fresh code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&old)
	k.Get("", "/v1/units/"+old.Code).Expect(200)
	k.Do(elsewhere, "", "GET", "/v1/units/"+old.Code, nil).Expect(200)

	k.Post(staff, "/v1/codes/"+old.ID+"/replace", map[string]string{"reason": "海报被撕掉了"}).Expect(200).Into(&fresh)
	k.Get("", "/v1/units/"+old.Code).Refused(410, "code.revoked").Has("新贴的码")
	k.Get("", "/v1/units/"+fresh.Code).Expect(200)
	if err := other.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(elsewhere, "", "GET", "/v1/units/"+old.Code, nil).Refused(410, "code.revoked")

	k.Post(staff, "/v1/codes/"+old.ID+"/replace", map[string]string{"reason": "再换"}).Refused(409, "code.already_revoked")
	k.Get(staff, "/v1/codes/"+old.ID+"/image").Refused(410, "code.revoked")
	k.Get(staff, path("/v1/nodes/%d/codes", o.Unit.ID)).Expect(200).Has("海报被撕掉了", fresh.Code)
	k.Post(staff, "/v1/codes/"+fresh.ID+"/replace", map[string]string{"reason": " \u200b"}).Refused(422, "text.forbidden_characters")
	k.Post(staff, "/v1/codes/"+fresh.ID+"/replace", map[string]string{"reason": "   "}).Refused(422, "text.empty")
}

func TestCode_revokedCodeIsGoneAndNoneTakesItsPlaceUntilOneIsMade(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "外社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	other, elsewhere := k.Replica()
	why := map[string]string{"reason": "海报被拿到别处张贴"}
	for _, at := range []struct {
		node int64
		old  string // what the old poster says
	}{{o.Unit.ID, "请扫楼道里新贴的码"}, {o.Community.ID, "请扫社区新贴的码"}} {
		var old, revoked, fresh code
		k.Post(staff, path("/v1/nodes/%d/codes", at.node), nil).Expect(200).Into(&old)
		k.Post(foreign, "/v1/codes/"+old.ID+"/revoke", why).Refused(404, "code.not_found")
		k.Post(chief, "/v1/codes/"+old.ID+"/revoke", why).Refused(403, "role.not_allowed")
		k.Post(staff, "/v1/codes/"+old.ID+"/revoke", map[string]string{"reason": "   "}).Refused(422, "text.empty")
		k.Post(staff, "/v1/codes/"+old.ID+"/revoke", map[string]string{}).Refused(422, "http.invalid")
		k.Get("", "/v1/scenes/"+old.Code).Expect(200).HasNot("revoked")
		k.Do(elsewhere, "", "GET", "/v1/units/"+old.Code, nil) // a unit's is kept in memory from here on
		k.Get("", "/v1/units/"+old.Code)

		k.Post(staff, "/v1/codes/"+old.ID+"/revoke", why).Expect(200).Has("海报被拿到别处张贴").Into(&revoked)
		if revoked.ID != old.ID || revoked.RevokedAt == nil {
			t.Fatalf("%+v", revoked)
		}
		k.Get("", "/v1/scenes/"+old.Code).Expect(200).Has(`"is":"revoked"`, at.old)
		if err := other.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
		if at.node == o.Unit.ID {
			k.Get("", "/v1/units/"+old.Code).Refused(410, "code.revoked").Has(at.old)
			k.Do(elsewhere, "", "GET", "/v1/units/"+old.Code, nil).Refused(410, "code.revoked")
		}
		var list struct{ Items []code }
		if k.Get(staff, path("/v1/nodes/%d/codes", at.node)).Expect(200).Into(&list); len(list.Items) != 1 {
			t.Fatalf("another took its place: %+v", list)
		}
		k.Post(staff, "/v1/codes/"+old.ID+"/revoke", why).Refused(409, "code.already_revoked")
		k.Post(staff, "/v1/codes/"+old.ID+"/replace", why).Refused(409, "code.already_revoked")

		k.Post(staff, path("/v1/nodes/%d/codes", at.node), nil).Expect(200).Into(&fresh)
		if fresh.ID == old.ID || fresh.Code == old.Code || fresh.RevokedAt != nil {
			t.Fatalf("%+v after %+v", fresh, old)
		}
		k.Get("", "/v1/scenes/"+fresh.Code).Expect(200).HasNot("revoked")
	}
}

func TestPosters_listUnitsAndTheirValidCodes(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	all := path("/v1/nodes/%d/posters", o.Community.ID)
	k.Get(staff, all).Expect(200).Has(`"kind":"community"`, o.Building.Name+o.Unit.Name, o.NextDoor.Name, o.FarUnit.Name).HasNot("code_id")

	var made, fresh code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&made)
	k.Get(staff, all).Expect(200).Has(path(`"code_id":"%s"`, made.ID))
	k.Post(staff, "/v1/codes/"+made.ID+"/replace", map[string]string{"reason": "海报被撕掉了"}).Expect(200).Into(&fresh)
	k.Get(chief, path("/v1/nodes/%d/posters", o.Unit.ID)).Expect(200).Has(path(`"code_id":"%s"`, fresh.ID)).HasNot(o.NextDoor.Name)

	k.Get(chief, all).Refused(404, "node.not_found")
	k.Get(foreign, all).Refused(404, "node.not_found")
}

// TestCode_ofAPlaqueIsReplacedOrGoesWithIt: nothing makes a new code for a plaque that hangs on a door.
func TestCode_ofAPlaqueIsReplacedOrGoesWithIt(t *testing.T) {
	d := newDoor(t)
	_, staff := d.Officer(model.CommunityStaff, d.o.Community, "陈社工")
	d.installed()
	var list struct{ Items []code }
	d.Get(staff, path("/v1/nodes/%d/codes", d.o.Unit.ID)).Expect(200).Into(&list)
	c := list.Items[0]
	d.Post(staff, "/v1/codes/"+c.ID+"/revoke", because).Refused(409, "code.of_plaque")
	d.Get("", "/v1/plaques/scan/"+c.Code).Expect(200).Has(`"state":"genuine"`)
	d.Post(staff, "/v1/codes/"+c.ID+"/replace", because).Expect(200).Has(`"kind":"plaque"`)
	d.Post(staff, "/v1/codes/"+c.ID+"/revoke", because).Refused(409, "code.already_revoked")
}

func TestCode_replacedTwiceAtOnceLeavesOneValid(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var c code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&c)
	answers := make([]edge.Answer, 4)
	k.Race(len(answers), func(i int) {
		answers[i] = k.Do(k.API, staff, "POST", "/v1/codes/"+c.ID+"/replace", map[string]string{"reason": "海报被撕掉了"})
	})
	done := 0
	for _, a := range answers {
		if a.Status == 200 {
			done++
		} else {
			a.Refused(409, "code.already_revoked")
		}
	}
	var list struct{ Items []code }
	k.Get(staff, path("/v1/nodes/%d/codes", o.Unit.ID)).Expect(200).Into(&list)
	if done != 1 || len(list.Items) != 2 {
		t.Fatalf("%d replaced, %d codes", done, len(list.Items))
	}
}

func TestCodePicture_isMadeOnceAndKept(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var c code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&c)
	answers := make([]edge.Answer, 8)
	k.Race(len(answers), func(i int) { answers[i] = k.Do(k.API, staff, "GET", "/v1/codes/"+c.ID+"/image", nil) })
	for _, a := range answers {
		a.Expect(200).Has("\xff\xd8\xff", "pages/unit/index?scene="+c.Code)
		if a.Header.Get("Content-Type") != "image/jpeg" {
			t.Fatal(a.Header)
		}
	}
	if n := k.WeChat.Pictures(); n != 1 {
		t.Fatalf("WeChat was asked %d times", n)
	}
	k.WeChat.Fail(fault.New(fault.Unavailable, "wechat.unavailable", "微信没有回应"))
	k.Get(staff, "/v1/codes/"+c.ID+"/image").Expect(200)
}

func TestCodePicture_whileWeChatIsDownTheCodeStaysValid(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var c code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&c)
	k.WeChat.Fail(fmt.Errorf("connection reset"))
	k.Get(staff, "/v1/codes/"+c.ID+"/image").Refused(503, "code.picture_unavailable").HasNot("reset")
	k.Get("", "/v1/units/"+c.Code).Expect(200)
	k.WeChat.Fail(nil)
	k.Get(staff, "/v1/codes/"+c.ID+"/image").Expect(200)
}

func TestScene_saysWhatWasScanned(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var unit, community code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Unit.ID), nil).Expect(200).Into(&unit)
	k.Post(staff, path("/v1/nodes/%d/codes", o.Community.ID), nil).Expect(200).Into(&community)
	k.Get("", "/v1/scenes/"+unit.Code).Expect(200).Has(`"is":"unit"`, "pages/unit/index")
	k.Get("", "/v1/scenes/"+community.Code).Expect(200).Has(`"is":"community"`, "pages/community/index", "先锋社区")
	k.Post(staff, "/v1/codes/"+unit.ID+"/replace", map[string]string{"reason": "旧了"}).Expect(200)
	k.Get("", "/v1/scenes/"+unit.Code).Expect(200).Has(`"is":"revoked"`, "新贴的码")
	for _, s := range []string{"NOSUCHCODE00", "%00", "%F0%9F%98%80", strings.Repeat("A", 33), "%E2%80%AE"} {
		k.Get("", "/v1/scenes/"+s).Expect(200).Has(`"is":"unknown"`, "没有这个码")
	}
	if a := k.Get("", "/v1/scenes/"+strings.Repeat("A", 65)); a.Status != 422 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
}
