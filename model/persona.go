package model

import (
	"time"

	"gorm.io/gorm"
)

// DemoPrefix begins the openid of everybody whom one can be in a demo.
const DemoPrefix = "demo-"

// DemoUser is a user of a demo; PersonID is 0 while they are bound to nobody.
type DemoUser struct {
	OpenID   string
	PersonID int64
	Name     string
	NodeName string
}

// DemoUsers gives the users of a demo, at most limit of them.
func DemoUsers(tx *gorm.DB, limit int) ([]DemoUser, error) {
	var out []DemoUser
	err := tx.Table("users").Select("users.open_id, COALESCE(persons.id, 0) AS person_id, COALESCE(persons.name, '') AS name, COALESCE(nodes.name, '') AS node_name").
		Joins("LEFT JOIN bindings ON bindings.active_user_id = users.id").Joins("LEFT JOIN persons ON persons.id = bindings.active_person_id").
		Joins("LEFT JOIN nodes ON nodes.id = persons.node_id").
		Where("users.open_id >= ? AND users.open_id < ?", DemoPrefix, "demo.").Order("users.id").Limit(limit).Find(&out).Error
	return out, err
}

// RolesHeldByAll gives the appointments of several people that run at a moment.
func RolesHeldByAll(tx *gorm.DB, people []int64, now time.Time) ([]RoleTerm, error) {
	var out []RoleTerm
	err := heldRoles(tx).
		Where("roles.person_id IN ? AND roles.starts_at <= ? AND (roles.ends_at IS NULL OR roles.ends_at > ?)", people, now, now).
		Order("roles.id").Find(&out).Error
	return out, err
}
