package model

import (
	"time"

	"gorm.io/gorm"
)

// PlaqueState is how far a door plaque has come: applied → approved → installed → removed, or refused.
type PlaqueState string

// The states of a plaque.
const (
	PlaqueApplied   PlaqueState = "applied"
	PlaqueApproved  PlaqueState = "approved"
	PlaqueRefused   PlaqueState = "refused"
	PlaqueInstalled PlaqueState = "installed"
	PlaqueRemoved   PlaqueState = "removed"
)

// Plaque is a member household's door plaque (挂牌). ActiveHouseholdID holds the household until the
// plaque is refused or removed.
type Plaque struct {
	ID                int64
	HouseholdID       int64
	UnitID            int64
	ApplicantID       int64
	State             PlaqueState
	AppliedAt         time.Time
	DecidedAt         *time.Time
	DecidedByID       int64
	InstalledAt       *time.Time
	InstalledByID     int64
	RemovedAt         *time.Time
	RemovedByID       int64
	Reason            string
	ActiveHouseholdID *int64
}

// CountPendingPlaques gives how many applications of a unit wait for a decision.
func CountPendingPlaques(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	return n, tx.Model(&Plaque{}).Where("unit_id = ? AND state = ?", unit, PlaqueApplied).Count(&n).Error
}

// CountOpenPlaques gives how many plaques of a unit are applied for, approved or on a door.
func CountOpenPlaques(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	return n, tx.Model(&Plaque{}).Where("unit_id = ? AND active_household_id IS NOT NULL", unit).Count(&n).Error
}
