package model

import (
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
var ErrNoticeNotFound = fault.New(fault.NotFound, "notice.not_found", "没有找到这条消息。请返回消息列表，刷新后重试。")

// AddNotices stores notices, each with a once key, in few statements, and gives those that were not told before.
func AddNotices(tx *gorm.DB, notices []Notice) (added []Notice, err error) {
	first := map[string]Notice{} // of the same news twice the first is told
	var keys []string
	for i, n := range notices {
		notices[i].ID = NewID(n.CreatedAt)
		if first[*n.OnceKey].ID == 0 {
			first[*n.OnceKey] = notices[i]
			keys = append(keys, *n.OnceKey)
		}
	}
	if err := AddAll(tx.Clauses(clause.OnConflict{DoNothing: true}), notices); err != nil {
		return nil, err
	}
	stored, err := inLists(keys, func(some []string) ([]Notice, error) {
		var found []Notice
		return found, tx.Select("id", "once_key").Where("once_key IN ?", some).Order("id").Find(&found).Error
	})
	told := map[string]bool{}
	for _, n := range stored {
		if !told[*n.OnceKey] && first[*n.OnceKey].ID == n.ID {
			added = append(added, first[*n.OnceKey])
		}
		told[*n.OnceKey] = true
	}
	if err == nil && len(told) < len(keys) { // another has one of the ids, and a notice went under
		err = ErrIDTaken
	}
	return added, err
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

// MostUnread is up to where unread notices are counted: whoever has more is shown that they are many.
const MostUnread = 100

// CountUnread gives how many notices a person has not read, MostUnread for more.
func CountUnread(tx *gorm.DB, person int64) (int64, error) {
	var n int64
	return n, tx.Raw("SELECT COUNT(*) FROM (SELECT id FROM notices WHERE person_id = ? AND read_at IS NULL LIMIT ?) AS unread", person, MostUnread).Scan(&n).Error
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
