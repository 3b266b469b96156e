package model

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Home is a household by what finds it; its room stays sealed.
type Home struct {
	ID        int64
	UnitID    int64
	RoomIndex string
}

// RoomIndex gives the blind index of a room's number within its unit.
func (k *Keys) RoomIndex(room string) string { return k.Index("households.room", room) }

// IDNumberIndex gives the blind index of an id number in capital letters.
func (k *Keys) IDNumberIndex(number string) string { return k.Index("persons.id_number", number) }

// Subtree gives every node of a subtree in any state, parents before children.
func Subtree(tx *gorm.DB, path string) ([]Node, error) {
	var nodes []Node
	return nodes, InSubtree(tx, "path", path).Order("LENGTH(path), path").Find(&nodes).Error
}

// NoteCreated appends to the history of nodes that they were made, and why.
func NoteCreated(tx *gorm.DB, nodes []Node, by int64, reason string, now time.Time) error {
	steps := make([]NodeChange, len(nodes))
	for i, n := range nodes {
		steps[i] = NodeChange{NodeID: n.ID, What: "created", NameAfter: n.Name, ParentAfter: n.ParentID, Reason: reason, ByPersonID: by, At: now}
	}
	return addAll(tx, steps)
}

// HomesOf gives the households of the units. With lock, others can neither change them nor add people
// to them until the transaction ends.
func HomesOf(tx *gorm.DB, units []int64, lock bool) ([]Home, error) {
	return inLists(units, func(some []int64) ([]Home, error) {
		var homes []Home
		return homes, locking(tx, lock).Model(&Household{}).Where("unit_id IN ?", some).Order("id").Find(&homes).Error
	})
}

// AddHouseholds stores households and leaves those that are there. The caller reads their ids after:
// what a server says of the ids of many rows does not hold on a cluster.
func AddHouseholds(tx *gorm.DB, homes []Household) error {
	return addAll(tx.Clauses(clause.OnConflict{DoNothing: true}), homes)
}

// PersonsByIDNumbers gives those whom the blind indexes of id numbers find, wherever they live.
func PersonsByIDNumbers(tx *gorm.DB, indexes []string, lock bool) ([]Person, error) {
	return inLists(indexes, func(some []string) ([]Person, error) {
		var people []Person
		return people, locking(tx, lock).Where("id_number_index IN ?", some).Find(&people).Error
	})
}

// PersonsOfHouseholds gives the people of the households, those who have left included.
func PersonsOfHouseholds(tx *gorm.DB, homes []int64, lock bool) ([]Person, error) {
	return inLists(homes, func(some []int64) ([]Person, error) {
		var people []Person
		return people, locking(tx, lock).Where("household_id IN ?", some).Order("id").Find(&people).Error
	})
}

// AddPersons stores new people.
func AddPersons(tx *gorm.DB, people []Person) error { return addAll(tx, people) }

// ChangePerson stores the named columns of a person, whom the caller has locked.
func ChangePerson(tx *gorm.DB, id int64, columns map[string]any, now time.Time) error {
	columns["updated_at"] = now
	return tx.Model(&Person{}).Where("id = ?", id).Updates(columns).Error
}

// RolesBeyond gives those of the people who hold a role, now or later, at a node outside a subtree.
func RolesBeyond(tx *gorm.DB, people []int64, path string, now time.Time) ([]int64, error) {
	inside := InSubtree(tx.Session(&gorm.Session{NewDB: true}).Model(&Node{}), "path", path).Select("id")
	return inLists(people, func(some []int64) ([]int64, error) {
		var ids []int64
		return ids, tx.Model(&Appointment{}).Distinct().
			Where("person_id IN ? AND (ends_at IS NULL OR ends_at > ?) AND node_id NOT IN (?)", some, now, inside).
			Pluck("person_id", &ids).Error
	})
}

// EndDisplays ends what the people show of their identity, and gives what they showed.
func EndDisplays(tx *gorm.DB, people []int64, reason string, now time.Time) ([]Display, error) {
	shown, err := inLists(people, func(some []int64) ([]Display, error) {
		var displays []Display
		return displays, tx.Where("active_person_id IN ?", some).Find(&displays).Error
	})
	for _, d := range shown {
		err = errors.Join(err, tx.Model(&Display{}).Where("id = ? AND active_person_id IS NOT NULL", d.ID).
			Updates(map[string]any{"ended_at": now, "end_reason": reason, "active_person_id": nil}).Error)
	}
	return shown, err
}

func locking(tx *gorm.DB, lock bool) *gorm.DB {
	if lock {
		return tx.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return tx
}
