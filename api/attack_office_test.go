package api_test

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// recognised is a stranger whom an approver says is a person; it gives the stranger's token.
func recognised(k *edge.Kit, code, approver string, p model.Person, phone string) (stranger, request string, a edge.Answer) {
	k.Helper()
	stranger = k.Stranger("accomplice-" + phone)
	request = askedChief(k, stranger, code, p.Name, "301", phone)
	return stranger, request, k.Post(approver, "/v1/binding-requests/"+request+"/approve", body{"person_id": idText(p.ID)})
}

func TestApprove_aChiefCanNotMakeAStrangerTheDistrictAdminWhoLivesInTheUnit(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	staffPerson, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	first, admin := k.Officer(model.DistrictAdmin, o.District, "郑海")
	p := k.Person(o.Unit, "郑区管")
	k.Appoint(p, model.DistrictAdmin, o.District)

	stranger, request, a := recognised(k, code, chief, p, "13900000007")
	a.Expect(200).Has(`"pending"`, `"wait_for_community"`)
	k.Get(stranger, "/v1/me").Expect(200).Has(`"bound":false`)
	if len(notices(k, first)) != 1 || len(notices(k, staffPerson)) != 1 { // the claim alone went to staff
		t.Errorf("told %v and %v", notices(k, first), notices(k, staffPerson))
	}
	k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Refused(403, "binding.officers_account")
	k.Post(stranger, "/v1/binding-requests/"+request+"/withdraw", nil).Expect(200)
	k.Post(stranger, "/v1/bindings", proof("13900000007")).Expect(200).Has(`"unmatched"`) // the roster has not learnt the number

	_, request, a = recognised(k, code, chief, p, "13900000008")
	a.Expect(200)
	k.Get(admin, "/v1/rebinding-requests").Expect(200).Has("郑区管")
	k.Post(admin, "/v1/rebinding-requests/"+request+"/approve", nil).Expect(200).Has(`"active"`)
}

func TestRebind_staffCanNotTakeTheirSecretarysAccount(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	p := k.Person(o.Unit, "孙书记", testkit.Phone("13900000001"))
	k.Appoint(p, model.CommunitySecretary, o.Community)
	secretary := k.SignIn(p)

	stranger, request, a := recognised(k, k.Code(o.Unit), staff, p, "13900000007")
	a.Expect(200).Has(`"wait_for_community"`)
	k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Refused(403, "binding.officers_account")
	k.Post(staff, "/v1/people/"+idText(p.ID)+"/unbind", body{"reason": "手机遗失"}).Refused(403, "binding.officers_account")
	k.Get(secretary, "/v1/me").Expect(200).Has("community_secretary")
	k.Get(stranger, "/v1/me").Expect(200).Has(`"bound":false`)
}

func TestRebind_ofSomebodyWhoServesAtTheDistrictIsDecidedThere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	decider, admin := k.Officer(model.DistrictAdmin, o.District, "郑海")
	p := k.Person(o.District, "冯雪", testkit.Phone("13900000001"))
	k.Appoint(p, model.Auditor, o.District)
	k.SignIn(p)
	var v struct {
		ID string `json:"request_id"`
	}
	fresh := k.Stranger("new-phone")
	k.Post(fresh, "/v1/bindings", proof("13900000001")).Expect(200).Has(`"wait_for_community"`).Into(&v)
	if told := notices(k, decider); len(told) != 1 || !strings.Contains(told[0], "冯*") {
		t.Error(told)
	}
	k.Post(admin, "/v1/rebinding-requests/"+v.ID+"/approve", nil).Expect(200).Has(`"active"`)
	k.Get(fresh, "/v1/me").Expect(200).Has("auditor")
}

func TestRebind_ofSomebodyAboveTheCommunitiesWithoutAnOfficeIsNewsToTheDistrict(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	admin, _ := k.Officer(model.DistrictAdmin, o.District, "郑海")
	k.SignIn(k.Person(o.District, "冯雪", testkit.Phone("13900000001")))
	k.Post(k.Stranger("new-phone"), "/v1/bindings", proof("13900000001")).Expect(200).Has(`"wait_for_community"`)
	if told := notices(k, admin); len(told) != 1 {
		t.Error(told)
	}
}

func TestRebind_ofAResidentIsNoNewsToTheDistrict(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	admin, _ := k.Officer(model.DistrictAdmin, o.District, "郑海")
	moving(k, o)
	if told := notices(k, admin); len(told) != 0 {
		t.Error(told)
	}
}

func TestLeave_endsWhatThePersonHeld(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	p, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	appoint(k, staff, p, model.GridChief, o.Grid, k.Clock.Now().AddDate(0, 1, 0)).Expect(200) // from next month on
	k.Get("", "/v1/units/"+code).Expect(200).Has("王单元长")

	k.Post(staff, "/v1/people/"+idText(p.ID)+"/leave", body{"reason": "迁往外地"}).Expect(200).Has(`"left"`)
	k.Get(chief, "/v1/me").Expect(200).Has(`"roles":[]`)
	k.Get(chief, nodePath(o.Unit, "/people")).Refused(403, "role.not_allowed")
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("王单元长")
	k.Get(staff, nodePath(o.Grid, "/roles")).Expect(200).HasNot("王建国")
	wasTold(k, p, "单元长", "迁出")
}

func TestLeave_doesNotDismissWhomTheActorMayNotDismiss(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	for _, office := range []struct {
		role model.Role
		at   model.Node
	}{{model.CommunitySecretary, o.Community}, {model.BranchSecretary, o.Grid}, {model.DistrictAdmin, o.District}} {
		p := k.Person(o.Unit, "某某")
		k.Appoint(p, office.role, office.at)
		token := k.SignIn(p)
		k.Post(staff, "/v1/people/"+idText(p.ID)+"/leave", body{"reason": "迁往外地"}).Refused(403, "role.not_yours_to_appoint")
		k.Get(token, "/v1/me/roles").Expect(200).Has(string(office.role))
		k.Get(staff, "/v1/people/"+idText(p.ID)).Expect(200).Has(`"here"`)
	}
}

func TestLeave_theLastDistrictAdminStays(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, both := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	p := k.Person(o.Unit, "郑海")
	k.Appoint(p, model.DistrictAdmin, o.District)
	second := k.Person(o.Community, "孙兼任")
	k.Appoint(second, model.CommunitySecretary, o.Community)
	seat := k.Appoint(second, model.DistrictAdmin, o.District)
	secondToken := k.SignIn(second)
	path := "/v1/people/" + idText(p.ID) + "/leave"
	k.Post(both, path, body{"reason": "迁往外地"}).Refused(403, "role.not_yours_to_appoint")
	endRole(k, secondToken, idText(seat.ID), k.Clock.Now().AddDate(0, 1, 0)).Expect(200) // still in office, with an end in sight
	k.Post(secondToken, path, body{"reason": "迁往外地"}).Refused(409, "role.last_admin")
	third := k.Person(o.District, "钱海")
	appoint(k, secondToken, third, model.DistrictAdmin, o.District).Expect(200)
	k.Post(secondToken, path, body{"reason": "迁往外地"}).Expect(200).Has(`"left"`)
}

func TestLeaveRace_oneOfTwoDistrictAdminsStays(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	var both [2]model.Person
	for i, name := range []string{"郑海", "钱海"} {
		both[i] = k.Person(o.Unit, name)
		k.Appoint(both[i], model.DistrictAdmin, o.District)
	}
	third, token := k.Officer(model.CommunitySecretary, o.Community, "孙兼任")
	appoint(k, k.SignIn(both[0]), third, model.DistrictAdmin, o.District, k.Clock.Now(), k.Clock.Now().AddDate(0, 1, 0)).Expect(200)
	statuses := make([]int, 2)
	k.Race(2, func(i int) {
		statuses[i] = k.Post(token, "/v1/people/"+idText(both[i].ID)+"/leave", body{"reason": "迁往外地"}).Status
	})
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409}) {
		t.Error(statuses)
	}
}

func TestLeave_endsTheCheckInToo(t *testing.T) {
	d := newDesk(t)
	p := d.Person(d.o.Unit, "刘洋", testkit.Membership(model.InServiceMember))
	token := d.SignIn(p)
	d.Post(d.staff, d.apply(token, "安庆市教育局")+"/accept", sure).Expect(200)
	counts := nodePath(d.o.Community, "/check-ins/counts")
	d.Get(d.staff, counts).Expect(200).Has(`"accepted":1`)
	d.Post(d.staff, "/v1/people/"+idText(p.ID)+"/leave", body{"reason": "迁往外地"}).Expect(200)
	d.Get(d.staff, counts).Expect(200).HasNot(`"accepted":1`)
	d.Get(token, "/v1/check-ins/mine").Expect(200).Has(`"ended"`, "迁出")
	d.Get(token, "/v1/me").Expect(200).Has(`"member":true`) // as the roster said before
}

func TestMove_toAnotherCommunityEndsTheCheckInAndWithinItDoesNot(t *testing.T) {
	d := newDesk(t)
	both, _ := d.Officer(model.CommunityStaff, d.o.Community, "赵社工")
	d.Appoint(both, model.CommunityStaff, d.o.OtherCommunity)
	staff := d.SignIn(both)
	p := d.Person(d.o.Unit, "刘洋", testkit.Membership(model.InServiceMember))
	token := d.SignIn(p)
	d.apply(token, "安庆市教育局")
	move := func(to model.Node) {
		d.Post(staff, "/v1/people/"+idText(p.ID)+"/move", body{"unit_id": idText(to.ID), "room": "601", "reason": "换房"}).Expect(200)
	}
	move(d.o.FarUnit)
	d.Get(token, "/v1/check-ins/mine").Expect(200).Has(`"pending"`)
	move(d.o.ForeignUnit)
	d.Get(token, "/v1/check-ins/mine").Expect(200).Has(`"ended"`).HasNot(`"pending"`)
}

func TestUnbind_theLastDistrictAdminMustBeAbleToComeBack(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, lonely := k.Officer(model.DistrictAdmin, o.District, "郑海")
	k.Post(lonely, "/v1/me/unbind", nil).Refused(409, "binding.last_admin")
	second := k.Person(o.District, "钱海", testkit.Phone("13900000001"))
	appoint(k, lonely, second, model.DistrictAdmin, o.District).Expect(200)
	k.Post(lonely, "/v1/me/unbind", nil).Refused(409, "binding.last_admin") // nobody is signed in as the other
	other := k.SignIn(second)
	k.Post(lonely, "/v1/me/unbind", nil).Expect(200)
	k.Post(other, "/v1/me/unbind", nil).Expect(200) // their number brings them back
	k.Post(other, "/v1/bindings", proof("13900000001")).Expect(200).Has(`"active"`)
	k.Get(other, "/v1/me").Expect(200).Has("district_admin")
}

// TestUnbind_ofTheLastDistrictAdminByOneWhoLeavesOffice: an admin with an end in sight, whose own
// successor could be appointed by nobody.
func TestUnbind_ofTheLastDistrictAdminByOneWhoLeavesOffice(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	last, token := k.Officer(model.DistrictAdmin, o.District, "郑海")
	leaving := k.Person(o.District, "钱海")
	appoint(k, token, leaving, model.DistrictAdmin, o.District, k.Clock.Now(), k.Clock.Now().AddDate(0, 1, 0)).Expect(200)
	unbind := "/v1/people/" + idText(last.ID) + "/unbind"
	k.Post(k.SignIn(leaving), unbind, body{"reason": "手机遗失"}).Refused(409, "binding.last_admin")
	k.Get(token, "/v1/me").Expect(200).Has("district_admin")
}

func TestUnbind_aNumberThatIsSharedBringsNobodyBack(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	lonely := k.Person(o.District, "郑海", testkit.Phone("13900000001"))
	k.Appoint(lonely, model.DistrictAdmin, o.District)
	token := k.SignIn(lonely)
	k.Person(o.Unit, "郑小海", testkit.Phone("13900000001"))
	k.Post(token, "/v1/me/unbind", nil).Refused(409, "binding.last_admin")
}

func TestUnbind_whoIsNotYetTheDistrictAdminMay(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	first, token := k.Officer(model.DistrictAdmin, o.District, "郑海")
	next := k.Person(o.District, "钱海")
	appoint(k, token, next, model.DistrictAdmin, o.District, k.Clock.Now().AddDate(0, 1, 0)).Expect(200)
	nextToken := k.SignIn(next)
	k.Tx(func(tx *gorm.DB) error {
		b, err := model.ActiveBindingOfPerson(tx, first.ID)
		if err != nil {
			return err
		}
		return b.End(tx, "手机遗失", k.Clock.Now())
	})
	k.Post(nextToken, "/v1/me/unbind", nil).Expect(200)
}

func TestUnbindRace_oneOfTwoDistrictAdminsStays(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, a := k.Officer(model.DistrictAdmin, o.District, "郑海")
	_, b := k.Officer(model.DistrictAdmin, o.District, "钱海")
	statuses := make([]int, 2)
	k.Race(2, func(i int) { statuses[i] = k.Post([]string{a, b}[i], "/v1/me/unbind", nil).Status })
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409}) {
		t.Error(statuses)
	}
}
