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
	ErrMatterNoWords   = fault.New(fault.Conflict, "matter.no_words", "这一步没有写文字，不用隐去。请刷新后再看。")
	ErrMatterSameWords = fault.New(fault.Invalid, "matter.same_words", "文字没有改动。请把不宜公开的内容隐去后再提交。")
)

// MatterOriginal is what a text said before somebody redacted it, or a photo that was taken out of an event. It is written once: what a second redaction meets is no original.
type MatterOriginal struct {
	_ struct{} `privacy:"about=resident; why=被隐去的原文,只有能隐去的人看得到; kept=always; because=隐去要能复核"`

	MatterID   int64  `gorm:"primaryKey;autoIncrement:false"`
	Seq        int64  `gorm:"primaryKey;autoIncrement:false" privacy:"figure"` // a MatterText; of a photo its event
	FileID     int64  `gorm:"primaryKey;autoIncrement:false"`                  // 0: the words
	Words      string `privacy:"words"`
	ByPersonID int64
	At         time.Time
	Reason     string `privacy:"reason"`
}

// MatterText says which text of a matter is meant: the words of the event of a number, 1 for the report, or
// what of the report is told apart from its words. Originals are kept under it.
type MatterText int64

// The texts of a report.
const (
	ReportPlace MatterText = 0
	ReportWords MatterText = 1
)

// AnswerTo is the answer to the question of a place in the form.
func AnswerTo(question int64) MatterText { return MatterText(-question) }

// Question gives the place of the question that it is the answer to; 0 for what is no answer.
func (at MatterText) Question() int64 { return max(0, -int64(at)) }

// Event gives the number of the event that it belongs to.
func (at MatterText) Event() int64 { return max(int64(ReportWords), int64(at)) }

// Checked tells whether it is checked before neighbours see it, and searched.
func (at MatterText) Checked() bool { return at == ReportPlace || at == ReportWords }

// Most gives how long it can be.
func (at MatterText) Most() int {
	switch {
	case at == ReportPlace:
		return MaxMatterPlace
	case at < ReportPlace:
		return MaxMatterAnswer
	}
	return MaxMatterWords
}

// text gives what it says now.
func (at MatterText) text(tx *gorm.DB, m Matter) (string, error) {
	switch {
	case at == ReportPlace:
		return m.Place, nil
	case at < ReportPlace:
		var a MatterAnswer
		err := take(tx.Where("matter_id = ? AND place = ?", m.ID, at.Question()), &a, ErrMatterNoEvent)
		return a.Answer, err
	}
	var e MatterEvent
	err := take(tx.Where("matter_id = ? AND seq = ?", m.ID, at), &e, ErrMatterNoEvent)
	return e.Words, err
}

// replace makes the row besides that of the matter itself, if there is one, say something else.
func (at MatterText) replace(tx *gorm.DB, m Matter, was, text string) error {
	switch {
	case at == ReportPlace:
		return nil
	case at < ReportPlace:
		return changed(tx.Model(&MatterAnswer{}).Where("matter_id = ? AND place = ? AND answer = ?", m.ID, at.Question(), was).Update("answer", text), ErrMatterStale)
	}
	return changed(tx.Model(&MatterEvent{}).Where("matter_id = ? AND seq = ? AND words = ?", m.ID, at, was).Update("words", text), ErrMatterStale)
}

// RedactMatterText shows another text, under the lock of its matter, and keeps the original. What neighbours
// are offered is checked anew, for the account that has written it now, and found instead of that before.
func RedactMatterText(tx *gorm.DB, m *Matter, at MatterText, text string, user int64, o MatterOriginal) error {
	was, err := at.text(tx, *m)
	switch {
	case err != nil:
		return err
	case was == "":
		return ErrMatterNoWords
	case was == text:
		return ErrMatterSameWords
	}
	o.MatterID, o.Seq, o.FileID, o.Words = m.ID, int64(at), 0, was
	if err := keepOriginal(tx, o); err != nil {
		return err
	}
	if err := at.replace(tx, *m, was, text); err != nil {
		return err
	}
	if !at.Checked() {
		return nil
	}
	words, place := m.Words, m.Place
	if at == ReportPlace {
		m.Place = text
	} else {
		m.Words = text
	}
	m.UserID, m.CheckState, m.CheckLabel, m.CheckReason, m.CheckedByID, m.CheckedAt, m.CheckSince = user, FilePending, 0, "", 0, nil, &o.At
	err = changed(tx.Model(&Matter{}).Where("id = ? AND words = ? AND place = ?", m.ID, words, place).Updates(map[string]any{
		"words": m.Words, "place": m.Place, "user_id": user, "check_state": FilePending, "check_label": 0, "check_reason": "",
		"checked_by_id": 0, "checked_at": nil, "check_since": o.At,
	}), ErrMatterStale)
	if err != nil {
		return err
	}
	return IndexMatter(tx, *m, words, place)
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

// MatterOriginalsOf gives what was redacted of a matter, in the order of its texts, the words before the photos.
func MatterOriginalsOf(tx *gorm.DB, id int64) ([]ListedMatterOriginal, error) {
	var out []ListedMatterOriginal
	err := tx.Table("matter_originals").Select("matter_originals.*, persons.name AS by_name").Joins("JOIN persons ON persons.id = matter_originals.by_person_id").
		Where("matter_originals.matter_id = ?", id).Order("matter_originals.seq, matter_originals.file_id").Find(&out).Error
	return out, err
}
