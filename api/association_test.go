package api_test

import (
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func (s *square) association(token string, at model.Node, name string, lead model.Person) string {
	s.Helper()
	var a struct{ ID string }
	s.Post(token, path("/v1/nodes/%d/associations", at.ID), map[string]any{"kind": "arts", "name": name, "lead_id": digits(lead.ID)}).Expect(200).Into(&a)
	return a.ID
}

func TestAssociation_itsLeadMakesActivitiesForItUntilTheyHandOver(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead, next := s.Person(s.o.Unit, "李小梅"), s.Person(s.o.FarUnit, "张卫东")
	leads, follows := s.SignIn(lead), s.SignIn(next)
	id := s.association(staff, s.o.Community, "夕阳红合唱队", lead)
	s.told(lead, "“夕阳红合唱队”的负责人", 1)
	s.Get(leads, "/v1/associations/mine").Expect(200).Has("夕阳红合唱队", "文艺")

	of := map[string]any{"association_id": id}
	a := s.make(leads, s.o.Community, of)
	s.Get("", a).Expect(200).Has("夕阳红合唱队").HasNot("李小梅")
	s.Get(leads, a).Expect(200).Has(`"organiser":true`)
	s.Get(follows, "/v1/associations/"+id+"/activities").Expect(200).Has("楼道大扫除")
	community := path("/v1/nodes/%d/activities", s.o.Community.ID)
	s.Post(leads, community, plan(nil)).Refused(404, "node.not_found")
	s.Post(leads, path("/v1/nodes/%d/activities", s.o.Grid.ID), plan(of)).Refused(404, "association.not_found")
	s.Post(follows, community, plan(of)).Refused(404, "association.not_found")
	for _, audience := range []string{"members", "in_service"} {
		s.Post(leads, community, plan(map[string]any{"association_id": id, "audience": audience})).Refused(403, "activity.audience_not_yours")
	}
	// What an officer makes for members in the association's name is not for its lead to see into.
	members := s.make(staff, s.o.Community, map[string]any{"association_id": id, "audience": "members"})
	s.Get(leads, members+"/sign-ups").Refused(404, "activity.not_found")
	others := s.make(staff, s.o.Community, nil)
	s.Get(leads, others+"/sign-ups").Refused(404, "activity.not_found")

	s.Post(staff, "/v1/associations/"+id+"/hand-over", map[string]any{"lead_id": digits(lead.ID)}).Refused(409, "association.same_lead")
	s.Post(staff, "/v1/associations/"+id+"/hand-over", map[string]any{"lead_id": digits(next.ID)}).Expect(200).Has("张卫东")
	s.told(lead, "您不再是", 1)
	s.Get(leads, a).Expect(200).Has(`"organiser":false`)
	s.Post(leads, a+"/cancel", because).Refused(404, "activity.not_found")
	s.Post(follows, a+"/change", map[string]any{"place": "文化站"}).Expect(200)

	s.Post(staff, "/v1/associations/"+id+"/end", because).Expect(200).Has("材料不齐")
	s.Post(staff, "/v1/associations/"+id+"/end", because).Refused(409, "association.ended")
	s.Post(staff, "/v1/associations/"+id+"/hand-over", map[string]any{"lead_id": digits(lead.ID)}).Refused(409, "association.ended")
	s.Post(follows, community, plan(of)).Refused(409, "association.ended")
	s.Post(follows, a+"/cancel", because).Refused(404, "activity.not_found")
	s.Post(staff, a+"/cancel", because).Expect(200)
	s.association(staff, s.o.Community, "夕阳红合唱队", lead)
}

func TestAssociation_aLeadWhoMovesAwayOrganisesNothingAnyMore(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead := s.Person(s.o.Unit, "李小梅")
	leads := s.SignIn(lead)
	id := s.association(staff, s.o.Community, "夕阳红合唱队", lead)
	a := s.make(leads, s.o.Community, map[string]any{"association_id": id})
	s.Post(staff, path("/v1/people/%d/leave", lead.ID), because).Expect(200)
	s.Post(leads, a+"/cancel", because).Refused(404, "activity.not_found")
	s.Post(leads, path("/v1/nodes/%d/activities", s.o.Community.ID), plan(map[string]any{"association_id": id})).Refused(404, "association.not_found")
}

func TestAssociation_refusesWhoMayNotAndWrongInput(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	_, foreign := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外社工")
	_, district := s.Officer(model.DistrictAdmin, s.o.District, "区管")
	lead, elsewhere := s.Person(s.o.Unit, "李小梅"), s.Person(s.o.ForeignUnit, "外人")
	at := path("/v1/nodes/%d/associations", s.o.Community.ID)
	body := map[string]any{"kind": "arts", "name": "夕阳红合唱队", "lead_id": digits(lead.ID)}
	s.Post(s.chief, at, body).Refused(403, "role.not_allowed")
	s.Post(district, at, body).Refused(403, "role.not_allowed")
	s.Post(foreign, at, body).Refused(404, "node.not_found")
	s.Post(staff, at, map[string]any{"kind": "arts", "name": "合唱队", "lead_id": digits(elsewhere.ID)}).Refused(404, "person.not_found")
	s.Post(staff, at, map[string]any{"kind": "arts", "name": "合唱队", "lead_id": "999999"}).Refused(404, "person.not_found")
	s.Post(staff, at, map[string]any{"kind": "gang", "name": "合唱队", "lead_id": digits(lead.ID)}).Refused(422, "http.invalid")
	s.Post(staff, at, map[string]any{"kind": "arts", "name": " ", "lead_id": digits(lead.ID)}).Refused(422, "text.empty")
	s.Post(staff, at, body).Expect(200)
	s.Post(staff, at, body).Refused(409, "association.name_taken")
	s.Post(staff, path("/v1/nodes/%d/associations", s.o.Street.ID), body).Refused(404, "node.not_found")
	for _, verb := range []string{"end", "hand-over"} {
		input := map[string]any{"end": because, "hand-over": map[string]any{"lead_id": digits(lead.ID)}}[verb]
		s.Post(foreign, "/v1/associations/1/"+verb, input).Refused(404, "association.not_found")
		s.Post(staff, "/v1/associations/999/"+verb, input).Refused(404, "association.not_found")
	}
	s.Get(s.SignIn(lead), at).Expect(200).Has("李小梅")
	s.Get(s.SignIn(elsewhere), at).Expect(200).Has("李负责人").HasNot("李小梅")
	s.Get("", at).Refused(401, "session.required")
}

func TestAssociation_twoOfOneNameFoundedAtOnceAreOne(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead := s.Person(s.o.Unit, "李小梅")
	answers := make([]edge.Answer, 6)
	s.Race(len(answers), func(i int) {
		answers[i] = s.Do(s.API, staff, "POST", path("/v1/nodes/%d/associations", s.o.Community.ID), map[string]any{"kind": "arts", "name": "合唱队", "lead_id": digits(lead.ID)})
	})
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "association.name_taken")
		}
	}
	if won != 1 {
		t.Fatalf("%d of one name", won)
	}
}

func TestAssociation_whoseLeadHasMovedAwayWaitsForAnother(t *testing.T) {
	s := newSquare(t)
	clerk, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	s.Appoint(clerk, model.CommunityStaff, s.o.OtherCommunity)
	_, there := s.Officer(model.CommunityStaff, s.o.OtherCommunity, "外社工")
	lead, next := s.Person(s.o.Unit, "李小梅"), s.Person(s.o.FarUnit, "张卫东")
	leads, follows := s.SignIn(lead), s.SignIn(next)
	id := s.association(staff, s.o.Community, "夕阳红合唱队", lead)
	a := s.make(leads, s.o.Community, map[string]any{"association_id": id})
	s.Post(follows, a+"/sign-up", nil).Expect(200)
	s.Post(staff, path("/v1/people/%d/leave", lead.ID), because).Expect(200)
	s.told(clerk, "“夕阳红合唱队”的负责人已经不住在本社区", 1)
	at := path("/v1/nodes/%d/associations", s.o.Community.ID)
	for _, who := range []string{staff, follows, there} {
		s.Get(who, at).Expect(200).Has("夕阳红合唱队", "暂无").HasNot("李")
	}

	// Also when they live somewhere else by then.
	s.Post(staff, path("/v1/people/%d/move", lead.ID), map[string]any{"unit_id": digits(s.o.ForeignUnit.ID), "room": "101", "reason": "迁入"}).Expect(200)
	s.Post(leads, a+"/cancel", because).Refused(404, "activity.not_found")
	s.Get(leads, a).Expect(200).Has(`"organiser":false`)
	s.Get(leads, "/v1/associations/mine").Expect(200).HasNot("夕阳红合唱队")
	s.Post(leads, path("/v1/nodes/%d/activities", s.o.Community.ID), plan(map[string]any{"association_id": id})).Refused(404, "association.not_found")

	s.Move(26 * time.Hour)
	s.Post(staff, path(a+"/people/%d/check-in", next.ID), nil).Expect(200)
	s.Move(3 * time.Hour)
	s.WorkOff()
	s.told(lead, "请核对没有签退的人", 0)
	s.told(clerk, "请核对没有签退的人", 1)
	s.Post(staff, "/v1/associations/"+id+"/hand-over", map[string]any{"lead_id": digits(next.ID)}).Expect(200).Has("张卫东")
	s.Get(follows, at).Expect(200).Has("张卫东")
}

func TestAssociation_ofAGridThatIsMergedIsItsCommunitys(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	lead, other := s.Person(s.o.Unit, "李小梅"), s.Person(s.o.FarUnit, "张卫东")
	leads := s.SignIn(lead)
	id := s.association(staff, s.o.Grid, "合唱队", lead)
	s.association(staff, s.o.OtherGrid, "合唱队", other)
	of := map[string]any{"association_id": id}
	a := s.make(leads, s.o.Grid, of)
	s.Post(staff, path("/v1/nodes/%d/rename", s.o.FarUnit.ID), map[string]any{"name": "5单元", "reason": "要合并"}).Expect(200)
	s.Post(staff, "/v1/grids/merge", map[string]any{
		"grid_ids": []string{digits(s.o.Grid.ID), digits(s.o.OtherGrid.ID)}, "name": "大网格", "reason": "户数减少",
	}).Expect(200)
	s.told(lead, "“合唱队”从现在起归先锋社区，名称是“合唱队”", 1)
	s.told(other, "名称是“第二网格合唱队”", 1)
	s.Get(leads, path("/v1/nodes/%d/associations", s.o.Community.ID)).Expect(200).Has(`"合唱队"`, `"第二网格合唱队"`, "李小梅", "张卫东")
	s.Post(leads, a+"/change", map[string]any{"place": "文化站"}).Expect(200)
	s.make(leads, s.o.Community, of)
	s.Post(staff, "/v1/associations/"+id+"/hand-over", map[string]any{"lead_id": digits(other.ID)}).Expect(200)
	s.Post(staff, "/v1/associations/"+id+"/end", because).Expect(200)
}

func TestAssociation_mineArePagedWithoutThoseOfAPlaceThatWasLeft(t *testing.T) {
	s := newSquare(t)
	clerk, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	s.Appoint(clerk, model.CommunityStaff, s.o.OtherCommunity)
	lead := s.Person(s.o.Unit, "李小梅")
	leads := s.SignIn(lead)
	to := func(unit model.Node) {
		s.Post(staff, path("/v1/people/%d/move", lead.ID), map[string]any{"unit_id": digits(unit.ID), "room": "101", "reason": "迁居"}).Expect(200)
	}
	s.association(staff, s.o.Community, "合唱队", lead)
	to(s.o.ForeignUnit)
	s.association(staff, s.o.OtherCommunity, "舞蹈队", lead)
	to(s.o.Unit)
	s.association(staff, s.o.Community, "书法社", lead)
	var first struct{ Next string }
	s.Get(leads, "/v1/associations/mine?limit=1").Expect(200).Has("书法社").HasNot("舞蹈队").Into(&first)
	s.Get(leads, "/v1/associations/mine?limit=1&cursor="+first.Next).Expect(200).Has("合唱队").HasNot("舞蹈队", "书法社")
}
