package model

import (
	"errors"
	"time"

	"gorm.io/gorm"
)

// Callback is a WeChat event that has been taken, so that it is taken once.
type Callback struct {
	EventID    string `gorm:"primaryKey"`
	Kind       string
	ReceivedAt time.Time
}

// AddCallback stores an event; added is false when it was taken before.
func AddCallback(tx *gorm.DB, c *Callback) (added bool, err error) {
	err = trying(tx, func(tx *gorm.DB) error { return tx.Create(c).Error })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	return err == nil, err
}

// UserByOpenID gives the user of an openid; nil when we know none.
func UserByOpenID(tx *gorm.DB, openID string) (*User, error) {
	return maybe[User](tx.Select("id", "open_id").Where("open_id = ?", openID))
}

// CallbacksKept is how long a WeChat event is recognised. WeChat sends one that it got no answer to
// again within a minute.
const CallbacksKept = 7 * 24 * time.Hour

// ForgetCallbacks drops events received before a moment.
func ForgetCallbacks(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[string](tx.Where("received_at < ?", before), &Callback{}, "event_id", "received_at", limit)
}
