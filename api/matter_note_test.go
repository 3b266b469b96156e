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
