package model

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// Draft is what a transaction has decided and not yet written. Whatever goes through the handle that
// Drafting gives meets it first, so that nothing is read that is older than what was decided.
type Draft interface {
	// Meet is called before a statement; writes tells that it changes something. Its error stops the
	// statement.
	Meet(writes bool) error
}

type draftInContext struct{}

// Drafting gives a transaction's handle on which every statement meets the draft.
func Drafting(tx *gorm.DB, d Draft) *gorm.DB {
	return tx.WithContext(context.WithValue(tx.Statement.Context, draftInContext{}, d))
}

// meetDrafts makes the statements of a handle meet drafts.
func meetDrafts(h *gorm.DB) error {
	meet := func(writes bool) func(*gorm.DB) {
		return func(tx *gorm.DB) {
			if d, ok := tx.Statement.Context.Value(draftInContext{}).(Draft); ok {
				if err := d.Meet(writes); err != nil {
					_ = tx.AddError(err)
				}
			}
		}
	}
	const name = "danyuan:draft"
	return errors.Join(
		h.Callback().Query().Before("gorm:query").Register(name, meet(false)),
		h.Callback().Row().Before("gorm:row").Register(name, meet(false)),
		h.Callback().Raw().Before("gorm:raw").Register(name, meet(true)),
		h.Callback().Create().Before("gorm:create").Register(name, meet(true)),
		h.Callback().Update().Before("gorm:update").Register(name, meet(true)),
		h.Callback().Delete().Before("gorm:delete").Register(name, meet(true)),
	)
}
