package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// whole gives a person everything that is sealed.
func whole(keys *model.Keys, p *model.Person) {
	p.SetPhone(keys, "13900000001")
	p.SetIDNumber(keys, "34080319500131001X")
	p.BirthDate, p.Address, p.Membership = "1950-01-31", "安徽省安庆市", model.Member
}

func TestPeople_listsMaskedToOfficersInScope(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", whole)
	far := k.Person(o.FarUnit, "钱多多")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	resident := k.SignIn(p)

	unit := fmt.Sprintf("/v1/nodes/%d/people", o.Unit.ID)
	k.Get(chief, unit).Expect(200).Has("李小梅", "1单元", "139****0001", `"membership":"member"`, `"bound":true`).
		HasNot("13900000001", "34080319500131001X", "1950-01-31", "安徽省", far.Name)
	k.Get(staff, fmt.Sprintf("/v1/nodes/%d/people", o.Community.ID)).Expect(200).Has("李小梅", far.Name, "赵社工")
	k.Get(chief, fmt.Sprintf("/v1/nodes/%d/people", o.Community.ID)).Refused(404, "node.not_found")
	k.Get(chief, fmt.Sprintf("/v1/nodes/%d/people", o.NextDoor.ID)).Refused(404, "node.not_found")
	k.Get(foreign, unit).Refused(404, "node.not_found")
	k.Get(foreign, "/v1/nodes/999999/people").Refused(404, "node.not_found")
	k.Get(resident, unit).Refused(403, "role.not_allowed")
	k.Get("", unit).Refused(401, "session.required")
}

func TestPeople_pageOverAWholeCommunity(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	for i := range 5 {
		k.Person([]model.Node{o.Unit, o.FarUnit}[i%2], fmt.Sprint("居民", i))
	}
	k.Person(o.ForeignUnit, "外人")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	seen, cursor := 0, ""
	for pages := 0; ; pages++ {
		var page struct {
			Items []struct{ Name string }
			Next  string
		}
		k.Get(staff, fmt.Sprintf("/v1/nodes/%d/people?limit=2&cursor=%s", o.Community.ID, cursor)).Expect(200).HasNot("外人").Into(&page)
		seen += len(page.Items)
		if cursor = page.Next; cursor == "" {
			break
		}
		if pages > 5 {
			t.Fatal("the list never ends")
		}
	}
	if seen != 6 {
		t.Fatalf("%d people on all pages, want 6", seen)
	}
}

func TestReadPerson_wholeOnlyWithAnEntryForEachReading(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", whole)
	token := k.SignIn(p)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	path := fmt.Sprintf("/v1/people/%d", p.ID)
	k.Get(chief, path).Refused(403, "role.not_allowed")
	k.Get(foreign, path).Refused(404, "person.not_found")
	k.Get(staff, "/v1/people/999999").Refused(404, "person.not_found")
	if n := audits(k, "person.read"); n != 0 {
		t.Fatalf("%d readings before anybody read", n)
	}
	for range 2 {
		k.Get(staff, path).Expect(200).Has("13900000001", "34080319500131001X", "1950-01-31", "安徽省安庆市", `"member"`, `"room":"101"`)
	}
	if n := audits(k, "person.read"); n != 2 {
		t.Fatalf("%d readings in the audit log, want 2", n)
	}
	k.Get(token, "/v1/me/data").Expect(200).Has(`"whole_readings":2`)
}

func TestFindPeople_inScopeOnlyAndKeptInTheAuditLog(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	k.Person(o.Unit, "李小梅", whole)
	k.Person(o.ForeignUnit, "外人", testkit.Phone("13900000001"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	byPhone, byID := map[string]any{"phone": "13900000001"}, map[string]any{"id_number": "34080319500131001x"}
	k.Post(staff, "/v1/people/search", byPhone).Expect(200).Has("李小梅", "139****0001").HasNot("13900000001", "外人")
	k.Post(staff, "/v1/people/search", byID).Expect(200).Has("李小梅").HasNot("34080319500131001X")
	k.Post(staff, "/v1/people/search", map[string]any{"phone": "13999999999"}).Expect(200).Has(`"items":[]`)
	if n := audits(k, "person.search"); n != 3 {
		t.Fatalf("%d searches in the audit log, want 3", n)
	}
	k.Post(chief, "/v1/people/search", byPhone).Refused(403, "role.not_allowed")
	k.Post(staff, "/v1/people/search", map[string]any{}).Refused(422, "person.search_one")
	k.Post(staff, "/v1/people/search", map[string]any{"phone": "13900000001", "id_number": "34080319500131001X"}).Refused(422, "person.search_one")
	for _, body := range []any{`{"phone":"1390000000١"}`, `{"phone":13900000001}`, `{"phone":"' OR 1=1 --"}`, `{"name":"李"}`, `{"id_number":"\u0000"}`, "\xff"} {
		if a := k.Post(staff, "/v1/people/search", body); a.Status < 400 || a.Status > 499 || strings.Contains(string(a.Body), "OR 1=1") {
			t.Errorf("%v: %d %s", body, a.Status, a.Body)
		}
	}
}

func TestChangeMembership_whoIsNoMemberAnyMoreShowsNothingFromThatMoment(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	token := k.SignIn(p)
	k.Show(p, o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	path := fmt.Sprintf("/v1/people/%d/membership", p.ID)
	set := func(m string) map[string]any { return map[string]any{"membership": m, "reason": "组织关系变动"} }
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
	k.Get(token, "/v1/me").Expect(200).Has(`"member":true`)

	k.Post(staff, path, set("member")).Refused(409, "person.same_membership")
	k.Post(staff, path, set("in_service")).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
	k.Post(staff, path, set("none")).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("张同志")
	k.Get(token, "/v1/me").Expect(200).Has(`"member":false`)
	k.Get(token, "/v1/me/data").Expect(200).Has(`"what":"membership","reason":"组织关系变动"`, `"ended_at"`)
	if got := notices(k, p); len(got) != 2 || strings.Contains(got[0], "党") {
		t.Fatalf("notices %v: what changed is not for a message", got)
	}
	k.Tx(func(tx *gorm.DB) error {
		var details []string
		err := tx.Model(&model.Audit{}).Where("action = ?", "person.membership").Pluck("detail", &details).Error
		if strings.Join(details, "") != "membershipmembership" {
			t.Errorf("audit details %q", details)
		}
		return err
	})
	k.Post(staff, path, set("probably")).Refused(422, "http.invalid")
}

func TestChanges_areForTheCommunityOfThePersonAndNeverForOneself(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	self, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	for what, body := range map[string]map[string]any{
		"membership": {"membership": "member", "reason": "转入"},
		"leave":      {"reason": "搬走"},
		"move":       {"unit_id": id(o.NextDoor.ID), "room": "201", "reason": "换房"},
	} {
		path := fmt.Sprintf("/v1/people/%d/%s", p.ID, what)
		k.Post("", path, body).Refused(401, "session.required")
		k.Post(chief, path, body).Refused(403, "role.not_allowed")
		if what == "move" { // the target is looked at first, and is not theirs either
			k.Post(foreign, path, body).Refused(404, "person.home_not_found")
			body["unit_id"] = id(o.ForeignUnit.ID)
			k.Post(foreign, path, body).Refused(404, "person.not_found")
			k.Post(staff, path, body).Refused(404, "person.home_not_found")
			body["unit_id"] = id(o.NextDoor.ID)
		} else {
			k.Post(foreign, path, body).Refused(404, "person.not_found")
		}
		k.Post(staff, fmt.Sprintf("/v1/people/%d/%s", self.ID, what), body).Refused(409, "person.own_record")
		body["reason"] = "\n"
		k.Post(staff, path, body).Refused(422, "text.empty")
	}
}

func TestLeave_endsDisplayAndUnitButNotTheAccount(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	token := k.SignIn(p)
	k.Show(p, o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"neighbour"`)
	k.Get(chief, "/v1/units/"+code).Expect(200).Has(`"members":1,"showing":1`)
	path := fmt.Sprintf("/v1/people/%d/leave", p.ID)
	k.Post(staff, path, map[string]any{"reason": "迁往外地"}).Expect(200).Has(`"left"`)
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"passer_by"`).HasNot("张同志")
	k.Get(chief, "/v1/units/"+code).Expect(200).Has(`"members":0,"showing":0`)
	k.Get(token, "/v1/me").Expect(200).Has(`"bound":true`, "张卫东").HasNot("unit_id")
	k.Get(token, "/v1/me/data").Expect(200).Has(`"left"`, "迁往外地")
	k.Get(staff, fmt.Sprintf("/v1/nodes/%d/people", o.Unit.ID)).Expect(200).HasNot("张卫东")
	k.Get(staff, fmt.Sprintf("/v1/people/%d", p.ID)).Expect(200).Has(`"left"`)
	k.Post(staff, path, map[string]any{"reason": "再一次"}).Refused(409, "person.already_left")

	k.Post(staff, fmt.Sprintf("/v1/people/%d/move", p.ID), map[string]any{"unit_id": id(o.Unit.ID), "room": "601", "reason": "搬回"}).Expect(200).Has(`"here"`)
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"neighbour"`).HasNot("张同志")
}

func TestLeave_givesUpTheSeatsThatNeighboursWaitFor(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "登记员")
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 1})
	s.Post(tokens[0], a+"/sign-up", nil).Expect(200)
	s.Post(tokens[1], a+"/sign-up", nil).Expect(200).Has(`"state":"waiting"`)
	s.Post(staff, path("/v1/people/%d/leave", people[0].ID), reasoned("搬走了")).Expect(200)
	if got := s.signUps(a, model.Seated); !slices.Equal(got, []int64{people[1].ID}) {
		t.Errorf("seated %v, want %d who waited", got, people[1].ID)
	}
	s.told(people[1], "有名额了", 1)
}

func TestMove_toAnotherRoomLeavesTheDoor(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	for _, c := range []struct {
		unit   model.Node
		onPage bool
		want   string
	}{{o.Unit, false, `"showing":0`}, {o.NextDoor, true, `"showing":1`}} {
		member := k.Person(c.unit, "张卫东", testkit.Membership(model.Member))
		d := k.Show(member, c.unit)
		k.Tx(func(tx *gorm.DB) error {
			p := model.Plaque{HouseholdID: *member.HouseholdID, UnitID: c.unit.ID, ApplicantID: member.ID, State: model.PlaqueInstalled, AppliedAt: k.Clock.Now(), ActiveHouseholdID: member.HouseholdID}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			return tx.Model(&model.Display{}).Where("id = ?", d.ID).Updates(map[string]any{"on_page": c.onPage, "on_door": true}).Error
		})
		counts := path("/v1/nodes/%d/identity-counts", c.unit.ID)
		k.Get(staff, counts).Expect(200).Has(`"members":1,"showing":1`)
		k.Post(staff, path("/v1/people/%d/move", member.ID), body{"unit_id": digits(c.unit.ID), "room": "909", "reason": "换房"}).Expect(200)
		k.Get(staff, counts).Expect(200).Has(`"members":1,` + c.want)
		if d, err := model.ActiveDisplay(k.DB.Read(t.Context()), member.ID); err != nil || c.onPage != (d != nil) || d != nil && d.OnDoor {
			t.Errorf("%+v, %v", d, err)
		}
	}
}

func TestMove_toAnotherUnitTakesThePersonAlongAndEndsTheDisplay(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	old, next := k.Code(o.Unit), k.Code(o.NextDoor)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)) // room 101
	token := k.SignIn(p)
	k.Show(p, o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	path := fmt.Sprintf("/v1/people/%d/move", p.ID)
	to := func(unit model.Node, room string) map[string]any {
		return map[string]any{"unit_id": id(unit.ID), "room": room, "reason": "换房"}
	}
	k.Post(staff, path, to(o.Unit, "101室")).Refused(409, "person.same_home")
	k.Post(staff, path, to(o.Grid, "101")).Refused(404, "person.home_not_found")
	k.Post(staff, path, to(o.Unit, "102")).Expect(200)
	k.Get(token, "/v1/units/"+old).Expect(200).Has(`"neighbour"`, "张卫东")
	k.Post(staff, path, to(o.NextDoor, "201")).Expect(200)
	k.Get(token, "/v1/units/"+old).Expect(200).Has(`"passer_by"`).HasNot("张同志")
	k.Get(token, "/v1/units/"+next).Expect(200).Has(`"neighbour"`).HasNot("张卫东")
	k.Get(token, "/v1/me/data").Expect(200).Has(`"room":"201"`)
}

func TestMoveRace_oneNewRoomIsOneHousehold(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	people := make([]model.Person, 4)
	for i := range people {
		people[i] = k.Person(o.Unit, fmt.Sprint("居民", i))
	}
	statuses := make([]int, len(people))
	k.Race(len(people), func(i int) {
		statuses[i] = k.Post(staff, fmt.Sprintf("/v1/people/%d/move", people[i].ID), map[string]any{"unit_id": id(o.NextDoor.ID), "room": "888", "reason": "换房"}).Status
	})
	var homes int64
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Household{}).Where("unit_id = ?", o.NextDoor.ID).Count(&homes).Error
	})
	if homes != 1 || fmt.Sprint(statuses) != "[200 200 200 200]" {
		t.Fatalf("%d households, %v", homes, statuses)
	}
}
