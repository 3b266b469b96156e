package model

import (
	"regexp"
	"strings"
	"time"

	"danyuan/fault"
)

// Refusals of birth dates.
var (
	ErrBirthDateForm     = fault.New(fault.Invalid, "birth_date.form", "出生日期看不懂，请按“1950-01-31”的样子填写。")
	ErrBirthDatePossible = fault.New(fault.Invalid, "birth_date.impossible", "出生日期不能晚于今天，也不能早于1900年，请核对。")
)

// beijing is the time zone in which a day begins here.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// DateHere gives the date (YYYY-MM-DD) that people here have at a moment.
func DateHere(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

// midnight is what other programs and Excel's CSV write behind a date.
var midnight = regexp.MustCompile(`[ T]0?0:00(:00(\.0+)?)?$`)

// CleanBirthDate gives a birth date as it is stored, YYYY-MM-DD. People write 1950-01-31, 1950/1/31,
// 1950.1.31, 19500131 and 1950年1月31日, and programs 1950/1/31 0:00.
func CleanBirthDate(typed string, now time.Time) (string, error) {
	s := strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(squeeze(midnight.ReplaceAllString(typed, "")))
	for _, form := range []string{"2006-1-2", "20060102"} {
		if t, err := time.Parse(form, s); err == nil {
			date := t.Format(time.DateOnly)
			if !possibleBirth(date, now) {
				return "", ErrBirthDatePossible
			}
			return date, nil
		}
	}
	return "", ErrBirthDateForm
}

// possibleBirth tells whether somebody who lives may be born on a date (YYYY-MM-DD).
func possibleBirth(date string, now time.Time) bool {
	t, err := time.Parse(time.DateOnly, date)
	return err == nil && t.Year() >= 1900 && date <= DateHere(now)
}
