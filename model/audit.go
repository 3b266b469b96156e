package model

import (
	"time"

	"gorm.io/gorm"
)

// Audit is one entry of the audit log: who did what to which record, and where. Detail holds names
// of fields and states, never personal data.
type Audit struct {
	ID        int64
	At        time.Time
	UserID    int64
	PersonID  int64
	Action    string
	NodeID    int64
	Subject   string
	SubjectID int64
	Detail    string
}

// AddAudit appends an entry.
func AddAudit(tx *gorm.DB, a *Audit) error { return tx.Create(a).Error }
