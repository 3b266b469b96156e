package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// ExpiryState is what has become of a policy by which points expire.
type ExpiryState string

// The states of an expiry policy.
const (
	ExpiryAnnounced ExpiryState = "announced"
	ExpiryRevoked   ExpiryState = "revoked"
	ExpiryDone      ExpiryState = "done"
)

// Title is what people call the state.
func (s ExpiryState) Title() string {
	return map[ExpiryState]string{ExpiryAnnounced: "已公告", ExpiryRevoked: "已撤回", ExpiryDone: "已执行"}[s]
}

// ExpiryPolicy says that what a district's people have left of points earned before one moment expires
// at another. Its pieces of work go through the people in the order of their ids, some at a time; each
// keeps how far it has come, in the transaction that did it, so that nobody is met twice.
type ExpiryPolicy struct {
	_ struct{} `privacy:"about=officer; why=积分过期的公告; kept=always; because=过期要能查到依据"`

	ID            int64
	DistrictID    int64
	EarnedBefore  time.Time
	EffectiveAt   time.Time
	State         ExpiryState `privacy:"mark"`
	Reason        string      `privacy:"none"`
	AnnouncedAt   time.Time
	AnnouncedByID int64
	RevokedAt     *time.Time
	RevokedByID   int64
	RevokeReason  string `privacy:"none"`
	AnnouncedUpto int64  `privacy:"none"`
	RemindedUpto  int64  `privacy:"none"`
	ExpiredUpto   int64  `privacy:"none"`
	RecalledUpto  int64  `privacy:"none"`
	DoneAt        *time.Time
}

// ExpiredPoints is what somebody lost by a policy, less what was given back of it. Nobody loses twice by
// one. TransferID is the first transfer.
type ExpiredPoints struct {
	_ struct{} `privacy:"about=volunteer; why=每个人过期了多少积分; kept=always; because=账本的依据"`

	ID         int64
	PolicyID   int64
	PersonID   int64
	Points     int64 `privacy:"figure"`
	TransferID int64
	At         time.Time
}

// Points expire this long after they were announced to, at the least; people are reminded that long
// before.
const (
	ExpiryNotice   = 30 * 24 * time.Hour
	ExpiryReminder = 7 * 24 * time.Hour
)

// Refusals about expiry.
var (
	ErrExpiryNotFound = fault.New(fault.NotFound, "expiry.not_found", "没有找到这条积分过期公告，或者您不能办理。请回到列表重试。")
	ErrExpiryPlace    = fault.New(fault.Invalid, "expiry.place_unfit", "积分过期由区统一公告，请选择一个区。")
	ErrExpirySoon     = fault.New(fault.Invalid, "expiry.too_soon", "积分过期要至少提前 30 天公告，请选择更晚的生效时间。")
	ErrExpiryDates    = fault.New(fault.Invalid, "expiry.dates_unfit", "时间不对：截止时间不能晚于生效时间，生效时间要在五年以内。请重新选择。")
	ErrExpiryBegun    = fault.New(fault.Conflict, "expiry.effective_already", "这条积分过期公告已经生效或者已经撤回，不能再撤回。")
	ErrExpirySame     = fault.New(fault.Conflict, "expiry.announced_already", "已经有一条生效时间相同的积分过期公告。请先撤回那一条，或者换一个时间。")
)

const mostExpiryYears = 5

// CheckDates refuses dates that leave people too little time or mean nothing.
func (p ExpiryPolicy) CheckDates(now time.Time) error {
	switch {
	case p.EffectiveAt.Before(now.Add(ExpiryNotice)):
		return ErrExpirySoon
	case p.EarnedBefore.After(p.EffectiveAt), p.EarnedBefore.Before(YearBegins(2000)), p.EffectiveAt.After(now.AddDate(mostExpiryYears, 0, 0)):
		return ErrExpiryDates
	}
	return nil
}

// AnnounceExpiry stores a policy.
func AnnounceExpiry(tx *gorm.DB, p *ExpiryPolicy) error {
	p.State = ExpiryAnnounced
	return tx.Create(p).Error
}

// SameExpiry tells whether a district has announced a policy of the same moment.
func SameExpiry(tx *gorm.DB, district int64, at time.Time) (bool, error) {
	var n int64
	err := tx.Model(&ExpiryPolicy{}).Where("district_id = ? AND effective_at = ? AND state = ?", district, at, ExpiryAnnounced).Count(&n).Error
	return n > 0, err
}

// ExpiryByID gives a policy.
func ExpiryByID(tx *gorm.DB, id int64) (ExpiryPolicy, error) {
	var p ExpiryPolicy
	return p, take(tx.Where("id = ?", id), &p, ErrExpiryNotFound)
}

// LockExpiry reads a policy and keeps others from working on it until the transaction ends.
func LockExpiry(tx *gorm.DB, id int64) (ExpiryPolicy, error) {
	return ExpiryByID(forUpdate(tx), id)
}

// RevokeExpiry takes back a policy that the caller has locked, before it takes effect.
func RevokeExpiry(tx *gorm.DB, p *ExpiryPolicy, by int64, reason string, now time.Time) error {
	if p.State != ExpiryAnnounced || !now.Before(p.EffectiveAt) {
		return ErrExpiryBegun
	}
	p.State, p.RevokedAt, p.RevokedByID, p.RevokeReason = ExpiryRevoked, &now, by, reason
	return changed(tx.Model(&ExpiryPolicy{}).Where("id = ? AND state = ?", p.ID, ExpiryAnnounced).
		Updates(map[string]any{"state": ExpiryRevoked, "revoked_at": now, "revoked_by_id": by, "revoke_reason": reason}), ErrExpiryBegun)
}

// ExpiryWork is a piece of work of a policy.
type ExpiryWork string

// The pieces of work: telling people at the announcement, reminding them, taking the points, telling
// people that it was taken back.
const (
	ExpiryAnnouncing ExpiryWork = "announced"
	ExpiryReminding  ExpiryWork = "reminded"
	ExpiryTaking     ExpiryWork = "expired"
	ExpiryRecalling  ExpiryWork = "recalled"
)

// Upto gives how far a piece of work has come: the id of the last person.
func (p ExpiryPolicy) Upto(w ExpiryWork) int64 {
	return map[ExpiryWork]int64{
		ExpiryAnnouncing: p.AnnouncedUpto, ExpiryReminding: p.RemindedUpto, ExpiryTaking: p.ExpiredUpto, ExpiryRecalling: p.RecalledUpto,
	}[w]
}

// Wants tells whether a piece of work is still to be done in the policy's state.
func (p ExpiryPolicy) Wants(w ExpiryWork) bool {
	return w == ExpiryRecalling && p.State == ExpiryRevoked || w != ExpiryRecalling && p.State == ExpiryAnnounced
}

// AdvanceExpiry notes how far a piece of work has come.
func AdvanceExpiry(tx *gorm.DB, policy int64, w ExpiryWork, upto int64) error {
	return tx.Model(&ExpiryPolicy{}).Where("id = ?", policy).Update(string(w)+"_upto", upto).Error
}

// FinishExpiry notes that everybody's points have expired.
func FinishExpiry(tx *gorm.DB, policy int64, now time.Time) error {
	return tx.Model(&ExpiryPolicy{}).Where("id = ?", policy).Updates(map[string]any{"state": ExpiryDone, "done_at": now}).Error
}

// AddExpiredPoints stores what people have lost, or got back (less than none), beside what they have lost by
// the same policy before.
func AddExpiredPoints(tx *gorm.DB, rows []ExpiredPoints) error {
	return AddAll(tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "policy_id"}, {Name: "person_id"}}, DoUpdates: clause.Set{added(tx, "expired_points", "points")},
	}), rows)
}

// ExpiriesOf lists a district's policies, the newest first.
func ExpiriesOf(tx *gorm.DB, district int64, s Slice) ([]ExpiryPolicy, error) {
	var out []ExpiryPolicy
	return out, s.Newest(tx.Where("district_id = ?", district), "id").Find(&out).Error
}

// ExpiriesAhead gives the policies on a path that will take effect, the next first.
func ExpiriesAhead(tx *gorm.DB, nodes []int64) ([]ExpiryPolicy, error) {
	var out []ExpiryPolicy
	return out, tx.Where("district_id IN ? AND state = ?", nodes, ExpiryAnnounced).Order("effective_at, id").Find(&out).Error
}
