package service_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// kid is a row of a child of eight, with the guardian whom it names.
func kid(room, name, guardian string) []string {
	return append(at("1单元", room, name, "", "", "2018-01-01"), guardian)
}

// child gives what a guardian sees of their only child.
func (h *house) child(guardian model.Person) service.SeenGuardianship {
	h.Helper()
	all, err := h.S.MyChildren(h.Context(), as(h.Kit, h.SignIn(guardian)).By, model.Slice{Limit: 20})
	if err != nil || len(all) != 1 {
		h.Fatalf("%d children, %v", len(all), err)
	}
	return all[0]
}

func TestImport_aChildNeedsAGuardianOfTheHousehold(t *testing.T) {
	h := newHouse(t)
	mother := h.Person(h.Unit, "李小梅") // of room 101
	h.Person(h.Unit, "王小姐", testkit.AtHome(mother), testkit.Born("2010-01-01"))
	for guardian, fault := range map[string]string{
		"": "请填写监护人", "王小姐": "年满18周岁", "不认识": "年满18周岁", "小童": "年满18周岁",
	} {
		for _, dry := range []bool{true, false} {
			got := h.run(h.handIn("roster", dry, testkit.RosterHeader, kid("101", "小童", guardian)))
			if got.State != "refused" || got.Faults != 1 || !strings.HasPrefix(h.faults(got), "2 监护人 ") || !strings.Contains(h.faults(got), fault) {
				t.Fatalf("guardian %q: %+v: %s", guardian, got, h.faults(got))
			}
		}
	}
	if got := h.roster(kid("101", "小童", "李小梅")); got.State != "done" || got.Added != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if g := h.child(mother); g.ChildName != "小童" || g.State != model.GuardianNamed || g.Relation != model.Unsaid {
		t.Fatalf("%+v", g)
	}
	if told := inbox(h.Kit, h.SignIn(mother)); !strings.Contains(told, "请为孩子的个人信息作出决定") {
		t.Fatalf("the guardian was told %q", told)
	}
	for _, again := range [][]string{kid("101", "小童", ""), kid("101", "小童", "李小梅")} {
		if got := h.roster(again); got.State != "done" || got.Unchanged != 1 {
			t.Fatalf("%+v: %s", got, h.faults(got))
		}
	}
	var n int64
	if err := h.DB.Read(t.Context()).Model(&model.Guardianship{}).Count(&n).Error; err != nil || n != 1 {
		t.Fatalf("%d guardianships (%v)", n, err)
	}
}

func TestImport_aFamilyArrivesInOneTable(t *testing.T) {
	h := newHouse(t)
	// The child stands before the guardian, and both are new; who becomes a child by a row needs one, too.
	got := h.roster(kid("701", "小童", "李小梅"), at("1单元", "701", "李小梅", "", "", "1985-01-01"), at("1单元", "702", "大力"))
	if got.State != "done" || got.Added != 3 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if g := h.child(h.named("李小梅")); g.ChildName != "小童" || g.State != model.GuardianNamed {
		t.Fatalf("%+v", g)
	}
	if got := h.roster(kid("702", "大力", "")); got.State != "refused" {
		t.Fatalf("%+v", got)
	}
}

// What a guardian has had deleted comes back by no roster: as by no correction.
func TestImport_whatAGuardianHasHadDeletedStaysSo(t *testing.T) {
	h := newHouse(t)
	mother := h.Person(h.Unit, "李小梅")
	child := h.Person(h.Unit, "小童", testkit.AtHome(mother), testkit.Born("2018-01-01"), testkit.Phone("13900000007"))
	is := func(s model.GuardianshipState) {
		h.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.Guardianship{}).Where("child_id = ?", child.ID).Update("state", s).Error
		})
	}
	h.Tx(func(tx *gorm.DB) error {
		g := model.Guardianship{ChildID: child.ID, GuardianID: mother.ID, Relation: model.Parent, State: model.GuardianNamed, MadeAt: testkit.Start, MadeByID: h.clerk.ID}
		return model.AddGuardianships(tx, []model.Guardianship{g})
	})
	is(model.GuardianActive)
	mothers := as(h.Kit, h.SignIn(mother))
	if _, err := h.S.EraseChild(t.Context(), mothers, child.ID, true); err != nil {
		t.Fatal(err)
	}
	for column, row := range map[string][]string{
		"手机号": {"13900000007"}, "身份证号": {"", "340899201801010028"}, "户籍地址": {"", "", "", "", "某路1号"},
	} {
		for _, dry := range []bool{true, false} {
			got := h.run(h.handIn("roster", dry, testkit.RosterHeader, at("1单元", "101", "小童", row...)))
			if now := h.named("小童"); got.State != "refused" || got.Faults != 1 || !strings.HasPrefix(h.faults(got), "2 "+column+" ") || !strings.Contains(h.faults(got), "监护人还没有同意") || now.Phone+now.IDNumber+now.Address != "" {
				t.Fatalf("%+v: %s: %+v", got, h.faults(got), now)
			}
		}
	}
	if got := h.roster(at("1单元", "101", "小童", "", "", "2018-01-01")); got.State != "done" || got.Unchanged != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	is(model.GuardianActive)
	if got := h.roster(at("1单元", "101", "小童", "13900000007")); got.State != "done" || got.Changed != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

// A table may move a guardian away, or name them anew: the try says what the import does.
func TestImport_theGuardianIsWhereTheTablePutsThem(t *testing.T) {
	h := newHouse(t)
	h.Person(h.Unit, "李小梅", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number2) })
	for what, rows := range map[string][][]string{
		"moved":   {kid("101", "小童", "李小梅"), at("1单元", "901", "李小梅", "", number2)},
		"renamed": {kid("101", "小童", "李小梅"), at("1单元", "101", "李晓梅", "", number2)},
	} {
		for _, dry := range []bool{true, false} {
			got := h.run(h.handIn("roster", dry, testkit.RosterHeader, rows...))
			if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 监护人 ") {
				t.Errorf("%s, dry %v: %+v: %s", what, dry, got, h.faults(got))
			}
		}
	}
	for _, rows := range [][][]string{
		{kid("901", "小童", "李小梅"), at("1单元", "901", "李小梅", "", number2)},
		{kid("901", "小芽", "李晓梅"), at("1单元", "901", "李晓梅", "", number2)},
	} {
		dry := h.run(h.handIn("roster", true, testkit.RosterHeader, rows...))
		if got := h.roster(rows...); got.State != "done" || dry.ImportCounts != got.ImportCounts {
			t.Errorf("%+v: %s, tried %+v", got, h.faults(got), dry)
		}
	}
}

// TestImport_ofAChildOnlyWhatProtectsThemIsRegisteredUntilAGuardianAgrees: as staff's own corrections have it.
func TestImport_ofAChildOnlyWhatProtectsThemIsRegisteredUntilAGuardianAgrees(t *testing.T) {
	const number = "340899201801010044"
	h := newHouse(t)
	mother := h.Person(h.Unit, "李小梅") // of room 101
	child := func(phone, number, address string) []string {
		return append(at("1单元", "101", "小童", phone, number, "2018-01-01", "", address), "李小梅")
	}
	rows := map[string][]string{"手机号": child("15400000777", "", ""), "身份证号": child("", number, ""), "户籍地址": child("", "", "安庆市某路1号")}
	refused := func(when string) {
		t.Helper()
		for column, row := range rows {
			for _, dry := range []bool{true, false} {
				got := h.run(h.handIn("roster", dry, testkit.RosterHeader, row))
				if got.State != "refused" || !strings.HasPrefix(h.faults(got), "2 "+column+" ") || !strings.Contains(h.faults(got), "监护人还没有同意") {
					t.Fatalf("%s, %s: %+v: %s", when, column, got, h.faults(got))
				}
			}
		}
	}
	refused("of a new child")
	if got := h.roster(child("", "", "")); got.State != "done" || got.Added != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	refused("while the guardian is only named")
	g := h.child(mother)
	text, err := model.CurrentConsentText(h.DB.Read(t.Context()), model.ForChildren, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.S.AgreeForChild(t.Context(), as(h.Kit, h.SignIn(mother)), g.ID, text.Version); err != nil {
		t.Fatal(err)
	}
	if got := h.roster(child("15400000777", number, "安庆市某路1号")); got.State != "done" || got.Changed != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if _, err := h.S.WithdrawForChild(t.Context(), as(h.Kit, h.SignIn(mother)), g.ID); err != nil {
		t.Fatal(err)
	}
	if got := h.roster(child("15400000777", number, "安庆市某路1号")); got.State != "done" || got.Unchanged != 1 {
		t.Fatalf("what is held stays as it is: %+v: %s", got, h.faults(got))
	}
}
