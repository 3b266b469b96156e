package testkit

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danyuan/model"
	"danyuan/model/migration"
)

// Copies gives a maker of houses with a copy of everything that is in this one's database now, so that
// a test that needs many full houses furnishes one. This house must not change while copies are made.
func (k *Kit) Copies() func(t testing.TB) *Kit {
	k.Helper()
	copyOf := k.onServer()
	if k.DB.Dialect() == "sqlite" {
		whole := k.contents()
		copyOf = func(t testing.TB) *model.DB { t.Helper(); return openLite(t, write(t, whole)) }
	}
	return func(t testing.TB) *Kit {
		t.Helper()
		c := newOn(t, copyOf(t))
		c.Clock.Move(k.Clock.Now().Sub(Start))
		c.Blobs.fill(k.Blobs)
		return c
	}
}

// In is the same house for a subtest, whose failures are its own.
func (k *Kit) In(t testing.TB) *Kit {
	return &Kit{TB: t, DB: k.DB, Clock: k.Clock, WeChat: k.WeChat, Blobs: k.Blobs, S: k.S, ctx: k.ctx, serial: k.serial}
}

// contents gives the SQLite file, what still lies in its log included.
func (k *Kit) contents() []byte {
	k.Helper()
	file := filepath.Join(k.TempDir(), "copy.db")
	from, err := sql.Open("sqlite", k.databaseName("SELECT file FROM pragma_database_list WHERE name = 'main'"))
	k.must(err)
	_, err = from.ExecContext(k.ctx, "VACUUM INTO ?", file)
	k.must(err)
	k.must(from.Close())
	whole, err := os.ReadFile(file) //nolint:gosec // the file was made a moment ago
	k.must(err)
	return whole
}

// onServer gives what puts the rows of this house into a borrowed database. On MariaDB they come from this one's
// database; PostgreSQL does not reach into another one, so there the statement holds them.
func (k *Kit) onServer() func(t testing.TB) *model.DB {
	k.Helper()
	if k.DB.Dialect() == "sqlite" {
		return nil
	}
	query := "SELECT DATABASE()"
	if isPostgres() {
		query = "SELECT current_database()"
	}
	from := &lent{name: k.databaseName(query)}
	from.admin = connect(k.TB, os.Getenv(DatabaseEnv)+from.name)
	defer func() { _ = from.admin.Close() }()
	statements := []string{withoutFences()}
	for _, table := range migration.Seeded() {
		statements = append(statements, "DELETE FROM "+table)
	}
	for _, table := range from.used(k.TB) {
		rows := from.name + "." + table
		if isPostgres() {
			rows = "json_populate_recordset(NULL::" + table + ", " + from.ask(k.TB, "SELECT quote_literal(json_agg(r)::text) FROM "+table+" r") + ")"
		}
		statements = append(statements, "INSERT INTO "+table+" SELECT * FROM "+rows)
	}
	if isPostgres() { // what comes next must not meet what was put here
		statements = append(statements, from.ask(k.TB, "SELECT string_agg(format('SELECT setval(%L, %s)', sequencename, last_value), ';') FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"))
	}
	statement := strings.Join(statements, ";")
	return func(t testing.TB) *model.DB {
		t.Helper()
		one := borrow(t)
		execOn(t, one.admin, statement)
		return one.open(t)
	}
}

func (l *lent) ask(t testing.TB, query string) (answer string) {
	t.Helper()
	if err := l.admin.QueryRowContext(context.Background(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func (k *Kit) databaseName(query string) (name string) {
	k.Helper()
	k.must(k.DB.Read(context.Background()).Raw(query).Row().Scan(&name))
	return name
}
