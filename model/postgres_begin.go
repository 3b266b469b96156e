package model

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"danyuan/fault"
)

// boundWait ends a wait for what another transaction has locked. It goes out with BEGIN, as one message: a pool
// in front of the server refuses it where a connection begins, and after a SET it would be somebody else's.
const boundWait = "; SET LOCAL lock_timeout = '30s'"

// ErrNoTransactions refuses a pool that knows single statements only.
var ErrNoTransactions = fault.New(fault.Conflict, "database.no_transactions", "DATABASE_URL 指向的连接池按语句分配连接（PgBouncer 的 pool_mode=statement），事务办不了。请把这个库的 pool_mode 改成 session 或 transaction，或者让 DATABASE_URL 直接指向 PostgreSQL。")

// begun opens connections to PostgreSQL whose transactions begin as danyuan relies on.
type begun struct{ driver.Connector }

// Connect opens one.
func (b begun) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := b.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("model: %T is no connection to PostgreSQL", c), c.Close())
	}
	return beginner{conn}, nil
}

// beginner is such a connection.
type beginner struct{ *stdlib.Conn }

// BeginTx begins a transaction that waits for no lock for ever.
func (b beginner) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	text := "BEGIN"
	switch level := sql.IsolationLevel(opts.Isolation); level {
	case sql.LevelDefault:
	case sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable:
		text += " ISOLATION LEVEL " + strings.ToUpper(level.String())
	default:
		return nil, fmt.Errorf("model: PostgreSQL has no isolation level %s", level)
	}
	if opts.ReadOnly {
		text += " READ ONLY"
	}
	conn := b.Conn.Conn()
	if conn.IsClosed() {
		return nil, driver.ErrBadConn
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{BeginQuery: text + boundWait})
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && strings.Contains(refused.Message, "statement pooling"): // all that PgBouncer says has one code
		return nil, ErrNoTransactions.Because(err)
	case err != nil:
		return nil, err
	}
	return ends{commit: func() error { return tx.Commit(ctx) }, rollback: func() error { return tx.Rollback(ctx) }}, nil
}

// ends are the two ends of a transaction.
type ends struct{ commit, rollback func() error }

// Commit keeps what was written.
func (e ends) Commit() error { return e.commit() }

// Rollback undoes it.
func (e ends) Rollback() error { return e.rollback() }
