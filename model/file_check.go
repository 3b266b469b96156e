package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// WeChat's answers about a photo.
const (
	AnswerPass   = "pass"
	AnswerReview = "review"
	AnswerRisky  = "risky"
)

// afterAnswer is what an answer makes of a photo.
var afterAnswer = map[string]FileState{AnswerPass: FilePassed, AnswerReview: FileReview, AnswerRisky: FileRejected}

// FileCheck is one offer of a photo to WeChat's check. Its two halves come in either order, each in a
// transaction of its own: we write whose it is once WeChat has said that it looks, WeChat pushes what
// it saw. Whoever comes second puts them together.
type FileCheck struct {
	_ struct{} `privacy:"about=nobody; why=微信内容检测的回答,七天后删除"`

	TraceID string `gorm:"primaryKey" privacy:"none"`
	FileID  int64  // 0 until we have written it
	Answer  string `privacy:"mark"` // "" until WeChat's has come
	Label   int64
	At      time.Time
}

// meetCheck gives the locked row of an offer, made when its other half has not come yet: of two
// transactions about one offer the second waits here for the first.
func meetCheck(tx *gorm.DB, trace string, now time.Time) (FileCheck, error) {
	var c FileCheck
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&FileCheck{TraceID: trace, At: now}).Error; err != nil {
		return c, err
	}
	return c, forUpdate(tx).Where("trace_id = ?", trace).Take(&c).Error
}

// AddOffer writes that a photo was offered under a trace, and gives what WeChat has pushed about it
// already, if anything.
func AddOffer(tx *gorm.DB, file int64, trace string, now time.Time) (FileCheck, error) {
	c, err := meetCheck(tx, trace, now)
	if err != nil {
		return c, err
	}
	c.FileID = file
	if err := tx.Model(&FileCheck{}).Where("trace_id = ?", trace).Updates(map[string]any{"file_id": file}).Error; err != nil {
		return c, err
	}
	return c, tx.Model(&File{}).Where("id = ?", file).
		Updates(map[string]any{"offers": gorm.Expr("offers + 1"), "offered_at": now}).Error
}

// AddAnswer writes what WeChat says about an offer, and gives whose it is: FileID is 0 when we have not
// written that yet.
func AddAnswer(tx *gorm.DB, trace, answer string, label int64, now time.Time) (FileCheck, error) {
	c, err := meetCheck(tx, trace, now)
	if err != nil {
		return c, err
	}
	c.Answer, c.Label = answer, label
	return c, tx.Model(&FileCheck{}).Where("trace_id = ?", trace).Updates(map[string]any{"answer": answer, "label": label}).Error
}

// AnswerFile makes of a locked file what WeChat has said of it. The first answer counts, also when it
// comes late and a person was asked meanwhile; what a person has decided stays.
func AnswerFile(tx *gorm.DB, f *File, answer string, label int64, now time.Time) (bool, error) {
	next, known := afterAnswer[answer]
	if !known || f.Answer != "" || f.State != FilePending && f.State != FileReview {
		return false, nil
	}
	f.State, f.Answer, f.Label = next, answer, label
	set := map[string]any{"state": next, "answer": answer, "label": label}
	if next != FileReview {
		f.DecidedAt = &now
		set["decided_at"] = now
	}
	return true, tx.Model(&File{}).Where("id = ?", f.ID).Updates(set).Error
}

// AskPerson makes a locked file that WeChat has not answered for wait for a person; why is a code.
func AskPerson(tx *gorm.DB, f *File, why string) error {
	f.State, f.Reason = FileReview, why
	return tx.Model(&File{}).Where("id = ?", f.ID).Updates(map[string]any{"state": FileReview, "reason": why}).Error
}

// DecideFile writes what a person has decided about a locked file that waits for one.
func DecideFile(tx *gorm.DB, f *File, next FileState, by int64, reason string, now time.Time) error {
	if f.State != FileReview {
		return ErrFileNoReview
	}
	f.State, f.DecidedAt, f.DecidedByID, f.Reason = next, &now, by, reason
	return tx.Model(&File{}).Where("id = ?", f.ID).
		Updates(map[string]any{"state": next, "decided_at": now, "decided_by_id": by, "reason": reason}).Error
}

// UnansweredFiles gives pending photos that were offered before one moment, or uploaded before another,
// the oldest first.
func UnansweredFiles(tx *gorm.DB, offered, uploaded time.Time, limit int) ([]File, error) {
	var files []File
	return files, tx.Where("state = ? AND (offered_at < ? OR created_at < ?) AND subject <> ?", FilePending, offered, uploaded, WithheldFiles).
		Order("id").Limit(limit).Find(&files).Error
}

// OfferAnew takes note that a photo will be offered once more; false when somebody was faster.
func OfferAnew(tx *gorm.DB, f File) (bool, error) {
	return touched(tx.Model(&File{}).Where("id = ? AND state = ? AND offers = ? AND offered_at IS NOT NULL", f.ID, FilePending, f.Offers).
		Updates(map[string]any{"offered_at": nil}))
}

// ForgetFileChecks drops offers made before a moment. WeChat answers within half an hour.
func ForgetFileChecks(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[string](tx.Where("at < ?", before), &FileCheck{}, "trace_id", "at", limit)
}
