package api_test

import (
	"testing"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func found(k *edge.Kit, token string, at model.Node, kind, name string) edge.Answer {
	k.Helper()
	return k.Post(token, nodePath(at, "/party-orgs"), body{"kind": kind, "name": name})
}

func orgID(a edge.Answer) string {
	var v struct{ ID string }
	a.Expect(200).Into(&v)
	return v.ID
}

func TestFoundPartyOrg_oneAtEachLevelByWhoeverMay(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	_, branchSecretary := k.Officer(model.BranchSecretary, o.Grid, "卫书记")
	found(k, secretary, o.Community, "community_committee", "先锋社区党委").Refused(403, "party.not_yours")
	found(k, admin, o.Community, "community_committee", "先锋社区党委").Expect(200).Has("社区党委")
	found(k, admin, o.Community, "general_branch", "先锋社区党总支").Refused(409, "party.exists")
	found(k, admin, o.OtherCommunity, "general_branch", "东正社区党总支").Expect(200)
	found(k, branchSecretary, o.Grid, "grid_branch", "第一网格党支部").Refused(403, "party.not_yours")
	id := orgID(found(k, secretary, o.Grid, "grid_branch", "第一网格党支部"))
	found(k, secretary, o.ForeignGrid, "grid_branch", "别家党支部").Refused(404, "node.not_found")
	found(k, secretary, o.Unit, "grid_branch", "x").Refused(422, "party.node_unfit")
	found(k, secretary, o.Grid, "unit_group", "x").Refused(422, "party.node_unfit")
	found(k, secretary, o.Grid, "cell", "x").Refused(422, "http.invalid")
	found(k, secretary, o.OtherGrid, "grid_branch", "\u202e").Refused(422, "text.forbidden_characters")
	_, chief := k.Officer(model.GridChief, o.Grid, "钱网格")
	found(k, chief, o.Grid, "grid_branch", "x").Refused(403, "role.not_allowed")

	k.Get(admin, nodePath(o.District, "/party-orgs/count")).Expect(200).
		Has(`"community_committees":1`, `"general_branches":1`, `"grid_branches":1`, `"unit_groups":0`)
	k.Get(secretary, nodePath(o.Community, "/party-orgs")).Expect(200).Has("先锋社区党委", "第一网格党支部").HasNot("东正")
	k.Get(secretary, nodePath(o.Community, "/party-orgs?limit=1")).Expect(200).Has(`"next"`).HasNot("第一网格党支部")
	k.Get(secretary, nodePath(o.OtherCommunity, "/party-orgs")).Refused(404, "node.not_found")
	k.Get(secretary, nodePath(o.District, "/party-orgs/count")).Refused(404, "node.not_found")

	rename := func(token string) edge.Answer {
		return k.Post(token, "/v1/party-orgs/"+id+"/rename", body{"name": "先锋第一党支部"})
	}
	dissolve := func(token string) edge.Answer {
		return k.Post(token, "/v1/party-orgs/"+id+"/dissolve", body{"reason": "网格调整"})
	}
	_, foreign := k.Officer(model.CommunitySecretary, o.OtherCommunity, "吴书记")
	rename(foreign).Refused(404, "party.not_found")
	dissolve(foreign).Refused(404, "party.not_found")
	dissolve(branchSecretary).Refused(403, "party.not_yours")
	rename(secretary).Expect(200).Has("先锋第一党支部")
	k.Get(secretary, nodePath(o.Grid, "")).Expect(200).Has("先锋第一党支部")
	dissolve(secretary).Expect(200).Has("ended_at")
	dissolve(secretary).Refused(409, "party.ended")
	rename(secretary).Refused(409, "party.ended")
	k.Post(secretary, "/v1/party-orgs/999999/dissolve", body{"reason": "x"}).Refused(404, "party.not_found")
	found(k, secretary, o.Grid, "grid_branch", "第一网格党支部").Expect(200)
}

func TestFoundPartyOrg_unitGroupNeedsAMemberAsUnitChief(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, secretary := k.Officer(model.BranchSecretary, o.Grid, "卫书记")
	group := func() edge.Answer { return found(k, secretary, o.Unit, "unit_group", "3栋1单元党小组") }
	group().Refused(409, "party.chief_no_member")
	k.Person(o.Unit, "张党员", testkit.Membership(model.Member))
	k.Appoint(k.Person(o.Unit, "赵单元"), model.UnitChief, o.Unit)
	group().Refused(409, "party.chief_no_member")
	member := k.Person(o.Unit, "王建国", testkit.Membership(model.InServiceMember))
	k.Appoint(member, model.UnitChief, o.Unit)
	group().Expect(200).Has("单元党小组")
	found(k, secretary, o.FarUnit, "unit_group", "x").Refused(404, "node.not_found")
}

func TestFoundPartyOrg_twoAtOnceFoundOne(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	status := make([]int, 6)
	k.Race(len(status), func(i int) { status[i] = found(k, token, o.Grid, "grid_branch", "第一网格党支部").Status })
	if wins := count(status...); wins != 1 {
		t.Fatalf("%d wins: %v", wins, status)
	}
}
