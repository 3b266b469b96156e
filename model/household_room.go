package model

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// PersonsOfHousehold gives who lives in a household.
func PersonsOfHousehold(tx *gorm.DB, household int64) ([]Person, error) {
	var out []Person
	return out, tx.Where("household_id = ? AND state = ?", household, PersonHere).Order("id").Find(&out).Error
}

// WithMembers gives those of the households in which a Party member lives. It opens memberships and
// nothing else.
func WithMembers(tx *gorm.DB, households []int64) (map[int64]bool, error) {
	people, err := inLists(households, func(some []int64) ([]Person, error) {
		var found []Person
		return found, tx.Select("id", "household_id", "membership").Where("household_id IN ? AND state = ?", some, PersonHere).Find(&found).Error
	})
	living := map[int64]bool{}
	for _, p := range people {
		living[*p.HouseholdID] = living[*p.HouseholdID] || p.Membership.IsMember()
	}
	return living, err
}

// RoomsOf gives in which rooms households are, by id.
func RoomsOf(tx *gorm.DB, households []int64) (map[int64]string, error) {
	homes, err := inLists(households, func(some []int64) ([]Household, error) {
		var them []Household
		return them, tx.Where("id IN ?", some).Find(&them).Error
	})
	rooms := make(map[int64]string, len(homes))
	for _, h := range homes {
		rooms[h.ID] = h.Room
	}
	return rooms, err
}

// HouseholdsOfUnit gives every home of a unit, some thirty.
func HouseholdsOfUnit(tx *gorm.DB, unit int64) ([]Household, error) {
	var out []Household
	return out, tx.Where("unit_id = ?", unit).Order("id").Find(&out).Error
}

// HouseholdByID gives a home.
func HouseholdByID(tx *gorm.DB, id int64) (Household, error) {
	var h Household
	return h, take(tx.Where("id = ?", id), &h, ErrHomeNotFound)
}

// HouseholdOfRoom gives the home of a room in a unit, stored if it is the first time that the room is
// named. However the number is written ("301", "301室"), it is the same room.
func HouseholdOfRoom(tx *gorm.DB, unit int64, room string, now time.Time) (Household, error) {
	h := NewHousehold(KeysOf(tx), unit, room, now)
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&h).Error; err != nil {
		return h, err
	}
	// Somebody else may have been first, and on a cluster the id is read, not guessed.
	var stored Household
	return stored, take(tx.Where("unit_id = ? AND room_index = ?", unit, h.RoomIndex), &stored, ErrHomeNotFound)
}

// PlainRoom is what all ways of writing one room's number have in common, "" for a text without one.
func PlainRoom(room string) string {
	room = strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(room)), ""))
	return strings.TrimRight(room, "室房号户")
}

// SameRoom tells whether two ways of writing a room's number mean one room.
func SameRoom(a, b string) bool {
	return PlainRoom(a) == PlainRoom(b) && PlainRoom(a) != ""
}
