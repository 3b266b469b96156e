package service_test

import (
	"testing"

	"danyuan/model"
	"danyuan/testkit"
)

// Whoever asks who changed a person's phone number finds it in the log, whichever way it was changed.
func TestImport_eachPersonItTouchesIsInTheAuditLog(t *testing.T) {
	h := newHouse(t)
	was := h.Person(h.Unit, "王明", testkit.Phone("15400000001"))
	same := h.Person(h.Unit, "李海", testkit.Phone("15400000002"))
	imp := h.roster(
		at("1单元", "101", "王明", "15400000003", "", "1950-01-31"), // another phone number, a birth date
		at("1单元", "102", "李海", "15400000002"),                   // nothing new
		at("2单元", "701", "孙小圣", "15400000004", "", "", "党员"),
	)
	if imp.State != "done" || imp.Added != 1 || imp.Changed != 1 || imp.Unchanged != 1 {
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
	entries := func(person int64) (all []model.Audit) {
		if err := h.DB.Read(t.Context()).Where("subject = ? AND subject_id = ?", "person", person).Order("id").Find(&all).Error; err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, want := range []struct {
		person         model.Person
		action, detail string
		node           int64
	}{
		{was, "person.change", "birth_date,phone import:" + digits(imp.ID), h.Unit.ID},
		{h.named("孙小圣"), "person.add", "household,membership,name,phone import:" + digits(imp.ID), h.NextDoor.ID},
	} {
		got := entries(want.person.ID)
		if len(got) != 1 || got[0].Action != want.action || got[0].Detail != want.detail || got[0].NodeID != want.node || got[0].PersonID != h.clerk.ID {
			t.Errorf("%s: %+v, want %s %q", want.person.Name, got, want.action, want.detail)
		}
	}
	if got := entries(same.ID); len(got) != 0 {
		t.Errorf("nothing changed of them: %+v", got)
	}
}
