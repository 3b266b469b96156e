package api_test

import (
	"strings"
	"testing"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// pending gives the notices that a person has of plaques to be taken off.
func pending(k *edge.Kit, p model.Person) (told []model.Notice) {
	k.Helper()
	if err := k.DB.Read(k.Context()).Where("person_id = ? AND title = ?", p.ID, "有门牌待摘除").Find(&told).Error; err != nil {
		k.Fatal(err)
	}
	return told
}

// However the last member of a household leaves, its plaque proves nothing from that moment.
func TestPlaque_isNotGenuineOnceTheLastMemberHasGone(t *testing.T) {
	for what, leave := range map[string]func(d *door, staff string, who string) edge.Answer{
		"struck off": func(d *door, staff, who string) edge.Answer {
			return d.Post(staff, who+"/membership", body{"membership": "none", "reason": "核对名册"})
		},
		"left": func(d *door, staff, who string) edge.Answer {
			return d.Post(staff, who+"/leave", body{"reason": "搬走"})
		},
		"moved next door": func(d *door, staff, who string) edge.Answer {
			return d.Post(staff, who+"/move", body{"unit_id": idText(d.o.NextDoor.ID), "room": "801", "reason": "搬家"})
		},
		"moved within the unit": func(d *door, staff, who string) edge.Answer {
			return d.Post(staff, who+"/move", body{"unit_id": idText(d.o.Unit.ID), "room": "801", "reason": "搬家"})
		},
	} {
		t.Run(what, func(t *testing.T) {
			d := newDoor(t)
			clerk, staff := d.Officer(model.CommunityStaff, d.o.Community, "吴社工")
			d.installed()
			c := d.code()
			d.Post(d.token, "/v1/displays", form(map[string]any{"on_door": true})).Expect(200)
			d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"genuine"`, "张同志")
			leave(d, staff, "/v1/people/"+idText(d.member.ID)).Expect(200)
			d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"pending_removal"`, "待摘除").HasNot("genuine", "张")
			for _, officer := range []model.Person{d.chiefHuman, d.secretaryWho, clerk} {
				told := pending(d.Kit, officer)
				if len(told) != 1 || !strings.Contains(told[0].Body, "1单元") || strings.Contains(told[0].Body, "张") {
					t.Errorf("%s was told: %+v", officer.Name, told)
				}
			}
			d.Get(d.chief, path("/v1/nodes/%d/plaques", d.o.Unit.ID)).Expect(200).Has(`"pending_removal":true`)
		})
	}
}

func TestPlaque_staysGenuineWhileAnotherMemberLivesThere(t *testing.T) {
	d := newDoor(t)
	_, staff := d.Officer(model.CommunityStaff, d.o.Community, "吴社工")
	wife := d.Person(d.o.Unit, "李小梅", testkit.Membership(model.InServiceMember))
	if err := d.DB.Read(t.Context()).Take(&wife, wife.ID).Error; err != nil {
		t.Fatal(err)
	}
	d.installed()
	c := d.code()
	move := body{"unit_id": idText(d.o.Unit.ID), "room": "101", "reason": "同住"}
	d.Post(staff, "/v1/people/"+idText(wife.ID)+"/move", move).Expect(200)
	d.Post(staff, "/v1/people/"+idText(d.member.ID)+"/leave", body{"reason": "搬走"}).Expect(200)
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"genuine"`)
	if told := pending(d.Kit, d.chiefHuman); len(told) != 0 {
		t.Errorf("told of a plaque that is right: %+v", told)
	}
	d.Post(staff, "/v1/people/"+idText(wife.ID)+"/membership", body{"membership": "none", "reason": "核对名册"}).Expect(200)
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"pending_removal"`)
	if told := pending(d.Kit, d.chiefHuman); len(told) != 1 {
		t.Errorf("told: %+v", told)
	}
	// Nobody is told again when it has been known for long.
	other := d.Person(d.o.Unit, "孙小圣")
	d.Post(staff, "/v1/people/"+idText(other.ID)+"/move", move).Expect(200)
	d.Post(staff, "/v1/people/"+idText(other.ID)+"/leave", body{"reason": "搬走"}).Expect(200)
	if told := pending(d.Kit, d.chiefHuman); len(told) != 1 {
		t.Errorf("told again: %+v", told)
	}
}
