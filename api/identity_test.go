package api_test

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
)

// TestIdentity_everyChangeIsInTheAuditLogWithoutPersonalData walks through the whole job.
func TestIdentity_everyChangeIsInTheAuditLogWithoutPersonalData(t *testing.T) {
	d := newDoor(t)
	_, staff := d.Officer(model.CommunityStaff, d.o.Community, "陈社工")
	var unit, community, checkedIn code
	d.Post(staff, path("/v1/nodes/%d/codes", d.o.Unit.ID), nil).Expect(200).Into(&unit)
	d.Post(staff, path("/v1/nodes/%d/codes", d.o.Community.ID), nil).Expect(200).Into(&community)
	d.Get(staff, "/v1/codes/"+unit.ID+"/image").Expect(200)
	d.Post(staff, "/v1/codes/"+unit.ID+"/replace", because).Expect(200).Into(&unit)
	d.Post(staff, "/v1/codes/"+unit.ID+"/revoke", because).Expect(200)
	d.Post(d.chief, path("/v1/nodes/%d/group", d.o.Unit.ID), card("group1")).Expect(200)
	d.Post(d.token, "/v1/group-entries", card("group1")).Expect(200)
	d.Post(d.token, "/v1/displays", form(map[string]any{"in_group": true})).Expect(200)
	d.Post(d.token, "/v1/displays", form(map[string]any{"in_group": true, "name_form": "full"})).Expect(200)
	d.Do(d.API, d.chief, "DELETE", path("/v1/nodes/%d/group", d.o.Unit.ID), nil).Expect(200)
	d.Post(d.chief, d.installed()+"/remove", because).Expect(200)
	d.Post(d.secretary, d.apply()+"/refuse", because).Expect(200)
	d.Post(d.token, "/v1/displays/withdraw", nil).Expect(200)
	in := map[string]string{"community_code": community.Code, "work_unit": "教育局"}
	worker := d.SignIn(d.Person(d.o.Unit, "刘洋"))
	d.Post(worker, "/v1/check-ins", in).Expect(200).Into(&checkedIn)
	d.Post(staff, "/v1/check-ins/"+checkedIn.ID+"/refuse", because).Expect(200)
	d.Post(worker, "/v1/check-ins", in).Expect(200).Into(&checkedIn)
	d.Post(staff, "/v1/check-ins/"+checkedIn.ID+"/accept", sure).Expect(200)
	d.Post(worker, "/v1/check-ins/"+checkedIn.ID+"/end", because).Expect(200)

	var log []model.Audit
	d.Tx(func(tx *gorm.DB) error { return tx.Order("id").Find(&log).Error })
	var actions []string
	for _, a := range log {
		actions = append(actions, a.Action)
		if a.PersonID == 0 || a.UserID == 0 {
			t.Errorf("%s names nobody who did it", a.Action)
		}
		for _, secret := range []string{"张", "卫东", "修水管", "有事找我", "group1", "教育局", "材料不齐"} {
			if strings.Contains(a.Detail, secret) {
				t.Errorf("%s holds %q: %s", a.Action, secret, a.Detail)
			}
		}
	}
	for _, want := range []string{
		"code.make", "code.keep_picture", "code.replace", "code.revoke", "group.bind", "group.enter", "consent.give", "display.show", "display.change", "group.unbind",
		"plaque.apply", "plaque.approved", "plaque.installed", "plaque.removed", "plaque.refused", "display.end", "consent.withdraw",
		"check_in.apply", "check_in.refused", "check_in.accepted", "check_in.ended", "person.change",
	} {
		if !slices.Contains(actions, want) {
			t.Errorf("no %s in %v", want, actions)
		}
	}
}

func TestIdentity_sameKeyHappensOnce(t *testing.T) {
	d := newDesk(t)
	person := d.SignIn(d.Person(d.o.Unit, "张卫东"))
	first := d.Post(person, "/v1/check-ins", d.at("教育局"), "Idempotency-Key", "key-12345").Expect(200)
	again := d.Post(person, "/v1/check-ins", d.at("教育局"), "Idempotency-Key", "key-12345").Expect(200)
	if string(first.Body) != string(again.Body) || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("%s and %s", first.Body, again.Body)
	}
	_, chief := d.Officer(model.UnitChief, d.o.Unit, "王建国")
	group := path("/v1/nodes/%d/group", d.o.Unit.ID)
	d.Post(chief, group, card("group1"), "Idempotency-Key", "key-67890").Expect(200)
	d.Tx(func(tx *gorm.DB) error { return tx.Exec("UPDATE users SET session_key = NULL").Error })
	d.Post(chief, group, card("group1"), "Idempotency-Key", "key-67890").Expect(200)
}

func TestIdentity_listsGoOnWhereTheLastPageEnded(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"张一", "李二", "王三"} {
		d.apply(d.SignIn(d.Person(d.o.Unit, name)), "教育局")
	}
	var page struct {
		Items []struct{ Name string }
		Next  string
	}
	list := path("/v1/nodes/%d/check-ins?limit=2", d.o.Community.ID)
	d.Get(d.staff, list).Expect(200).Into(&page)
	if len(page.Items) != 2 || page.Items[0].Name != "王*" || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	d.Get(d.staff, list+"&cursor="+page.Next).Expect(200).Has("张*").HasNot("王*", "李*", "next")
	d.Get(d.staff, list+"&cursor=nonsense").Refused(422, "cursor.invalid")
}
