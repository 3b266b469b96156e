package testkit

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"danyuan/model"
)

// Copies gives a maker of houses with a copy of everything that is in this one's database now, so that
// a test that needs many full houses furnishes one. This house must not change while copies are made.
func (k *Kit) Copies() func(t testing.TB) *Kit {
	k.Helper()
	copyOf := k.copyOnServer
	switch k.DB.Dialect() {
	case "sqlite":
		whole := k.contents()
		copyOf = func(t testing.TB) *model.DB { t.Helper(); return openFor(t, "sqlite:"+write(t, whole)) }
	case "postgres":
		server := os.Getenv(DatabaseEnv)
		whole := k.frozen(server)
		copyOf = func(t testing.TB) *model.DB { t.Helper(); return openFor(t, server+fromTemplate(t, server, whole)) }
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
	return &Kit{TB: t, DB: k.DB, Clock: k.Clock, WeChat: k.WeChat, Blobs: k.Blobs, S: k.S, API: k.API, ctx: k.ctx, serial: k.serial}
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

func (k *Kit) copyOnServer(t testing.TB) *model.DB {
	t.Helper()
	db := database(t)
	var into string
	k.must(db.Read(k.ctx).Raw("SELECT DATABASE()").Row().Scan(&into))
	tables, err := db.Read(k.ctx).Migrator().GetTables()
	k.must(err)
	from := k.databaseName("SELECT DATABASE()")
	statements := []string{"SET FOREIGN_KEY_CHECKS = 0"}
	for _, table := range tables {
		if !slices.Contains(appendOnly, table) { // those are empty in a borrowed database
			statements = append(statements, "DELETE FROM "+into+"."+table)
		}
		statements = append(statements, "INSERT INTO "+into+"."+table+" SELECT * FROM "+from+"."+table)
	}
	execute(t, os.Getenv(DatabaseEnv)+into, strings.Join(statements, ";"))
	return db
}

func (k *Kit) databaseName(query string) (name string) {
	k.Helper()
	k.must(k.DB.Read(context.Background()).Raw(query).Row().Scan(&name))
	return name
}
