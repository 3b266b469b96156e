package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
)

// Points are counted by Beijing days, in whole numbers and without losing fractions from record to
// record: what a day has earned is kept in sixtieths of a point (minutes times points an hour), the
// points of a day are all of its sixtieths rounded down once, and a record gets what the day lacks. So
// three times 25 minutes give what 75 minutes give, in whatever order they are confirmed. Both caps
// look at the whole day, too: who is confirmed later gets what is left.

// BeijingDay gives the day of a moment, as people here count days.
func BeijingDay(at time.Time) string { return at.In(Beijing).Format(time.DateOnly) }

// BeijingMidnight gives the beginning of the day of a moment.
func BeijingMidnight(at time.Time) time.Time {
	y, m, d := at.In(Beijing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Beijing).UTC()
}

// Days cuts hours that have ended into the Beijing days that they touch; their minutes add up.
func (h Hours) Days() []HoursDay {
	if h.EndsAt == nil {
		return nil
	}
	var days []HoursDay
	from, left := h.StartsAt, h.Minutes
	for left > 0 {
		midnight := BeijingMidnight(from).AddDate(0, 0, 1)
		part := left
		if h.EndsAt.After(midnight) {
			part = min(left, int64(midnight.Sub(from)/time.Minute))
		}
		if part > 0 {
			days = append(days, HoursDay{HoursID: h.ID, PersonID: h.PersonID, Day: BeijingDay(from), Minutes: part})
		}
		left -= part
		from = midnight
	}
	return days
}

// DayKey names one Beijing day of one person.
type DayKey struct {
	PersonID int64
	Day      string
}

// DayUse is what a person's confirmed hours have taken up of a day.
type DayUse struct {
	Counted, Sixtieths, Points int64
}

// Earn fills in what a day's part of hours earns by the rule, after what is used of the day, and adds
// it to that.
func (r PointsRule) Earn(d *HoursDay, used *DayUse) {
	d.Counted = max(min(d.Minutes, r.CapMinutes-used.Counted), 0)
	d.Sixtieths = d.Counted * r.PerHour
	used.Counted += d.Counted
	used.Sixtieths += d.Sixtieths
	d.Points = max(min(used.Sixtieths/60, r.CapPoints)-used.Points, 0)
	used.Points += d.Points
}

// DaysUsed gives what the confirmed hours of people have taken up of days. The caller has locked them.
func DaysUsed(tx *gorm.DB, keys []DayKey) (map[DayKey]*DayUse, error) {
	var people []int64
	var days []string
	for _, k := range keys {
		people, days = append(people, k.PersonID), append(days, k.Day)
	}
	people, days = slices.Compact(slices.Sorted(slices.Values(people))), slices.Compact(slices.Sorted(slices.Values(days)))
	type sum struct {
		DayKey
		DayUse
	}
	used := map[DayKey]*DayUse{}
	for some := range slices.Chunk(days, 100) { // an activity has one or two; a list has few
		sums, err := inLists(people, func(these []int64) ([]sum, error) {
			var out []sum
			return out, tx.Model(&HoursDay{}).
				Select("person_id, day, SUM(counted) AS counted, SUM(sixtieths) AS sixtieths, SUM(points) AS points").
				Where("person_id IN ? AND day IN ?", these, some).Group("person_id, day").Find(&out).Error
		})
		if err != nil {
			return nil, err
		}
		for _, s := range sums {
			use := s.DayUse
			used[s.DayKey] = &use
		}
	}
	for _, k := range keys {
		if used[k] == nil {
			used[k] = &DayUse{}
		}
	}
	return used, nil
}

// AddHoursDays stores the days of hours that are confirmed.
func AddHoursDays(tx *gorm.DB, days []HoursDay) error {
	for some := range slices.Chunk(days, RowsAtOnce) {
		if err := tx.Model(&HoursDay{}).Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

// ClearHoursDays frees the days of hours that are made void or settled anew.
func ClearHoursDays(tx *gorm.DB, hours int64) error {
	return tx.Where("hours_id = ?", hours).Delete(&HoursDay{}).Error
}
