package model

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// HomesOf gives the households of the units. With lock, others can neither change them nor add people
// to them until the transaction ends.
func HomesOf(tx *gorm.DB, units []int64, lock bool) ([]Household, error) {
	return inLists(units, func(some []int64) ([]Household, error) {
		var homes []Household
		return homes, locking(tx, lock).Where("unit_id IN ?", some).Order("id").Find(&homes).Error
	})
}

// AddHouseholds stores households and leaves those that are there. The caller reads their ids after:
// what a server says of the ids of many rows does not hold on a cluster.
func AddHouseholds(tx *gorm.DB, homes []Household) error {
	return AddAll(tx.Clauses(clause.OnConflict{DoNothing: true}), homes)
}
