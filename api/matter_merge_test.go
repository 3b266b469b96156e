package api_test

import (
	"gorm.io/gorm"

	"testing"

	"danyuan/model"
)

// TestMatter_isFollowedWhenItsGridIsMerged: in every state, of a unit and of the grid itself.
func TestMatter_isFollowedWhenItsGridIsMerged(t *testing.T) {
	w := newWard(t)
	atGrid := w.SignIn(w.Person(w.o.Grid, "马网格"))
	w.Post(w.secretary, nodePath(w.o.Grid, "/reply-templates"), map[string]any{"title": "已转供电所", "words": "三天内维修"}).Expect(200)
	waiting, accepted, asked, resolved, hidden := w.report(w.volunteer, lamp(model.Named)), w.report(w.volunteer, lamp(model.Named)), w.report(w.volunteer, lamp(model.Named)), w.report(w.volunteer, lamp(model.Named)), w.report(w.volunteer, lamp(model.HiddenFromChief))
	grids := w.report(atGrid, lamp(model.Named))
	gridsAsked := w.report(atGrid, lamp(model.Named))
	for _, m := range []*matter{&waiting, &accepted, &asked, &resolved} {
		w.do(w.chief, m, "pass-up", "words", "请支部协调").Expect(200)
	}
	w.do(w.secretary, &accepted, "accept").Expect(200)
	w.do(w.secretary, &asked, "ask", "words", "几楼").Expect(200)
	w.do(w.secretary, &resolved, "resolve", "words", "好了").Expect(200)
	w.do(w.secretary, &gridsAsked, "ask", "words", "哪里").Expect(200)
	given, _ := w.given()
	var merged struct{ ID string }
	w.Post(w.staff, "/v1/grids/merge", map[string]any{"grid_ids": []string{digits(w.o.Grid.ID), digits(w.o.OtherGrid.ID)}, "name": "中心网格", "reason": "优化"}).Expect(200).Into(&merged)
	w.WorkOff()
	w.verified()
	w.wantMoves(given, "report", "reassign", "take_back")
	w.Get(w.secretary, "/v1/matters/"+waiting.ID).Refused(404, "matter.not_found")
	var to model.Node
	w.Tx(func(tx *gorm.DB) error { return tx.Where("name = ?", "中心网格").Take(&to).Error })
	_, next := w.Officer(model.BranchSecretary, to, "新书记")
	a := w.Get(next, "/v1/matters/waiting").Expect(200)
	a.Has(waiting.ID, accepted.ID, hidden.ID, grids.ID).HasNot(asked.ID, resolved.ID)
	w.do(next, &accepted, "resolve", "words", "好了").Expect(200)
	w.do(w.volunteer, &asked, "answer", "words", "三楼").Expect(200)
	w.do(next, &asked, "resolve", "words", "好了").Expect(200)
	w.do(atGrid, &gridsAsked, "answer", "words", "门口").Expect(200)
	w.do(next, &gridsAsked, "resolve", "words", "好了").Expect(200)
	w.do(next, &grids, "return", "words", "x").Refused(409, "matter.bottom_step")
	w.Get(next, nodePath(to, "/matters")).Expect(200).Has(waiting.ID, hidden.ID, grids.ID, gridsAsked.ID)
	w.Get(next, nodePath(to, "/matter-counts")).Expect(200).Has(`"open":8`)
	w.Get(next, nodePath(to, "/reply-templates")).Expect(200).Has("已转供电所")
	w.verified()
}

// TestReplyTemplates_ofAGridThatIsSplitAreTheCommunitys: nobody has to write them anew.
func TestReplyTemplates_ofAGridThatIsSplitAreTheCommunitys(t *testing.T) {
	w := newWard(t)
	w.Post(w.secretary, nodePath(w.o.Grid, "/reply-templates"), map[string]any{"title": "已转供电所", "words": "三天内维修"}).Expect(200)
	far := w.Node(&w.o.Grid, model.Building, "9栋")
	parts := []map[string]any{
		{"name": "东网格", "child_ids": []string{digits(w.o.Building.ID)}}, {"name": "西网格", "child_ids": []string{digits(far.ID)}},
	}
	w.Post(w.staff, nodePath(w.o.Grid, "/split"), map[string]any{"parts": parts, "reason": "调整"}).Expect(200)
	w.Get(w.chief, nodePath(w.o.Unit, "/reply-templates")).Expect(200).Has("已转供电所", w.o.Community.Name)
}
