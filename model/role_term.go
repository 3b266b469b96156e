package model

import (
	"time"

	"gorm.io/gorm"
)

// RoleByID gives an appointment in any state.
func RoleByID(tx *gorm.DB, id int64) (Appointment, error) {
	var a Appointment
	return a, take(tx.Where("id = ?", id), &a, ErrRoleNotFound)
}

// Overlapping tells whether a person holds a role at a node at any moment between two; a nil until
// means for ever. The caller has locked the person.
func Overlapping(tx *gorm.DB, person int64, role Role, node int64, from time.Time, until *time.Time) (bool, error) {
	q := tx.Model(&Appointment{}).Where("person_id = ? AND role = ? AND node_id = ?", person, role, node).
		Where("ends_at IS NULL OR (ends_at > ? AND ends_at > starts_at)", from)
	if until != nil {
		q = q.Where("starts_at < ?", *until)
	}
	var n int64
	return n > 0, q.Count(&n).Error
}

// EndRole gives an appointment an end, or an earlier one. One that has not begun ends as it begins,
// and so was never held.
func EndRole(tx *gorm.DB, a Appointment, at time.Time, by int64, reason string) error {
	if at.Before(a.StartsAt) {
		at = a.StartsAt
	}
	return changed(tx.Model(&Appointment{}).Where("id = ? AND (ends_at IS NULL OR ends_at > ?)", a.ID, at).
		Updates(map[string]any{"ends_at": at, "ended_by_id": by, "end_reason": reason, "open_key": nil}), ErrRoleEnded)
}

// RunningRoles gives the appointments at a node that have not ended, future ones included.
func RunningRoles(tx *gorm.DB, node int64, now time.Time) ([]Appointment, error) {
	var out []Appointment
	err := tx.Where("node_id = ? AND (ends_at IS NULL OR (ends_at > ? AND ends_at > starts_at))", node, now).Order("id").Find(&out).Error
	return out, err
}

// RunningRolesOf gives a person's appointments that have not ended, future ones included.
func RunningRolesOf(tx *gorm.DB, person int64, now time.Time) ([]Appointment, error) {
	var out []Appointment
	err := tx.Where("person_id = ? AND (ends_at IS NULL OR (ends_at > ? AND ends_at > starts_at))", person, now).Order("id").Find(&out).Error
	return out, err
}

// BoundAdmins gives how many district admins other than one person are in office at a node, without an
// end in sight, and have an account. The caller has locked the node.
func BoundAdmins(tx *gorm.DB, node, but int64, now time.Time) (int64, error) {
	var n int64
	return n, tx.Model(&Appointment{}).Joins("JOIN bindings ON bindings.active_person_id = roles.person_id").
		Where("roles.node_id = ? AND roles.role = ? AND roles.starts_at <= ? AND roles.ends_at IS NULL AND roles.person_id <> ?", node, DistrictAdmin, now, but).
		Count(&n).Error
}

// CountOfficers gives how many appointments run at a node now.
func CountOfficers(tx *gorm.DB, node int64, now time.Time) (int64, error) {
	var n int64
	return n, tx.Model(&Appointment{}).Where("node_id = ? AND starts_at <= ? AND (ends_at IS NULL OR ends_at > ?)", node, now, now).Count(&n).Error
}

// StandingAdmins gives how many district admins other than one appointment are in office at a node
// without an end in sight. The caller has locked the node.
func StandingAdmins(tx *gorm.DB, node, but int64, now time.Time) (int64, error) {
	var n int64
	return n, tx.Model(&Appointment{}).Where("node_id = ? AND role = ? AND starts_at <= ? AND ends_at IS NULL AND id <> ?", node, DistrictAdmin, now, but).Count(&n).Error
}

// EverAdmin tells whether there has ever been a district admin anywhere.
func EverAdmin(tx *gorm.DB) (bool, error) {
	var n int64
	return n > 0, tx.Model(&Appointment{}).Where("role = ?", DistrictAdmin).Count(&n).Error
}

// RoleTerm is an appointment with the names that a list shows.
type RoleTerm struct {
	Appointment
	PersonName string
	NodeName   string
	NodePath   string
}

// RolesAt gives the appointments at a node, or also below it, the newest first: with ended ones, or only
// those that run or will.
func RolesAt(tx *gorm.DB, node Node, below, ended bool, now time.Time, s Slice) ([]RoleTerm, error) {
	q := heldRoles(tx).Where("roles.node_id = ?", node.ID)
	if below {
		q = InSubtree(heldRoles(tx), "nodes.path", node.Path)
	}
	if !ended {
		q = q.Where("roles.ends_at IS NULL OR (roles.ends_at > ? AND roles.ends_at > roles.starts_at)", now)
	}
	var out []RoleTerm
	return out, s.Newest(q, "roles.id").Find(&out).Error
}

// RolesOfPerson gives a person's appointments, the newest first.
func RolesOfPerson(tx *gorm.DB, person int64, s Slice) ([]RoleTerm, error) {
	var out []RoleTerm
	return out, s.Newest(heldRoles(tx).Where("roles.person_id = ?", person), "roles.id").Find(&out).Error
}

// AllRolesOf is the whole of RolesOfPerson, oldest first.
func AllRolesOf(tx *gorm.DB, person int64) ([]RoleTerm, error) {
	var out []RoleTerm
	return out, heldRoles(tx).Where("roles.person_id = ?", person).Order("roles.id").Find(&out).Error
}

func heldRoles(tx *gorm.DB) *gorm.DB {
	return tx.Model(&Appointment{}).Select("roles.*, persons.name AS person_name, nodes.name AS node_name, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = roles.person_id").Joins("JOIN nodes ON nodes.id = roles.node_id")
}

// Office is an appointment with where it reaches.
type Office struct {
	PersonID int64
	NodeID   int64
	Role     Role
	Path     string
}

// OfficesOf gives the appointments of several people that have not ended, future ones included.
func OfficesOf(tx *gorm.DB, people []int64, now time.Time) ([]Office, error) {
	return inLists(people, func(some []int64) ([]Office, error) {
		var held []Office
		return held, tx.Table("roles").Select("roles.person_id, roles.node_id, roles.role, nodes.path").Joins("JOIN nodes ON nodes.id = roles.node_id").
			Where("roles.person_id IN ? AND (roles.ends_at IS NULL OR (roles.ends_at > ? AND roles.ends_at > roles.starts_at))", some, now).
			Order("roles.id").Find(&held).Error
	})
}
