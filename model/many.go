package model

import (
	"math/bits"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RowsAtOnce is how many rows are written by one statement at most.
const RowsAtOnce = 128

// inLists asks with at most listed values at a time, and gives all answers. Lists come in few lengths, powers of
// two, filled up with their last value, because a prepared statement is kept for each length.
func inLists[K, R any](values []K, ask func(some []K) ([]R, error)) ([]R, error) {
	const listed = 512
	var all []R
	for len(values) > 0 {
		n := min(listed, len(values))
		some := append(make([]K, 0, 2*n), values[:n]...)
		values = values[n:]
		for bits.OnesCount(uint(len(some))) > 1 {
			some = append(some, some[n-1])
		}
		found, err := ask(some)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// AddAll stores rows, many in one statement. On SQLite the statements come in few lengths, powers of
// two, because they are remembered; elsewhere each costs a way to the server and back.
func AddAll[R any](tx *gorm.DB, rows []R) error {
	for len(rows) > 0 {
		many := min(RowsAtOnce, len(rows))
		if tx.Name() == "sqlite" {
			many = 1 << (bits.Len(uint(many)) - 1)
		}
		some := rows[:many]
		if err := tx.Session(&gorm.Session{}).Create(&some).Error; err != nil {
			return err
		}
		rows = rows[many:]
	}
	return nil
}

// locking keeps what a query reads as it is until the transaction ends, if that is asked for.
func locking(tx *gorm.DB, lock bool) *gorm.DB {
	if lock {
		return forUpdate(tx)
	}
	return tx
}

// added is a column of a row that was there already, with what the row that meets it brings.
func added(tx *gorm.DB, table, column string) clause.Assignment {
	brought := "excluded." + column
	if tx.Name() == "mysql" {
		brought = "VALUES(" + column + ")"
	}
	return clause.Assignment{Column: clause.Column{Name: column}, Value: gorm.Expr(table + "." + column + " + " + brought)}
}
