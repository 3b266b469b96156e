package model

import (
	"time"

	"gorm.io/gorm"
)

// UnitGroup ties a unit to its WeChat group. The group's opengid is sealed and found by blind index.
type UnitGroup struct {
	ID           int64
	UnitID       int64
	GID          string `gorm:"column:gid;serializer:sealed"`
	GIDIndex     string `gorm:"column:gid_index"`
	BoundByID    int64
	BoundAt      time.Time
	EndedAt      *time.Time
	EndedByID    int64
	ActiveUnitID *int64
	ActiveGID    *string `gorm:"column:active_gid"`
}

// GroupEntry is the proof that a user has opened the mini-program from the unit's group.
type GroupEntry struct {
	ID          int64
	UnitGroupID int64
	UserID      int64
	EnteredAt   time.Time
}

// EndGroupAt unties the WeChat group of a unit that has ended.
func EndGroupAt(tx *gorm.DB, unit, by int64, now time.Time) error {
	return tx.Model(&UnitGroup{}).Where("active_unit_id = ?", unit).
		Updates(map[string]any{"ended_at": now, "ended_by_id": by, "active_unit_id": nil, "active_gid": nil}).Error
}
