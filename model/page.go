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

// Oldest orders by rising id and cuts the slice out.
func (s Slice) Oldest(tx *gorm.DB, column string) *gorm.DB {
	if s.After > 0 {
		tx = tx.Where(column+" > ?", s.After)
	}
	return tx.Order(column).Limit(s.Limit + 1)
}
