package model

import (
	"time"

	"gorm.io/gorm"
)

// NameForm is how a member's name is shown to neighbours.
type NameForm string

// The forms: 王同志, or the full name.
const (
	SurnameOnly NameForm = "surname"
	FullName    NameForm = "full"
)

// Show gives a name in this form.
func (f NameForm) Show(name string) string {
	if f == FullName {
		return name
	}
	return Surname(name) + "同志"
}

// Display is a member's identity display (亮身份): by consent, with chosen fields, in chosen places.
// A change is a new row; ActivePersonID holds the person while it is shown.
type Display struct {
	ID             int64
	PersonID       int64
	UnitID         int64
	ConsentID      int64
	NameForm       NameForm
	Pledge         string
	Skills         string
	OnPage         bool
	InGroup        bool
	OnDoor         bool
	ShownAt        time.Time
	EndedAt        *time.Time
	EndReason      string
	ActivePersonID *int64
}

// ShownMember is a display with its member's name, as the unit page needs it.
type ShownMember struct {
	Display
	Name string
}

// ShownOnPage gives the displays on a unit's page, the longest shown first.
func ShownOnPage(tx *gorm.DB, unit int64) ([]ShownMember, error) {
	var out []ShownMember
	err := tx.Model(&Display{}).Select("displays.*, persons.name").Joins("JOIN persons ON persons.id = displays.person_id").
		Where("displays.unit_id = ? AND displays.active_person_id IS NOT NULL AND displays.on_page = ?", unit, true).
		Order("displays.id").Find(&out).Error
	return out, err
}

// ShowingPersons gives who in a unit shows identity now, in any place.
func ShowingPersons(tx *gorm.DB, unit int64) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Display{}).Where("unit_id = ? AND active_person_id IS NOT NULL", unit).Pluck("person_id", &ids).Error
	return ids, err
}
