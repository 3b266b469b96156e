package model

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Notice is a message in a person's inbox. OnceKey makes the same news reach them once.
type Notice struct {
	_ struct{} `privacy:"about=resident; why=收件箱里的通知; kept=notices"`

	ID        int64
	PersonID  int64
	Kind      string `privacy:"mark"`
	Title     string `privacy:"letter"`
	Body      string `privacy:"letter"`
	Page      string `privacy:"none"` // the mini-program page that it leads to
	CreatedAt time.Time
	ReadAt    *time.Time
	OnceKey   *string `privacy:"person"`
}

// ErrNoticeNotFound answers for a notice that is not there and for one in somebody else's inbox.
var ErrNoticeNotFound = fault.New(fault.NotFound, "notice.not_found", "没有找到这条消息。请返回消息列表,刷新后重试。")

// AddNotice stores a notice; added is false when the same news was told before.
func AddNotice(tx *gorm.DB, n *Notice) (added bool, err error) {
	err = trying(tx, func(tx *gorm.DB) error { return tx.Create(n).Error })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, nil
	}
	return err == nil, err
}

// AddNotices is AddNotice for many, in few statements: it gives the ids of those that were not told
// before. Each has a once key.
func AddNotices(tx *gorm.DB, notices []Notice) (added []int64, err error) {
	for some := range slices.Chunk(notices, RowsAtOnce) {
		keys := make([]string, len(some))
		for i, n := range some {
			keys[i] = *n.OnceKey
		}
		var told []string
		if err := tx.Model(&Notice{}).Where("once_key IN ?", keys).Pluck("once_key", &told).Error; err != nil {
			return nil, err
		}
		some = slices.DeleteFunc(slices.Clone(some), func(n Notice) bool { return slices.Contains(told, *n.OnceKey) })
		if len(some) == 0 {
			continue
		}
		if err := tx.Model(&Notice{}).Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error; err != nil {
			return nil, err
		}
		// The ids of many rows can't be counted on from the first one's: a cluster leaves gaps.
		keys = slices.DeleteFunc(keys, func(k string) bool { return slices.Contains(told, k) })
		var ids []int64
		if err := tx.Model(&Notice{}).Where("once_key IN ?", keys).Order("id").Pluck("id", &ids).Error; err != nil {
			return nil, err
		}
		added = append(added, ids...)
	}
	return added, nil
}

// NoticeByID gives a notice, whoever it is for.
func NoticeByID(tx *gorm.DB, id int64) (Notice, error) {
	var n Notice
	return n, take(tx.Where("id = ?", id), &n, ErrNoticeNotFound)
}

// NoticesOf gives a person's notices, the newest first; only those not yet read if unread is true.
func NoticesOf(tx *gorm.DB, person int64, unread bool, part Slice) ([]Notice, error) {
	tx = tx.Where("person_id = ?", person)
	if unread {
		tx = tx.Where("read_at IS NULL")
	}
	var notices []Notice
	return notices, part.Newest(tx, "id").Find(&notices).Error
}

// CountUnread gives how many notices a person has not read.
func CountUnread(tx *gorm.DB, person int64) (int64, error) {
	var n int64
	return n, tx.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL", person).Count(&n).Error
}

// ReadNotice marks one of a person's notices as read. When it was read before, that time stays.
func ReadNotice(tx *gorm.DB, person, id int64, now time.Time) (Notice, error) {
	err := tx.Model(&Notice{}).Where("id = ? AND person_id = ? AND read_at IS NULL", id, person).Update("read_at", now).Error
	if err != nil {
		return Notice{}, err
	}
	var n Notice
	return n, take(tx.Where("id = ? AND person_id = ?", id, person), &n, ErrNoticeNotFound)
}

// ReadNotices marks all of a person's notices as read, and tells how many were not.
func ReadNotices(tx *gorm.DB, person int64, now time.Time) (int64, error) {
	r := tx.Model(&Notice{}).Where("person_id = ? AND read_at IS NULL", person).Update("read_at", now)
	return r.RowsAffected, r.Error
}

// ForgetNotices drops notices written before a moment.
func ForgetNotices(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("created_at < ?", before), &Notice{}, "id", "id", limit)
}
