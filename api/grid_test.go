package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

type part struct {
	Name     string   `json:"name"`
	ChildIDs []string `json:"child_ids"`
}

func of(name string, children ...model.Node) part {
	p := part{Name: name, ChildIDs: []string{}}
	for _, n := range children {
		p.ChildIDs = append(p.ChildIDs, idText(n.ID))
	}
	return p
}

func split(k *edge.Kit, token string, grid model.Node, parts ...part) edge.Answer {
	k.Helper()
	return k.Post(token, nodePath(grid, "/split"), body{"parts": parts, "reason": "支部与网格一致"})
}

func merge(k *edge.Kit, token, name string, grids ...model.Node) edge.Answer {
	k.Helper()
	return k.Post(token, "/v1/grids/merge", body{"grid_ids": of("", grids...).ChildIDs, "name": name, "reason": "优化"})
}

// branch founds a grid's Party branch.
func branch(k *edge.Kit, grid model.Node) model.PartyOrg {
	k.Helper()
	o := model.PartyOrg{NodeID: grid.ID, Kind: model.GridBranch, Name: grid.Name + "党支部", FoundedAt: k.Clock.Now()}
	k.Tx(func(tx *gorm.DB) error { return model.FoundPartyOrg(tx, &o) })
	return o
}

func childNamed(k *edge.Kit, parent model.Node, name string) model.Node {
	k.Helper()
	below, err := model.Children(k.DB.Read(k.Context()), parent.ID)
	if err != nil {
		k.Fatal(err)
	}
	for _, n := range below {
		if n.Name == name {
			return n
		}
	}
	k.Fatalf("%s is not below %s", name, parent.Name)
	return model.Node{}
}

func TestSplitGrid_orphansNothing(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	tower := k.Node(&o.Grid, model.Building, "5栋")
	flat := k.Node(&tower, model.Unit, "1单元")
	code := k.Code(flat)
	branch(k, o.Grid)
	chief, chiefToken := k.Officer(model.GridChief, o.Grid, "钱网格")
	secretary := k.Person(o.Unit, "卫书记")
	k.Appoint(secretary, model.BranchSecretary, o.Grid)
	unitChief := k.Person(flat, "赵单元")
	k.Appoint(unitChief, model.UnitChief, flat)
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	k.Get(chiefToken, "/v1/units/"+code).Expect(200).Has(`"officer"`)
	far, other := k.Replica()
	k.Do(other, chiefToken, "GET", "/v1/me", nil).Expect(200).Has("grid_chief")

	split(k, token, o.Grid, of("第一网格", o.Building), of("第三网格", tower)).Expect(200).Has("第一网格", "第三网格")

	if old := again(k, o.Grid); old.State != model.NodeSplit || old.EndedAt == nil {
		t.Fatalf("%+v", old)
	}
	west, east := childNamed(k, o.Community, "第一网格"), childNamed(k, o.Community, "第三网格")
	if u := again(k, o.Unit); !model.Under(u.Path, west.Path) {
		t.Errorf("unit left behind: %s", u.Path)
	}
	if u := again(k, flat); !model.Under(u.Path, east.Path) {
		t.Errorf("unit left behind: %s", u.Path)
	}
	k.Get(token, nodePath(o.Grid, "")).Expect(200).Has(`"state":"split"`, `"officers":0`, `"became":[{"id":"`+idText(west.ID), idText(east.ID)).HasNot("党支部")
	k.Get(token, nodePath(east, "")).Expect(200).Has(`"party_org":"第三网格党支部"`)
	k.Get(token, nodePath(o.Grid, "/history")).Expect(200).Has(`"what":"split"`, `"name_after":"第一网格"`, `"name_after":"第三网格"`, "支部与网格一致")
	k.Get(token, nodePath(east, "/history")).Expect(200).Has(`"what":"created"`, `"what":"split"`, `"node_id":"`+idText(o.Grid.ID)+`"`)
	k.Get(token, nodePath(tower, "/history")).Expect(200).Has(`"what":"moved"`)

	// Officers of the old grid are told, and hold nothing from the next request on; the unit's chief stays.
	wasTold(k, chief, "网格长", "支部与网格一致")
	wasTold(k, secretary, "网格党支部书记")
	k.Get(chiefToken, "/v1/units/"+code).Expect(200).Has(`"passer_by"`, "赵单元长", "第三网格")
	if err := far.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(other, chiefToken, "GET", "/v1/me", nil).Expect(200).Has(`"roles":[]`)
	if p, err := model.PersonByID(k.DB.Read(t.Context()), chief.ID); err != nil || p.NodeID != o.Community.ID {
		t.Errorf("the chief belongs to node %d, %v", p.NodeID, err)
	}
	k.Get(k.SignIn(unitChief), "/v1/units/"+code).Expect(200).Has(`"officer"`)
	split(k, token, o.Grid, of("第五网格", o.Building), of("第六网格", tower)).Refused(409, "node.ended")
}

func TestSplitGrid_168BranchesBecome293(t *testing.T) {
	const before, after = 168, 293
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	var grids, units []model.Node
	var people []model.Person
	k.Tx(func(tx *gorm.DB) error {
		now := k.Clock.Now()
		add := func(parent *model.Node, kind model.NodeKind, name string) (model.Node, error) {
			n := model.Node{Kind: kind, Name: name}
			return n, model.AddNode(tx, parent, &n, now)
		}
		for g := range before {
			grid, err := add(&o.OtherCommunity, model.Grid, fmt.Sprintf("%d号网格", g+1))
			if err != nil {
				return err
			}
			grids = append(grids, grid)
			org := model.PartyOrg{NodeID: grid.ID, Kind: model.GridBranch, Name: grid.Name + "党支部", FoundedAt: now}
			if err := model.FoundPartyOrg(tx, &org); err != nil {
				return err
			}
			for b := range 2 {
				building, err := add(&grid, model.Building, fmt.Sprintf("%d栋", b+1))
				if err != nil {
					return err
				}
				unit, err := add(&building, model.Unit, "1单元")
				if err != nil {
					return err
				}
				units = append(units, unit)
				home := model.NewHousehold(testkit.Keys(), unit.ID, "101", now)
				if err := model.AddHousehold(tx, &home); err != nil {
					return err
				}
				p := model.Person{NodeID: unit.ID, HouseholdID: &home.ID, Name: "居民", Membership: model.Member, State: model.PersonHere, CreatedAt: now, UpdatedAt: now}
				if err := tx.Create(&p).Error; err != nil {
					return err
				}
				people = append(people, p)
			}
		}
		return nil
	})
	for _, g := range grids[:after-before] {
		split(k, token, g, of(g.Name+"东片", childNamed(k, g, "1栋")), of(g.Name+"西片", childNamed(k, g, "2栋"))).Expect(200)
	}

	k.Get(token, nodePath(o.OtherCommunity, "/party-orgs/count")).Expect(200).Has(fmt.Sprintf(`"grid_branches":%d`, after))
	h := k.DB.Read(t.Context())
	if n, err := model.CountChildren(h, o.OtherCommunity.ID); err != nil || n != after+1 { // and the one that was there
		t.Errorf("%d grids, %v", n, err)
	}
	for _, u := range units {
		now := again(k, u)
		above, err := model.NodesOnPath(h, now.Path)
		if err != nil || len(above) != 6 {
			t.Fatalf("unit %d: path %s, %v", u.ID, now.Path, err)
		}
		for i, n := range above {
			if n.State != model.NodeActive || i > 0 && n.ParentID != above[i-1].ID || n.Path != model.PathBelow(pathBefore(above, i), n.ID) {
				t.Fatalf("unit %d hangs on %+v", u.ID, n)
			}
		}
		homes, err := model.HouseholdsOf(h, u.ID, model.Slice{Limit: 5})
		if err != nil || len(homes) != 1 || homes[0].People != 1 || homes[0].Room != "101" {
			t.Fatalf("unit %d: homes %+v, %v", u.ID, homes, err)
		}
	}
	for i, p := range people {
		now, err := model.PersonByID(h, p.ID)
		if err != nil || now.NodeID != units[i].ID || *now.HouseholdID != *p.HouseholdID || now.Membership != model.Member {
			t.Fatalf("person %d: %+v, %v", p.ID, now, err)
		}
	}
	for _, g := range grids[:after-before] {
		became, err := model.Successors(h, g.ID)
		steps, err2 := model.NodeHistory(h, g.ID, model.Slice{Limit: 9})
		if err != nil || err2 != nil || len(became) != 2 || len(steps) != 2 {
			t.Fatalf("grid %d: became %d, steps %d, %v %v", g.ID, len(became), len(steps), err, err2)
		}
	}
	var orphans int64
	err := h.Raw("SELECT COUNT(*) FROM nodes c JOIN nodes p ON p.id = c.parent_id WHERE c.state = 'active' AND p.state <> 'active'").Scan(&orphans).Error
	if err != nil || orphans != 0 {
		t.Errorf("%d active nodes below ended ones, %v", orphans, err)
	}
}

func pathBefore(above []model.Node, i int) string {
	if i == 0 {
		return ""
	}
	return above[i-1].Path
}

func TestSplitGrid_everyChildGoesToExactlyOnePart(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	tower := k.Node(&o.Grid, model.Building, "5栋")
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	for name, parts := range map[string][]part{
		"a child forgotten":      {of("东", o.Building), of("西", o.OtherGrid)},
		"a child twice":          {of("东", o.Building, tower), of("西", tower)},
		"a grandchild":           {of("东", o.Building), of("西", tower, o.Unit)},
		"another grid's child":   {of("东", o.Building), of("西", tower, o.FarUnit)},
		"two parts of one name":  {of("东", o.Building), of(" 东 ", tower)},
		"a child that is nobody": {of("东", o.Building), {"西", []string{idText(tower.ID), "999999"}}},
	} {
		if got := split(k, token, o.Grid, parts...); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		} else {
			got.Refused(422, "grid.parts_invalid")
		}
	}
	split(k, token, o.Grid, of("东", o.Building, tower)).Refused(422, "http.invalid")
	split(k, token, o.Grid, of("东", o.Building, tower), of("西")).Refused(422, "http.invalid")
	split(k, token, o.Grid, of("东\u200b", o.Building), of("西", tower)).Refused(422, "text.forbidden_characters").Has("body.parts[0].name")
	split(k, token, o.Grid, of("东", o.Building), of("第二网格", tower)).Refused(409, "node.name_taken")
	split(k, token, o.Building, of("东", o.Unit), of("西", o.NextDoor)).Refused(422, "grid.not_a_grid")
	split(k, token, o.Community, of("东", o.Grid), of("西", o.OtherGrid)).Refused(422, "node.is_division")
	split(k, token, o.ForeignGrid, of("东", o.ForeignUnit), of("西", o.Unit)).Refused(404, "node.not_found")
	if again(k, o.Grid).State != model.NodeActive || !strings.HasPrefix(again(k, o.Unit).Path, o.Building.Path) {
		t.Fatal("a refused split left something behind")
	}
	// Without a branch before there is none after.
	split(k, token, o.Grid, of("东", o.Building), of("西", tower)).Expect(200)
	k.Get(token, nodePath(o.Community, "/party-orgs/count")).Expect(200).Has(`"grid_branches":0`)
}

func TestSplitGrid_raceSplitsOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	tower := k.Node(&o.Grid, model.Building, "5栋")
	branch(k, o.Grid)
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	chief := k.Person(o.Unit, "赵网格")
	status := make([]int, 6)
	k.Race(len(status), func(i int) {
		if i%2 == 0 {
			status[i] = split(k, token, o.Grid, of(fmt.Sprintf("东%d", i), o.Building), of(fmt.Sprintf("西%d", i), tower)).Status
			return
		}
		status[i] = k.Post(token, "/v1/roles", body{"person_id": idText(chief.ID), "role": "grid_chief", "node_id": idText(o.Grid.ID)}).Status
	})
	if wins := count(status[0], status[2], status[4]); wins != 1 {
		t.Errorf("%d splits: %v", wins, status)
	}
	// Whoever was appointed at the old grid first, holds nothing there now.
	if n, err := model.CountOfficers(k.DB.Read(t.Context()), o.Grid.ID, k.Clock.Now()); err != nil || n != 0 {
		t.Errorf("%d roles at an ended grid, %v", n, err)
	}
	k.Get(token, nodePath(o.Community, "/party-orgs/count")).Expect(200).Has(`"grid_branches":2`)
}

// count gives how many of the statuses are 200; any other than 200 and 409 counts as a hundred.
func count(statuses ...int) (wins int) {
	for _, s := range statuses {
		switch s {
		case http.StatusOK:
			wins++
		case http.StatusConflict:
		default:
			wins += 100
		}
	}
	return wins
}

func TestMergeGrids_makesOneOfSeveral(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	branch(k, o.Grid)
	branch(k, o.OtherGrid)
	chief, chiefToken := k.Officer(model.GridChief, o.OtherGrid, "钱网格")
	_, token := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	merge(k, token, "中心网格", o.Grid, o.OtherGrid).Expect(200).Has("中心网格")
	made := childNamed(k, o.Community, "中心网格")
	for _, old := range []model.Node{o.Grid, o.OtherGrid} {
		if again(k, old).State != model.NodeMerged {
			t.Errorf("%+v", again(k, old))
		}
		k.Get(token, nodePath(old, "")).Expect(200).Has(`"state":"merged"`, `"became":[{"id":"`+idText(made.ID))
	}
	for _, n := range []model.Node{o.Unit, o.NextDoor, o.FarUnit} {
		if !model.Under(again(k, n).Path, made.Path) {
			t.Errorf("%s left behind", n.Name)
		}
	}
	k.Get(token, nodePath(made, "/history")).Expect(200).Has(`"name_before":"第一网格"`, `"name_before":"第二网格"`)
	k.Get(token, nodePath(o.Community, "/party-orgs?kind=grid_branch")).Expect(200).Has("中心网格党支部").HasNot("第一网格", "第二网格")
	k.Get(chiefToken, "/v1/me").Expect(200).Has(`"roles":[]`)
	wasTold(k, chief, "网格长")
	merge(k, token, "又一网格", made, o.Grid).Refused(409, "node.ended")
}

func TestMergeGrids_refusesWhatCantBeOne(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, token := k.Officer(model.CommunityStaff, o.Community, "孙社工")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "郑管理")
	merge(k, token, "中心网格", o.Grid).Refused(422, "http.invalid")
	merge(k, token, "中心网格", o.Grid, o.Grid).Refused(422, "grid.merge_invalid")
	merge(k, token, "中心网格", o.Grid, o.ForeignGrid).Refused(404, "node.not_found")
	merge(k, admin, "中心网格", o.Grid, o.ForeignGrid).Refused(409, "node.other_community")
	merge(k, token, "中心网格", o.Grid, o.Building).Refused(422, "grid.not_a_grid")
	k.Node(&o.OtherGrid, model.Building, "3栋")
	merge(k, token, "中心网格", o.Grid, o.OtherGrid).Refused(409, "node.name_taken").Has("3栋")
	if again(k, o.Grid).State != model.NodeActive {
		t.Fatal("a refused merge left something behind")
	}
	_, chief := k.Officer(model.GridChief, o.Grid, "钱网格")
	merge(k, chief, "中心网格", o.Grid, o.OtherGrid).Refused(403, "role.not_allowed")
}

func TestMergeGrids_takesWhatWasReportedFromTheGridsAlong(t *testing.T) {
	w := newWard(t)
	m := w.report(w.gridChief, lamp(model.Named))
	closed := w.report(w.gridChief, aRepair("门坏了"))
	w.do(w.gridChief, &closed, "withdraw").Expect(200)
	merge(w.Kit, w.staff, "中心网格", w.o.Grid, w.o.OtherGrid).Expect(200)
	w.WorkOff()
	made := childNamed(w.Kit, w.o.Community, "中心网格")
	_, secretary := w.Officer(model.BranchSecretary, made, "新书记")
	w.Get(secretary, "/v1/matters/waiting").Expect(200).Has(m.ID).HasNot(closed.ID)
	w.Get(secretary, nodePath(made, "/matters")).Expect(200).Has(m.ID, closed.ID)
	w.do(secretary, &m, "accept").Expect(200)
	w.wantMoves(m, "report", "accept")
	w.verified()
}

func TestSplitGrid_whatWasReportedFromTheGridGoesUpToTheCommunity(t *testing.T) {
	w := newWard(t)
	tower := w.Node(&w.o.Grid, model.Building, "5栋")
	m, asked, below := w.report(w.gridChief, lamp(model.Named)), w.report(w.gridChief, aRepair("门坏了")), w.report(w.volunteer, aRepair("窗坏了"))
	w.do(w.secretary, &asked, "ask", "words", "是几楼").Expect(200)
	split(w.Kit, w.staff, w.o.Grid, of("东片网格", w.o.Building), of("西片网格", tower)).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "take_back")
	w.wantMoves(asked, "report", "ask")
	w.wantMoves(below, "report") // goes along with its unit
	w.Get(w.staff, "/v1/matters/waiting").Expect(200).Has(m.ID).HasNot(asked.ID, below.ID)
	w.do(w.gridChief, &asked, "answer", "words", "三楼").Expect(200)
	w.WorkOff()
	w.wantMoves(asked, "report", "ask", "answer", "take_back")
	w.Get(w.staff, "/v1/matters/waiting").Expect(200).Has(m.ID, asked.ID)
	w.seen(w.staff, &m)
	w.do(w.staff, &m, "accept").Expect(200)
	w.verified()
}
