package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func nodePath(n model.Node, rest string) string { return fmt.Sprintf("/v1/nodes/%d%s", n.ID, rest) }

func idText(id int64) string { return fmt.Sprint(id) }

type body map[string]any

// again reads a node anew.
func again(k *edge.Kit, n model.Node) model.Node {
	k.Helper()
	now, err := model.NodeByID(k.DB.Read(k.Context()), n.ID)
	if err != nil {
		k.Fatal(err)
	}
	return now
}

func TestNode_anyoneSignedInSeesThePublicPart(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	k.Officer(model.GridChief, o.Grid, "钱网格")
	stranger := k.Stranger("passer-by")
	k.Get("", nodePath(o.Grid, "")).Refused(401, "session.required")
	k.Get(stranger, nodePath(o.Grid, "")).Expect(200).
		Has(`"name":"第一网格"`, `"kind":"grid"`, `"state":"active"`, `"children":1`, `"officers":1`, "迎江区", "先锋社区").HasNot("钱网格")
	k.Get(stranger, nodePath(o.Building, "/children?limit=1")).Expect(200).Has("1单元", `"next"`).HasNot("2单元")
	k.Get(stranger, "/v1/nodes").Expect(200).Has("迎江区").HasNot("街道")
	k.Get(stranger, "/v1/nodes/999999").Refused(404, "node.not_found")
	k.Get(stranger, "/v1/nodes/999999/children").Refused(404, "node.not_found")
	k.Get(stranger, nodePath(o.Grid, "/children?cursor=x")).Refused(422, "cursor.invalid")
	for _, bad := range []string{"0", "-1", "x", "%F0%9F%98%80", "99999999999999999999", "1%00"} {
		if got := k.Get(stranger, "/v1/nodes/"+bad); got.Status/100 != 4 {
			t.Errorf("%s: %d", bad, got.Status)
		}
	}
}

func TestAddNode_buildsBelowTheCommunity(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	staff, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	add := func(parent int64, kind, name string) edge.Answer {
		return k.Post(token, "/v1/nodes", body{"parent_id": idText(parent), "kind": kind, "name": name, "reason": "新小区交付"})
	}
	made := func(a edge.Answer) int64 {
		var v struct {
			ID int64 `json:",string"`
		}
		a.Expect(200).Into(&v)
		return v.ID
	}
	grid := made(add(o.Community.ID, "grid", "第三网格"))
	building := made(add(grid, "building", "1栋"))
	made(add(building, "unit", "1单元"))
	direct := made(add(grid, "unit", "独立单元"))
	n := again(k, model.Node{ID: direct})
	if n.Path != model.PathBelow(again(k, model.Node{ID: grid}).Path, direct) || n.Kind != model.Unit {
		t.Fatalf("%+v", n)
	}
	k.Get(token, fmt.Sprintf("/v1/nodes/%d/history", direct)).Expect(200).Has(`"what":"created"`, "新小区交付")
	var a model.Audit
	if err := k.DB.Read(k.Context()).Where("action = ? AND subject_id = ?", "node.created", direct).Take(&a).Error; err != nil || a.PersonID != staff.ID {
		t.Fatalf("audit %+v, %v", a, err)
	}

	add(o.Community.ID, "unit", "1单元").Refused(422, "node.parent_unfit")
	add(o.Community.ID, "building", "1栋").Refused(422, "node.parent_unfit")
	add(direct, "building", "1栋").Refused(422, "node.parent_unfit")
	add(grid, "grid", "小网格").Refused(422, "node.parent_unfit")
	add(o.Community.ID, "grid", " 第三网格 ").Refused(409, "node.name_taken")
	add(o.OtherCommunity.ID, "grid", "第九网格").Refused(404, "node.not_found")
	add(o.Street.ID, "grid", "第九网格").Refused(404, "node.not_found")
	add(999999, "grid", "第九网格").Refused(404, "node.not_found")
	add(o.Community.ID, "community", "新社区").Refused(422, "http.invalid")
	add(o.Community.ID, "grid", "网\u202e格").Refused(422, "text.forbidden_characters")
	add(o.Community.ID, "grid", "网\x00格").Refused(422, "text.forbidden_characters")
	add(o.Community.ID, "grid", " ").Refused(422, "text.empty")
	add(o.Community.ID, "grid", strings.Repeat("长", 41)).Refused(422, "http.invalid")
	add(o.Community.ID, "grid", "幸福👨‍👩‍👧网格").Expect(200)
	k.Post(token, "/v1/nodes", body{"parent_id": 7, "kind": "grid", "name": "x", "reason": "y"}).Refused(422, "http.invalid")
	k.Post(token, "/v1/nodes", body{"parent_id": "7", "kind": "grid", "name": "x", "reason": "y", "path": "1/"}).Refused(422, "http.invalid")
}

func TestFindNodes_takesTheWordsThatANameMayHave(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	find := func(name string) edge.Answer {
		t.Helper()
		return k.Get(token, nodePath(o.Community, "/find?name="+url.QueryEscape(name)))
	}
	find(" "+o.Unit.Name+" ").Expect(200).Has(`"id":"`+idText(o.Unit.ID)+`"`, o.Grid.Name)
	find("%").Expect(200).Has(`"items":[]`)
	find(" ").Refused(422, "text.empty")
	for _, name := range []string{"a\x00b", "\xff\xfe"} { // which a database may refuse
		find(name).Refused(422, "text.forbidden_characters")
	}
}

func TestAddNode_onlyThoseWhoManageGrids(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	request := body{"parent_id": idText(o.Community.ID), "kind": "grid", "name": "第三网格", "reason": "新建"}
	for _, role := range []struct {
		role model.Role
		at   model.Node
	}{{model.UnitChief, o.Unit}, {model.GridChief, o.Grid}, {model.BranchSecretary, o.Grid}, {model.StreetStaff, o.Street}, {model.Auditor, o.District}} {
		_, token := k.Officer(role.role, role.at, "周某")
		k.Post(token, "/v1/nodes", request).Refused(403, "role.not_allowed")
	}
	_, foreign := k.Officer(model.CommunitySecretary, o.OtherCommunity, "吴书记")
	k.Post(foreign, "/v1/nodes", request).Refused(404, "node.not_found")
	k.Get(foreign, nodePath(o.Grid, "/history")).Refused(404, "node.not_found")
	k.Post("", "/v1/nodes", request).Refused(401, "session.required")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	k.Post(admin, "/v1/nodes", request).Expect(200)
}

func TestAddNode_twoAtOnceGiveOneNameOneNode(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	status := make([]int, 8)
	k.Race(len(status), func(i int) {
		status[i] = k.Post(token, "/v1/nodes", body{"parent_id": idText(o.Community.ID), "kind": "grid", "name": "第三网格", "reason": "新建"}).Status
	})
	wins := 0
	for _, s := range status {
		if s == http.StatusOK {
			wins++
		} else if s != http.StatusConflict {
			t.Errorf("status %d", s)
		}
	}
	if wins != 1 {
		t.Fatalf("%d grids of one name", wins)
	}
}

func TestRenameNode_showsOnTheUnitPageAtTheNextRequest(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	other, far := k.Replica()
	k.Get("", "/v1/units/"+code).Expect(200).Has("1单元")
	k.Do(far, "", "GET", "/v1/units/"+code, nil).Expect(200).Has("1单元", "第一网格")
	rename := func(n model.Node, name string) edge.Answer {
		return k.Post(token, nodePath(n, "/rename"), body{"name": name, "reason": "统一编号"})
	}
	rename(o.Grid, "东片网格").Expect(200).Has("东片网格")
	rename(o.Unit, "东单元").Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).Has("东单元", "东片网格").HasNot(`"1单元"`)
	if err := other.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(far, "", "GET", "/v1/units/"+code, nil).Expect(200).Has("东单元", "东片网格")
	k.Get(token, nodePath(o.Grid, "/history")).Expect(200).Has(`"what":"renamed"`, `"name_before":"第一网格"`, `"name_after":"东片网格"`, "统一编号")

	rename(o.Unit, "东单元").Expect(200) // as it is: no change, no history
	if steps := k.Get(token, nodePath(o.Unit, "/history")); strings.Count(string(steps.Body), "renamed") != 1 {
		t.Errorf("%s", steps.Body)
	}
	rename(o.Unit, "2单元").Refused(409, "node.name_taken")
	rename(o.Community, "先进社区").Refused(422, "node.is_division")
	rename(o.ForeignUnit, "别家单元").Refused(404, "node.not_found")
}

func TestMoveNode_takesItsSubtreeToAnotherGridOfTheCommunity(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	oldChief, oldToken := k.Officer(model.GridChief, o.Grid, "钱网格")
	_, newToken := k.Officer(model.GridChief, o.OtherGrid, "李网格")
	neighbour := k.Person(o.Unit, "王小明")
	code := k.Code(o.Unit)
	page := "/v1/units/" + code
	k.Get(oldToken, page).Expect(200).Has(`"officer"`)
	k.Get(newToken, page).Expect(200).Has(`"passer_by"`)
	move := func(n, to model.Node) edge.Answer {
		return k.Post(token, nodePath(n, "/move"), body{"parent_id": idText(to.ID), "reason": "网格优化"})
	}
	move(o.Building, o.OtherGrid).Expect(200)
	if got := again(k, o.Unit); got.Path != model.PathBelow(model.PathBelow(o.OtherGrid.Path, o.Building.ID), o.Unit.ID) || got.ParentID != o.Building.ID {
		t.Fatalf("the unit stayed behind: %+v", got)
	}
	// Those who reach the unit change with it, at the next request.
	k.Get(oldToken, page).Expect(200).Has(`"passer_by"`)
	k.Get(newToken, page).Expect(200).Has(`"officer"`, "第二网格")
	k.Get(k.SignIn(neighbour), page).Expect(200).Has(`"neighbour"`)
	k.Get(oldToken, "/v1/me").Expect(200).Has("grid_chief", idText(o.Grid.ID))
	k.Get(token, nodePath(o.Building, "/history")).Expect(200).
		Has(`"what":"moved"`, `"parent_before":"`+idText(o.Grid.ID)+`"`, `"parent_after":"`+idText(o.OtherGrid.ID)+`"`)
	if oldChief.NodeID != o.Grid.ID {
		t.Fatal("the chief belongs elsewhere")
	}

	move(o.Unit, o.Grid).Expect(200) // out of its building, right below a grid
	move(o.Unit, o.OtherGrid).Refused(409, "node.name_taken")
	move(o.Unit, o.Grid).Refused(422, "node.parent_unfit") // where it is
	move(o.Unit, o.NextDoor).Refused(422, "node.parent_unfit")
	move(o.Building, o.Building).Refused(422, "node.parent_unfit")
	move(o.Grid, o.Community).Refused(422, "node.parent_unfit")
	move(o.Community, o.Street).Refused(422, "node.is_division")
	move(o.Unit, o.ForeignGrid).Refused(404, "node.not_found")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	k.Post(admin, nodePath(o.Unit, "/move"), body{"parent_id": idText(o.ForeignGrid.ID), "reason": "x"}).Refused(409, "node.other_community")
	k.Post(admin, nodePath(o.Grid, "/move"), body{"parent_id": idText(o.OtherCommunity.ID), "reason": "x"}).Refused(422, "node.parent_unfit")
}

func TestCloseNode_onlyWhenNothingIsLeftInIt(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	chief, chiefToken := k.Officer(model.UnitChief, o.FarUnit, "赵单元")
	k.Tx(func(tx *gorm.DB) error { // the chief serves here and lives elsewhere
		return tx.Model(&model.Person{}).Where("id = ?", chief.ID).Update("household_id", nil).Error
	})
	code := k.Code(o.FarUnit)
	shut := func(n model.Node) edge.Answer {
		return k.Post(token, nodePath(n, "/close"), body{"reason": "房屋拆除"})
	}
	shut(o.OtherGrid).Refused(409, "node.not_empty")
	resident := k.Person(o.FarUnit, "王小明")
	shut(o.FarUnit).Refused(409, "node.not_empty")
	if again(k, o.FarUnit).State != model.NodeActive {
		t.Fatal("it is closed all the same")
	}
	k.Get(chiefToken, "/v1/units/"+code).Expect(200).Has(`"officer"`)
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", resident.ID).Update("state", model.PersonLeft).Error
	})
	pending := model.Binding{UnitID: &o.FarUnit.ID, State: model.BindingPending, Way: model.ByApproval, AskedAt: k.Clock.Now()}
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.SignIn(tx, "newcomer", "", "session-key", k.Clock.Now())
		if err != nil {
			return err
		}
		pending.UserID, pending.PendingUserID = u.ID, &u.ID
		return tx.Create(&pending).Error
	})
	shut(o.FarUnit).Refused(409, "node.not_empty")
	k.Tx(func(tx *gorm.DB) error { return tx.Delete(&pending).Error })

	shut(o.FarUnit).Expect(200).Has(`"state":"closed"`)
	k.Get(chiefToken, "/v1/me").Expect(200).Has(`"roles":[]`).HasNot(idText(o.FarUnit.ID) + `"`)
	k.Get(chiefToken, "/v1/units/"+code).Refused(410, "code.revoked")
	k.Get(chiefToken, "/v1/me/roles").Expect(200).Has("房屋拆除")
	if p, err := model.PersonByID(k.DB.Read(t.Context()), chief.ID); err != nil || p.NodeID != o.Community.ID {
		t.Errorf("the chief belongs to %d, %v", p.NodeID, err)
	}
	wasTold(k, chief, "单元长", "房屋拆除")
	shut(o.FarUnit).Refused(409, "node.ended")
	k.Post(token, nodePath(o.FarUnit, "/rename"), body{"name": "新名", "reason": "x"}).Refused(409, "node.ended")
	shut(o.OtherGrid).Expect(200)
	shut(o.Community).Refused(422, "node.is_division")
	shut(o.ForeignUnit).Refused(404, "node.not_found")
	k.Post(token, "/v1/nodes", body{"parent_id": idText(o.OtherGrid.ID), "kind": "unit", "name": "1单元", "reason": "x"}).Refused(409, "node.ended")
}

// wasTold fails the test unless a person's inbox holds one notice about roles with all the texts.
func wasTold(k *edge.Kit, p model.Person, texts ...string) {
	k.Helper()
	var notices []model.Notice
	if err := k.DB.Read(k.Context()).Where("person_id = ? AND kind = ?", p.ID, "role").Find(&notices).Error; err != nil {
		k.Fatal(err)
	}
	found := 0
	for _, n := range notices {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(n.Body, text)
		}
		if all {
			found++
		}
	}
	if found != 1 {
		k.Errorf("%d notices with %v among %+v", found, texts, notices)
	}
}

func TestHouseholds_roomsAreForThoseWhoListPeople(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	chief := k.Person(o.Unit, "赵单元")
	k.Appoint(chief, model.UnitChief, o.Unit)
	_, street := k.Officer(model.StreetStaff, o.Street, "冯街道")
	list := nodePath(o.Unit, "/households")
	add := func(token string, n model.Node, room string) edge.Answer {
		return k.Post(token, nodePath(n, "/households"), body{"room": room})
	}
	add(staff, o.Unit, "908").Expect(200).Has(`"room":"908"`, `"people":0`)
	k.Get(k.SignIn(chief), list).Expect(200).Has(`"908"`, `"people":1`)
	k.Get(street, list).Expect(200).Has(`"***"`).HasNot("908")
	add(staff, o.Unit, " 908 ").Refused(409, "household.room_taken")
	add(staff, o.Unit, "908室").Refused(409, "household.room_taken")
	add(staff, o.NextDoor, "908").Expect(200)
	add(staff, o.Grid, "908").Refused(422, "household.not_a_unit")
	add(staff, o.ForeignUnit, "908").Refused(404, "node.not_found")
	add(staff, o.Unit, "9\x0008").Refused(422, "text.forbidden_characters")
	add(k.SignIn(chief), o.Unit, "909").Refused(403, "role.not_allowed")
	k.Get(k.SignIn(chief), nodePath(o.NextDoor, "/households")).Refused(404, "node.not_found")
	k.Get(staff, nodePath(o.Grid, "/households")).Refused(422, "household.not_a_unit")
	k.Get(k.SignIn(k.Person(o.Unit, "王小明")), list).Refused(403, "role.not_allowed")
	k.Tx(func(tx *gorm.DB) error { return model.EndNode(tx, o.NextDoor.ID, model.NodeClosed, k.Clock.Now()) })
	add(staff, o.NextDoor, "910").Refused(409, "node.ended")
}
