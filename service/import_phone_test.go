package service_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// A family may share a number; the same name with the same number is the same person.
func TestImport_sameNameAndPhoneIsOnePerson(t *testing.T) {
	h := newHouse(t)
	number := func(n string) testkit.With { return func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, n) } }
	h.Person(h.ForeignUnit, "李梅", testkit.Phone("15400000001"))
	h.Person(h.FarUnit, "王海", testkit.Phone("15400000002"))
	h.Person(h.ForeignUnit, "赵新", testkit.Phone("15400000003"), number(number1))
	h.Person(h.ForeignUnit, "搬走了", testkit.Phone("15400000004"), func(_ *model.Keys, p *model.Person) { p.State = model.PersonLeft })
	imp := h.roster(at("1单元", "701", "李梅", "15400000001"), at("1单元", "702", "王海", "15400000002"))
	if lines := strings.Split(h.faults(imp), "\n"); imp.State != "refused" || len(lines) != 2 ||
		!strings.Contains(lines[0], "2 手机号") || !strings.Contains(lines[0], "别处") || strings.Contains(lines[0], "东正") || !strings.Contains(lines[1], "迁居") {
		t.Fatalf("%+v: %q", imp, lines)
	}
	before := len(h.people())
	imp = h.roster(
		at("1单元", "701", "李小梅", "15400000001"),         // her daughter, at the same number
		at("1单元", "702", "赵新", "15400000003", number2), // somebody else: two id numbers
		at("1单元", "703", "搬走了", "15400000004"),
	)
	if imp.State != "done" || imp.Added != 3 || len(h.people()) != before+3 {
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
	imp = h.roster(at("1单元", "801", "孙小圣", "15400000009"), at("1单元", "802", "孙小圣", "15400000009"))
	if got := h.faults(imp); imp.State != "refused" || !strings.Contains(got, "第2行和第3行") {
		t.Fatalf("%+v: %s", imp, got)
	}
}

// Who serves somewhere without living in the district so far, and moves in, stays one person.
func TestImport_whoServesAndMovesInIsNotDoubled(t *testing.T) {
	h := newHouse(t)
	volunteer := h.Person(h.OtherCommunity, "吴敏", testkit.Phone("15400000001"))
	boss := h.Person(h.Street, "孙丽", testkit.Phone("15400000002"))
	h.Appoint(boss, model.StreetStaff, h.Street)
	imp := h.roster(at("1单元", "701", "吴敏", "15400000001"))
	if p := h.named("吴敏"); imp.State != "done" || imp.Added != 0 || p.ID != volunteer.ID || p.NodeID != h.Unit.ID || p.HouseholdID == nil {
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
	if imp = h.roster(at("1单元", "702", "孙丽", "15400000002")); imp.State != "refused" { // whom a clerk does not appoint
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
}

// found gives whom imports have found elsewhere, as the audit log has it.
func (h *house) found() (people []int64) {
	h.Helper()
	if err := h.DB.Read(h.Context()).Model(&model.Audit{}).Where("action = ? AND person_id = ?", "person.search", h.clerk.ID).Order("id").Pluck("subject_id", &people).Error; err != nil {
		h.Fatal(err)
	}
	return people
}

// A dry run is no finder of other communities' numbers: a table with many guesses tells that it has met somebody,
// not by which; and whom it has met is in the audit log, as is whom one searches for.
func TestImport_aTableOfGuessesTellsNobodysNumber(t *testing.T) {
	h := newHouse(t)
	target := h.Person(h.ForeignUnit, "孙远山", testkit.Phone("13955604321"))
	numbered := h.Person(h.ForeignUnit, "钱远山", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1) })
	guesses := func(n int) (rows [][]string) {
		for i := range n {
			rows = append(rows, at("1单元", fmt.Sprint(5000+i), "孙远山", fmt.Sprintf("139556%05d", 4321-i)))
		}
		return rows
	}
	got := h.run(h.handIn("roster", true, testkit.RosterHeader, guesses(400)...))
	if report := h.faults(got); got.State != "refused" || got.Faults != 1 || !strings.HasPrefix(report, "整个表格  另有1行") {
		t.Fatalf("%+v: %s", got, report)
	}
	got = h.run(h.handIn("roster", true, testkit.RosterHeader, guesses(10)...)) // as many as a common name may have
	if report := h.faults(got); got.Faults != 1 || !strings.HasPrefix(report, "2 手机号 同名、同手机号的人已在别处登记") {
		t.Fatalf("%+v: %s", got, report)
	}
	got = h.run(h.handIn("roster", true, testkit.RosterHeader, at("1单元", "701", "不是他", "", number1)))
	if report := h.faults(got); got.Faults != 1 || !strings.HasPrefix(report, "整个表格  另有1行") {
		t.Fatalf("%+v: %s", got, report)
	}
	if people := h.found(); !slices.Equal(people, []int64{target.ID, target.ID, numbered.ID}) {
		t.Errorf("on record are %v", people)
	}
}

// A clerk whose roster names some who are registered elsewhere is told of each, and goes on without them.
func TestImport_anHonestRosterTellsEachWhoIsRegisteredElsewhere(t *testing.T) {
	h := newHouse(t)
	var rows [][]string
	var moved []int64
	for i := range 12 {
		name, phone := "迁来者"+string([]rune("甲乙丙丁戊己庚辛壬癸子丑")[i]), fmt.Sprintf("1540000%04d", i)
		moved = append(moved, h.Person(h.ForeignUnit, name, testkit.Phone(phone)).ID)
		rows = append(rows, at("1单元", fmt.Sprint(700+i), name, phone))
	}
	for i := range 600 {
		rows = append(rows, at("1单元", fmt.Sprint(1000+i), "李梅", fmt.Sprintf("1550000%04d", i)))
	}
	volunteer := h.Person(h.OtherCommunity, "吴敏", testkit.Phone("15600000001")) // who serves there, and lives nowhere yet
	rows = append(rows, at("1单元", "2000", "吴敏", "15600000001"))
	got := h.roster(rows...)
	lines := strings.Split(h.faults(got), "\n")
	if got.State != "refused" || got.Faults != 12 || len(lines) != 12 || !strings.HasPrefix(lines[11], "13 手机号 同名、同手机号的人已在别处登记") {
		t.Fatalf("%+v: %q", got, lines)
	}
	if people := h.found(); !slices.Equal(people, append(moved, volunteer.ID)) {
		t.Errorf("on record are %v, want %v and %d", people, moved, volunteer.ID)
	}
	if got = h.roster(rows[12:]...); got.State != "done" || got.Added != 600 || got.Moved != 1 {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

// Who has left and is back is who they were, with their account and their points.
func TestImport_whoHasLeftAndIsBackIsNotDoubled(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "15400000001"), at("1单元", "701", "李山", "15400000001"))
	p := h.named("李梅")
	h.Tx(func(tx *gorm.DB) error { return model.StoreLeft(tx, p.ID, testkit.Start) })
	before := len(h.people())
	got := h.roster(at("2单元", "801", "李梅", "15400000001", number1))
	if now := h.named("李梅"); got.State != "done" || got.Changed != 1 || got.Added != 0 || len(h.people()) != before ||
		now.ID != p.ID || now.State != model.PersonHere || now.NodeID != h.NextDoor.ID || now.HouseholdID == nil || now.IDNumber != number1 {
		t.Fatalf("%+v: %s: %+v", got, h.faults(got), now)
	}
	h.Tx(func(tx *gorm.DB) error { return model.StoreLeft(tx, p.ID, testkit.Start) })
	if got := h.roster(at("2单元", "801", "李梅", "15400000001", number2)); got.State != "done" || got.Added != 1 { // two id numbers
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}
