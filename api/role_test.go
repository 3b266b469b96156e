package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func appoint(k *edge.Kit, token string, p model.Person, role model.Role, at model.Node, dates ...time.Time) edge.Answer {
	k.Helper()
	b := body{"person_id": idText(p.ID), "role": role, "node_id": idText(at.ID)}
	for i, name := range []string{"from", "until"} {
		if i < len(dates) {
			b[name] = dates[i].Format(time.RFC3339)
		}
	}
	return k.Post(token, "/v1/roles", b)
}

func endRole(k *edge.Kit, token, id string, at ...time.Time) edge.Answer {
	k.Helper()
	b := body{"reason": "届满"}
	if len(at) > 0 {
		b["at"] = at[0].Format(time.RFC3339)
	}
	return k.Post(token, "/v1/roles/"+id+"/end", b)
}

func TestAppoint_actsAtTheNextRequestEverywhere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	p := k.Person(o.Unit, "王建国")
	token := k.SignIn(p)
	far, other := k.Replica()
	k.Get(token, "/v1/me").Expect(200).Has(`"roles":[]`)
	k.Do(other, token, "GET", "/v1/me", nil).Expect(200).Has(`"roles":[]`)

	id := orgID(appoint(k, secretary, p, model.UnitChief, o.Unit).Has("王建国", "单元长", `"node_name":"1单元"`))
	k.Get(token, "/v1/me").Expect(200).Has("unit_chief")
	if err := far.ReadChanges(t.Context()); err != nil { // three times a second
		t.Fatal(err)
	}
	k.Do(other, token, "GET", "/v1/me", nil).Expect(200).Has("unit_chief")
	wasTold(k, p, "人民路街道先锋社区第一网格3栋1单元", "单元长", "2026年3月5日")
	k.Get(secretary, nodePath(o.Unit, "/roles")).Expect(200).Has("王建国")

	endRole(k, secretary, id).Expect(200).Has("until", "届满")
	k.Get(token, "/v1/me").Expect(200).Has(`"roles":[]`)
	if err := far.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(other, token, "GET", "/v1/me", nil).Expect(200).Has(`"roles":[]`)
	wasTold(k, p, "结束", "届满")
	k.Get(secretary, nodePath(o.Unit, "/roles")).Expect(200).HasNot("王建国")
	k.Get(secretary, nodePath(o.Community, "/roles?ended=true&below=true")).Expect(200).Has("王建国", `"place":"先锋社区第一网格3栋1单元"`)
	k.Get(secretary, nodePath(o.Unit, "/roles?ended=true")).Expect(200).Has("王建国", "届满")
	k.Get(token, "/v1/me/roles").Expect(200).Has("届满", "1单元")
	endRole(k, secretary, id).Refused(409, "role.ended")
	var audits int64
	if err := k.DB.Read(t.Context()).Model(&model.Audit{}).Where("action IN ?", []string{"role.appoint", "role.end"}).Count(&audits).Error; err != nil || audits != 2 {
		t.Errorf("%d audit entries, %v", audits, err)
	}
}

func TestAppoint_onlyWhatTheTableOfRolesAllowsInTheOwnSubtree(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国")
	nodes := map[model.NodeKind]model.Node{
		model.District: o.District, model.Street: o.Street, model.Community: o.Community, model.Grid: o.Grid, model.Unit: o.Unit,
	}
	appointers := map[model.Role]string{}
	for _, spec := range model.Roles {
		_, appointers[spec.Role] = k.Officer(spec.Role, nodes[spec.At[0]], "任某")
	}
	for _, spec := range model.Roles {
		at := nodes[spec.At[0]]
		for role, token := range appointers {
			allowed := false
			for _, by := range spec.AppointedBy {
				allowed = allowed || by == role
			}
			got := appoint(k, token, p, spec.Role, at)
			if allowed != (got.Status == http.StatusOK) {
				t.Errorf("%s appoints %s: %d %s", role, spec.Role, got.Status, got.Body)
			}
			if got.Status == http.StatusOK {
				endRole(k, token, orgID(got)).Expect(200)
			}
		}
	}
	secretary := appointers[model.CommunitySecretary]
	appoint(k, secretary, p, model.UnitChief, o.ForeignUnit).Refused(404, "node.not_found")
	appoint(k, secretary, p, model.UnitChief, o.Grid).Refused(422, "role.node_unfit")
	appoint(k, secretary, p, model.GridChief, o.Building).Refused(422, "role.node_unfit")
	appoint(k, secretary, p, model.CommunitySecretary, o.Community).Refused(403, "role.not_yours_to_appoint")
	appoint(k, appointers[model.BranchSecretary], p, model.UnitChief, o.FarUnit).Refused(404, "node.not_found")
	appoint(k, secretary, p, "emperor", o.Unit).Refused(422, "http.invalid")
	k.Post(secretary, "/v1/roles", body{"person_id": p.ID, "role": "unit_chief", "node_id": idText(o.Unit.ID)}).Refused(422, "http.invalid")
	k.Get(secretary, nodePath(o.ForeignUnit, "/roles")).Refused(404, "node.not_found")
}

func TestAppoint_onlyPeopleWhoBelongThere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	appoint(k, token, k.Person(o.FarUnit, "邻格"), model.GridChief, o.Grid).Expect(200)
	appoint(k, token, k.Person(o.Community, "本社区社工"), model.GridChief, o.Grid).Expect(200) // lives elsewhere, serves here
	appoint(k, token, k.Person(o.ForeignUnit, "外人"), model.GridChief, o.Grid).Refused(404, "person.not_found")
	elsewhere := k.Node(nil, model.District, "大观区")
	appoint(k, token, k.Person(elsewhere, "别区干部"), model.GridChief, o.Grid).Refused(404, "person.not_found")
	appoint(k, token, model.Person{ID: 999999}, model.GridChief, o.Grid).Refused(404, "person.not_found")
	gone := k.Person(o.Unit, "搬走了", func(_ *model.Keys, p *model.Person) { p.State = model.PersonLeft })
	appoint(k, token, gone, model.GridChief, o.Grid).Refused(404, "person.not_found")
}

// appointNamed appoints by name and phone number, as an appointer does who has no list to choose from.
func appointNamed(k *edge.Kit, token, name, phone string, role model.Role, at model.Node, register bool) edge.Answer {
	k.Helper()
	b := body{"name": name, "phone": phone, "role": role, "node_id": idText(at.ID)}
	if register {
		b["register"] = true
	}
	return k.Post(token, "/v1/roles", b)
}

// Who serves need not be a neighbour: police, property managers, and the staff of community and street.
func TestAppoint_byNameAndPhoneAnybodyOfTheDistrict(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	police := k.Person(o.ForeignUnit, "警民", testkit.Phone("13900000001"))
	far := k.Node(nil, model.District, "大观区")
	k.Person(far, "外区人", testkit.Phone("13900000002"))

	appointNamed(k, secretary, "警民", "139 0000 0001", model.CommitteeMember, o.Grid, false).Expect(200).Has(`"person_id":"` + idText(police.ID) + `"`)
	appoint(k, secretary, police, model.CommunityStaff, o.Community).Expect(200) // whom they have come across by now
	appointNamed(k, admin, "警民", "13900000001", model.StreetStaff, o.Street, false).Expect(200)
	appointNamed(k, admin, "警民", "13900000001", model.Auditor, o.Street, false).Expect(200)
	appointNamed(k, secretary, "警民", "13900000001", model.UnitChief, o.Unit, false).Refused(409, "role.not_local")

	// One of the two, or both of somebody of another district: all the same answer.
	var answers []string
	for _, who := range [][2]string{{"警民", "13900000009"}, {"另一位", "13900000001"}, {"另一位", "13900000009"}, {"外区人", "13900000002"}} {
		answers = append(answers, string(appointNamed(k, secretary, who[0], who[1], model.CommitteeMember, o.Grid, false).Refused(404, "role.nobody_of_that_name_and_phone").Body))
	}
	for _, a := range answers[1:] {
		if a != answers[0] {
			t.Errorf("the answers differ: %s and %s", answers[0], a)
		}
	}
	for _, b := range []body{{}, {"name": "警民"}, {"phone": "13900000001"}, {"person_id": idText(police.ID), "name": "警民", "phone": "13900000001"}} {
		b["role"], b["node_id"] = "committee_member", idText(o.Grid.ID)
		k.Post(secretary, "/v1/roles", b).Refused(422, "role.whom")
	}
	appointNamed(k, secretary, "警民", "1390000", model.CommitteeMember, o.Grid, false).Refused(422, "phone.form")
}

func TestAppoint_registersWhoServesAndLivesElsewhere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	appointNamed(k, secretary, "物业经理", "13900000003", model.UnitChief, o.Unit, true).Refused(409, "role.not_local")
	appointNamed(k, secretary, "物业经理", "13900000003", model.CommitteeMember, o.Grid, true).Expect(200)
	appointNamed(k, secretary, "物业经理", "13900000003", model.CommunityStaff, o.Community, true).Expect(200) // the same person
	people, err := model.PersonsByPhone(k.DB.Read(t.Context()), "13900000003")
	if err != nil || len(people) != 1 || people[0].NodeID != o.Grid.ID || people[0].HouseholdID != nil {
		t.Fatalf("%+v, %v", people, err)
	}
	k.Get(k.SignIn(people[0]), "/v1/me").Expect(200).Has("committee_member", "community_staff")
	var entry model.Audit
	if err := k.DB.Read(t.Context()).Where("action = ?", "person.add").Take(&entry).Error; err != nil || entry.SubjectID != people[0].ID {
		t.Errorf("%+v, %v", entry, err)
	}
}

func TestAppoint_datesAreAheadAndDontOverlap(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	p := k.Person(o.Unit, "王建国")
	holder := k.SignIn(p)
	at := func(days int) time.Time { return testkit.Start.AddDate(0, 0, days) }
	try := func(dates ...time.Time) edge.Answer {
		return appoint(k, token, p, model.UnitChief, o.Unit, dates...)
	}
	try(at(-1)).Refused(422, "role.backdated")
	try(at(5), at(5)).Refused(422, "role.dates_invalid")
	for _, far := range []string{"2100-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z"} {
		late, err := time.Parse(time.RFC3339, far)
		if err != nil {
			t.Fatal(err)
		}
		try(late).Refused(422, "role.date_too_late")
		try(at(5), late).Refused(422, "role.date_too_late")
		running := k.Appoint(k.Person(o.Unit, "任期长"), model.UnitChief, o.Unit)
		endRole(k, token, idText(running.ID), late).Refused(422, "role.date_too_late")
	}
	try(at(5), at(4)).Refused(422, "role.dates_invalid")
	first := orgID(try(at(10), at(20)))
	try(at(0), at(11)).Refused(409, "role.already_held")
	try(at(19), at(30)).Refused(409, "role.already_held")
	try(at(12), at(13)).Refused(409, "role.already_held")
	try(at(15)).Refused(409, "role.already_held")
	try(at(0), at(10)).Expect(200)
	try(at(20)).Expect(200)
	try(at(40)).Refused(409, "role.already_held")
	try().Refused(409, "role.already_held")
	appoint(k, token, p, model.UnitChief, o.NextDoor).Expect(200) // another node

	// What is called off before it begins was never held, and makes room.
	endRole(k, token, first).Expect(200)
	endRole(k, token, first).Refused(409, "role.ended")
	try(at(12), at(18)).Expect(200)

	// A dated role begins and ends by itself.
	k.Get(holder, "/v1/me").Expect(200).Has(`"node_id":"` + idText(o.Unit.ID) + `"`)
	k.Move(10*24*time.Hour + time.Minute)
	k.Get(holder, "/v1/me").Expect(200).HasNot(`"node_id":"` + idText(o.Unit.ID) + `"`)
	k.Move(2 * 24 * time.Hour)
	k.Get(holder, "/v1/me").Expect(200).Has(`"node_id":"` + idText(o.Unit.ID) + `"`)
	for _, bad := range []string{"yesterday", "2026-13-01T00:00:00Z", "2026-03-05", "\x00"} {
		k.Post(token, "/v1/roles", body{"person_id": idText(p.ID), "role": "unit_chief", "node_id": idText(o.Unit.ID), "from": bad}).Refused(422, "http.invalid")
	}
}

func TestAppoint_raceGivesOneAppointment(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	p := k.Person(o.Unit, "王建国")
	status := make([]int, 8)
	k.Race(len(status), func(i int) {
		dates := []time.Time{testkit.Start.AddDate(0, 0, 1)}
		if i%2 == 0 {
			dates = append(dates, testkit.Start.AddDate(0, 0, 9))
		}
		status[i] = appoint(k, token, p, model.UnitChief, o.Unit, dates...).Status
	})
	if wins := count(status...); wins != 1 {
		t.Fatalf("%d wins: %v", wins, status)
	}
}

func TestEndRole_onlyByThoseWhoAppoint(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国")
	a := k.Appoint(p, model.UnitChief, o.Unit)
	_, foreign := k.Officer(model.CommunitySecretary, o.OtherCommunity, "吴书记")
	_, branchSecretary := k.Officer(model.BranchSecretary, o.Grid, "卫书记")
	chief := k.Appoint(k.Person(o.Unit, "钱网格"), model.GridChief, o.Grid)
	endRole(k, k.SignIn(p), idText(chief.ID)).Refused(404, "role.not_found")
	endRole(k, foreign, idText(a.ID)).Refused(404, "role.not_found")
	endRole(k, branchSecretary, idText(chief.ID)).Refused(403, "role.not_yours_to_appoint")
	endRole(k, branchSecretary, "999999").Refused(404, "role.not_found")
	endRole(k, branchSecretary, idText(a.ID), testkit.Start.Add(-time.Hour)).Refused(422, "role.backdated")
	later := testkit.Start.Add(48 * time.Hour)
	endRole(k, branchSecretary, idText(a.ID), later).Expect(200).Has("2026-03-07T09:00:00+08:00")
	endRole(k, branchSecretary, idText(a.ID), later.Add(time.Hour)).Refused(409, "role.ended") // it can't be made longer
	token := k.SignIn(p)
	k.Get(token, "/v1/me").Expect(200).Has("unit_chief")
	k.Move(48 * time.Hour)
	k.Get(token, "/v1/me").Expect(200).HasNot("unit_chief")
	k.Post(branchSecretary, "/v1/roles/"+idText(chief.ID)+"/end", body{"reason": " "}).Refused(422, "text.empty")
}

func TestAppoint_nobodyAppointsThemselves(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	for _, c := range []struct {
		holds, wants model.Role
		at, there    model.Node
	}{
		{model.DistrictAdmin, model.CommunitySecretary, o.District, o.Community},
		{model.DistrictAdmin, model.Auditor, o.District, o.District},
		{model.CommunitySecretary, model.GridChief, o.Community, o.Grid},
		{model.BranchSecretary, model.UnitChief, o.Grid, o.Unit},
	} {
		p, token := k.Officer(c.holds, c.at, "任某")
		appoint(k, token, p, c.wants, c.there).Refused(403, "role.own")
		k.Get(token, "/v1/me").Expect(200).HasNot(string(c.wants))
	}
	// A lone admin makes a second one, who may appoint the first.
	first, alone := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	second := k.Person(o.District, "何管理")
	appoint(k, alone, second, model.DistrictAdmin, o.District).Expect(200)
	appoint(k, k.SignIn(second), first, model.Auditor, o.District).Expect(200)
}

func TestEndRole_anybodyMayResign(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	secretary, _ := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	p := k.Person(o.Unit, "王建国")
	a := k.Appoint(p, model.UnitChief, o.Unit)
	token := k.SignIn(p)
	endRole(k, token, idText(a.ID)).Expect(200).Has("until")
	k.Get(token, "/v1/me").Expect(200).HasNot("unit_chief")
	wasTold(k, secretary, "王**", "单元长") // who appoint must find somebody else
	last, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	var held model.Appointment
	if err := k.DB.Read(t.Context()).Where("person_id = ?", last.ID).Take(&held).Error; err != nil {
		t.Fatal(err)
	}
	endRole(k, admin, idText(held.ID)).Refused(409, "role.last_admin")
}

func TestEndRole_theLastAdminStays(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	first := k.Person(o.District, "郑管理")
	a := k.Appoint(first, model.DistrictAdmin, o.District)
	token := k.SignIn(first)
	endRole(k, token, idText(a.ID)).Refused(409, "role.last_admin")
	endRole(k, token, idText(a.ID), testkit.Start.AddDate(1, 0, 0)).Refused(409, "role.last_admin")
	second := k.Person(o.District, "何管理")
	until, soon := testkit.Start.AddDate(0, 1, 0), testkit.Start.AddDate(0, 0, 1)
	appoint(k, token, second, model.DistrictAdmin, o.District, testkit.Start, until).Expect(200)
	endRole(k, token, idText(a.ID)).Refused(409, "role.last_admin") // the other's end is in sight
	third := k.Person(o.District, "吕管理")
	appoint(k, token, third, model.DistrictAdmin, o.District, soon).Expect(200)
	endRole(k, token, idText(a.ID)).Refused(409, "role.last_admin") // the third has not begun
	k.Move(24 * time.Hour)
	endRole(k, token, idText(a.ID)).Expect(200)
}

func TestEndRole_twoAdminsEndingEachOtherLeaveOne(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	var tokens, ids [2]string
	for i, name := range []string{"郑管理", "何管理"} {
		p := k.Person(o.District, name)
		ids[i] = idText(k.Appoint(p, model.DistrictAdmin, o.District).ID)
		tokens[i] = k.SignIn(p)
	}
	k.Race(2, func(i int) { endRole(k, tokens[i], ids[1-i]) })
	if n, err := model.StandingAdmins(k.DB.Read(t.Context()), o.District.ID, 0, k.Clock.Now()); err != nil || n != 1 {
		t.Fatalf("%d admins, %v", n, err)
	}
}

func TestEndRole_aReasonThatIsASentenceEndsOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	chief := k.Person(o.Unit, "王建国")
	a := k.Appoint(chief, model.UnitChief, o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	k.Post(staff, path("/v1/roles/%d/end", a.ID), body{"reason": "身体不好。"}).Expect(200)
	k.Get(k.SignIn(chief), "/v1/notices").Expect(200).Has("原因：身体不好。").HasNot("。。")
}

// Nobody from elsewhere is entered twice, however many appoint them, and wherever.
func TestAppointRace_whoIsRegisteredNowIsOnePerson(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	other := k.Node(&o.District, model.Street, "宜城路街道")
	_, first := k.Officer(model.DistrictAdmin, o.District, "周主任")
	_, second := k.Officer(model.DistrictAdmin, o.District, "吴主任")
	for round := range 10 {
		phone := fmt.Sprintf("139000001%02d", round)
		k.Race(4, func(i int) {
			k.Post([]string{first, second}[i%2], "/v1/roles", body{
				"name": "外来人", "phone": phone, "register": true, "node_id": idText([]int64{o.Street.ID, other.ID, o.District.ID, o.Community.ID}[i]),
				"role": []model.Role{model.StreetStaff, model.StreetStaff, model.Auditor, model.CommunityStaff}[i],
			}).Expect(200)
		})
		var people int64
		k.Tx(func(tx *gorm.DB) error {
			same, err := model.PersonsByPhone(tx, phone)
			people = int64(len(same))
			return err
		})
		if people != 1 {
			t.Fatalf("round %d: %d people of one name and number", round, people)
		}
	}
}
