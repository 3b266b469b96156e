package model

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite"
)

func openRemembering(t testing.TB, remember bool) *sql.DB {
	t.Helper()
	base, err := sqlite3.NewConnector("file:" + filepath.Join(t.TempDir(), "db") + pragmas)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(base)
	if remember {
		db = sql.OpenDB(remembering{base})
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT, size INTEGER)"); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestRemembering_theSameStatementWhileItsRowsAreRead(t *testing.T) {
	db := openRemembering(t, true)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for i := range 3 {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO things (id, name) VALUES (?, ?)", i, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	const query = "SELECT id FROM things WHERE id >= ? ORDER BY id"
	outer, err := tx.QueryContext(t.Context(), query, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = outer.Close() }()
	var seen []string
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		for _, b := range numbers(t, tx, query, a) {
			seen = append(seen, fmt.Sprint(a, b))
		}
	}
	if got := strings.Join(seen, ","); got != "0 0,0 1,0 2,1 1,1 2,2 2" || outer.Err() != nil {
		t.Fatalf("read %s, %v", got, outer.Err())
	}
}

func numbers(t *testing.T, tx *sql.Tx, query string, args ...any) (all []int) {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRemembering_refusedIsNotRemembered(t *testing.T) {
	db := openRemembering(t, true)
	const insert = "INSERT INTO things (id, name) VALUES (?, ?)"
	for _, c := range []struct {
		id, name any
		ok       bool
	}{{1, "a", true}, {2, "a", false}, {3, nil, false}, {4, "b", true}} {
		if _, err := db.ExecContext(t.Context(), insert, c.id, c.name); (err == nil) != c.ok {
			t.Fatalf("%v: %v", c, err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO nothing VALUES (1)"); err == nil {
		t.Fatal("wrote into a table that is not there")
	}
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE things ADD COLUMN more TEXT; UPDATE things SET more = name"); err != nil {
		t.Fatal(err)
	}
	var more sql.NullString
	for i, column := range []string{"name", "more"} { // and what was prepared before the table changed
		if _, err := db.ExecContext(t.Context(), insert, 10+i, column); err != nil {
			t.Fatal(err)
		}
		if err := db.QueryRowContext(t.Context(), "SELECT "+column+" FROM things WHERE id = ?", 4).Scan(&more); err != nil || more.String != "b" {
			t.Fatal(more, err)
		}
	}
}

func TestRemembering_forgetsWhatWasNotUsedForLongest(t *testing.T) {
	db := openRemembering(t, true)
	for i := range 3 * remembered {
		var n int
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d + count(*) FROM things", i)).Scan(&n); err != nil || n != i {
			t.Fatal(n, err)
		}
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = conn.Raw(func(c any) error {
		r := c.(*rememberingConn)
		if r.recent.Len() != remembered || len(r.by) != remembered {
			return fmt.Errorf("remembers %d, finds %d", r.recent.Len(), len(r.by))
		}
		return nil
	})
	if err != nil || conn.Close() != nil {
		t.Fatal(err)
	}
}

// BenchmarkRemembering writes 64 rows in a transaction, and reads them one by one: by a connection that
// remembers, and by the driver's own.
func BenchmarkRemembering(b *testing.B) {
	insert := "INSERT INTO things (name, kind, size) VALUES " + strings.TrimSuffix(strings.Repeat("(?,?,?),", 64), ",")
	for _, remember := range []bool{false, true} {
		b.Run(fmt.Sprintf("remembers=%v", remember), func(b *testing.B) {
			db := openRemembering(b, remember)
			n := 0
			for b.Loop() {
				tx, err := db.BeginTx(b.Context(), nil)
				if err != nil {
					b.Fatal(err)
				}
				var args []any
				for range 64 {
					n++
					args = append(args, fmt.Sprintf("thing %09d", n), "kind", n)
				}
				if _, err := tx.ExecContext(b.Context(), insert, args...); err != nil {
					b.Fatal(err)
				}
				for i := range 64 {
					var size int
					if err := tx.QueryRowContext(b.Context(), "SELECT size FROM things WHERE name = ?", args[3*i]).Scan(&size); err != nil {
						b.Fatal(err)
					}
				}
				if err := tx.Commit(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
