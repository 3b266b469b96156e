package testkit

import (
	"fmt"
	"strings"

	"gorm.io/gorm"

	"danyuan/model/migration"
)

// WithoutForeignKeys lets rows of a transaction that is rolled back stand without those that they point at.
// back must be called before another transaction takes the connection.
func WithoutForeignKeys(tx *gorm.DB) (back func() error, err error) {
	off, on := "PRAGMA defer_foreign_keys = 1", "PRAGMA defer_foreign_keys = 1" // until the commit, which never comes
	switch tx.Name() {
	case "mysql":
		off, on = "SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"
	case "postgres":
		off, on = "SET LOCAL session_replication_role = replica", "SET LOCAL session_replication_role = origin"
	}
	return func() error { return tx.Exec(on).Error }, tx.Exec(off).Error
}

// WithoutTriggers takes the append-only triggers of tables away until the test is over.
func (k *Kit) WithoutTriggers(tables ...string) {
	k.Helper()
	run := func(statement string) { k.Tx(func(tx *gorm.DB) error { return tx.Exec(statement).Error }) }
	again := ""
	for _, table := range tables {
		again += "@append_only(" + table + ")\n"
		for _, what := range []string{"UPDATE", "DELETE"} {
			drop := fmt.Sprintf("DROP TRIGGER tr_%s_no_%s", table, what)
			if k.DB.Dialect() == "postgres" {
				drop += " ON " + table
			}
			run(drop)
		}
	}
	k.Cleanup(func() {
		for statement := range strings.SplitSeq(migration.Render(k.DB.Dialect(), again), "-- +goose StatementEnd") {
			if statement = strings.TrimSpace(strings.ReplaceAll(statement, "-- +goose StatementBegin", "")); statement != "" {
				run(statement)
			}
		}
	})
}
