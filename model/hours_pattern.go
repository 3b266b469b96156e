package model

import (
	"time"

	"gorm.io/gorm"
)

// What the rules for flags ask of the database: each in one statement for all people of a list.

// claimedOrConfirmed are the states of hours that say that somebody has served.
var claimedOrConfirmed = []HoursState{HoursClaimed, HoursConfirmed}

// ServedSpan is when somebody served, and how long.
type ServedSpan struct {
	PersonID int64
	StartsAt time.Time
	Minutes  int64
}

// SpansOf gives what people have served between two moments.
func SpansOf(tx *gorm.DB, people []int64, from, until time.Time) ([]ServedSpan, error) {
	return inLists(people, func(some []int64) ([]ServedSpan, error) {
		var out []ServedSpan
		return out, tx.Model(&Hours{}).Select("person_id, starts_at, minutes").
			Where("person_id IN ? AND state IN ? AND starts_at >= ? AND starts_at < ?", some, claimedOrConfirmed, from, until).Find(&out).Error
	})
}

// SameText is how many logs of one place say the same.
type SameText struct {
	NodeID       int64
	ContentPrint string
	Logs         int64
}

// SameTexts counts the logs that say the same as others of their place, filed since a moment.
func SameTexts(tx *gorm.DB, prints []string, nodes []int64, since time.Time) ([]SameText, error) {
	return inLists(prints, func(some []string) ([]SameText, error) {
		var out []SameText
		return out, tx.Model(&Hours{}).Select("node_id, content_print, COUNT(*) AS logs").
			Where("content_print IN ? AND node_id IN ? AND created_at >= ? AND state IN ?", some, nodes, since, claimedOrConfirmed).
			Group("node_id, content_print").Find(&out).Error
	})
}

// ServedDay is how many minutes somebody has served on a day, and how many of them its cap has left.
type ServedDay struct {
	PersonID int64
	Day      string
	Minutes  int64
	Counted  int64
}

// ServedDays gives the days on which people have served, from a day on.
func ServedDays(tx *gorm.DB, people []int64, from string) ([]ServedDay, error) {
	return inLists(people, func(some []int64) ([]ServedDay, error) {
		var out []ServedDay
		return out, tx.Model(&HoursDay{}).Select("person_id, day, SUM(minutes) AS minutes, SUM(counted) AS counted").
			Where("person_id IN ? AND day >= ?", some, from).Group("person_id, day").Find(&out).Error
	})
}

// ConfirmedFor is how many logs somebody has confirmed of one person.
type ConfirmedFor struct {
	PersonID int64
	Logs     int64
}

// ConfirmedBy gives whose logs somebody has confirmed since a moment.
func ConfirmedBy(tx *gorm.DB, by int64, since time.Time) ([]ConfirmedFor, error) {
	var out []ConfirmedFor
	return out, tx.Model(&Hours{}).Select("person_id, COUNT(*) AS logs").
		Where("decided_by_id = ? AND decided_at >= ? AND state = ? AND source = ?", by, since, HoursConfirmed, FromLog).
		Group("person_id").Find(&out).Error
}

// ConfirmersOf gives which of some people have confirmed a person's logs since a moment.
func ConfirmersOf(tx *gorm.DB, person int64, among []int64, since time.Time) ([]int64, error) {
	return inLists(among, func(some []int64) ([]int64, error) {
		var out []int64
		return out, tx.Model(&Hours{}).Distinct("decided_by_id").
			Where("person_id = ? AND decided_by_id IN ? AND decided_at >= ? AND state = ? AND source = ?", person, some, since, HoursConfirmed, FromLog).
			Pluck("decided_by_id", &out).Error
	})
}
