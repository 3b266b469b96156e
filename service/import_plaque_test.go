package service_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// A roster is judged as a whole: who goes out in one row may be replaced in a later one.
func TestImport_tellsOfPlaquesWithoutAMember(t *testing.T) {
	h := newHouse(t)
	var plaques []model.Plaque
	for _, name := range []string{"张卫东", "陈秀英"} {
		p := h.Person(h.Unit, name, testkit.Membership(model.Member)) // rooms 101, 102
		q := model.Plaque{HouseholdID: *p.HouseholdID, UnitID: h.Unit.ID, ApplicantID: p.ID, State: model.PlaqueInstalled, AppliedAt: testkit.Start, ActiveHouseholdID: p.HouseholdID}
		h.Tx(func(tx *gorm.DB) error { return tx.Create(&q).Error })
		plaques = append(plaques, q)
	}
	imp := h.roster(
		at("1单元", "101", "张卫东", "", "", "", "群众"),
		at("1单元", "102", "陈秀英", "", "", "", "群众"),
		at("1单元", "102", "陈小英", "", "", "", "党员"),
	)
	if imp.State != "done" {
		t.Fatalf("%+v: %s", imp, h.faults(imp))
	}
	var told []model.Notice
	if err := h.DB.Read(t.Context()).Where("person_id = ? AND title = ?", h.clerk.ID, "有门牌待摘除").Find(&told).Error; err != nil || len(told) != 1 {
		t.Fatalf("of the plaques %+v the clerk was told: %+v, %v", plaques, told, err)
	}
}
