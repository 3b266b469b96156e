package testkit

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danyuan/model"
)

// Copy builds a house with a copy of everything that is in this one's database, so that a test that
// needs many full houses furnishes one.
func (k *Kit) Copy(t testing.TB) *Kit {
	t.Helper()
	c := newOn(t, k.copyOfDatabase(t))
	c.Clock.Move(k.Clock.Now().Sub(Start))
	return c
}

// In is the same house for a subtest, whose failures are its own.
func (k *Kit) In(t testing.TB) *Kit {
	return &Kit{TB: t, DB: k.DB, Clock: k.Clock, WeChat: k.WeChat, S: k.S, API: k.API, ctx: k.ctx, serial: k.serial}
}

func (k *Kit) copyOfDatabase(t testing.TB) *model.DB {
	t.Helper()
	if k.DB.Dialect() == "sqlite" {
		file := filepath.Join(t.TempDir(), "copy.db")
		from, err := sql.Open("sqlite", k.databaseName("SELECT file FROM pragma_database_list WHERE name = 'main'"))
		k.must(err)
		_, err = from.ExecContext(k.ctx, "VACUUM INTO ?", file)
		k.must(err)
		k.must(from.Close())
		return openFor(t, "sqlite:"+file)
	}
	db := database(t)
	var into string
	k.must(db.Read(k.ctx).Raw("SELECT DATABASE()").Row().Scan(&into))
	tables, err := db.Read(k.ctx).Migrator().GetTables()
	k.must(err)
	from := k.databaseName("SELECT DATABASE()")
	statements := []string{"SET FOREIGN_KEY_CHECKS = 0"}
	for _, table := range tables {
		statements = append(statements, "DELETE FROM "+into+"."+table, "INSERT INTO "+into+"."+table+" SELECT * FROM "+from+"."+table)
	}
	execute(t, os.Getenv(DatabaseEnv)+into, strings.Join(statements, ";"))
	return db
}

func (k *Kit) databaseName(query string) (name string) {
	k.Helper()
	k.must(k.DB.Read(context.Background()).Raw(query).Row().Scan(&name))
	return name
}
