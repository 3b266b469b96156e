package model

import (
	"time"

	"gorm.io/gorm"
)

// AllBindingsOf gives every binding of a user, and of the person they are, oldest first.
func AllBindingsOf(tx *gorm.DB, user, person int64) ([]Binding, error) {
	var out []Binding
	return out, mine(tx, user, person).Order("id").Find(&out).Error
}

// PlacedDisplay is a display with the name of its unit.
type PlacedDisplay struct {
	Display
	UnitName string
}

// AllDisplaysOf gives every display of a person, ended ones included.
func AllDisplaysOf(tx *gorm.DB, person int64) ([]PlacedDisplay, error) {
	var out []PlacedDisplay
	err := tx.Model(&Display{}).Select("displays.*, nodes.name AS unit_name").Joins("JOIN nodes ON nodes.id = displays.unit_id").
		Where("displays.person_id = ?", person).Order("displays.id").Find(&out).Error
	return out, err
}

// AllPlaquesOf gives every plaque that a person has applied for.
func AllPlaquesOf(tx *gorm.DB, person int64) ([]Plaque, error) {
	var out []Plaque
	return out, tx.Where("applicant_id = ?", person).Order("id").Find(&out).Error
}

// AllCheckInsOf is the whole of CheckInsOf, oldest first.
func AllCheckInsOf(tx *gorm.DB, person int64) ([]ListedCheckIn, error) {
	var out []ListedCheckIn
	return out, listedCheckIns(tx).Where("check_ins.person_id = ?", person).Order("check_ins.id").Find(&out).Error
}

// Held counts what there is too much of to list.
type Held struct {
	Sessions int64 // running
	Notices  int64
	Readings int64 // how often somebody read the person's record whole
	Photos   int64 // uploaded by them
	Hours    int64 // records of service
}

// CountHeld counts it for a user and the person they are.
func CountHeld(tx *gorm.DB, user, person int64, now time.Time) (Held, error) {
	var h Held
	err := tx.Model(&Session{}).Where("user_id = ? AND ended_at IS NULL AND expires_at > ?", user, now).Count(&h.Sessions).Error
	if err != nil || person == 0 {
		return h, err
	}
	if err := tx.Model(&Notice{}).Where("person_id = ?", person).Count(&h.Notices).Error; err != nil {
		return h, err
	}
	if h.Photos, err = CountFilesBy(tx, person); err != nil {
		return h, err
	}
	if err := tx.Model(&Hours{}).Where("person_id = ?", person).Count(&h.Hours).Error; err != nil {
		return h, err
	}
	return h, tx.Model(&Audit{}).Where("subject = ? AND subject_id = ? AND action = ?", "person", person, "person.read").Count(&h.Readings).Error
}
