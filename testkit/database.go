package testkit

import (
	"context"
	"os"
	"path/filepath"
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
		return openLite(t, copyOfTemplate(t))
	}
	return borrow(t).open(t)
}

// OpenDatabase gives an empty database's URL that nobody has migrated, for tests of migrations.
func OpenDatabase(t testing.TB) (url string) {
	t.Helper()
	server := os.Getenv(DatabaseEnv)
	if server == "" {
		return "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	}
	name, maintenance := newName(), connect(t, server+maintenanceDatabase())
	execOn(t, maintenance, createDatabase(name))
	t.Cleanup(func() {
		defer func() { _ = maintenance.Close() }()
		if isPostgres() {
			execOn(t, maintenance, "DROP DATABASE "+name+" WITH (FORCE)") // whoever is still connected
			return
		}
		execOn(t, maintenance, "DROP DATABASE "+name)
	})
	return server + name
}

// openLite opens a copy of a database that is migrated.
func openLite(t testing.TB, file string) *model.DB {
	t.Helper()
	return opened(t, func() (*model.DB, error) { return model.OpenAsItIs("sqlite:"+file, Keys(), 8) })
}

func opened(t testing.TB, open func() (*model.DB, error)) *model.DB {
	t.Helper()
	db, err := open()
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
