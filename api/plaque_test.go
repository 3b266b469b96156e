package api_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// door is a member household with officers who decide and install.
type door struct {
	*edge.Kit
	o                        testkit.Org
	member                   model.Person
	token, secretary, chief  string
	secretaryWho, chiefHuman model.Person
}

func newDoor(t *testing.T) *door {
	k := edge.New(t)
	d := &door{Kit: k, o: k.Org()}
	d.member = k.Person(d.o.Unit, "张卫东", testkit.Membership(model.Member))
	d.token = k.SignIn(d.member)
	d.secretaryWho, d.secretary = k.Officer(model.BranchSecretary, d.o.Grid, "周书记")
	d.chiefHuman, d.chief = k.Officer(model.UnitChief, d.o.Unit, "王建国")
	return d
}

func (d *door) apply() string {
	d.Helper()
	var p struct{ ID string }
	d.Post(d.token, "/v1/plaques", nil).Expect(200).Into(&p)
	return "/v1/plaques/" + p.ID
}

func (d *door) installed() string {
	d.Helper()
	p := d.apply()
	d.Post(d.secretary, p+"/approve", nil).Expect(200)
	d.Post(d.chief, p+"/install", nil).Expect(200)
	return p
}

// code is what is printed on the household's plaque.
func (d *door) code() string {
	d.Helper()
	var list struct{ Items []code }
	d.Get(d.chief, path("/v1/nodes/%d/codes", d.o.Unit.ID)).Expect(200).Into(&list)
	for _, c := range list.Items {
		if c.Kind == "plaque" && c.RevokedAt == nil {
			return c.Code
		}
	}
	d.Fatal("no plaque code")
	return ""
}

var because = map[string]string{"reason": "材料不齐"}

func TestPlaque_appliedApprovedInstalledChecked(t *testing.T) {
	d := newDoor(t)
	d.Post(d.token, "/v1/displays", form(map[string]any{"on_door": true})).Refused(409, "display.no_plaque")
	p := d.apply()
	d.Post(d.token, "/v1/plaques", nil).Refused(409, "plaque.household_has_one")
	d.Get(d.token, "/v1/plaques/mine").Expect(200).Has(`"state":"applied"`, "待审批")
	d.Get(d.secretary, path("/v1/nodes/%d/plaques?state=applied", d.o.Grid.ID)).Expect(200).Has("张**", "1单元").HasNot("张卫东")
	d.Post(d.secretary, p+"/approve", nil).Expect(200).Has(`"state":"approved"`)
	d.Post(d.chief, p+"/install", nil).Expect(200).Has(`"state":"installed"`)
	d.Get(d.secretary, path("/v1/nodes/%d/plaques?state=applied", d.o.Grid.ID)).Expect(200).HasNot("张")

	c := d.code()
	d.Get("", "/v1/scenes/"+c).Expect(200).Has(`"is":"plaque"`, "pages/plaque/index")
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"genuine"`, "共产党员户", "1单元", `"members":[]`).HasNot("张", "101")
	d.Post(d.token, "/v1/displays", form(map[string]any{"name_form": "full", "on_page": false, "on_door": true})).Expect(200)
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has("张同志").HasNot("张卫东")
	d.Get(d.token, "/v1/displays/mine").Expect(200).Has(`"door":"张同志"`)
	d.Post(d.token, "/v1/displays/withdraw", nil).Expect(200)
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"genuine"`).HasNot("张")
}

func TestPlaque_removalRevokesItsCodeAndTakesTheDisplayOffTheDoor(t *testing.T) {
	d := newDoor(t)
	p := d.installed()
	c := d.code()
	d.Post(d.token, "/v1/displays", form(map[string]any{"on_page": false, "on_door": true})).Expect(200)
	d.Post(d.chief, p+"/remove", because).Expect(200).Has(`"state":"removed"`, "材料不齐")
	d.Get("", "/v1/plaques/scan/"+c).Expect(200).Has(`"revoked"`, "已经失效").HasNot("张", "1单元")
	d.Get("", "/v1/scenes/"+c).Expect(200).Has(`"is":"revoked"`, "门牌已经失效")
	d.Get(d.token, "/v1/displays/mine").Expect(200).HasNot("preview")
	d.Get(d.token, "/v1/plaques/mine").Expect(200).Has(`"state":"removed"`)
	if d.apply() == p {
		t.Fatal("the old plaque came back")
	}
	d.Get("", "/v1/plaques/scan/NOSUCHCODE00").Refused(404, "code.unknown")
	d.Get("", "/v1/plaques/scan/"+d.Code(d.o.Unit)).Refused(404, "code.unknown")
}

// moves are the ways a plaque is moved, by the state that each leads to.
var moves = map[model.PlaqueState]string{
	model.PlaqueApproved: "approve", model.PlaqueRefused: "refuse", model.PlaqueInstalled: "install", model.PlaqueRemoved: "remove",
}

func TestPlaque_everyMoveThatTheTableDoesNotNameIsRefused(t *testing.T) {
	states := []model.PlaqueState{model.PlaqueApplied, model.PlaqueApproved, model.PlaqueRefused, model.PlaqueInstalled, model.PlaqueRemoved}
	for _, from := range states {
		for to, verb := range moves {
			t.Run(string(from)+" "+verb, func(t *testing.T) {
				d := newDoor(t)
				p := d.apply()
				d.Tx(func(tx *gorm.DB) error {
					return tx.Model(&model.Plaque{}).Where("1 = 1").Update("state", from).Error
				})
				a := d.Post(d.secretary, p+"/"+verb, map[model.PlaqueState]any{model.PlaqueRefused: because, model.PlaqueRemoved: because}[to])
				if from.MayBecome(to) {
					a.Expect(200).Has(`"state":"` + string(to) + `"`)
				} else {
					a.Refused(409, "plaque.wrong_state").Has(from.Title())
				}
			})
		}
	}
}

func TestPlaque_approvedAndRefusedAtOnceIsOneOfThem(t *testing.T) {
	d := newDoor(t)
	p := d.apply()
	answers := make([]edge.Answer, 6)
	d.Race(len(answers), func(i int) {
		if i%2 == 0 {
			answers[i] = d.Do(d.API, d.secretary, "POST", p+"/approve", nil)
		} else {
			answers[i] = d.Do(d.API, d.secretary, "POST", p+"/refuse", because)
		}
	})
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "plaque.wrong_state")
		}
	}
	if won != 1 {
		t.Fatalf("%d decisions", won)
	}
}

func TestPlaque_appliedTwiceAtOnceIsOne(t *testing.T) {
	d := newDoor(t)
	answers := make([]edge.Answer, 4)
	d.Race(len(answers), func(i int) { answers[i] = d.Do(d.API, d.token, "POST", "/v1/plaques", nil) })
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "plaque.household_has_one")
		}
	}
	if won != 1 {
		t.Fatalf("%d applications", won)
	}
}

func TestPlaque_refusesWhoMayNot(t *testing.T) {
	d := newDoor(t)
	resident := d.SignIn(d.Person(d.o.Unit, "李小梅"))
	_, foreign := d.Officer(model.BranchSecretary, d.o.OtherGrid, "外书记")
	d.Post("", "/v1/plaques", nil).Refused(401, "session.required")
	d.Post(resident, "/v1/plaques", nil).Refused(403, "plaque.not_a_member")
	d.Post(d.secretary, "/v1/plaques", nil).Refused(409, "plaque.no_household")
	p := d.apply()
	d.Post(d.chief, p+"/approve", nil).Refused(403, "role.not_allowed")
	d.Post(foreign, p+"/approve", nil).Refused(404, "plaque.not_found")
	d.Post(foreign, p+"/refuse", because).Refused(404, "plaque.not_found")
	d.Post(foreign, p+"/install", nil).Refused(404, "plaque.not_found")
	d.Post(foreign, p+"/remove", because).Refused(404, "plaque.not_found")
	d.Post(foreign, "/v1/plaques/999999/approve", nil).Refused(404, "plaque.not_found")
	d.Get(foreign, path("/v1/nodes/%d/plaques", d.o.Grid.ID)).Refused(404, "node.not_found")
	d.Post(d.secretary, p+"/refuse", map[string]string{"reason": "  "}).Refused(422, "text.empty")
	d.Post(d.secretary, p+"/refuse", map[string]string{"reason": "a\x00"}).Refused(422, "text.forbidden_characters")
	d.Post(d.secretary, p+"/refuse", "{}").Refused(422, "http.invalid")
	d.Get(d.secretary, path("/v1/nodes/%d/plaques?state=nonsense", d.o.Grid.ID)).Refused(422, "http.invalid")
	d.Get(resident, "/v1/plaques/mine").Expect(200).HasNot("state")
}

func TestPlaque_nobodyDecidesForTheirOwnHousehold(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "周书记", testkit.Membership(model.Member))
	k.Appoint(p, model.BranchSecretary, o.Grid)
	own := k.SignIn(p)
	var made struct{ ID string }
	k.Post(own, "/v1/plaques", nil).Expect(200).Into(&made)
	k.Post(own, "/v1/plaques/"+made.ID+"/approve", nil).Refused(403, "plaque.own_household")
	k.Post(own, "/v1/plaques/"+made.ID+"/refuse", because).Refused(403, "plaque.own_household")
	_, other := k.Officer(model.CommunitySecretary, o.Community, "吴书记")
	k.Post(other, "/v1/plaques/"+made.ID+"/approve", nil).Expect(200)
}

func TestPlaque_isNotPutUpWhereNoMemberLivesAnyMore(t *testing.T) {
	d := newDoor(t)
	p := d.apply()
	d.Post(d.secretary, p+"/approve", nil).Expect(200)
	d.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", d.member.ID).Updates(map[string]any{"membership": model.NoMember}).Error
	})
	d.Post(d.chief, p+"/install", nil).Refused(409, "plaque.no_member_left")
	d.Post(d.chief, p+"/remove", because).Expect(200)
}

func TestPlaque_tellsTheApplicantAndThoseWhoDecide(t *testing.T) {
	d := newDoor(t)
	p := d.apply()
	d.Post(d.secretary, p+"/refuse", because).Expect(200)
	d.Tx(func(tx *gorm.DB) error {
		for person, want := range map[int64]string{d.secretaryWho.ID: "张**", d.member.ID: "材料不齐"} {
			var bodies []string
			if err := tx.Model(&model.Notice{}).Where("person_id = ?", person).Pluck("body", &bodies).Error; err != nil {
				return err
			}
			if len(bodies) != 1 || !strings.Contains(bodies[0], want) || strings.Contains(bodies[0], "张卫东") {
				t.Errorf("%q, want one with %q", bodies, want)
			}
		}
		return nil
	})
}
