package demo_test

import (
	"context"
	"strconv"
	"testing"

	"gorm.io/gorm"

	"danyuan/demo"
	"danyuan/model"
	"danyuan/testkit"
)

// divisions puts the demo's own community and n others under one street.
func divisions(k *testkit.Kit, n int) {
	district := k.Node(nil, model.District, "迎江区")
	street := k.Node(&district, model.Street, "人民路街道")
	k.Tx(func(tx *gorm.DB) error {
		for i := range n + 1 {
			code := "340802009" + strconv.Itoa(100+i)
			c := model.Node{Kind: model.Community, Style: "community", Name: "社区" + strconv.Itoa(i), Code: &code}
			if i == n {
				code, c.Name = demo.Community, "先锋居委会"
			}
			if err := model.AddNode(tx, &street, &c, k.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestFill_givesEveryFigureOfThePlan(t *testing.T) {
	k := testkit.New(t)
	divisions(k, 3)
	plan := demo.Plan{
		Communities: 3, Grids: 7, Units: 31, Households: 400, Residents: 1100, Members: 120,
		Showing: 50, Plaques: 29, CheckedIn: 13, PartTime: 4, AlsoChief: 5,
	}
	var before, after count
	if err := demo.Fill(t.Context(), k.DB, demo.Plan{}, testkit.Start, nil); err != nil {
		t.Fatal(err)
	}
	before.take(k)
	other := testkit.New(t)
	divisions(other, 3)
	if err := demo.Fill(t.Context(), other.DB, plan, testkit.Start, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	after.take(other)
	for what, want := range map[string]int{
		"grids": plan.Grids, "units": plan.Units, "households": plan.Households, "displays": plan.Showing,
		"plaques": plan.Plaques, "check_ins": plan.CheckedIn, "unit_groups": plan.Units, "branches": plan.Grids,
	} {
		if got := after[what] - before[what]; got != int64(want) {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	if got := after["residents"] - before["residents"]; got != int64(plan.Residents) {
		t.Errorf("residents: %d, want %d", got, plan.Residents)
	}
}

func TestFill_personasSignInAsThemselves(t *testing.T) {
	k := testkit.New(t)
	divisions(k, 0)
	if err := demo.Fill(t.Context(), k.DB, demo.Plan{}, testkit.Start, nil); err != nil {
		t.Fatal(err)
	}
	var s struct{ Token string }
	k.Post("", "/v1/login", map[string]string{"code": demo.OpenID("chief")}).Expect(200).Into(&s)
	k.Get(s.Token, "/v1/me").Expect(200).Has("王建国", "unit_chief")
	k.Post("", "/v1/login", map[string]string{"code": demo.OpenID(demo.Newcomer)}).Expect(200).Has(`"bound":false`)
}

type count map[string]int64

func (c *count) take(k *testkit.Kit) {
	*c = count{}
	h := k.DB.Read(context.Background())
	for what, rows := range map[string]*gorm.DB{
		"grids": h.Model(&model.Node{}).Where("kind = ?", model.Grid), "units": h.Model(&model.Node{}).Where("kind = ?", model.Unit),
		"households": h.Model(&model.Household{}), "displays": h.Model(&model.Display{}), "plaques": h.Model(&model.Plaque{}),
		"check_ins": h.Model(&model.CheckIn{}), "unit_groups": h.Model(&model.UnitGroup{}),
		"branches":  h.Model(&model.PartyOrg{}).Where("kind = ?", model.GridBranch),
		"residents": h.Model(&model.Person{}).Where("household_id IS NOT NULL"),
	} {
		var n int64
		if err := rows.Count(&n).Error; err != nil {
			k.Fatal(err)
		}
		(*c)[what] = n
	}
}
