package api_test

import (
	"net/http"
	"testing"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestIdentityCounts_areRightAfterEveryChangeAndOnEveryReplica(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	other, elsewhere := k.Replica()
	_, street := k.Officer(model.StreetStaff, o.Street, "钱街道")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	here := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)))
	k.Person(o.Unit, "李小梅")
	resident := k.SignIn(k.Person(o.FarUnit, "刘建军"))
	abroad := k.SignIn(k.Person(o.ForeignUnit, "孙外", testkit.Membership(model.InServiceMember)))

	// counts asks both servers, of the street, the community, the other community, and the unit.
	counts := func(ofStreet, ofCommunity, ofOther, ofUnit string) {
		t.Helper()
		if err := other.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
		for node, want := range map[int64]string{o.Street.ID: ofStreet, o.Community.ID: ofCommunity, o.OtherCommunity.ID: ofOther, o.Unit.ID: ofUnit} {
			for _, server := range []http.Handler{k.API, elsewhere} {
				k.Do(server, street, "GET", path("/v1/nodes/%d/identity-counts", node), nil).Expect(200).Has(want)
			}
		}
	}
	counts(
		`"units":4,"members":2,"showing":0,"not_yet":2,"plaques_installed":0,"groups_bound":0,"checked_in":0`,
		`"units":3,"members":1,"showing":0,"not_yet":1,"plaques_installed":0`,
		`"units":1,"members":1,"showing":0,"not_yet":1`, `"units":1,"members":1,"showing":0`)

	k.Post(abroad, "/v1/displays", form(nil)).Expect(200)
	counts(`"members":2,"showing":1,"not_yet":1`, `"members":1,"showing":0`, `"members":1,"showing":1,"not_yet":0`, `"showing":0`)

	k.Post(here, "/v1/displays", form(nil)).Expect(200)
	k.Post(chief, path("/v1/nodes/%d/group", o.Unit.ID), card("group1")).Expect(200)
	var p struct{ ID string }
	k.Post(here, "/v1/plaques", nil).Expect(200).Into(&p)
	k.Post(secretary, "/v1/plaques/"+p.ID+"/approve", nil).Expect(200)
	k.Post(chief, "/v1/plaques/"+p.ID+"/install", nil).Expect(200)
	counts(`"showing":2,"not_yet":0,"plaques_installed":1,"groups_bound":1`, `"showing":1,"not_yet":0,"plaques_installed":1,"groups_bound":1`,
		`"showing":1,"not_yet":0,"plaques_installed":0,"groups_bound":0`, `"plaques_installed":1,"groups_bound":1`)

	var c code
	k.Post(staff, path("/v1/nodes/%d/codes", o.Community.ID), nil).Expect(200).Into(&c)
	var in struct{ ID string }
	k.Post(resident, "/v1/check-ins", map[string]string{"community_code": c.Code, "work_unit": "教育局"}).Expect(200).Into(&in)
	k.Post(staff, "/v1/check-ins/"+in.ID+"/accept", sure).Expect(200)
	counts(`"members":3,"showing":2,"not_yet":1`, `"members":2,"showing":1,"not_yet":1`, `"members":1,"showing":1`, `"checked_in":0`)
	k.Get(street, path("/v1/nodes/%d/identity-counts", o.OtherGrid.ID)).Expect(200).Has(`"members":1,"showing":0`, `"checked_in":1`)

	k.Post(here, "/v1/displays/withdraw", nil).Expect(200)
	k.Post(resident, "/v1/check-ins/"+in.ID+"/end", because).Expect(200)
	counts(`"members":2,"showing":1,"not_yet":1`, `"members":1,"showing":0,"not_yet":1`, `"members":1,"showing":1`, `"showing":0,"not_yet":1`)
}

func TestIdentityCounts_areForThoseWhoMayKnowMembers(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	_, auditor := k.Officer(model.Auditor, o.District, "审计员")
	k.Get(chief, path("/v1/nodes/%d/identity-counts", o.Unit.ID)).Expect(200)
	for _, n := range []model.Node{o.NextDoor, o.Building, o.Grid, o.Community, o.District} {
		k.Get(chief, path("/v1/nodes/%d/identity-counts", n.ID)).Refused(404, "node.not_found")
	}
	k.Get(chief, path("/v1/nodes/%d/identity-counts", 999999)).Refused(404, "node.not_found")
	k.Get(resident, path("/v1/nodes/%d/identity-counts", o.Unit.ID)).Refused(403, "role.not_allowed")
	k.Get(auditor, path("/v1/nodes/%d/identity-counts", o.Unit.ID)).Refused(403, "role.not_allowed")
	k.Get("", path("/v1/nodes/%d/identity-counts", o.Unit.ID)).Refused(401, "session.required")
}
