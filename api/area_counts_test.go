package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

func TestAreaCounts_tellWhatEachCommunityServedByMonth(t *testing.T) {
	c := newCrew(t)
	c.Person(c.o.Unit, "党员甲", testkit.Membership(model.Member))
	at := path("/v1/nodes/%d/counts", c.o.Community.ID)
	c.Get(c.staff, at+"?months=2").Expect(200).Has(`"months":["2026-02","2026-03"]`, `"services":0`, `"members":1,"showing":0,"matters_open":0,"matters_overdue":0`)
	c.confirmed(onDay(3, "08:00", "10:00"))
	c.file(c.volunteer, onDay(4, "08:00", "10:00")) // nobody has confirmed these
	c.report(c.mei, says("灯坏了", "named"))
	march := `{"services":1,"minutes":120,"points_issued":20,"redemptions":0,"points_redeemed":0}`
	nothing := `{"services":0,"minutes":0,"points_issued":0,"redemptions":0,"points_redeemed":0}`
	c.Get(c.staff, at+"?months=1").Expect(200).Has(`"months":[` + march + `],"members":1,"showing":0,"matters_open":1,"matters_overdue":0`)
	c.Get(c.admin, path("/v1/nodes/%d/counts?months=1", c.o.District.ID)).Expect(200).Has(march, nothing, c.o.Community.Name, c.o.OtherCommunity.Name)
	c.Get(c.foreignStaff, at).Refused(404, "node.not_found")
	c.Get(c.chief, path("/v1/nodes/%d/counts", c.o.Unit.ID)).Refused(403, "role.not_allowed")
	c.Get(c.staff, at+"?months=25").Expect(422)

	c.Move(time.Date(2026, 4, 1, 0, 0, 1, 0, model.Beijing).Sub(c.Clock.Now()))
	c.Get(c.SignIn(c.staffWho), at+"?months=2").Expect(200).Has(`"months":["2026-03","2026-04"]`, `[`+march+`,`+nothing+`]`, `"matters_overdue":1`)
}

func TestAreaCounts_tellNoChiefOfWhatIsHiddenFromThem(t *testing.T) {
	w := newWard(t)
	w.Appoint(w.chiefWho, model.CommunityStaff, w.o.Community)
	w.Tx(func(tx *gorm.DB) error {
		return model.AddChanges(tx, []string{model.PersonTopic(w.chiefWho.ID)}, w.Clock.Now())
	})
	if err := w.S.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := path("/v1/nodes/%d/counts?months=1", w.o.Community.ID)
	w.report(w.volunteer, lamp(model.HiddenFromChief))
	w.Get(w.chief, at).Expect(200).Has(`"matters_open":0`)
	w.Get(w.staff, at).Expect(200).Has(`"matters_open":1`)
}

func TestAreaCounts_tellWhatWasRedeemed(t *testing.T) {
	s := newShop(t, nil)
	s.redeemed(s.token) // not picked up
	s.handOut(s.staff, s.redeemed(s.token).Code).Expect(200)
	s.Get(s.staff, path("/v1/nodes/%d/counts?months=1", s.o.Community.ID)).Expect(200).Has(`"redemptions":1,"points_redeemed":40`)
}
