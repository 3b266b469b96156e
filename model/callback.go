package model

import (
	"errors"
	"time"

	"gorm.io/gorm"
)

// Callback is a WeChat event that has been taken, so that it is taken once.
type Callback struct {
	_ struct{} `privacy:"about=nobody; why=微信推送的事件,防止重复处理"`

	EventID    string `gorm:"primaryKey" privacy:"none"`
	Kind       string `privacy:"mark"`
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

// ForgetCallbacks drops events received before a moment. WeChat sends one that it got no answer to again
// within a minute.
func ForgetCallbacks(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[string](tx.Where("received_at < ?", before), &Callback{}, "event_id", "received_at", limit)
}
