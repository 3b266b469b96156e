package model

import (
	"time"

	"gorm.io/gorm"
)

// OpenMatters is how many matters of a category are open in a state at a step, and how many of them are overdue.
type OpenMatters struct {
	State    MatterState
	Step     Step
	Category string
	Number   int64
	Overdue  int64
}

// CountOpenMatters counts what is open in an area.
func CountOpenMatters(tx *gorm.DB, a MatterArea, now time.Time) ([]OpenMatters, error) {
	open := true
	var out []OpenMatters
	err := a.known(a.within(tx.Model(&Matter{}))).Where("state IN ?", MatterFilter{Open: &open}.states()).
		Select("state, step, category, COUNT(*) AS number, COUNT(CASE WHEN due_at <= ? THEN 1 END) AS overdue", now).
		Group("state, step, category").Scan(&out).Error
	return out, err
}

// EndedMatters is how many matters of a category ended so.
type EndedMatters struct {
	Category string
	State    MatterState // closed or withdrawn
	Outcome  MatterOutcome
	Number   int64
}

// CountEndedMatters counts what ended in an area from one moment until another, which is excluded.
func CountEndedMatters(tx *gorm.DB, a MatterArea, from, until time.Time) ([]EndedMatters, error) {
	var out []EndedMatters
	err := a.known(a.within(tx.Model(&Matter{}))).Where("closed_at >= ? AND closed_at < ?", from, until).
		Select("category, state, outcome, COUNT(*) AS number").Group("category, state, outcome").Scan(&out).Error
	return out, err
}

// ReportedMatters is how many matters of a category were reported.
type ReportedMatters struct {
	Category string
	Number   int64
}

// CountReportedMatters counts what was reported in an area from one moment until another, which is excluded. Each
// category is named, so that none is gone through from its beginning.
func CountReportedMatters(tx *gorm.DB, a MatterArea, all []MatterCategory, from, until time.Time) ([]ReportedMatters, error) {
	codes := make([]string, len(all))
	for i, c := range all {
		codes[i] = c.Code
	}
	var out []ReportedMatters
	err := a.known(a.within(tx.Model(&Matter{}))).Where("category IN ? AND state IN ? AND id >= ? AND id < ?", codes, MatterStates(), FirstID(from), FirstID(until)).
		Select("category, COUNT(*) AS number").Group("category").Scan(&out).Error
	return out, err
}
