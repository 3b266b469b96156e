package api_test

import (
	"fmt"
	"testing"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestReplyTemplates_areThoseOfAPlaceAndOfWhatLiesAbove(t *testing.T) {
	c := newCrew(t)
	at := func(n model.Node) string { return "/v1/nodes/" + digits(n.ID) + "/reply-templates" }
	add := func(token string, n model.Node, title string) edge.Answer {
		return c.Post(token, at(n), map[string]any{"title": title, "words": "您好,已经转办。"})
	}
	var made struct{ ID string }
	add(c.staff, c.o.Community, "社区的").Expect(200).Into(&made)
	add(c.secretary, c.o.Grid, "网格的").Expect(200)
	add(c.secretary, c.o.Unit, "单元的").Expect(200)
	add(c.staff, c.o.OtherGrid, "另一网格的").Expect(200)
	titles := func(token string, n model.Node) (all []string) {
		var list struct{ Templates []struct{ Title string } }
		c.Get(token, at(n)).Expect(200).Into(&list)
		for _, one := range list.Templates {
			all = append(all, one.Title)
		}
		return all
	}
	c.same("the unit", titles(c.chief, c.o.Unit), "单元的", "网格的", "社区的")
	c.same("the grid", titles(c.secretary, c.o.Grid), "网格的", "社区的")
	c.same("the community", titles(c.staff, c.o.Community), "社区的")
	c.Get(c.foreignChief, at(c.o.Unit)).Refused(404, "node.not_found")
	c.Get(c.foreignStaff, at(c.o.Community)).Refused(404, "node.not_found")
	c.Get(c.volunteer, at(c.o.Unit)).Refused(403, "role.not_allowed")
	add(c.chief, c.o.Unit, "单元长的").Refused(403, "role.not_allowed")
	add(c.secretary, c.o.Community, "越级的").Refused(404, "node.not_found")
	add(c.secretary, c.o.OtherGrid, "越界的").Refused(404, "node.not_found")
	add(c.staff, c.o.Unit, " ").Refused(422, "text.empty")
	away := "/v1/reply-templates/" + made.ID
	for _, token := range []string{c.secretary, c.foreignStaff} {
		c.Do(c.API, token, "DELETE", away, nil).Refused(404, "reply_template.not_found")
	}
	c.Do(c.API, c.staff, "DELETE", away, nil).Expect(200)
	c.Do(c.API, c.staff, "DELETE", away, nil).Refused(404, "reply_template.not_found")
	c.same("the unit", titles(c.chief, c.o.Unit), "单元的", "网格的")
	for i := range model.MostReplyTemplates {
		add(c.staff, c.o.NextDoor, fmt.Sprint("第", i)).Expect(200)
	}
	add(c.staff, c.o.NextDoor, "多了").Refused(409, "reply_template.too_many")
}
