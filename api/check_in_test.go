package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// desk is a community with its check-in poster and somebody at the desk.
type desk struct {
	*edge.Kit
	o           testkit.Org
	staff, code string
}

func newDesk(t *testing.T) *desk {
	k := edge.New(t)
	d := &desk{Kit: k, o: k.Org()}
	_, d.staff = k.Officer(model.CommunityStaff, d.o.Community, "陈社工")
	var c code
	k.Post(d.staff, path("/v1/nodes/%d/codes", d.o.Community.ID), nil).Expect(200).Into(&c)
	d.code = c.Code
	return d
}

// sure is what the community says that has checked that somebody is a member whom its roster does not
// know as one.
var sure = map[string]bool{"confirmed_member": true}

type checkIn struct {
	ID            string
	ReceiptNumber string `json:"receipt_number"`
	ReceiptCode   string `json:"receipt_code"`
}

func (d *desk) at(workUnit string) map[string]string {
	return map[string]string{"community_code": d.code, "work_unit": workUnit}
}

func (d *desk) apply(token, workUnit string) string {
	d.Helper()
	var c checkIn
	d.Post(token, "/v1/check-ins", d.at(workUnit)).Expect(200).Into(&c)
	return "/v1/check-ins/" + c.ID
}

func (d *desk) verify(number, code string) edge.Answer {
	d.Helper()
	return d.Post("", "/v1/receipts/verify", map[string]string{"number": number, "code": code})
}

func TestCheckIn_acceptedGivesAReceiptThatVerifies(t *testing.T) {
	d := newDesk(t)
	who := d.Person(d.o.Unit, "张卫东")
	person := d.SignIn(who)
	_, chief := d.Officer(model.UnitChief, d.o.Unit, "王建国")
	unitCode := d.Kit.Code(d.o.Unit)
	d.Post(person, "/v1/displays", form(nil)).Refused(403, "display.not_a_member")
	d.Get(chief, "/v1/units/"+unitCode).Expect(200).Has(`"members":0`)

	c := d.apply(person, "安庆市教育局")
	list := path("/v1/nodes/%d/check-ins", d.o.Community.ID)
	d.Get(d.staff, list+"?state=pending").Expect(200).Has("张**", "安庆市教育局", "1单元").HasNot("张卫东", "receipt")
	var receipt checkIn
	d.Post(d.staff, c+"/accept", sure).Expect(200).Into(&receipt)
	if want := fmt.Sprintf("%d-2026-000001", d.o.Community.ID); receipt.ReceiptNumber != want || len(receipt.ReceiptCode) != 8 {
		t.Fatalf("%+v, want number %s", receipt, want)
	}
	d.Get(person, c).Expect(200).Has("张卫东", receipt.ReceiptNumber, receipt.ReceiptCode)
	d.Get(person, "/v1/check-ins/mine").Expect(200).Has(receipt.ReceiptCode)
	d.Get(d.staff, c).Expect(200).Has("张**", receipt.ReceiptCode).HasNot("张卫东")
	d.Get(d.staff, list).Expect(200).Has(receipt.ReceiptNumber).HasNot(receipt.ReceiptCode)
	d.Get(d.SignIn(d.Person(d.o.Unit, "李小梅")), c).Refused(404, "check_in.not_found")

	d.verify(receipt.ReceiptNumber, receipt.ReceiptCode).Expect(200).Has(`"genuine":true`, "张**", "安庆市教育局", "先锋社区", "2026-03-05").HasNot("张卫东", "1单元")
	d.verify(receipt.ReceiptNumber, strings.ToLower(receipt.ReceiptCode)).Expect(200).Has(`"genuine":true`)
	wrong := d.verify(receipt.ReceiptNumber, "AAAAAAAA").Expect(200).Has(`"genuine":false`).HasNot("张", "教育局")
	unknown := d.verify(fmt.Sprintf("%d-2026-000002", d.o.Community.ID), receipt.ReceiptCode).Expect(200)
	if string(wrong.Body) != string(unknown.Body) {
		t.Fatalf("a wrong code and an unknown number differ: %s and %s", wrong.Body, unknown.Body)
	}
	// The membership stays at the work unit; they show identity where they live.
	d.Get(chief, "/v1/units/"+unitCode).Expect(200).Has(`"members":1`)
	d.Post(person, "/v1/displays", form(nil)).Expect(200)
	d.Get("", "/v1/units/"+unitCode).Expect(200).Has("张同志")

	d.Post(person, c+"/end", map[string]string{"reason": "组织关系转走"}).Expect(200).Has(`"state":"ended"`)
	d.verify(receipt.ReceiptNumber, receipt.ReceiptCode).Expect(200).Has(`"ended":true`)
	d.Get("", "/v1/units/"+unitCode).Expect(200).HasNot("张同志")
	d.Get(chief, "/v1/units/"+unitCode).Expect(200).Has(`"members":0`)
	d.Get(person, "/v1/me").Expect(200).Has(`"member":false`)
	d.apply(person, "安庆市教育局")
}

func TestCheckIn_endLeavesAMembershipThatWasThereBefore(t *testing.T) {
	d := newDesk(t)
	person := d.SignIn(d.Person(d.o.Unit, "张卫东", testkit.Membership(model.InServiceMember)))
	c := d.apply(person, "安庆市教育局")
	d.Post(d.staff, c+"/accept", sure).Expect(200)
	d.Post(person, "/v1/displays", form(nil)).Expect(200)
	d.Post(d.staff, c+"/end", because).Expect(200)
	d.Get(person, "/v1/displays/mine").Expect(200).Has("preview")
}

// Whoever is accepted counts as a member from then on: the community sees what its roster says before
// it decides, and says in so many words that it knows better.
func TestCheckIn_whoIsNoMemberOnTheRosterIsCheckedFirst(t *testing.T) {
	d := newDesk(t)
	list := path("/v1/nodes/%d/check-ins?state=pending", d.o.Community.ID)
	who := d.Person(d.o.Unit, "张卫东")
	person := d.SignIn(who)
	c := d.apply(person, "安庆市教育局")
	d.Get(d.staff, list).Expect(200).Has(`"registered_membership":"none"`)
	d.Get(d.staff, c).Expect(200).Has(`"registered_membership":"none"`)
	d.Get(person, c).Expect(200).HasNot("registered_membership")
	d.Get(person, "/v1/check-ins/mine").Expect(200).HasNot("registered_membership")
	d.Post(d.staff, c+"/accept", body{}).Refused(409, "check_in.not_on_roster_as_member").Has("核对")
	d.Post(d.staff, c+"/accept", body{"confirmed_member": false}).Refused(409, "check_in.not_on_roster_as_member")
	d.Get(person, "/v1/me").Expect(200).Has(`"member":false`)
	d.Post(d.staff, c+"/accept", sure).Expect(200)
	d.Get(person, "/v1/me").Expect(200).Has(`"member":true`)
	var entry model.Audit
	if err := d.DB.Read(t.Context()).Where("action = ?", "check_in.accepted").Take(&entry).Error; err != nil || entry.Detail != "confirmed_member" {
		t.Errorf("%+v, %v: who confirmed is not on record", entry, err)
	}
	// Of a member at a work unit there is nothing to confirm.
	d.Post(d.staff, d.apply(d.SignIn(d.Person(d.o.Unit, "刘洋", testkit.Membership(model.InServiceMember))), "教育局")+"/accept", body{}).Expect(200)
}

func TestCheckIn_membersOfTheCommunityItselfNeedNone(t *testing.T) {
	d := newDesk(t)
	d.Post(d.SignIn(d.Person(d.o.Unit, "王建国", testkit.Membership(model.Member))), "/v1/check-ins", d.at("教育局")).Refused(409, "check_in.member_here").Has("不用报到")
	who := d.Person(d.o.Unit, "张卫东")
	c := d.apply(d.SignIn(who), "教育局")
	d.Post(d.staff, "/v1/people/"+idText(who.ID)+"/membership", body{"membership": "member", "reason": "核对名册"}).Expect(200)
	d.Get(d.staff, c).Expect(200).Has(`"registered_membership":"member"`)
	d.Post(d.staff, c+"/accept", sure).Refused(409, "check_in.member_here")
}

func TestCheckIn_refusesWhoMayNotAndWrongCodes(t *testing.T) {
	d := newDesk(t)
	person := d.SignIn(d.Person(d.o.Unit, "张卫东"))
	foreigner := d.SignIn(d.Person(d.o.ForeignUnit, "外人"))
	_, foreign := d.Officer(model.CommunityStaff, d.o.OtherCommunity, "外社工")
	_, chief := d.Officer(model.UnitChief, d.o.Unit, "王建国")
	d.Post("", "/v1/check-ins", d.at("教育局")).Refused(401, "session.required")
	d.Post(d.Stranger("x"), "/v1/check-ins", d.at("教育局")).Refused(403, "binding.required")
	d.Post(foreigner, "/v1/check-ins", d.at("教育局")).Refused(409, "check_in.not_your_community")
	in := func(code string) map[string]string {
		return map[string]string{"community_code": code, "work_unit": "教育局"}
	}
	d.Post(person, "/v1/check-ins", in("NOSUCHCODE00")).Refused(404, "code.unknown")
	d.Post(person, "/v1/check-ins", in("😀")).Refused(404, "code.unknown")
	d.Post(person, "/v1/check-ins", in(d.Kit.Code(d.o.Unit))).Refused(422, "check_in.not_a_community_code")

	c := d.apply(person, "教育局")
	d.Post(person, "/v1/check-ins", d.at("财政局")).Refused(409, "check_in.open_already")
	for verb, body := range map[string]any{"accept": sure, "refuse": because, "end": because} {
		d.Post(foreign, c+"/"+verb, body).Refused(404, "check_in.not_found")
		d.Post(d.staff, "/v1/check-ins/999999/"+verb, body).Refused(404, "check_in.not_found")
	}
	d.Post(person, c+"/accept", sure).Refused(403, "role.not_allowed")
	d.Post(chief, c+"/refuse", because).Refused(403, "role.not_allowed")
	d.Post(chief, c+"/end", because).Refused(404, "check_in.not_found")
	d.Get(foreign, c).Refused(404, "check_in.not_found")
	d.Get(foreign, path("/v1/nodes/%d/check-ins", d.o.Community.ID)).Refused(404, "node.not_found")
	d.Get(foreign, path("/v1/nodes/%d/check-ins/counts", d.o.Community.ID)).Refused(404, "node.not_found")
	d.Get(chief, path("/v1/nodes/%d/check-ins/counts", d.o.Community.ID)).Refused(403, "role.not_allowed")
	d.Post(d.staff, c+"/refuse", map[string]string{"reason": " "}).Refused(422, "text.empty")
	d.Post(d.staff, c+"/refuse", because).Expect(200).Has("材料不齐")
	d.Post(d.staff, c+"/accept", sure).Refused(409, "check_in.wrong_state")
	d.Post(d.staff, c+"/end", because).Refused(409, "check_in.wrong_state")
	d.Get(person, "/v1/check-ins/mine").Expect(200).Has("材料不齐")
	var poster struct{ Items []code }
	d.Get(d.staff, path("/v1/nodes/%d/codes", d.o.Community.ID)).Expect(200).Into(&poster)
	d.Post(d.staff, "/v1/codes/"+poster.Items[0].ID+"/replace", because).Expect(200)
	d.Post(person, "/v1/check-ins", d.at("教育局")).Refused(410, "code.revoked").Has("社区新贴的码")
}

func TestCheckIn_nobodyAcceptsTheirOwnNorWhoHasMovedAway(t *testing.T) {
	d := newDesk(t)
	p := d.Person(d.o.Unit, "陈社工", testkit.Membership(model.InServiceMember))
	d.Appoint(p, model.CommunityStaff, d.o.Community)
	own := d.SignIn(p)
	c := d.apply(own, "先锋社区居委会")
	d.Post(own, c+"/accept", sure).Refused(403, "check_in.own")
	d.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", p.ID).Update("node_id", d.o.ForeignUnit.ID).Error
	})
	d.Post(d.staff, c+"/accept", sure).Refused(409, "check_in.not_your_community").Has("不能接收")
	d.Post(d.staff, c+"/refuse", because).Expect(200)
}

// TestCheckIn_whatAnotherCommunityRegistersIsNotReadByTheOldOne: somebody checked in, moved away, and is
// registered as a member where they live now.
func TestCheckIn_whatAnotherCommunityRegistersIsNotReadByTheOldOne(t *testing.T) {
	d := newDesk(t)
	who := d.Person(d.o.Unit, "张卫东")
	person := d.SignIn(who)
	url := d.apply(person, "安庆市教育局")
	d.Post(d.staff, url+"/accept", sure).Expect(200)
	list := path("/v1/nodes/%d/check-ins", d.o.Community.ID)
	d.Get(d.staff, list).Expect(200).Has(`"unit_name":"`+d.o.Unit.Name+`"`, `"registered_membership":"in_service"`)
	d.Post(d.staff, path("/v1/people/%d/leave", who.ID), map[string]any{"reason": "搬走了"}).Expect(200)
	elsewhere := d.Node(&d.o.ForeignGrid, model.Unit, "77单元")
	silent := func() {
		t.Helper()
		for _, answer := range []edge.Answer{d.Get(d.staff, list), d.Get(d.staff, url)} {
			answer.Expect(200).Has("张**", "安庆市教育局", `"unit_name":""`).HasNot("registered_membership", "77单元")
		}
	}
	silent() // who has left is nobody's, for now
	d.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", who.ID).Updates(map[string]any{"state": model.PersonHere, "node_id": elsewhere.ID, "membership": model.Member}).Error
	})
	silent()
	d.Get(person, "/v1/check-ins/mine").Expect(200).Has("张卫东", "安庆市教育局")
}

func TestCheckIn_everyMoveThatTheTableDoesNotNameIsRefused(t *testing.T) {
	verbs := map[model.CheckInState]string{model.CheckInAccepted: "accept", model.CheckInRefused: "refuse", model.CheckInEnded: "end"}
	for _, from := range []model.CheckInState{model.CheckInPending, model.CheckInAccepted, model.CheckInRefused, model.CheckInEnded} {
		for to, verb := range verbs {
			t.Run(string(from)+" "+verb, func(t *testing.T) {
				d := newDesk(t)
				c := d.apply(d.SignIn(d.Person(d.o.Unit, "张卫东")), "教育局")
				d.Tx(func(tx *gorm.DB) error { return tx.Model(&model.CheckIn{}).Where("1 = 1").Update("state", from).Error })
				body := map[string]any{"accept": sure, "refuse": because, "end": because}[verb]
				if a := d.Post(d.staff, c+"/"+verb, body); from.MayBecome(to) {
					a.Expect(200).Has(`"state":"` + string(to) + `"`)
				} else {
					a.Refused(409, "check_in.wrong_state").Has(from.Title())
				}
			})
		}
	}
}

func TestCheckIn_receiptsHaveNoGapsWhenManyAreAcceptedAtOnce(t *testing.T) {
	d := newDesk(t)
	const n = 8
	applied := make([]string, n)
	for i := range applied {
		applied[i] = d.apply(d.SignIn(d.Person(d.o.Unit, fmt.Sprintf("张%d", i))), "安庆市 教育局")
	}
	answers := make([]edge.Answer, 2*n) // each is accepted by two at once
	d.Race(len(answers), func(i int) { answers[i] = d.Do(d.API, d.staff, "POST", applied[i/2]+"/accept", sure) })
	numbers := map[string]bool{}
	for _, a := range answers {
		if a.Status == 200 {
			var c checkIn
			a.Into(&c)
			numbers[c.ReceiptNumber] = true
		} else {
			a.Refused(409, "check_in.wrong_state")
		}
	}
	for i := 1; i <= n; i++ {
		if !numbers[fmt.Sprintf("%d-2026-%06d", d.o.Community.ID, i)] {
			t.Errorf("number %d is missing: %v", i, numbers)
		}
	}
}

func TestCheckIn_theYearIsBeijings(t *testing.T) {
	d := newDesk(t)
	c := d.apply(d.SignIn(d.Person(d.o.Unit, "张卫东")), "教育局")
	last := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC) // New Year's midnight in Anqing
	d.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Session{}).Where("1 = 1").Update("expires_at", last.Add(time.Hour)).Error
	})
	d.Move(last.Sub(testkit.Start))
	d.Post(d.staff, c+"/accept", sure).Expect(200).Has(fmt.Sprintf("%d-2027-000001", d.o.Community.ID))
}

func TestCheckIn_appliedTwiceAtOnceIsOne(t *testing.T) {
	d := newDesk(t)
	person := d.SignIn(d.Person(d.o.Unit, "张卫东"))
	answers := make([]edge.Answer, 4)
	d.Race(len(answers), func(i int) { answers[i] = d.Do(d.API, person, "POST", "/v1/check-ins", d.at("教育局")) })
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "check_in.open_already")
		}
	}
	if won != 1 {
		t.Fatalf("%d check-ins", won)
	}
}

func TestCheckIn_countsByCommunityAndWorkUnit(t *testing.T) {
	d := newDesk(t)
	_, street := d.Officer(model.StreetStaff, d.o.Street, "钱街道")
	for i, unit := range []string{"安庆市教育局(机关)", "安庆市 教育局（机关）", "财政局"} {
		c := d.apply(d.SignIn(d.Person(d.o.Unit, fmt.Sprintf("张%d", i))), unit)
		if i != 2 {
			d.Post(d.staff, c+"/accept", sure).Expect(200)
		}
	}
	d.Get(street, path("/v1/nodes/%d/check-ins/counts", d.o.Street.ID)).Expect(200).
		Has(`"pending":1,"accepted":2`, `"name":"先锋社区","pending":1,"accepted":2`, `"name":"安庆市教育局(机关)","pending":0,"accepted":2`, `"name":"财政局","pending":1,"accepted":0`)
}

func TestReceipt_hostileInputIsRefusedWithACode(t *testing.T) {
	d := newDesk(t)
	for _, in := range [][2]string{{"", ""}, {"1-2026-000001", "😀😀"}, {"1-2026-000001", "AAAAAAAAA"}, {"' OR 1=1", "AAAAAAAA"}, {"1-2026-000001\x00", "AAAAAAAA"}} {
		d.verify(in[0], in[1]).Refused(422, "http.invalid")
	}
	person := d.SignIn(d.Person(d.o.Unit, "张卫东"))
	for _, unit := range []string{"a\x00b", "a\u202eb", "教育\u200b局"} {
		d.Post(person, "/v1/check-ins", d.at(unit)).Refused(422, "text.forbidden_characters")
	}
	d.Post(person, "/v1/check-ins", d.at("  　")).Refused(422, "text.empty")
	d.Post(person, "/v1/check-ins", d.at(strings.Repeat("㍿", 80))).Refused(422, "text.too_long")
	d.Post(person, "/v1/check-ins", d.at(strings.Repeat("局", 81))).Refused(422, "http.invalid")
}
