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
// come by then, less all that has gone since ever, and not below zero. What was taken back of what had
// come counts as never come; what was given back of what had gone, as never gone.
func OldPoints(tx *gorm.DB, keys []string, before time.Time) (map[string]int64, error) {
	type row struct {
		AccountKey string
		Come, Gone int64
	}
	const came = "((transfers.reverses_id IS NULL AND entries.amount > 0) OR (transfers.reverses_id IS NOT NULL AND entries.amount < 0))"
	rows, err := inLists(keys, func(some []string) ([]row, error) {
		var out []row
		return out, tx.Table("entries").
			Select("accounts.account_key, SUM(CASE WHEN "+came+" AND COALESCE(undone.at, transfers.at) < ? THEN entries.amount ELSE 0 END) AS come, "+
				"SUM(CASE WHEN "+came+" THEN 0 ELSE -entries.amount END) AS gone", before).
			Joins("JOIN accounts ON accounts.id = entries.account_id").Joins("JOIN transfers ON transfers.id = entries.transfer_id").
			Joins("LEFT JOIN transfers AS undone ON undone.id = transfers.reverses_id").
			Where("accounts.account_key IN ?", some).Group("accounts.account_key").Find(&out).Error
	})
	left := make(map[string]int64, len(rows))
	for _, r := range rows {
		if n := r.Come - r.Gone; n > 0 {
			left[r.AccountKey] = n
		}
	}
	return left, err
}
