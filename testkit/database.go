package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"danyuan/model"
)

// DatabaseEnv names the server whose databases tests use, "mysql://root@127.0.0.1:3306/" or
// "postgres://postgres@127.0.0.1:5432/"; without it each test has a SQLite file.
const DatabaseEnv = "DANYUAN_TEST_DATABASE_URL"

func database(t testing.TB) *model.DB {
	t.Helper()
	url := os.Getenv(DatabaseEnv)
	if url == "" {
		return openFor(t, "sqlite:"+copyOfTemplate(t))
	}
	if isPostgres(url) {
		return openFor(t, url+fromTemplate(t, url, migratedTemplate(t, url)))
	}
	name := borrow(t, url)
	db := openFor(t, url+name)
	t.Cleanup(func() { empty(t, url, name); giveBack(name) })
	return db
}

// OpenDatabase gives an empty database's URL that nobody has migrated, for tests of migrations.
func OpenDatabase(t testing.TB) (url string) {
	t.Helper()
	server := os.Getenv(DatabaseEnv)
	if server == "" {
		return "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	}
	if isPostgres(server) {
		return server + fromTemplate(t, server, "template0")
	}
	name := create(t, server)
	t.Cleanup(func() { execute(t, server+"mysql", "DROP DATABASE "+name) })
	return server + name
}

func openFor(t testing.TB, url string) *model.DB {
	t.Helper()
	db, err := model.Open(context.Background(), url, Keys(), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// The template is migrated once for a process; a test gets a copy.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "danyuan-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "template.db")
	db, err := model.Open(context.Background(), "sqlite:"+file, Keys(), 1)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file) //nolint:gosec // the file was made a moment ago
})

func copyOfTemplate(t testing.TB) string {
	t.Helper()
	b, err := template()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, b)
}

// write gives the path of a SQLite file with these contents.
func write(t testing.TB, contents []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "danyuan.db")
	if err := os.WriteFile(file, contents, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// On a database server a test borrows a migrated database and empties it when it is over.
var pool struct {
	sync.Mutex
	free []string
	made int
}

func borrow(t testing.TB, server string) string {
	t.Helper()
	pool.Lock()
	defer pool.Unlock()
	if n := len(pool.free); n > 0 {
		name := pool.free[n-1]
		pool.free = pool.free[:n-1]
		return name
	}
	return create(t, server)
}

func create(t testing.TB, server string) string {
	t.Helper()
	name := newName()
	execute(t, server+"mysql", "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	return name
}

// newName is called under the pool's lock.
func newName() string { pool.made++; return fmt.Sprintf("danyuan_%d_%d", os.Getpid(), pool.made) }

func giveBack(name string) { pool.Lock(); pool.free = append(pool.free, name); pool.Unlock() }

// untouched is a migrated database that no test borrows: what it holds is what an emptied one begins with.
var untouched struct {
	sync.Once
	name  string
	holds []string // the tables that migrations fill
}

func seeds(t testing.TB, server string) (name string, holds []string) {
	t.Helper()
	untouched.Do(func() {
		pool.Lock()
		untouched.name = create(t, server)
		pool.Unlock()
		_ = openFor(t, server+untouched.name)
		db := connect(t, server+untouched.name)
		defer func() { _ = db.Close() }()
		for _, table := range tables(t, db) {
			if !isEmpty(t, db, table) {
				untouched.holds = append(untouched.holds, table)
			}
		}
	})
	return untouched.name, untouched.holds
}

func empty(t testing.TB, server, name string) {
	t.Helper()
	from, seeded := seeds(t, server)
	db := connect(t, server+name)
	defer func() { _ = db.Close() }()
	statements := []string{"SET FOREIGN_KEY_CHECKS = 0"}
	for _, table := range tables(t, db) {
		statements = append(statements, emptying(t, db, table))
		if slices.Contains(seeded, table) {
			statements = append(statements, "INSERT INTO "+table+" SELECT * FROM "+from+"."+table)
		}
	}
	execOn(t, db, strings.Join(statements, ";"))
}

func isEmpty(t testing.TB, db *sql.DB, table string) bool {
	t.Helper()
	var used bool
	if err := db.QueryRowContext(context.Background(), "SELECT EXISTS (SELECT 1 FROM "+table+")").Scan(&used); err != nil {
		t.Fatal(err)
	}
	return !used
}

// emptying gives the statement that empties a table; "" for an append-only one that is empty. There the
// database itself keeps rows from being deleted, and emptying it whole takes time.
func emptying(t testing.TB, db *sql.DB, table string) string {
	t.Helper()
	switch {
	case !slices.Contains(appendOnly, table):
		return "DELETE FROM " + table
	case isEmpty(t, db, table):
		return "SELECT 1"
	}
	return "TRUNCATE TABLE " + table
}

// appendOnly are the tables whose rows the database keeps for good.
var appendOnly = []string{"audit_links", "audits", "entries", "transfers"}

func tables(t testing.TB, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> 'goose_db_version'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func execute(t testing.TB, url, statement string) {
	t.Helper()
	db := connect(t, url)
	defer func() { _ = db.Close() }()
	execOn(t, db, statement)
}

func execOn(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil { //nolint:gosec // of the tests' own names
		t.Fatal(err)
	}
}

func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	cfg, err := model.MySQLConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg.MultiStatements = true
	db, err := sql.Open("mysql", cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}
