package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// MaxMatterNote is how long a note may be.
const MaxMatterNote = 500

// ErrMatterNoteOwn refuses a note on what one has reported oneself.
var ErrMatterNoteOwn = fault.New(fault.Forbidden, "matter.own_note", "自己上报的事项不能写办理备注。需要补充情况的，请等办理的同志请您补充，或者直接联系他们。")

// MatterNote is what officers write beside a matter; its reporter never sees it.
type MatterNote struct {
	_ struct{} `privacy:"about=officer; why=经办人之间的备注; kept=always; because=办理情况要能追溯"`

	ID         int64
	MatterID   int64
	ByPersonID int64
	At         time.Time
	Words      string `privacy:"words"`
}

// ListedMatterNote is a note with the name of who wrote it.
type ListedMatterNote struct {
	MatterNote
	ByName string
}

// AddMatterNote stores a note.
func AddMatterNote(tx *gorm.DB, n MatterNote) error { return tx.Create(&n).Error }

// MatterNotesOf gives a matter's notes, the oldest first.
func MatterNotesOf(tx *gorm.DB, id int64) ([]ListedMatterNote, error) {
	var out []ListedMatterNote
	err := tx.Table("matter_notes").Select("matter_notes.*, persons.name AS by_name").Joins("JOIN persons ON persons.id = matter_notes.by_person_id").
		Where("matter_notes.matter_id = ?", id).Order("matter_notes.id").Find(&out).Error
	return out, err
}
