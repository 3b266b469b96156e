package model

import "time"

// MatterOriginal is what an event, 1 for the report itself, said before somebody redacted it.
type MatterOriginal struct {
	MatterID   int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq        int64 `gorm:"primaryKey;autoIncrement:false"`
	Words      string
	ByPersonID int64
	At         time.Time
	Reason     string
}

// ReporterLimit is how many matters a day somebody may report for a time, why, and what they say to it.
type ReporterLimit struct {
	ID          int64
	PersonID    int64
	NodeID      int64
	ADay        int64
	Reason      string
	MadeByID    int64
	StartsAt    time.Time
	EndsAt      time.Time
	State       string
	Objection   string
	ObjectedAt  *time.Time
	DecidedByID int64
	DecidedAt   *time.Time
	Decision    string
}
