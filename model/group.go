package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// UnitGroup ties a unit to its WeChat group. The group's opengid is sealed and found by blind index.
type UnitGroup struct {
	_ struct{} `privacy:"about=officer; why=单元微信群的绑定; kept=always; because=换群的沿革要能追溯"`

	ID           int64
	UnitID       int64
	GID          string `gorm:"column:gid;serializer:sealed" privacy:"wechat"`
	GIDIndex     string `gorm:"column:gid_index" privacy:"index"`
	BoundByID    int64
	BoundAt      time.Time
	EndedAt      *time.Time
	EndedByID    int64
	ActiveUnitID *int64
	ActiveGID    *string `gorm:"column:active_gid" privacy:"index"`
}

// GroupEntry is the proof that a user has opened the mini-program from the unit's group.
type GroupEntry struct {
	_ struct{} `privacy:"about=user; why=从哪个单元群打开过小程序,用来把人带到自己的单元; kept=group_entries"`

	ID          int64
	UnitGroupID int64
	UserID      int64
	EnteredAt   time.Time
}

// Refusals about a unit's WeChat group.
var (
	ErrGroupSignIn   = fault.New(fault.Conflict, "group.sign_in_again", "没能认出是哪个微信群，登录可能已经过期。请重新登录，再从单元微信群里的小程序卡片打开。")
	ErrGroupPlace    = fault.New(fault.Conflict, "group.not_a_unit", "只有单元能绑定微信群。请选择一个单元。")
	ErrUnitHasGroup  = fault.New(fault.Conflict, "group.unit_has_one", "这个单元已经绑定了一个微信群。要换群，请先解除原来的绑定。")
	ErrGroupTaken    = fault.New(fault.Conflict, "group.bound_elsewhere", "这个微信群已经绑定在别的单元。请从本单元自己的群里打开，或请那个单元先解除绑定。")
	ErrGroupNotFound = fault.New(fault.NotFound, "group.not_found", "没有找到本单元的微信群，或者您还没有从群里进入过。请从单元微信群里的小程序卡片打开。")
	ErrGroupUnknown  = fault.New(fault.NotFound, "group.unknown", "这个微信群还没有绑定单元。请告诉单元长，由单元长从群里打开小程序来绑定。")
	ErrGroupNotBound = fault.New(fault.Conflict, "group.not_bound", "这个单元现在没有绑定微信群，不需要解除。")
)

// NewUnitGroup makes a unit's group ready to be stored.
func NewUnitGroup(k *Keys, unit int64, gid string, by int64, now time.Time) UnitGroup {
	ix := k.Index("unit_groups.gid", gid)
	return UnitGroup{UnitID: unit, GID: gid, GIDIndex: ix, BoundByID: by, BoundAt: now, ActiveUnitID: &unit, ActiveGID: &ix}
}

// AddUnitGroup stores a unit's group. The caller holds the unit's lock and has seen that it has none.
func AddUnitGroup(tx *gorm.DB, g *UnitGroup) error {
	return refuseDuplicate(tx.Create(g).Error, ErrGroupTaken)
}

// GroupOfUnit gives the group that a unit is bound to now, nil when there is none.
func GroupOfUnit(tx *gorm.DB, unit int64) (*UnitGroup, error) {
	return maybe[UnitGroup](tx.Where("active_unit_id = ?", unit))
}

// GroupByGID gives the bound group with that opengid, nil when no unit is bound to it.
func GroupByGID(tx *gorm.DB, gid string) (*UnitGroup, error) {
	return maybe[UnitGroup](tx.Where("active_gid = ?", KeysOf(tx).Index("unit_groups.gid", gid)))
}

// EndUnitGroup ends a binding. The entries made through it prove nothing any more.
func EndUnitGroup(tx *gorm.DB, id, by int64, now time.Time) error {
	return tx.Model(&UnitGroup{}).Where("id = ? AND active_unit_id IS NOT NULL", id).
		Updates(map[string]any{"ended_at": now, "ended_by_id": by, "active_unit_id": nil, "active_gid": nil}).Error
}

// EnterGroup records that a user has opened the mini-program from a group; the first time counts.
func EnterGroup(tx *gorm.DB, e *GroupEntry) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(e).Error
}

// HasEntered tells whether a user has opened the mini-program from a group.
func HasEntered(tx *gorm.DB, group, user int64) (bool, error) {
	var n int64
	err := tx.Model(&GroupEntry{}).Where("unit_group_id = ? AND user_id = ?", group, user).Count(&n).Error
	return n > 0, err
}

// ShowingInGroup gives who in a unit has chosen to show identity in its group, in the order in which
// they are locked.
func ShowingInGroup(tx *gorm.DB, unit int64) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Display{}).Where("unit_id = ? AND active_person_id IS NOT NULL AND in_group = ?", unit, true).Order("person_id").Pluck("person_id", &ids).Error
	return ids, err
}

// CountBoundGroups gives how many units of a subtree have their WeChat group bound.
func CountBoundGroups(tx *gorm.DB, path string) (int64, error) {
	var n int64
	return n, InSubtree(tx.Model(&UnitGroup{}).Joins("JOIN nodes ON nodes.id = unit_groups.active_unit_id"), "nodes.path", path).Count(&n).Error
}

// ForgetGroupEntries drops proofs that were given before a moment.
func ForgetGroupEntries(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("entered_at < ?", before), &GroupEntry{}, "id", "id", limit)
}

// DropGroupEntriesOf drops a user's proofs.
func DropGroupEntriesOf(tx *gorm.DB, user int64) error {
	return tx.Where("user_id = ?", user).Delete(&GroupEntry{}).Error
}
