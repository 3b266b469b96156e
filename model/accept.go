package model

import (
	"time"

	"gorm.io/gorm"
)

// Accept is one "allow" that a user gave for a subscribe template: good for one message. It is free,
// then reserved for a notice, then spent on it; or it is void, because the user or WeChat said no.
type Accept struct {
	_ struct{} `privacy:"about=user; why=本人允许发送的微信订阅消息; kept=spent_accepts"`

	ID       int64
	UserID   int64
	Template string `privacy:"none"`
	GivenAt  time.Time
	NoticeID *int64 // nil while it is free; below zero the number of a binding whose end it tells
	SpentAt  *time.Time
	VoidAt   *time.Time
	Outcome  string `privacy:"mark"` // "sent", or the code of what went wrong
}

// Free accepts, and those reserved but neither spent nor void.
const (
	freeAccepts = "notice_id IS NULL AND spent_at IS NULL AND void_at IS NULL"
	openAccepts = "notice_id = ? AND spent_at IS NULL AND void_at IS NULL"
)

// AddAccept stores an accept.
func AddAccept(tx *gorm.DB, a *Accept) error { return tx.Create(a).Error }

// CountAccepts gives how many free accepts a user has, by template.
func CountAccepts(tx *gorm.DB, user int64) (map[string]int64, error) {
	var rows []struct {
		Template string
		N        int64
	}
	err := tx.Model(&Accept{}).Select("template, COUNT(*) AS n").Where("user_id = ?", user).Where(freeAccepts).Group("template").Scan(&rows).Error
	left := map[string]int64{}
	for _, r := range rows {
		left[r.Template] = r.N
	}
	return left, err
}

// AcceptOf gives the accept that a notice has been given, in any state; nil when there is none.
func AcceptOf(tx *gorm.DB, notice int64) (*Accept, error) {
	return maybe[Accept](tx.Where("notice_id = ?", notice))
}

// ReserveAccept takes the oldest free accept of a user for a notice; nil when there is none. Somebody
// may void the one that was seen, hence the second look.
func ReserveAccept(tx *gorm.DB, user int64, template string, notice int64) (*Accept, error) {
	for {
		var free []Accept
		err := tx.Where("user_id = ? AND template = ?", user, template).Where(freeAccepts).Order("id").Limit(1).Find(&free).Error
		if err != nil || len(free) == 0 {
			return nil, err
		}
		r := tx.Model(&Accept{}).Where("id = ?", free[0].ID).Where(freeAccepts).Update("notice_id", notice)
		if r.Error != nil {
			return nil, r.Error
		}
		if r.RowsAffected == 1 {
			free[0].NoticeID = &notice
			return &free[0], nil
		}
	}
}

// SpendAccept records that a notice's accept was used up. What WeChat may have reported about the
// delivery in the meantime stays.
func SpendAccept(tx *gorm.DB, id, notice int64, now time.Time) error {
	return tx.Model(&Accept{}).Where("id = ?", id).Where(openAccepts, notice).
		Updates(map[string]any{"spent_at": now, "outcome": gorm.Expr("CASE WHEN outcome = '' THEN 'sent' ELSE outcome END")}).Error
}

// VoidAccept makes a notice's accept worthless, for the reason whose code is given.
func VoidAccept(tx *gorm.DB, id, notice int64, outcome string, now time.Time) error {
	return tx.Model(&Accept{}).Where("id = ?", id).Where(openAccepts, notice).
		Updates(map[string]any{"void_at": now, "outcome": outcome}).Error
}

// ReturnAccept makes a notice's accept free again.
func ReturnAccept(tx *gorm.DB, id, notice int64) error {
	return tx.Model(&Accept{}).Where("id = ?", id).Where(openAccepts, notice).Update("notice_id", nil).Error
}

// VoidAccepts makes a user's free accepts of a template worthless that were given up to a moment, and
// tells how many. One that is reserved learns it from WeChat when it is used.
func VoidAccepts(tx *gorm.DB, user int64, template, outcome string, upTo, now time.Time) (int64, error) {
	r := tx.Model(&Accept{}).Where("user_id = ? AND template = ? AND given_at <= ?", user, template, upTo).Where(freeAccepts).
		Updates(map[string]any{"void_at": now, "outcome": outcome})
	return r.RowsAffected, r.Error
}

// NoteDelivery records what WeChat reports of the message sent last to a user with a template. The
// report names no message of ours, and may come before we have recorded the sending.
func NoteDelivery(tx *gorm.DB, user int64, template, outcome string) error {
	var last []Accept
	err := tx.Where("user_id = ? AND template = ? AND notice_id IS NOT NULL AND void_at IS NULL", user, template).Order("id DESC").Limit(1).Find(&last).Error
	if err != nil || len(last) == 0 {
		return err
	}
	return tx.Model(&Accept{}).Where("id = ?", last[0].ID).Update("outcome", outcome).Error
}

// ReceiverOf gives the user whom a person's messages go to; nil when nobody is bound to the person.
func ReceiverOf(tx *gorm.DB, person int64) (*User, error) {
	return maybe[User](tx.Select("id", "open_id").Where("id IN (?)", tx.Table("bindings").Select("user_id").Where("active_person_id = ?", person)))
}

// ForgetAccepts drops accepts that were spent or void before a moment.
func ForgetAccepts(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("(spent_at < ? OR void_at < ?)", before, before), &Accept{}, "id", "id", limit)
}

// DropAcceptsOf drops what a user has allowed, also what was spent.
func DropAcceptsOf(tx *gorm.DB, user int64) error {
	return tx.Where("user_id = ?", user).Delete(&Accept{}).Error
}
