package model

import "gorm.io/gorm"

// Slice is which part of a list is wanted: rows on from After (an id; 0 for the start), Limit of them
// and one more, by which the caller sees that there is a next page.
type Slice struct {
	After int64
	Limit int
}

// Newest orders by falling id and cuts the slice out.
func (s Slice) Newest(tx *gorm.DB, column string) *gorm.DB {
	if s.After > 0 {
		tx = tx.Where(column+" < ?", s.After)
	}
	return tx.Order(column + " DESC").Limit(s.Limit + 1)
}

// newestOf joins a table to the newest of its rows that a query of it finds, cut out before anything else is joined:
// an engine that may choose where to begin would begin with what is few, and go through all that belongs to it. The
// order is the caller's to make.
func (s Slice) newestOf(tx *gorm.DB, table string, find *gorm.DB) *gorm.DB {
	return tx.Joins("JOIN (?) newest ON newest.id = "+table+".id", s.Newest(find.Select(table+".id"), table+".id"))
}

// Oldest orders by rising id and cuts the slice out.
func (s Slice) Oldest(tx *gorm.DB, column string) *gorm.DB {
	if s.After > 0 {
		tx = tx.Where(column+" > ?", s.After)
	}
	return tx.Order(column).Limit(s.Limit + 1)
}
