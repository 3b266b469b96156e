package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ConsentPurpose says what for personal data are used.
type ConsentPurpose string

// The purposes.
const (
	ForDisplay ConsentPurpose = "identity_display"
	ForBinding ConsentPurpose = "phone_binding"
)

// ConsentText is one version of what a person agrees to.
type ConsentText struct {
	_ struct{} `privacy:"about=nobody; why=授权说明的各个版本"`

	ID       int64
	Purpose  ConsentPurpose `privacy:"mark"`
	Version  int            `privacy:"none"`
	Text     string         `privacy:"none"`
	StartsAt time.Time
}

// Consent is a person's agreement to one version of a purpose's text. PersonID is 0 while the user who
// gave it is bound to nobody.
type Consent struct {
	_ struct{} `privacy:"about=user; why=本人同意过哪一版授权说明; kept=always; because=要能证明取得过同意"`

	ID          int64
	UserID      int64
	PersonID    int64
	Purpose     ConsentPurpose `privacy:"mark"`
	Version     int            `privacy:"figure"`
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// Refusals about consent.
var (
	ErrConsentUnknown  = fault.New(fault.NotFound, "consent.unknown_purpose", "没有这一项授权说明，请返回上一页重新进入。")
	ErrConsentOutdated = fault.New(fault.Conflict, "consent.outdated", "授权说明已经更新，请重新打开页面，阅读新的说明后再同意。")
)

// CurrentConsentText gives the version of a purpose's text that is in force: the highest that has begun.
func CurrentConsentText(tx *gorm.DB, purpose ConsentPurpose, now time.Time) (ConsentText, error) {
	var c ConsentText
	return c, take(tx.Where("purpose = ? AND starts_at <= ?", purpose, now).Order("version DESC"), &c, ErrConsentUnknown)
}

// OpenConsent gives the consent to a version that has been given and not withdrawn, nil when there is none.
func OpenConsent(tx *gorm.DB, user, person int64, purpose ConsentPurpose, version int) (*Consent, error) {
	return maybe[Consent](tx.Where("user_id = ? AND person_id = ? AND purpose = ? AND version = ? AND withdrawn_at IS NULL", user, person, purpose, version).
		Order("id"))
}

// AddConsent stores a consent.
func AddConsent(tx *gorm.DB, c *Consent) error { return tx.Create(c).Error }

// WithdrawConsents ends what has been agreed to for a purpose, by a user, by a person, or, when both
// are named, by this user for this person. It gives how many ended; naming neither ends none.
func WithdrawConsents(tx *gorm.DB, user, person int64, purpose ConsentPurpose, now time.Time) (int64, error) {
	if user == 0 && person == 0 {
		return 0, nil
	}
	q := tx.Model(&Consent{}).Where("purpose = ? AND withdrawn_at IS NULL", purpose)
	if user != 0 {
		q = q.Where("user_id = ?", user)
	}
	if person != 0 {
		q = q.Where("person_id = ?", person)
	}
	q = q.Update("withdrawn_at", now)
	return q.RowsAffected, q.Error
}

// WithdrawConsent ends one consent, and tells whether it was given until now.
func WithdrawConsent(tx *gorm.DB, id int64, now time.Time) (bool, error) {
	q := tx.Model(&Consent{}).Where("id = ? AND withdrawn_at IS NULL", id).Update("withdrawn_at", now)
	return q.RowsAffected > 0, q.Error
}

// AttributeConsents writes the person, who is known now, into what the user agreed to before.
func AttributeConsents(tx *gorm.DB, user, person int64, purpose ConsentPurpose) error {
	return tx.Model(&Consent{}).Where("user_id = ? AND person_id = 0 AND purpose = ? AND withdrawn_at IS NULL", user, purpose).
		Update("person_id", person).Error
}

// ConsentsOf gives what a user has agreed to, and what was agreed to for the person they are, newest first.
func ConsentsOf(tx *gorm.DB, user, person int64, cut Slice) ([]Consent, error) {
	var out []Consent
	return out, cut.Newest(mine(tx, user, person), "id").Find(&out).Error
}

// AllConsentsOf is the whole of ConsentsOf, oldest first.
func AllConsentsOf(tx *gorm.DB, user, person int64) ([]Consent, error) {
	var out []Consent
	return out, mine(tx, user, person).Order("id").Find(&out).Error
}

// mine narrows a query to what a user did, and what was done for the person they are, if any. A person
// without an account has user 0.
func mine(tx *gorm.DB, user, person int64) *gorm.DB {
	if user == 0 {
		return tx.Where("person_id = ?", person)
	}
	cond := tx.Session(&gorm.Session{NewDB: true}).Where("user_id = ?", user)
	if person != 0 {
		cond = cond.Or("person_id = ?", person)
	}
	return tx.Where(cond)
}
