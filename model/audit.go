package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
)

// Audit is one entry of the audit log: who did what to which record, and where. Detail holds names
// of fields and states, never personal data.
type Audit struct {
	_ struct{} `privacy:"about=officer; why=审计日志:谁在什么时候看过、改过什么;不含个人信息的内容; kept=always; because=日志只增不改,依法留存"`

	ID        int64
	At        time.Time
	UserID    int64
	PersonID  int64
	Action    string `privacy:"mark"`
	NodeID    int64
	Subject   string `privacy:"mark"`
	SubjectID int64  `privacy:"person"`
	Detail    string `privacy:"mark"`
}

// AddAudits appends entries.
func AddAudits(tx *gorm.DB, entries []Audit) error { return AddAll(tx, entries) }

// AuditEntry is an entry with the name of who did it; "" for the system, and for a user who was bound
// to nobody then.
type AuditEntry struct {
	Audit
	Name string
}

// AuditIn gives the entries about what lies in a subtree, the newest first, without those about matters that
// are hidden from the reader because they are or were chief there, and their photos.
func AuditIn(tx *gorm.DB, path string, by Actor, now time.Time, part Slice) ([]AuditEntry, error) {
	led := by.Led(now)
	ids, err := part.newestIDs(tx, "audits", part.serially(), func() *gorm.DB {
		return exceptAboutHidden(rowsBelow(tx, path, "audits", "node_id"), led)
	})
	var entries []AuditEntry
	if err == nil {
		err = tx.Model(&Audit{}).Select("audits.*, COALESCE(persons.name, '') AS name").
			Joins("LEFT JOIN persons ON persons.id = audits.person_id").Where("audits.id IN ?", ids).Find(&entries).Error
	}
	slices.SortFunc(entries, func(a, b AuditEntry) int { return newerFirst(a.ID, b.ID) })
	return entries, err
}

// exceptAboutHidden leaves out the entries about matters that who leads or has led these units must not know of.
func exceptAboutHidden(q *gorm.DB, units []Led) *gorm.DB {
	if len(units) == 0 {
		return q
	}
	condition, args := hiddenFrom(units)
	return q.Where("NOT EXISTS (SELECT 1 FROM matters WHERE audits.subject = 'matter' AND matters.id = audits.subject_id AND "+condition+")", args...).
		Where("NOT EXISTS (SELECT 1 FROM files JOIN matters ON matters.id = files.subject_id WHERE audits.subject = 'file' AND files.id = audits.subject_id "+
			"AND files.subject LIKE 'matter%' AND "+condition+")", args...)
}
