package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

func (c *crew) waiting(token string) (w struct {
	Matters []listed
	Total   int
},
) {
	c.Helper()
	c.Get(token, "/v1/matters/waiting").Expect(200).Into(&w)
	return w
}

func TestMattersWaiting_showsWhatIsDueFirstAndNeverOnesOwn(t *testing.T) {
	c := newCrew(t)
	first := c.report(c.volunteer, says("先上报的灯坏了", "named"))
	c.Move(time.Hour)
	c.report(c.mei, but(says("后上报的电线裸露", "named"), "category", "repair"))
	urgent := map[string]any{"category": "safety", "words": "消防通道堵了", "anonymity": "named", "answers": []map[string]any{{"place": 1, "answer": "no"}, {"place": 2, "answer": "no"}}}
	c.report(c.mei, urgent)
	c.report(c.chief, says("单元长自己家漏水", "named"))
	words := func(token string) (all []string) {
		for _, m := range c.waiting(token).Matters {
			all = append(all, m.Words)
		}
		return all
	}
	c.same("the chief", words(c.chief), "消防通道堵了", "先上报的灯坏了", "后上报的电线裸露")
	c.same("the branch", words(c.secretary), "单元长自己家漏水")
	c.same("nobody else", words(c.foreignChief))
	c.Move(5 * time.Hour) // the passage is four hours' matter
	got := c.waiting(c.chief)
	if m := got.Matters[0]; !m.Overdue || m.DueInSeconds != -3600 || got.Matters[1].Overdue || got.Total != 3 {
		t.Errorf("%+v", got)
	}
	c.moves(c.chief, first, "ask", 1, map[string]any{"words": "几楼?"}).Expect(200)
	c.same("what was asked waits for nobody here", words(c.chief), "消防通道堵了", "后上报的电线裸露")
	c.Get(c.volunteer, "/v1/matters/waiting").Refused(403, "role.not_allowed")
}

func TestMattersWaiting_whatWasGivenToSomebodyIsTheirs(t *testing.T) {
	c := newCrew(t)
	gridChief := c.Person(c.o.NextDoor, "钱网格")
	c.Appoint(gridChief, model.GridChief, c.o.Grid)
	token := c.SignIn(gridChief)
	kept, given := c.report(c.volunteer, says("留给单元长的灯坏了", "named")), c.report(c.mei, says("改派的灯坏了", "named"))
	c.moves(c.secretary, given, "give", 1, map[string]any{"words": "请网格长办理", "person_id": digits(gridChief.ID)}).Expect(200)
	if w := c.waiting(token); w.Total != 1 || w.Matters[0].ID != given {
		t.Errorf("%+v waits for who was given it", w)
	}
	if w := c.waiting(c.chief); w.Total != 1 || w.Matters[0].ID != kept {
		t.Errorf("%+v waits for the chief", w)
	}
	c.same("the chief's unit", c.ledgerOf(c.chief, mattersAt(c.o.Unit)), "留给单元长的灯坏了")
	c.same("the branch's", c.ledgerOf(c.secretary, mattersAt(c.o.Unit)), "改派的灯坏了", "留给单元长的灯坏了")
	for _, n := range []model.Node{c.o.Unit, c.o.Grid} {
		for _, of := range []string{"/matters", "/matter-counts", "/matters.xlsx"} {
			c.Get(token, "/v1/nodes/"+digits(n.ID)+of).Refused(404, "node.not_found")
		}
	}
	c.moves(token, given, "accept", 2, nil).Expect(200)
	if w := c.waiting(token); w.Total != 1 {
		t.Error("what was accepted is still to be done")
	}
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", gridChief.ID).Updates(map[string]any{"role": model.CommitteeMember}).Error
	})
	fresh := c.SignIn(gridChief)
	c.Get(fresh, "/v1/matters/waiting").Refused(403, "role.not_allowed")
}
