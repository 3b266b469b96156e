package model

import (
	"math"
	"slices"

	"gorm.io/gorm"
)

// windowsGrow is how many times as far each look back reaches as the one before it.
const windowsGrow = 4

// newestIDs gives the ids of a slice's rows of a table, the highest first. find narrows a query to the rows that
// are wanted; it must find them by an index that ends with the id. It is asked for windows of ids that reach
// further and further back, the first one so wide: asked for all at once, an engine that has to bring together
// what several nodes have goes through everything that any of them has ever had.
func (s Slice) newestIDs(tx *gorm.DB, table string, first int64, find func() *gorm.DB) ([]int64, error) {
	var ends struct{ Lowest, Highest int64 }
	err := tx.Raw("SELECT (SELECT COALESCE(MIN(id), 0) FROM " + table + ") AS lowest, (SELECT COALESCE(MAX(id), 0) FROM " + table + ") AS highest").Scan(&ends).Error
	until := ends.Highest
	if s.After > 0 {
		until = min(until, s.After-1)
	}
	var ids []int64
	for width := first; err == nil && len(ids) <= s.Limit && until >= ends.Lowest; width = min(width, math.MaxInt64/windowsGrow) * windowsGrow {
		from := ends.Lowest
		if until-ends.Lowest > width {
			from = until - width
		}
		var found []int64
		err = find().Where(table+".id >= ? AND "+table+".id <= ?", from, until).Pluck(table+".id", &found).Error
		slices.SortFunc(found, newerFirst)
		ids, until = append(ids, found...), from-1
	}
	return ids[:min(len(ids), s.Limit+1)], err
}

// serially is how far the first look reaches back where the database numbers the rows.
func (s Slice) serially() int64 { return 8 * int64(s.Limit+1) }

// rowsBelow begins a query for rows of a table of the nodes in a subtree. CROSS JOIN has SQLite go from the nodes
// to the rows; the others see an ordinary join in it.
func rowsBelow(tx *gorm.DB, path, table, node string) *gorm.DB {
	return InSubtree(tx.Table("nodes").Joins("CROSS JOIN "+table), "nodes.path", path).Where(table + "." + node + " = nodes.id")
}
