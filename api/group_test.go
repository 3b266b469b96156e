package api_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func card(group string) map[string]string {
	return map[string]string{"encrypted_data": group, "iv": "aXY="}
}

func TestGroup_oneGroupAUnitAndOneUnitAGroup(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, next := k.Officer(model.UnitChief, o.NextDoor, "赵四海")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	unit, nextDoor := path("/v1/nodes/%d/group", o.Unit.ID), path("/v1/nodes/%d/group", o.NextDoor.ID)

	k.Post(chief, unit, card("group1")).Expect(200)
	k.Post(chief, unit, card("group1")).Expect(200)
	k.Post(chief, unit, card("group2")).Refused(409, "group.unit_has_one")
	k.Post(next, nextDoor, card("group1")).Refused(409, "group.bound_elsewhere")
	k.Post(next, unit, card("group1")).Refused(404, "node.not_found")
	k.Post(staff, path("/v1/nodes/%d/group", o.Grid.ID), card("group3")).Refused(409, "group.not_a_unit")
	k.Post(k.SignIn(k.Person(o.Unit, "李小梅")), unit, card("group1")).Refused(403, "role.not_allowed")

	k.Do(k.API, next, "DELETE", unit, nil).Refused(404, "node.not_found")
	k.Do(k.API, next, "DELETE", nextDoor, nil).Refused(409, "group.not_bound")
	k.Do(k.API, chief, "DELETE", unit, nil).Expect(200)
	k.Post(next, nextDoor, card("group1")).Expect(200)
}

func TestGroup_boundTwiceAtOnceGoesToOneUnit(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, a := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, b := k.Officer(model.UnitChief, o.NextDoor, "赵四海")
	answers := make([]edge.Answer, 2)
	k.Race(2, func(i int) {
		answers[i] = k.Do(k.API, []string{a, b}[i], "POST", path("/v1/nodes/%d/group", []int64{o.Unit.ID, o.NextDoor.ID}[i]), card("group1"))
	})
	if answers[0].Status+answers[1].Status != 200+409 {
		t.Fatalf("%s and %s", answers[0].Body, answers[1].Body)
	}
}

func TestGroup_whoEnteredFromItMayShowThere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	member := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)))
	neighbour := k.SignIn(k.Person(o.Unit, "李小梅"))
	outsider := k.SignIn(k.Person(o.NextDoor, "孙外"))
	members := path("/v1/nodes/%d/group/members", o.Unit.ID)
	k.Post(member, "/v1/group-entries", card("group1")).Refused(404, "group.unknown")
	k.Post(chief, path("/v1/nodes/%d/group", o.Unit.ID), card("group1")).Expect(200)
	k.Post(member, "/v1/displays", form(map[string]any{"in_group": true})).Refused(409, "display.not_from_group")

	k.Post(member, "/v1/group-entries", card("group1")).Expect(200).Has("1单元", `"may_show":true`)
	k.Post(member, "/v1/group-entries", card("group1")).Expect(200)
	k.Post(member, "/v1/displays", form(map[string]any{"name_form": "full", "on_page": false, "in_group": true})).Expect(200)
	k.Get(member, "/v1/displays/mine").Expect(200).Has(`"group":{"name":"张卫东"`).HasNot("passer_by", "neighbour")

	k.Get(neighbour, members).Refused(404, "group.not_found")
	k.Get(chief, members).Expect(200).Has("张卫东")
	k.Post(neighbour, "/v1/group-entries", card("group1")).Expect(200)
	k.Get(neighbour, members).Expect(200).Has("张卫东", "修水管")
	// The group is a hint, never a proof of living there.
	k.Post(outsider, "/v1/group-entries", card("group1")).Expect(200).Has(`"may_show":false`)
	k.Get(outsider, members).Expect(200).Has("张同志").HasNot("张卫东", "修水管")
	k.Get(outsider, path("/v1/nodes/%d/group/members", o.NextDoor.ID)).Refused(404, "group.not_found")

	k.Post(member, "/v1/displays/withdraw", nil).Expect(200)
	k.Get(neighbour, members).Expect(200).HasNot("张")
}

func TestGroup_unboundShowsNobodyAlsoNotInTheNextGroup(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	both := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)))
	only := k.SignIn(k.Person(o.Unit, "刘建军", testkit.Membership(model.Member)))
	group := path("/v1/nodes/%d/group", o.Unit.ID)
	k.Post(chief, group, card("group1")).Expect(200)
	for _, m := range []string{both, only} {
		k.Post(m, "/v1/group-entries", card("group1")).Expect(200)
	}
	k.Post(both, "/v1/displays", form(map[string]any{"in_group": true})).Expect(200)
	k.Post(only, "/v1/displays", form(map[string]any{"on_page": false, "in_group": true})).Expect(200)
	k.Get(chief, group+"/members").Expect(200).Has("张同志", "刘同志")

	k.Do(k.API, chief, "DELETE", group, nil).Expect(200)
	k.Get(chief, group+"/members").Refused(404, "group.not_found")
	k.Get(both, "/v1/displays/mine").Expect(200).Has(`"in_group":false`)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
	k.Get(only, "/v1/displays/mine").Expect(200).HasNot("preview")
	k.Post(chief, group, card("group2")).Expect(200)
	k.Get(chief, group+"/members").Expect(200).HasNot("张", "刘")
}

func TestGroup_whoChangedTheirAccountEntersAgainBeforeTheyAreShown(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	member := k.SignIn(p)
	group := path("/v1/nodes/%d/group", o.Unit.ID)
	k.Post(chief, group, card("group1")).Expect(200)
	k.Post(member, "/v1/group-entries", card("group1")).Expect(200)
	k.Post(member, "/v1/displays", form(map[string]any{"in_group": true})).Expect(200)
	k.Get(chief, group+"/members").Expect(200).Has("张同志")
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.SignIn(tx, "new-account", "", "key", k.Clock.Now())
		if err != nil {
			return err
		}
		return tx.Model(&model.Binding{}).Where("active_person_id = ?", p.ID).Updates(map[string]any{"user_id": u.ID, "active_user_id": u.ID}).Error
	})
	k.Get(chief, group+"/members").Expect(200).HasNot("张")
}

func TestGroup_withoutAGoodSessionKeySaysSignInAgain(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	group := path("/v1/nodes/%d/group", o.Unit.ID)
	k.WeChat.Fail(fault.New(fault.Invalid, "wechat.group_data_invalid", "群信息无法识别"))
	k.Post(chief, group, card("group1")).Refused(409, "group.sign_in_again")
	k.Post(chief, "/v1/group-entries", card("group1")).Refused(409, "group.sign_in_again")
	k.WeChat.Fail(nil)
	k.Tx(func(tx *gorm.DB) error { return tx.Exec("UPDATE users SET session_key = NULL").Error })
	k.Post(chief, group, card("group1")).Refused(409, "group.sign_in_again").Has("重新登录")
	k.Post(chief, group, map[string]string{"encrypted_data": "😀", "iv": "x"}).Refused(422, "http.invalid")
	k.Post(chief, group, map[string]string{"encrypted_data": "", "iv": ""}).Refused(422, "http.invalid")
}

func TestGroup_itsIdIsSealed(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	k.Post(chief, path("/v1/nodes/%d/group", o.Unit.ID), card("group1")).Expect(200)
	k.Tx(func(tx *gorm.DB) error {
		var stored []byte
		err := tx.Raw("SELECT gid FROM unit_groups").Row().Scan(&stored)
		if len(stored) == 0 || stored[0] != 1 || string(stored) == "group1" {
			t.Errorf("stored as %q", stored)
		}
		return err
	})
}
