// Package model holds danyuan's records, states and rules, and every query. It knows gorm and its
// drivers; it must not know HTTP, JSON, WeChat or who calls it.
package model

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"danyuan/fault"
	"danyuan/model/migration"
)

// DB is the one way to the database: reads on a pool, writes in transactions that service opens.
type DB struct {
	write, read *gorm.DB
	dialect     string
	keys        *Keys
	turns       chan struct{} // holds one for each transaction that is open: see Tx
	waiting     atomic.Int64
}

// Open connects to "sqlite:PATH", "mysql://user:password@host:port/database" or the same with postgres://, over TLS
// where "?tls=" behind it says whom to trust, brings the schema up to date, and refuses a database that a newer
// danyuan has written. pool bounds the connections.
func Open(ctx context.Context, url string, keys *Keys, pool int) (*DB, error) {
	d, err := OpenAsItIs(url, keys, pool)
	if err != nil {
		return nil, err
	}
	conn, err := d.write.DB()
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := migration.Up(ctx, d.dialect, conn); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// OpenAsItIs is Open for who only looks: the schema stays as it is, which may be none at all.
func OpenAsItIs(url string, keys *Keys, pool int) (*DB, error) {
	d, err := connect(url, pool)
	if err != nil {
		return nil, err
	}
	d.keys, d.turns = keys, make(chan struct{}, d.transactions())
	for _, h := range []*gorm.DB{d.write, d.read} {
		if err := errors.Join(guardSealed(h), meetDrafts(h)); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

func connect(url string, pool int) (*DB, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		return connectSQLite(rest, pool)
	case "mysql":
		return connectMySQL(url, pool)
	case "postgres":
		return connectPostgres(url, pool)
	}
	return nil, fmt.Errorf("model: database scheme %q is not supported", scheme)
}

// pragmas: FULL, because an acknowledged hour or point must outlive a power cut; IMMEDIATE, because a
// transaction that reads first and then writes would otherwise fail instead of waiting; recursive
// triggers, because REPLACE would otherwise get past those of the append-only tables.
const pragmas = "?_time_format=sqlite&_timezone=UTC&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
	"&_pragma=recursive_triggers(1)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(2)"

// What the connections keep of the file, in KB: what a reader drops is still in the system's cache.
const (
	writerKeeps = "&_pragma=cache_size(-16000)"
	readerKeeps = "&_pragma=cache_size(-2000)"
)

// connectSQLite opens one writing connection, which makes writers queue, and a pool that can only read.
func connectSQLite(path string, pool int) (*DB, error) {
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil { //nolint:gosec // the operator names the file; what SQLite makes beside it is for the same people
		_ = f.Close()
	}
	file := "file:" + filepath.ToSlash(path) + pragmas
	w, err := openSQLite(file+writerKeeps, 1)
	// Whoever comes at the very moment at which another turns the new file to WAL is told "busy" at
	// once, whatever the time-out.
	for try := 0; err != nil && WorthRetrying(err) && try < 20; try++ {
		time.Sleep(50 * time.Millisecond) //nolint:forbidigo // there is nothing to wait for but the file
		w, err = openSQLite(file+writerKeeps, 1)
	}
	if err != nil {
		return nil, err
	}
	r, err := openSQLite(file+"&_pragma=query_only(1)"+readerKeeps, pool)
	if err != nil {
		return nil, errors.Join(err, closeHandle(w))
	}
	return &DB{write: w, read: r, dialect: "sqlite"}, nil
}

func openSQLite(dsn string, pool int) (*gorm.DB, error) {
	d, err := openLite(dsn)
	if err != nil {
		return nil, err
	}
	return open(d, pool)
}

// connectMySQL interpolates parameters on our side: with the driver's prepared statements a Galera
// cluster was measured to break the books silently. As on SQLite, rows are not read back for their ids; but
// of a cluster's nodes, which leave gaps between the ids of rows that are written by one statement, they are.
func connectMySQL(url string, pool int) (*DB, error) {
	cfg, err := MySQLConfig(url)
	if err != nil {
		return nil, err
	}
	base, err := connectorOf(cfg)
	if err != nil {
		return nil, err
	}
	h, err := open(mysql.New(mysql.Config{Conn: sql.OpenDB(asRelied{base, ofCluster(cfg)}), DSNConfig: cfg, DefaultStringSize: 191, DisableWithReturning: !ofCluster(cfg)}), pool)
	if err != nil {
		return nil, err
	}
	return &DB{write: h, read: h, dialect: "mysql"}, nil
}

// connectorOf connects to one server, or to one node at a time of several.
func connectorOf(cfg *mysqldriver.Config) (driver.Connector, error) {
	if ofCluster(cfg) {
		return newCluster(cfg)
	}
	return mysqldriver.NewConnector(cfg)
}

// MySQLConfig reads a database URL into the driver's own form, with what danyuan relies on set.
func MySQLConfig(url string) (*mysqldriver.Config, error) {
	s, err := serverOf(url)
	if err != nil {
		return nil, err
	}
	cfg := mysqldriver.NewConfig()
	if cfg.TLS, err = s.tls(); err != nil {
		return nil, err
	}
	cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.DBName = s.user, s.password, "tcp", s.host, s.database
	cfg.ParseTime, cfg.Loc, cfg.InterpolateParams, cfg.ClientFoundRows = true, time.UTC, true, true
	cfg.Collation = "utf8mb4_bin"
	cfg.Logger = &mysqldriver.NopLogger{} // what it says it also gives as an error
	cfg.Timeout, cfg.ReadTimeout, cfg.WriteTimeout = 5*time.Second, 60*time.Second, 30*time.Second
	cfg.Params = map[string]string{"time_zone": "'+00:00'", "sql_mode": "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"}
	return cfg, nil
}

func open(dialector gorm.Dialector, pool int) (*gorm.DB, error) {
	h, err := gorm.Open(dialector, &gorm.Config{
		SkipDefaultTransaction: true, TranslateError: true, Logger: logger.Discard,
		DisableForeignKeyConstraintWhenMigrating: true,
	})
	if err != nil {
		return nil, err
	}
	conn, err := h.DB()
	if err != nil {
		return nil, err
	}
	conn.SetMaxOpenConns(pool)
	conn.SetMaxIdleConns(pool)
	conn.SetConnMaxLifetime(30 * time.Minute)
	return h, nil
}

// Read gives a handle for queries outside a transaction.
func (d *DB) Read(ctx context.Context) *gorm.DB { return d.read.WithContext(d.keys.in(ctx)) }

// transactions is how many may be open at once: on a pool that is also read from, a fifth is left for that.
func (d *DB) transactions() int {
	conn, err := d.write.DB()
	if err != nil {
		return 1
	}
	most := conn.Stats().MaxOpenConnections
	if d.read == d.write {
		most -= most / 5
	}
	return max(1, most)
}

// Tx runs fn in one transaction. Only service's inTx calls it, and decides what is tried again. Who comes first
// is served first: the pool by itself gives a connection that becomes free to anyone of those who wait, and where
// many do, some of them wait several times as long as the others.
func (d *DB) Tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	d.waiting.Add(1)
	select {
	case d.turns <- struct{}{}:
		d.waiting.Add(-1)
		defer func() { <-d.turns }()
	case <-ctx.Done():
		d.waiting.Add(-1)
		return ctx.Err()
	}
	return d.write.WithContext(d.keys.in(ctx)).Transaction(fn)
}

// Waiting is how many transactions wait for their turn.
func (d *DB) Waiting() int { return int(d.waiting.Load()) }

// Snapshot runs fn on the database as it is at one moment, whatever is written meanwhile. fn only reads.
func (d *DB) Snapshot(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.read.WithContext(d.keys.in(ctx)).Transaction(fn, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// Keys gives the keys that seal this database's columns.
func (d *DB) Keys() *Keys { return d.keys }

// Dialect is "sqlite", "mysql" or "postgres".
func (d *DB) Dialect() string { return d.dialect }

// Ping asks the database for an answer.
func (d *DB) Ping(ctx context.Context) error {
	conn, err := d.read.DB()
	if err != nil {
		return err
	}
	return conn.PingContext(ctx)
}

// Pools gives the pools of connections by what they are for, for those who measure them.
func (d *DB) Pools() map[string]*sql.DB {
	pools := map[string]*sql.DB{}
	for name, h := range map[string]*gorm.DB{"write": d.write, "read": d.read} {
		if conn, err := h.DB(); err == nil && (name == "write" || d.read != d.write) {
			pools[name] = conn
		}
	}
	return pools
}

// Close gives the connections back.
func (d *DB) Close() error {
	err := closeHandle(d.write)
	if d.read != d.write {
		err = errors.Join(err, closeHandle(d.read))
	}
	return err
}

func closeHandle(h *gorm.DB) error {
	conn, err := h.DB()
	if err != nil {
		return err
	}
	return conn.Close()
}

// forUpdate keeps what a query reads from being changed, or locked, by others until the transaction ends.
func forUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// take reads one row, and makes "no row" the area's own refusal: a failing database never looks like it.
func take(tx *gorm.DB, dest any, missing *fault.Fault) error {
	err := tx.Take(dest).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing
	}
	return err
}

// maybe reads the first row, nil when there is none.
func maybe[R any](tx *gorm.DB) (*R, error) {
	var rows []R
	if err := tx.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// changed makes "no row met the condition" the area's own refusal.
func changed(done *gorm.DB, missed *fault.Fault) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return missed
	}
	return done.Error
}

// refuseDuplicate makes the duplicate that an index refused the area's own refusal.
func refuseDuplicate(err error, taken *fault.Fault) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return taken.Because(err)
	}
	return err
}

// Beijing is where people read the times and dates that are shown to them.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// WorthRetrying tells whether a transaction failed for a reason that goes away when the whole of it
// is run again: a deadlock, a lock that took too long, a certification failure, a busy database.
func WorthRetrying(err error) bool {
	var my *mysqldriver.MySQLError
	if errors.As(err, &my) {
		return my.Number == 1213 || my.Number == 1205 || my.Number == 1020
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03"
	}
	return busy(err)
}
