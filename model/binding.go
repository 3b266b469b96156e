package model

import (
	"time"

	"gorm.io/gorm"
)

// BindingState says how far a user's claim to be a person has come.
type BindingState string

// The states of a binding.
const (
	BindingPending BindingState = "pending"
	BindingActive  BindingState = "active"
	BindingRefused BindingState = "refused"
	BindingEnded   BindingState = "ended"
)

// BindingWay says by what a user was bound to a person.
type BindingWay string

// The ways.
const (
	ByPhone     BindingWay = "phone"     // the phone number matched one person of the roster
	ByApproval  BindingWay = "approval"  // the unit chief knew them
	ByRebinding BindingWay = "rebinding" // the community moved the person to another account
)

// Binding ties a WeChat user to a person: a user to at most one, a person to at most one active user.
// The three indexed columns hold the id only in the state they are named for.
type Binding struct {
	ID             int64
	UserID         int64
	PersonID       *int64
	UnitID         *int64
	State          BindingState
	Way            BindingWay
	ClaimedName    string
	ClaimedRoom    string `gorm:"serializer:sealed"`
	Phone          string `gorm:"serializer:sealed"`
	AskedAt        time.Time
	DecidedAt      *time.Time
	DecidedByID    int64
	Reason         string
	EndedAt        *time.Time
	ActiveUserID   *int64
	ActivePersonID *int64
	PendingUserID  *int64
}

// ActiveBindingOf gives a user's binding, nil when there is none.
func ActiveBindingOf(tx *gorm.DB, user int64) (*Binding, error) {
	var b []Binding
	if err := tx.Where("active_user_id = ?", user).Find(&b).Error; err != nil || len(b) == 0 {
		return nil, err
	}
	return &b[0], nil
}

// CountPendingBindings gives how many claims wait for a unit's chief.
func CountPendingBindings(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	return n, tx.Model(&Binding{}).Where("unit_id = ? AND state = ?", unit, BindingPending).Count(&n).Error
}
