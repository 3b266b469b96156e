package api_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// form is a display that shows the surname on the page; with changes it.
func form(with map[string]any) map[string]any {
	f := map[string]any{"name_form": "surname", "pledge": "有事找我", "skills": "修水管", "on_page": true, "in_group": false, "on_door": false, "consent_version": 1}
	for k, v := range with {
		f[k] = v
	}
	return f
}

func TestDisplay_showsWhatTheMemberChose(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	member := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)))
	neighbour := k.SignIn(k.Person(o.Unit, "李小梅"))
	k.Get(member, "/v1/displays/mine").Expect(200).Has(`"may_show":true`, `"may_show_in_group":false`).HasNot("preview")
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("张")

	k.Post(member, "/v1/displays", form(nil)).Expect(200).Has("修水管")
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志", "有事找我").HasNot("张卫东", "修水管")
	k.Get(neighbour, "/v1/units/"+code).Expect(200).Has("张同志", "修水管").HasNot("张卫东")
	k.Get(member, "/v1/displays/mine").Expect(200).Has(`"passer_by":{"name":"张同志"`, `"neighbour":{"name":"张同志"`)

	k.Post(member, "/v1/displays", form(map[string]any{"name_form": "full", "pledge": "", "skills": "👍 修电灯"})).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志").HasNot("张卫东", "有事找我")
	k.Get(neighbour, "/v1/units/"+code).Expect(200).Has("张卫东", "👍 修电灯").HasNot("修水管")
	k.Get(neighbour, "/v1/displays/mine").Expect(200).Has(`"may_show":false`)
}

func TestDisplay_withdrawalIsSeenAtTheNextRequestEverywhere(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	member := k.SignIn(p)
	other, elsewhere := k.Replica()
	k.Post(member, "/v1/displays", form(nil)).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
	k.Do(elsewhere, "", "GET", "/v1/units/"+code, nil).Expect(200).Has("张同志")

	k.Post(member, "/v1/displays/withdraw", nil).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("张同志")
	if err := other.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(elsewhere, "", "GET", "/v1/units/"+code, nil).Expect(200).HasNot("张同志")
	k.Get(member, "/v1/displays/mine").Expect(200).HasNot("preview", "张同志")
	k.Get(member, "/v1/me/consents").Expect(200).Has("withdrawn_at")
	k.Post(member, "/v1/displays/withdraw", nil).Expect(200) // nothing left to end

	k.Post(member, "/v1/displays", form(nil)).Expect(200)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
}

func TestDisplay_refusesWhoMayNotAndWhatIsMissing(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	member := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.InServiceMember)))
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")

	k.Post("", "/v1/displays", form(nil)).Refused(401, "session.required")
	k.Post(k.Stranger("nobody"), "/v1/displays", form(nil)).Refused(403, "binding.required")
	k.Post(resident, "/v1/displays", form(nil)).Refused(403, "display.not_a_member")
	k.Post(staff, "/v1/displays", form(nil)).Refused(409, "display.no_unit")
	k.Post(member, "/v1/displays", form(map[string]any{"on_page": false})).Refused(422, "display.no_place")
	k.Post(member, "/v1/displays", form(map[string]any{"in_group": true})).Refused(409, "display.not_from_group")
	k.Post(member, "/v1/displays", form(map[string]any{"on_door": true})).Refused(409, "display.no_plaque")
	k.Post(member, "/v1/displays", form(map[string]any{"consent_version": 2})).Refused(409, "consent.outdated")
	k.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.ConsentText{Purpose: model.ForDisplay, Version: 2, Text: "新的说明", StartsAt: k.Clock.Now()}).Error
	})
	defer k.Tx(func(tx *gorm.DB) error { return tx.Where("version = 2").Delete(&model.ConsentText{}).Error })
	k.Post(member, "/v1/displays", form(nil)).Refused(409, "consent.outdated")
	k.Get(member, "/v1/displays/mine").Expect(200).HasNot("preview")
}

func TestDisplay_hostileInputIsRefusedWithACode(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	member := k.SignIn(k.Person(o.Unit, "张卫东", testkit.Membership(model.Member)))
	for name, body := range map[string]any{
		"NUL": form(map[string]any{"pledge": "a\x00b"}), "right to left": form(map[string]any{"skills": "a\u202eb"}),
		"zero width": form(map[string]any{"pledge": "a\u200bb"}),
	} {
		if a := k.Post(member, "/v1/displays", body); a.Status != 422 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		} else {
			a.Refused(422, "text.forbidden_characters")
		}
	}
	for name, body := range map[string]any{
		"too long": form(map[string]any{"pledge": strings.Repeat("好", 201)}), "wrong type": form(map[string]any{"on_page": "yes"}),
		"unknown form": form(map[string]any{"name_form": "nick"}), "unknown field": form(map[string]any{"admin": true}),
		"no version": form(map[string]any{"consent_version": nil}), "empty": "{}", "no JSON": "{",
	} {
		if a := k.Post(member, "/v1/displays", body); a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	k.Post(member, "/v1/displays", form(map[string]any{"pledge": strings.Repeat("😀", 200)})).Expect(200)
}

func TestDisplay_shownTwiceAtOnceIsOne(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	member := k.SignIn(p)
	answers := make([]edge.Answer, 6)
	k.Race(len(answers), func(i int) { answers[i] = k.Do(k.API, member, "POST", "/v1/displays", form(nil)) })
	for _, a := range answers {
		a.Expect(200)
	}
	k.Tx(func(tx *gorm.DB) error {
		var open, all int64
		if err := tx.Model(&model.Display{}).Where("active_person_id = ?", p.ID).Count(&open).Error; err != nil {
			return err
		}
		if err := tx.Model(&model.Display{}).Where("person_id = ?", p.ID).Count(&all).Error; err != nil {
			return err
		}
		if open != 1 || all != 6 {
			t.Errorf("%d shown of %d", open, all)
		}
		return nil
	})
}

func TestDisplay_showAgainstWithdrawLeavesConsentAndDisplayAgreeing(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	member := k.SignIn(p)
	answers := make([]edge.Answer, 8)
	k.Race(len(answers), func(i int) {
		if i%2 == 0 {
			answers[i] = k.Do(k.API, member, "POST", "/v1/displays", form(nil))
		} else {
			answers[i] = k.Do(k.API, member, "POST", "/v1/displays/withdraw", nil)
		}
	})
	for _, a := range answers {
		a.Expect(200)
	}
	k.Tx(func(tx *gorm.DB) error {
		d, err := model.ActiveDisplay(tx, p.ID)
		if err != nil {
			return err
		}
		var open int64
		err = tx.Model(&model.Consent{}).Where("person_id = ? AND withdrawn_at IS NULL", p.ID).Count(&open).Error
		if (d != nil) != (open == 1) {
			t.Errorf("shown: %v, open consents: %d", d != nil, open)
		}
		return err
	})
}

func TestDisplay_whoeverMovesIsSeenNoMore(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	k.Show(p, o.Unit)
	k.Get("", "/v1/units/"+code).Expect(200).Has("张同志")
	k.Tx(func(tx *gorm.DB) error {
		if err := model.AddChanges(tx, []string{model.NodeTopic(o.Unit.ID)}, k.Clock.Now()); err != nil {
			return err
		}
		return tx.Model(&model.Person{}).Where("id = ?", p.ID).Update("state", model.PersonLeft).Error
	})
	k.Move(0)
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("张同志")
}
