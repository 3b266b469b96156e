package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3/lock"
)

// advisory lets one process at a time migrate a PostgreSQL database, by an advisory lock that belongs to a
// transaction which stays open meanwhile. One of a session would be worth nothing behind a pool, which may give
// the server's connection to somebody else after each statement. It is the lock that goose's own would take, so
// that a danyuan which takes that waits, too.
type advisory struct{ held *sql.Tx }

// patience is how long another process may take, and nobody ends the transaction for doing nothing.
const patience = "SET LOCAL lock_timeout = '5min'; SET LOCAL idle_in_transaction_session_timeout = 0"

// Lock waits until no other process migrates.
func (a *advisory) Lock(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // it ends when the migrations have, not before
	if err != nil {
		return err
	}
	for _, say := range []string{patience, fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", lock.DefaultLockID)} {
		if _, err := tx.ExecContext(ctx, say); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	a.held = tx
	return nil
}

// Unlock lets the next one in.
func (a *advisory) Unlock(context.Context, *sql.DB) error { return a.held.Rollback() }
