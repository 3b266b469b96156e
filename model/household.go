package model

import (
	"slices"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Refusals about households.
var (
	ErrHouseholdTaken  = fault.New(fault.Conflict, "household.room_taken", "这个单元里已经有这个房号，不用再添加。")
	ErrHouseholdNoUnit = fault.New(fault.Invalid, "household.not_a_unit", "住户只能添加在单元里，请先选择单元。")
)

// AddHousehold stores a home; a room is there once in a unit, by the index uq_households_room.
func AddHousehold(tx *gorm.DB, h *Household) error {
	return refuseDuplicate(tx.Create(h).Error, ErrHouseholdTaken)
}

// CountedHousehold is a home with how many people live in it.
type CountedHousehold struct {
	Household
	People int64
}

// HouseholdsOf gives a slice of the homes of a unit.
func HouseholdsOf(tx *gorm.DB, unit int64, s Slice) ([]CountedHousehold, error) {
	var homes []Household
	if err := s.Oldest(tx.Where("unit_id = ?", unit), "id").Find(&homes).Error; err != nil {
		return nil, err
	}
	out := make([]CountedHousehold, len(homes))
	ids := make([]int64, len(homes))
	for i, h := range homes {
		out[i].Household, ids[i] = h, h.ID
	}
	var counts []struct{ HouseholdID, People int64 }
	err := tx.Model(&Person{}).Select("household_id, COUNT(*) AS people").
		Where("household_id IN ? AND state = ?", ids, PersonHere).Group("household_id").Find(&counts).Error
	for _, c := range counts {
		out[slices.Index(ids, c.HouseholdID)].People = c.People
	}
	return out, err
}

// CountHoused gives how many people live in households of a node.
func CountHoused(tx *gorm.DB, node int64) (int64, error) {
	var n int64
	err := tx.Model(&Person{}).Where("node_id = ? AND state = ? AND household_id IS NOT NULL", node, PersonHere).Count(&n).Error
	return n, err
}

// MaskRoom shows that there is a room number, and nothing of it.
func MaskRoom(string) string { return "***" }
