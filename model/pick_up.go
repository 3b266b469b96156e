package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// WrongCodes counts the pick-up codes that somebody entered and that are none: ten digits can be guessed
// by who may try for ever. It is kept in the database and not in Redis, because it guards something: it
// must outlive a restart, and hold for all replicas together.
type WrongCodes struct {
	_ struct{} `privacy:"about=officer; why=防止猜领取码:经办人输错的次数; kept=always; because=每人只有一行,一小时后重新计数"`

	PersonID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Count       int64 `privacy:"figure"` // since then
	Since       time.Time
	BarredUntil *time.Time
}

// After MostWrongCodes within WrongCodesWithin nobody enters codes for that long.
const (
	MostWrongCodes   = 10
	WrongCodesWithin = 10 * time.Minute
)

// Refusals at the pick-up desk. Whoever enters another community's code learns that it is none.
var (
	ErrPickUpMalformed = fault.New(fault.Invalid, "pick_up.code_malformed", "领取码是 10 位数字。请对着居民手机上的数字重新输入，或者扫二维码。")
	ErrPickUpUnknown   = fault.New(fault.NotFound, "pick_up.code_unknown", "没有这个领取码，或者它不是本社区的。请核对数字后再输入。")
	ErrPickUpBarred    = fault.New(fault.TooMany, "pick_up.too_many_wrong_codes", "您输错领取码的次数太多，请十分钟后再试。")
	ErrPickUpOwn       = fault.New(fault.Conflict, "pick_up.own", "这是您自己的兑换，不能由自己发放。请让社区的其他工作人员办理。")
	ErrPickUpUsed      = fault.New(fault.Conflict, "pick_up.used", "这个领取码已经用过，不能再领。")
	ErrPickUpCancelled = fault.New(fault.Conflict, "pick_up.cancelled", "这次兑换已经取消，不能领取。积分已经退回。")
	ErrPickUpExpired   = fault.New(fault.Conflict, "pick_up.expired", "这次兑换已经过期，不能领取。积分已经退回，可以重新兑换。")
)

// LockWrongCodes locks what is counted of a person; the zero value while nothing is.
func LockWrongCodes(tx *gorm.DB, person int64) (WrongCodes, error) {
	w, err := maybe[WrongCodes](forUpdate(tx).Where("person_id = ?", person))
	if err != nil || w == nil {
		return WrongCodes{PersonID: person}, err
	}
	return *w, nil
}

// Refuse keeps out who has entered too many wrong codes.
func (w WrongCodes) Refuse(now time.Time) error {
	if w.BarredUntil == nil || !now.Before(*w.BarredUntil) {
		return nil
	}
	return ErrPickUpBarred.Saying("您输错领取码的次数太多，请在" + Minute(w.BarredUntil.Add(time.Minute-1)) + "以后再试。")
}

// Another counts one more wrong code of a person whom the caller has locked.
func (w WrongCodes) Another(tx *gorm.DB, now time.Time) error {
	if w.Count == 0 || !now.Before(w.Since.Add(WrongCodesWithin)) {
		w.Count, w.Since = 0, now
	}
	w.Count++
	w.BarredUntil = nil
	if w.Count >= MostWrongCodes {
		until := now.Add(WrongCodesWithin)
		w.Count, w.BarredUntil = 0, &until
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&w).Error
}

// RefusePickUp refuses to hand out what is over, and tells which and since when.
func (r Redemption) RefusePickUp() error {
	over := map[RedemptionState]*fault.Fault{Fulfilled: ErrPickUpUsed, RedemptionCancelled: ErrPickUpCancelled, RedemptionExpired: ErrPickUpExpired}[r.State]
	if over == nil || r.EndedAt == nil {
		return nil
	}
	return over.Saying("时间：" + Minute(*r.EndedAt) + "。" + over.Text)
}
