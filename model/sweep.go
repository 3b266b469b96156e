package model

import (
	"time"

	"gorm.io/gorm"
)

// CallbacksKept is how long a WeChat event is recognised. WeChat sends one that it got no answer to
// again within a minute.
const CallbacksKept = 7 * 24 * time.Hour

// UnmatchedKept is how long a phone number is kept that matched nobody, and whose user did not go on.
const UnmatchedKept = 7 * 24 * time.Hour

// ForgetSessions drops at most limit sessions whose time is over, ended ones among them, and gives how
// many, like the others below.
func ForgetSessions(tx *gorm.DB, now time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("expires_at <= ?", now), &Session{}, "id", "expires_at", limit)
}

// ForgetCommands drops commands older than a moment.
func ForgetCommands(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("at < ?", before), &Command{}, "id", "at", limit)
}

// ForgetChanges drops changes older than a moment. The newest stays, so that ids never start again.
func ForgetChanges(tx *gorm.DB, before time.Time, limit int) (int, error) {
	last, err := LastChange(tx)
	if err != nil {
		return 0, err
	}
	return forget[int64](tx.Where("at < ? AND id < ?", before, last), &Change{}, "id", "at", limit)
}

// ForgetCallbacks drops events received before a moment.
func ForgetCallbacks(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[string](tx.Where("received_at < ?", before), &Callback{}, "event_id", "received_at", limit)
}

// ForgetUnmatched drops numbers that were proved before a moment and matched nobody.
func ForgetUnmatched(tx *gorm.DB, before time.Time, limit int) (int, error) {
	// pending_user_id > 0 is true of every such row and has an index.
	return forget[int64](tx.Where("pending_user_id > 0 AND state = ? AND asked_at < ?", BindingUnmatched, before), &Binding{}, "id", "id", limit)
}

// forget repeats the condition when it deletes: a row may have gone on since its key was read.
func forget[Key any](old *gorm.DB, record any, key, order string, limit int) (int, error) {
	old = old.Session(&gorm.Session{})
	var keys []Key
	if err := old.Model(record).Order(order).Limit(limit).Pluck(key, &keys).Error; err != nil || len(keys) == 0 {
		return 0, err
	}
	return len(keys), old.Where(key+" IN ?", keys).Delete(record).Error
}
