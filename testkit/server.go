package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"danyuan/model"
	"danyuan/model/migration"
)

// lent is a migrated database of a server. A test borrows one, and it is emptied when the test is over: making
// one, and the server's getting to know it, takes longer than most tests.
type lent struct {
	name  string
	admin *sql.DB   // one connection of ours, for what happens between tests
	db    *model.DB // the tests', one after the other: a server spends more on new connections than on most tests
}

// pool holds those that no test uses now.
var pool struct {
	sync.Mutex
	free []*lent
}

// borrow gives a database as migrations leave it, for as long as the test runs.
func borrow(t testing.TB) *lent {
	t.Helper()
	one := takeFree()
	if one == nil {
		one = newLent(t)
	}
	t.Cleanup(func() {
		one.empty(t)
		pool.Lock()
		pool.free = append(pool.free, one)
		pool.Unlock()
	})
	return one
}

func takeFree() *lent {
	pool.Lock()
	defer pool.Unlock()
	last := len(pool.free) - 1
	if last < 0 {
		return nil
	}
	one := pool.free[last]
	pool.free = pool.free[:last]
	return one
}

// newLent makes one, and beside it, in a schema of its own, what migrations put into it.
func newLent(t testing.TB) *lent {
	t.Helper()
	server, name := os.Getenv(DatabaseEnv), newName()
	maintenance := connect(t, server+maintenanceDatabase())
	defer func() { _ = maintenance.Close() }()
	execOn(t, maintenance, createDatabase(name))
	db, err := model.Open(context.Background(), server+name, Keys(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	one := &lent{name: name, admin: connect(t, server+name)}
	statements := []string{"CREATE SCHEMA " + one.seeds()}
	for _, table := range migration.Seeded() {
		statements = append(statements, "CREATE TABLE "+one.seeds()+"."+table+" AS SELECT * FROM "+table)
	}
	execOn(t, one.admin, strings.Join(statements, ";"))
	return one
}

func (l *lent) seeds() string { return l.name + "_seeds" }

// open gives the connections to it.
func (l *lent) open(t testing.TB) *model.DB {
	t.Helper()
	if l.db != nil {
		return l.db
	}
	var err error
	if l.db, err = model.OpenAsItIs(os.Getenv(DatabaseEnv)+l.name, Keys(), 8); err != nil {
		t.Fatal(err)
	}
	return l.db
}

// empty brings it back to what migrations leave.
func (l *lent) empty(t testing.TB) {
	t.Helper()
	statements := []string{withoutFences()}
	for _, table := range l.used(t) {
		statements = append(statements, emptying(table))
	}
	for _, table := range migration.Seeded() {
		statements = append(statements, "INSERT INTO "+table+" SELECT * FROM "+l.seeds()+"."+table)
	}
	execOn(t, l.admin, strings.Join(statements, ";"))
}

// used names the tables that have rows.
func (l *lent) used(t testing.TB) (names []string) {
	t.Helper()
	all := migration.Tables()
	asked, has, into := make([]string, len(all)), make([]bool, len(all)), make([]any, len(all))
	for i, table := range all {
		asked[i], into[i] = "EXISTS (SELECT 1 FROM "+table+")", &has[i]
	}
	if err := l.admin.QueryRowContext(context.Background(), "SELECT "+strings.Join(asked, ", ")).Scan(into...); err != nil {
		t.Fatal(err)
	}
	for i, table := range all {
		if has[i] {
			names = append(names, table)
		}
	}
	return names
}

// appendOnly are the tables whose rows the database keeps for good.
var appendOnly = []string{"audit_links", "audits", "entries", "transfers"}

// emptying gives the statement that empties a table. PostgreSQL's triggers sleep meanwhile; MariaDB's don't, but
// emptying a table whole passes them by, and takes longer.
func emptying(table string) string {
	if !isPostgres() && slices.Contains(appendOnly, table) {
		return "TRUNCATE TABLE " + table
	}
	return "DELETE FROM " + table
}

// withoutFences lets the rows of a connection come and go in any order.
func withoutFences() string {
	if isPostgres() {
		return "SET session_replication_role = replica"
	}
	return "SET FOREIGN_KEY_CHECKS = 0"
}

func isPostgres() bool { return strings.HasPrefix(os.Getenv(DatabaseEnv), "postgres:") }

// maintenanceDatabase is one that every server has.
func maintenanceDatabase() string {
	if isPostgres() {
		return "postgres"
	}
	return "mysql"
}

func createDatabase(name string) string {
	if isPostgres() {
		return "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
	}
	return "CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
}

var databases atomic.Int64

func newName() string { return fmt.Sprintf("danyuan_%d_%d", os.Getpid(), databases.Add(1)) }

// connect gives a single connection that takes several statements at once.
func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := connected(url)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func connected(url string) (*sql.DB, error) {
	if isPostgres() {
		return model.Postgres(url)
	}
	cfg, err := model.MySQLConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MultiStatements = true
	return sql.Open("mysql", cfg.FormatDSN())
}

func execOn(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
