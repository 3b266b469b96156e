package model

import (
	"errors"
	"time"

	"gorm.io/gorm"
)

// Notice is a message in a person's inbox. OnceKey makes the same news reach them once.
type Notice struct {
	ID        int64
	PersonID  int64
	Kind      string
	Title     string
	Body      string
	Page      string // the mini-program page that it leads to
	CreatedAt time.Time
	ReadAt    *time.Time
	OnceKey   *string
}

// Accept is one "allow" that a user gave for a subscribe template: good for one message.
type Accept struct {
	ID       int64
	UserID   int64
	Template string
	GivenAt  time.Time
	NoticeID *int64
	SpentAt  *time.Time
	VoidAt   *time.Time
	Outcome  string
}

// Callback is a WeChat event that has been taken, so that it is taken once.
type Callback struct {
	EventID    string `gorm:"primaryKey"`
	Kind       string
	ReceivedAt time.Time
}

// AddNotice stores a notice; added is false when the same news was told before.
func AddNotice(tx *gorm.DB, n *Notice) (added bool, err error) {
	err = tx.Create(n).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	return err == nil, err
}
