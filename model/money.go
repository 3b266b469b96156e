package model

import (
	"fmt"
	"time"
)

// MostFen is the most money that is moved at once, ten billion yuan: a slip of the finger must not get
// near the bounds of the ledger.
const MostFen = 1_000_000_000_000

// Yuan writes an amount of fen as people read it: 12.50元.
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d元", sign, fen/100, fen%100)
}

// YearOf gives the year of a moment, as calendars here count it.
func YearOf(at time.Time) int64 { return int64(at.In(Beijing).Year()) }

// YearBegins gives the first moment of a year.
func YearBegins(year int64) time.Time { return time.Date(int(year), 1, 1, 0, 0, 0, 0, Beijing).UTC() }

// Minute writes a moment as texts for people do: 2026年3月5日 09:00.
func Minute(at time.Time) string { return at.In(Beijing).Format("2006年1月2日 15:04") }
