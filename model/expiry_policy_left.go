package model

import (
	"time"

	"gorm.io/gorm"
)

// PersonsAfter gives the ids of people of a subtree above an id, in their order, those who have moved
// away included: their points stay theirs.
func PersonsAfter(tx *gorm.DB, path string, after int64, limit int) ([]int64, error) {
	var ids []int64
	q := tx.Table("persons").Joins("JOIN nodes ON nodes.id = persons.node_id").Where("persons.id > ?", after)
	return ids, InSubtree(q, "nodes.path", path).Order("persons.id").Limit(limit).Pluck("persons.id", &ids).Error
}

// OldPoints gives what is left on accounts of what came before a moment, first in, first out: what had
// come by then, less all that has gone since ever, and not below zero. What one record (hours, a
// redemption, a policy) did to an account is counted as one: what was taken back has never come, what was
// given back has never gone, and what a correction gave is as old as what the record had given before.
func OldPoints(tx *gorm.DB, keys []string, before time.Time) (map[string]int64, error) {
	return oldPoints(tx, keys, before, "parts.came < 0")
}

// PointsMissed gives what a policy that has met somebody would have taken as well of what has come back to
// them since. What was spent after the policy was done was spent of newer points.
func PointsMissed(tx *gorm.DB, key string, p ExpiryPolicy, now time.Time) (int64, error) {
	done := now
	if p.DoneAt != nil {
		done = *p.DoneAt
	}
	const gone = "parts.came < 0 AND (parts.subject <> 'expiry_policy' AND parts.begun < ? " +
		"OR parts.subject = 'expiry_policy' AND parts.subject_id IN (SELECT id FROM expiry_policies WHERE effective_at <= ?))"
	missed, err := oldPoints(tx, []string{key}, p.EarnedBefore, gone, done, p.EffectiveAt)
	return missed[key], err
}

// oldPoints is OldPoints, less what those records have taken of which gone is true.
func oldPoints(tx *gorm.DB, keys []string, before time.Time, gone string, args ...any) (map[string]int64, error) {
	type row struct {
		AccountKey string
		Points     int64
	}
	rows, err := inLists(keys, func(some []string) ([]row, error) {
		var out []row
		parts := tx.Table("entries").
			Select("accounts.account_key, transfers.subject, transfers.subject_id, MIN(transfers.at) AS begun, SUM(entries.amount) AS came, "+
				"SUM(CASE WHEN transfers.at < ? THEN entries.amount ELSE 0 END) AS had", before).
			Joins("JOIN accounts ON accounts.id = entries.account_id").Joins("JOIN transfers ON transfers.id = entries.transfer_id").
			Where("accounts.account_key IN ?", some).Group("accounts.account_key, transfers.subject, transfers.subject_id")
		return out, tx.Table("(?) AS parts", parts).
			Select("parts.account_key, SUM(CASE WHEN parts.came > 0 AND parts.had >= parts.came THEN parts.came WHEN parts.came > 0 AND parts.had > 0 THEN parts.had "+
				"WHEN "+gone+" THEN parts.came ELSE 0 END) AS points", args...).
			Group("parts.account_key").Find(&out).Error
	})
	left := make(map[string]int64, len(rows))
	for _, r := range rows {
		if r.Points > 0 {
			left[r.AccountKey] = r.Points
		}
	}
	return left, err
}
