package service_test

import (
	"strings"
	"testing"

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
