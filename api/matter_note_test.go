package api_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestMatterNotes_areOfficersOwn(t *testing.T) {
	c := newCrew(t)
	id := c.report(c.volunteer, says("三楼楼道灯坏了看不见", "named"))
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Matter{}).Where("id = ?", id).Update("check_state", model.FilePassed).Error
	})
	note := func(token, words string) edge.Answer {
		return c.Post(token, "/v1/matters/"+id+"/notes", map[string]any{"words": words})
	}
	c.Post(c.mei, "/v1/matters/"+id+"/join", nil).Expect(200)
	note(c.chief, "已联系供电所").Expect(200).Has("已联系供电所", "王建国")
	note(c.staff, "供电所周五来").Expect(200).Has("已联系供电所", "供电所周五来")
	c.Get(c.secretary, "/v1/matters/"+id).Expect(200).Has("已联系供电所", "供电所周五来")
	for _, token := range []string{c.volunteer, c.mei} {
		c.Get(token, "/v1/matters/"+id).Expect(200).HasNot("供电所")
		note(token, "我也写一条").Refused(403, "role.not_allowed")
	}
	note(c.foreignChief, "隔壁的").Refused(404, "matter.not_found")
	note(c.foreignStaff, "外面的").Refused(404, "matter.not_found")
	note(c.chief, "  ").Refused(422, "text.empty")
	c.Appoint(c.who, model.BranchSecretary, c.o.Grid)
	c.Appoint(c.meiWho, model.UnitChief, c.o.FarUnit)
	note(c.SignIn(c.who), "自己的事").Refused(403, "matter.own_note")
	note(c.SignIn(c.meiWho), "加入的事").Refused(403, "matter.not_at_your_step")
	c.Get(c.SignIn(c.who), "/v1/matters/"+id).Expect(200).HasNot("供电所")
}

// TestMatterMoves_joinersLearnNothingFromARefusal: who entered it, what was asked and who works on it is kept from
// who has joined a matter, also in what a move of theirs is refused with.
func TestMatterMoves_joinersLearnNothingFromARefusal(t *testing.T) {
	w := newWard(t)
	var m matter
	w.Post(w.secretary, path("/v1/people/%d/matters", w.who.ID), lamp(model.HiddenFromNeighbours)).Expect(200).Into(&m)
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Matter{}).Where("id = ?", m.ID).Update("check_state", model.FilePassed).Error
	})
	url := "/v1/matters/" + m.ID
	refused := func() {
		t.Helper()
		for _, token := range []string{w.neighbour, w.nextDoorChief} {
			for move, body := range map[string]map[string]any{"answer": {"words": "x"}, "withdraw": {}, "rate": {"solved": true, "satisfied": true}} {
				w.Post(token, url+"/"+move, but(body, "seen", 99)).Refused(403, "matter.not_your_report").HasNot("周书记", "赵网格")
			}
		}
		for _, move := range []string{"accept", "resolve"} {
			w.Post(w.nextDoorChief, url+"/"+move, map[string]any{"seen": 99, "words": "x"}).Refused(403, "matter.not_at_your_step").HasNot("周书记", "补充", "赵网格")
		}
		w.Post(w.nextDoorChief, url+"/notes", map[string]any{"words": "谁办？"}).Refused(403, "matter.not_at_your_step").HasNot("赵网格")
	}
	for _, token := range []string{w.neighbour, w.nextDoorChief} {
		w.Post(token, url+"/join", nil).Expect(200).HasNot("周书记")
	}
	refused()
	w.do(w.chief, &m, "ask", "words", "住几楼？").Expect(200)
	refused()
	w.do(w.secretary, &m, "give", "words", "请代办", "person_id", digits(w.gridChiefWho.ID)).Expect(200)
	refused()
	w.Post(w.staff, url+"/resolve", map[string]any{"seen": 1, "words": "x"}).Refused(409, "matter.moved_meanwhile").Has("周书记") // who works there is told
}
