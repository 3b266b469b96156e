package api_test

import (
	"testing"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func wrongPhone(words string) map[string]any {
	return map[string]any{"what": "phone", "words": words}
}

func TestRectification_askedAnsweredAndSeenByTheirOwn(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	neighbour := k.SignIn(k.Person(o.Unit, "赵大力"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	_, elsewhere := k.Officer(model.CommunityStaff, o.OtherCommunity, "方社工")

	var r struct{ ID, State string }
	k.Post(resident, "/v1/me/rectifications", wrongPhone("号码换了")).Expect(200).Has(`"state":"asked"`, "等社区核实").Into(&r)
	k.Post(resident, "/v1/me/rectifications", wrongPhone("又换了")).Refused(409, "rectification.open_already")
	k.Post(resident, "/v1/me/rectifications", map[string]any{"what": "phone", "words": " "}).Refused(422, "text.empty")
	k.Get(staff, "/v1/notices").Expect(200).Has("有居民请求改正信息", "李**").HasNot("李小梅", "号码换了")
	k.Get(staff, path("/v1/nodes/%d/rectifications?state=asked", o.Community.ID)).Expect(200).Has("李小梅", "号码换了")
	k.Get(elsewhere, path("/v1/nodes/%d/rectifications", o.Community.ID)).Refused(404, "node.not_found")

	done := "/v1/rectifications/" + r.ID + "/done"
	answer := map[string]any{"answer": "已经改好"}
	k.Post(elsewhere, done, answer).Refused(404, "rectification.not_found")
	k.Post(neighbour, "/v1/rectifications/"+r.ID+"/withdraw", nil).Refused(404, "rectification.not_found")
	k.Post(staff, done, answer).Expect(200).Has(`"state":"done"`, "李小梅")
	k.Post(staff, "/v1/rectifications/"+r.ID+"/refuse", answer).Refused(409, "rectification.answered_already")
	k.Post(resident, "/v1/rectifications/"+r.ID+"/withdraw", nil).Refused(409, "rectification.answered_already")

	k.Get(resident, "/v1/me/rectifications").Expect(200).Has("已经改正", "已经改好")
	k.Get(resident, "/v1/notices").Expect(200).Has("改正申请有了答复", "pages/rectify/index")
	k.Get(resident, "/v1/me/data").Expect(200).Has("号码换了", "已经改好")
	k.Get(neighbour, "/v1/me/rectifications").Expect(200).HasNot("号码换了")
	_, auditor := k.Officer(model.Auditor, o.District, "审计员")
	k.Get(auditor, path("/v1/nodes/%d/audit", o.Unit.ID)).Expect(200).Has("rectification.ask", "rectification.read", "rectification.done").HasNot("号码换了")
}

func TestRectification_withdrawnMayBeAskedAnewAndNobodyAnswersTheirOwn(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	var r struct{ ID string }
	k.Post(resident, "/v1/me/rectifications", wrongPhone("号码换了")).Expect(200).Into(&r)
	k.Post(resident, "/v1/rectifications/"+r.ID+"/withdraw", nil).Expect(200).Has(`"state":"withdrawn"`)
	k.Post(resident, "/v1/me/rectifications", wrongPhone("号码换了")).Expect(200)

	k.Post(staff, "/v1/me/rectifications", wrongPhone("我的号码换了")).Expect(200).Into(&r)
	k.Post(staff, "/v1/rectifications/"+r.ID+"/done", map[string]any{"answer": "改好"}).Refused(403, "rectification.own")
}

// Nobody waits for an answer that nobody can give: whose record no community keeps is told who helps.
func TestRectification_ofWhoServesAboveTheCommunitiesSaysWhoHelps(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	for role, at := range map[model.Role]model.Node{model.StreetStaff: o.Street, model.DistrictAdmin: o.District} {
		_, token := k.Officer(role, at, "孙丽")
		k.Post(token, "/v1/me/rectifications", wrongPhone("我的号码换了")).Refused(409, "rectification.no_community")
	}
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	k.Post(secretary, "/v1/me/rectifications", wrongPhone("我的号码换了")).Expect(200)
}
