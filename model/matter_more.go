package model

import (
	"time"

	"gorm.io/gorm"
)

// MatterNote is what officers write beside a matter; its reporter never sees it.
type MatterNote struct {
	ID         int64
	MatterID   int64
	ByPersonID int64
	At         time.Time
	Words      string
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

// MatterOriginal is what an event, 1 for the report itself, said before somebody redacted it.
type MatterOriginal struct {
	MatterID   int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq        int64 `gorm:"primaryKey;autoIncrement:false"`
	Words      string
	ByPersonID int64
	At         time.Time
	Reason     string
}

// ReplyTemplate is a text that officers of a node and below can answer with.
type ReplyTemplate struct {
	ID       int64
	NodeID   int64
	Title    string
	Words    string
	MadeByID int64
	MadeAt   time.Time
}
