package demo_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/demo"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
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

// The demo community is one of the plan's communities: what is printed of the district is what is there.
func TestFill_givesEveryFigureOfThePlan(t *testing.T) {
	k := testkit.New(t)
	divisions(k, 3)
	plan := demo.Plan{
		Communities: 4, Grids: 17, Units: 81, Households: 700, Residents: 1900, Members: 220,
		Showing: 90, Plaques: 60, CheckedIn: 13, PartTime: 4, AlsoChief: 9,
	}
	if err := demo.Fill(t.Context(), k.DB, plan, testkit.Start, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	var got count
	got.take(k)
	for what, want := range map[string]int{
		"grids": plan.Grids, "units": plan.Units, "households": plan.Households, "residents": plan.Residents, "members": plan.Members,
		"displays": plan.Showing, "plaques": plan.Plaques, "check_ins": plan.CheckedIn, "unit_groups": plan.Units,
		"committees": plan.Communities, "branches": plan.Grids, "party groups": plan.Units,
		"secretaries": plan.Grids, "grid chiefs": plan.Grids, "secretaries who are chief": plan.AlsoChief, "part-time": plan.PartTime,
	} {
		if got[what] != int64(want) {
			t.Errorf("%s: %d, want %d", what, got[what], want)
		}
	}
}

// The figures of the source document (Anqing Organisation Work, 2020 no. 6), as our own documents say them.
func TestDistrict_isWhatTheDocumentsSay(t *testing.T) {
	d := demo.District
	if d.Communities != 31 || d.Grids != 293 || d.Units != 2379 || d.Plaques != 2836 || d.Showing != 4400 || d.CheckedIn != 1633 || d.PartTime != 69 || d.AlsoChief != 186 {
		t.Errorf("%+v", d)
	}
	for file, sentence := range map[string]string{
		"../README.md":       "31 communities, 293 grid branches, 2,379 units with groups, 2,836 plaques, 4,400 members showing identity, about 170,000 residents",
		"../README.zh-CN.md": "31 个社区、293 个网格党支部、2379 个单元和微信群、2836 块门牌、4400 名亮身份的党员、约 17 万居民",
	} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), sentence) {
			t.Errorf("%s does not say %q, %v", file, sentence, err)
		}
	}
}

func TestFill_owesTheClosingOfTheYearThatItPays(t *testing.T) {
	k := testkit.New(t)
	divisions(k, 0)
	if err := demo.Fill(t.Context(), k.DB, demo.Plan{}, testkit.Start, nil); err != nil {
		t.Fatal(err)
	}
	state := func() (state model.BudgetState) {
		k.Tx(func(tx *gorm.DB) error {
			return tx.Raw("SELECT state FROM budgets WHERE node_id = district_id AND year = 2026").Scan(&state).Error
		})
		return state
	}
	if state() != model.BudgetOpen {
		t.Fatalf("the year is %q", state())
	}
	k.Move(time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC).Sub(k.Clock.Now()))
	if err := k.S.WorkOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state() != model.BudgetClosed {
		t.Errorf("after the new year it is %q", state())
	}
	k.Balanced()
}

func TestFill_personasSignInAsThemselves(t *testing.T) {
	k := edge.New(t)
	divisions(k.Kit, 0)
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
		"branches":     h.Model(&model.PartyOrg{}).Where("kind = ?", model.GridBranch),
		"residents":    h.Model(&model.Person{}).Where("household_id IS NOT NULL"),
		"committees":   h.Model(&model.PartyOrg{}).Where("kind = ?", model.CommunityCommittee),
		"party groups": h.Model(&model.PartyOrg{}).Where("kind = ?", model.UnitPartyGroup),
		"secretaries":  h.Model(&model.Appointment{}).Where("role = ?", model.BranchSecretary),
		"grid chiefs":  h.Model(&model.Appointment{}).Where("role = ?", model.GridChief),
		"part-time":    h.Model(&model.Appointment{}).Where("role = ?", model.CommitteeMember),
		"secretaries who are chief": h.Model(&model.Appointment{}).Where("role = ?", model.GridChief).
			Where("EXISTS (SELECT 1 FROM roles r WHERE r.person_id = roles.person_id AND r.node_id = roles.node_id AND r.role = ?)", model.BranchSecretary),
	} {
		var n int64
		if err := rows.Count(&n).Error; err != nil {
			k.Fatal(err)
		}
		(*c)[what] = n
	}
	var residents []model.Person
	if err := h.Where("household_id IS NOT NULL").Find(&residents).Error; err != nil {
		k.Fatal(err)
	}
	for _, p := range residents {
		if p.Membership.IsMember() {
			(*c)["members"]++
		}
	}
}
