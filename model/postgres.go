package model

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// connectPostgres opens one pool for reading and writing. PostgreSQL reads what is committed by default.
func connectPostgres(url string, pool int) (*DB, error) {
	conn, err := Postgres(url)
	if err != nil {
		return nil, err
	}
	h, err := open(postgres.New(postgres.Config{Conn: conn}), pool)
	if err != nil {
		return nil, err
	}
	return &DB{write: h, read: h, dialect: "postgres"}, nil
}

// Postgres opens the database of a "postgres://…" URL with what danyuan relies on set: times in UTC, and
// parameters written into the text on our side, as on MariaDB: then one statement is one way to the server
// and back, and an untyped parameter takes the type of its place. It may be a pool in front of the server that
// answers (PgBouncer), also one that gives us another connection of the server for each transaction: nothing is
// left behind on one, and what holds for a transaction is said as it begins.
func Postgres(url string) (*sql.DB, error) {
	s, err := serverOf(url)
	if err != nil {
		return nil, err
	}
	// Whatever the environment says for other programs is not for this one.
	cfg, err := pgx.ParseConfig("host=localhost sslmode=prefer")
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	host, port, err := net.SplitHostPort(s.host)
	if err != nil {
		host, port = s.host, ""
	}
	n, err := strconv.ParseUint(cmp.Or(port, "5432"), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("model: the database URL's port: %w", err)
	}
	cfg.Host, cfg.Port, cfg.User, cfg.Password, cfg.Database = host, uint16(n), s.user, s.password, s.database
	for _, also := range cfg.Fallbacks {
		also.Host, also.Port = host, uint16(n)
	}
	switch sealed, err := s.tls(); {
	case err != nil:
		return nil, err
	case sealed != nil: // and not without, where the server would rather
		cfg.TLSConfig, cfg.Fallbacks = sealed, nil
	}
	if cfg.TLSConfig != nil {
		cfg.TLSConfig.ServerName = host
	}
	cfg.ConnectTimeout = 5 * time.Second
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["timezone"] = "UTC" // one of the few that a pool knows, and sets again on each connection that it gives
	return sql.OpenDB(begun{stdlib.GetConnector(*cfg, stdlib.OptionAfterConnect(func(_ context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
		return nil
	}))}), nil
}

// trying runs what may be refused in the middle of a transaction that goes on after it. PostgreSQL ends a
// transaction at the first failure, unless it has a savepoint to return to.
func trying(tx *gorm.DB, fn func(tx *gorm.DB) error) error {
	if tx.Name() != "postgres" {
		return fn(tx)
	}
	const before = "sp_trying"
	if err := tx.SavePoint(before).Error; err != nil {
		return err
	}
	err := fn(tx)
	if err != nil {
		return errors.Join(err, tx.RollbackTo(before).Error)
	}
	return nil
}
