package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Refusals of redaction.
var (
	ErrMatterNoEvent   = fault.New(fault.NotFound, "matter.no_such_event", "这件事没有这一步。请刷新后再选择要隐去内容的那一步。")
	ErrMatterNoWords   = fault.New(fault.Conflict, "matter.no_words", "这一步没有写文字,不用隐去。请刷新后再看。")
	ErrMatterSameWords = fault.New(fault.Invalid, "matter.same_words", "文字没有改动。请把不宜公开的内容隐去后再提交。")
)

// MatterOriginal is what an event, 1 for the report itself, said before somebody redacted it, or a photo
// that was taken out of it. It is written once: what a second redaction meets is no original.
type MatterOriginal struct {
	_ struct{} `privacy:"about=resident; why=被隐去的原文,只有能隐去的人看得到; kept=always; because=隐去要能复核"`

	MatterID   int64  `gorm:"primaryKey;autoIncrement:false"`
	Seq        int64  `gorm:"primaryKey;autoIncrement:false" privacy:"figure"`
	FileID     int64  `gorm:"primaryKey;autoIncrement:false"` // 0: the words
	Words      string `privacy:"words"`
	ByPersonID int64
	At         time.Time
	Reason     string `privacy:"reason"`
}

// RedactMatterWords shows other words of an event, under the lock of its matter, and keeps the original.
// The words of the report are checked anew, for the account that has written them now, and are found
// instead of those before.
func RedactMatterWords(tx *gorm.DB, m *Matter, seq int64, words string, user int64, o MatterOriginal) error {
	var e MatterEvent
	if err := take(tx.Where("matter_id = ? AND seq = ?", m.ID, seq), &e, ErrMatterNoEvent); err != nil {
		return err
	}
	switch e.Words {
	case "":
		return ErrMatterNoWords
	case words:
		return ErrMatterSameWords
	}
	o.MatterID, o.Seq, o.FileID, o.Words = m.ID, seq, 0, e.Words
	if err := keepOriginal(tx, o); err != nil {
		return err
	}
	if err := changed(tx.Model(&MatterEvent{}).Where("matter_id = ? AND seq = ? AND words = ?", m.ID, seq, e.Words).Update("words", words), ErrMatterStale); err != nil {
		return err
	}
	if seq != 1 {
		return nil
	}
	before := m.Words
	m.Words, m.UserID, m.CheckState, m.CheckLabel, m.CheckReason, m.CheckedByID, m.CheckedAt, m.CheckSince = words, user, FilePending, 0, "", 0, nil, &o.At
	err := changed(tx.Model(&Matter{}).Where("id = ? AND words = ?", m.ID, before).Updates(map[string]any{
		"words": words, "user_id": user, "check_state": FilePending, "check_label": 0, "check_reason": "", "checked_by_id": 0, "checked_at": nil, "check_since": o.At,
	}), ErrMatterStale)
	if err != nil {
		return err
	}
	return IndexMatter(tx, *m, before, m.Place)
}

// KeepOriginalPhoto notes that a photo was taken out of an event, under the lock of its matter.
func KeepOriginalPhoto(tx *gorm.DB, m Matter, seq, file int64, o MatterOriginal) error {
	o.MatterID, o.Seq, o.FileID, o.Words = m.ID, seq, file, ""
	return keepOriginal(tx, o)
}

func keepOriginal(tx *gorm.DB, o MatterOriginal) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&o).Error
}

// ListedMatterOriginal is an original with the name of who redacted it.
type ListedMatterOriginal struct {
	MatterOriginal
	ByName string
}

// MatterOriginalsOf gives what was redacted of a matter, in the order of its events, the words before the photos.
func MatterOriginalsOf(tx *gorm.DB, id int64) ([]ListedMatterOriginal, error) {
	var out []ListedMatterOriginal
	err := tx.Table("matter_originals").Select("matter_originals.*, persons.name AS by_name").Joins("JOIN persons ON persons.id = matter_originals.by_person_id").
		Where("matter_originals.matter_id = ?", id).Order("matter_originals.seq, matter_originals.file_id").Find(&out).Error
	return out, err
}
