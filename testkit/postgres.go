package testkit

import (
	"context"
	"strings"
	"sync"
	"testing"

	"danyuan/model"
)

func isPostgres(url string) bool { return strings.HasPrefix(url, "postgres:") }

// onPostgres runs a statement beside every test's database.
func onPostgres(t testing.TB, server, statement string) {
	t.Helper()
	db, err := model.Postgres(server + "postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	execOn(t, db, statement)
}

// fromTemplate makes a database as a template is, to which nobody may be connected, for as long as the test runs.
func fromTemplate(t testing.TB, server, template string) (name string) {
	t.Helper()
	pool.Lock()
	name = newName()
	pool.Unlock()
	// Copying files is twice as fast as writing the copy into the log, where nothing waits for a disk.
	onPostgres(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template+" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' STRATEGY FILE_COPY")
	t.Cleanup(func() { onPostgres(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return name
}

// migrated is PostgreSQL's template, made once for a process.
var migrated struct {
	sync.Once
	name string
}

func migratedTemplate(t testing.TB, server string) string {
	t.Helper()
	migrated.Do(func() {
		pool.Lock()
		migrated.name = newName()
		pool.Unlock()
		onPostgres(t, server, "CREATE DATABASE "+migrated.name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
		db, err := model.Open(context.Background(), server+migrated.name, Keys(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return migrated.name
}

// frozen gives a template of what is in this house's database now.
func (k *Kit) frozen(server string) (template string) {
	k.Helper()
	conn, err := k.DB.Read(k.ctx).DB()
	k.must(err)
	conn.SetMaxIdleConns(0) // nobody may be connected to what is copied
	template = fromTemplate(k.TB, server, k.databaseName("SELECT current_database()"))
	conn.SetMaxIdleConns(8)
	return template
}
