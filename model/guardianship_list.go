package model

import (
	"time"

	"gorm.io/gorm"
)

// ListedGuardianship is a guardianship with the names of those concerned, and the child's birth date, by
// which it is known whether it still counts.
type ListedGuardianship struct {
	Guardianship
	ChildName, GuardianName string
	ChildNodeID             int64
	NodeName                string // of the child's place
	ChildUntil              time.Time
}

func listedGuardianships(tx *gorm.DB) *gorm.DB {
	return tx.Table("guardianships").
		Select("guardianships.*, children.name AS child_name, children.node_id AS child_node_id, guardians.name AS guardian_name, nodes.name AS node_name").
		Joins("JOIN persons children ON children.id = guardianships.child_id").
		Joins("JOIN persons guardians ON guardians.id = guardianships.guardian_id").
		Joins("JOIN nodes ON nodes.id = children.node_id")
}

// withAges opens the children's birth dates, and nothing else of them.
func withAges(tx *gorm.DB, rows []ListedGuardianship, err error) ([]ListedGuardianship, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ChildID
	}
	if err != nil || len(ids) == 0 {
		return rows, err
	}
	children, err := inLists(ids, func(some []int64) ([]Person, error) {
		var people []Person
		return people, tx.Session(&gorm.Session{NewDB: true}).Select("id", "birth_date").Where("id IN ?", some).Find(&people).Error
	})
	until := map[int64]time.Time{}
	for _, c := range children {
		until[c.ID] = c.ChildUntil()
	}
	for i, r := range rows {
		rows[i].ChildUntil = until[r.ChildID]
	}
	return rows, err
}

// GuardianshipsIn lists those of the children of a subtree, the newest first; "" is every state.
func GuardianshipsIn(tx *gorm.DB, path string, state GuardianshipState, s Slice) ([]ListedGuardianship, error) {
	var rows []ListedGuardianship
	q := InSubtree(listedGuardianships(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("guardianships.state = ?", state)
	}
	err := s.Newest(q, "guardianships.id").Find(&rows).Error
	return withAges(tx, rows, err)
}

// GuardianshipsBy gives whose guardian somebody is, was or asked to be, the newest first.
func GuardianshipsBy(tx *gorm.DB, guardian int64, s Slice) ([]ListedGuardianship, error) {
	var rows []ListedGuardianship
	err := s.Newest(listedGuardianships(tx).Where("guardianships.guardian_id = ?", guardian), "guardianships.id").Find(&rows).Error
	return withAges(tx, rows, err)
}

// AllGuardianshipsOf gives all of somebody's, as the child and as the guardian, oldest first.
func AllGuardianshipsOf(tx *gorm.DB, person int64) ([]ListedGuardianship, error) {
	var rows []ListedGuardianship
	err := listedGuardianships(tx).Where("guardianships.child_id = ? OR guardianships.guardian_id = ?", person, person).Order("guardianships.id").Find(&rows).Error
	return withAges(tx, rows, err)
}

// ListedGuardianshipByID gives one as lists show it.
func ListedGuardianshipByID(tx *gorm.DB, id int64) (ListedGuardianship, error) {
	var g ListedGuardianship
	if err := take(listedGuardianships(tx).Where("guardianships.id = ?", id), &g, ErrGuardianNotFound); err != nil {
		return g, err
	}
	rows, err := withAges(tx, []ListedGuardianship{g}, nil)
	return rows[0], err
}

// OpenGuardianshipsAfter gives a part of all that are open, by id, for the duty that ends them in time.
func OpenGuardianshipsAfter(tx *gorm.DB, after int64, limit int) ([]ListedGuardianship, error) {
	var rows []ListedGuardianship
	err := listedGuardianships(tx).Where("guardianships.open_key IS NOT NULL AND guardianships.id > ?", after).
		Order("guardianships.id").Limit(limit).Find(&rows).Error
	return withAges(tx, rows, err)
}

// OpenGuardianship gives the one of a child and a guardian that has not ended, nil when there is none.
func OpenGuardianship(tx *gorm.DB, child, guardian int64) (*Guardianship, error) {
	return maybe[Guardianship](tx.Where("open_key = ?", openKey(child, guardian)))
}

// GuardedBy gives the children for whom somebody agrees or has asked to, by id.
func GuardedBy(tx *gorm.DB, guardian int64) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Guardianship{}).Where("guardian_id = ? AND state IN ?", guardian, []GuardianshipState{GuardianAsked, GuardianActive}).
		Order("child_id").Pluck("child_id", &ids).Error
}
