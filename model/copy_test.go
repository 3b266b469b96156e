package model_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"danyuan/model"
	"danyuan/model/migration"
	"danyuan/testkit"
)

// furnished gives a database with rows in every table that there is: whatever is a number is n, so that rows
// point at each other whichever tables they belong to; the last has nothing where nothing may be.
func furnished(t *testing.T) *model.DB {
	t.Helper()
	k := testkit.New(t)
	order := migration.Tables()
	all := schemas(t)
	slices.SortFunc(all, func(a, b *schema.Schema) int { return slices.Index(order, a.Table) - slices.Index(order, b.Table) })
	for _, s := range all {
		for n := int64(901); n <= 903; n++ {
			columns, values := []string(nil), []any(nil)
			for _, f := range s.Fields {
				if f.DBName != "" {
					columns, values = append(columns, k.DB.Read(t.Context()).Statement.Quote(f.DBName)), append(values, something(f, n))
				}
			}
			text := "INSERT INTO " + s.Table + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
			k.Tx(func(tx *gorm.DB) error { return tx.Exec(text, values...).Error })
		}
	}
	return k.DB
}

func something(f *schema.Field, n int64) any {
	if n == 903 && strings.HasPrefix(f.FieldType.String(), "*") {
		return nil
	}
	if sealed(f) {
		return []byte{1, byte(n), 0, 255}
	}
	return map[schema.DataType]any{
		schema.Int: n, schema.String: fmt.Sprintf("v%d", n), schema.Bytes: []byte{0, byte(n), 39, 92}, schema.Bool: n == 902,
		schema.Time: time.Date(2026, 2, 28, 23, 59, int(n-880), 0, time.UTC),
	}[f.GORMDataType]
}

func copyTo(t *testing.T, from, to *model.DB) {
	t.Helper()
	err := model.Copy(t.Context(), from, to, func(string, int64) {}, func(table, what string) { t.Errorf("%s: %s", table, what) })
	if err != nil {
		t.Fatal(err)
	}
}

func liteCopy(t *testing.T, of *model.DB) *model.DB {
	t.Helper()
	lite := open(t, "sqlite:"+filepath.Join(t.TempDir(), "copy.db"))
	copyTo(t, of, lite)
	return lite
}

// TestCopy_everyTableGoesThereAndComesBack copies to SQLite and back to an empty database of the same engine:
// nothing of it changes, and the numbers that the database gives go on.
func TestCopy_everyTableGoesThereAndComesBack(t *testing.T) {
	db := furnished(t)
	back, lite := open(t, testkit.OpenDatabase(t)), liteCopy(t, db)
	rows := map[string]int64{}
	err := model.Copy(t.Context(), lite, back, func(table string, more int64) { rows[table] += more }, func(table, what string) { t.Errorf("%s: %s", table, what) })
	if err != nil {
		t.Fatal(err)
	}
	if rows["transfers"] != 3 || len(rows) != len(model.Tables()) { // written in two parts
		t.Errorf("%d transfers, %d tables", rows["transfers"], len(rows))
	}
	if err := model.Compare(t.Context(), db.Read(t.Context()), back, func(table, what string) { t.Errorf("%s: %s", table, what) }); err != nil {
		t.Error(err)
	}
	next := model.Audit{Action: "test", Subject: "test", At: testkit.Start}
	if err := back.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&next).Error }); err != nil || next.ID <= 903 {
		t.Errorf("the next entry has number %d after 903: %v", next.ID, err)
	}
	if err := back.Whole(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCopy_numbersGoOnWhereTheSourceIs, also behind a row that is gone there: what named it by its number must not
// mean another one.
func TestCopy_numbersGoOnWhereTheSourceIs(t *testing.T) {
	from := testkit.New(t).DB
	owe := func(db *model.DB) (id int64) {
		job := model.Job{Kind: "test", State: model.JobDue, DueAt: testkit.Start, OwedAt: testkit.Start}
		if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Create(&job).Error }); err != nil {
			t.Fatal(err)
		}
		return job.ID
	}
	first, gone := owe(from), owe(from)
	if err := from.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Delete(&model.Job{ID: gone}).Error }); err != nil {
		t.Fatal(err)
	}
	lite, back := liteCopy(t, from), open(t, testkit.OpenDatabase(t))
	copyTo(t, lite, back)
	for where, db := range map[string]*model.DB{"in the copy": lite, "in the copy of the copy": back} {
		if next := owe(db); next <= gone || first == gone {
			t.Errorf("%s the next number is %d, after %d", where, next, gone)
		}
	}
}

var errUndone = errors.New("undone")

// TestCopy_findsEachColumnThatDiffers changes one value of each column of the copy.
func TestCopy_findsEachColumnThatDiffers(t *testing.T) {
	db := furnished(t)
	lite := liteCopy(t, db)
	for _, s := range schemas(t) {
		for _, f := range s.Fields {
			if f.DBName == "" {
				continue
			}
			err := lite.Tx(t.Context(), func(tx *gorm.DB) error {
				changeOne(t, tx, s, f)
				found := ""
				err := model.Compare(t.Context(), tx, db, func(_, what string) { found += what }, s.Table)
				if !errors.Is(err, model.ErrCopyDiffers) || found == "" {
					t.Errorf("%s.%s was changed, and that was not found: %v", s.Table, f.DBName, err)
				}
				return errUndone
			})
			if !errors.Is(err, errUndone) {
				t.Fatal(err)
			}
		}
	}
}

// changeOne changes a column of a SQLite table's last row, past every rule of the database.
func changeOne(t *testing.T, tx *gorm.DB, s *schema.Schema, f *schema.Field) {
	t.Helper()
	other := map[schema.DataType]any{
		schema.Int: 7777, schema.String: "zz", schema.Bytes: []byte{7}, schema.Bool: true, schema.Time: testkit.Start,
	}[f.GORMDataType]
	if sealed(f) {
		other = []byte{1, 7}
	}
	key := s.PrimaryFieldDBNames
	where := strings.Join(key, " = ? AND ") + " = ?"
	args := []any{other}
	for _, name := range key {
		args = append(args, something(s.FieldsByDBName[name], 903))
	}
	for _, statement := range []string{
		"PRAGMA defer_foreign_keys = 1", "PRAGMA ignore_check_constraints = 1", "DROP TRIGGER IF EXISTS tr_" + s.Table + "_no_UPDATE",
	} {
		if err := tx.Exec(statement).Error; err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	done := tx.Exec("UPDATE "+s.Table+" SET "+tx.Statement.Quote(f.DBName)+" = ? WHERE "+where, args...)
	if done.Error != nil || done.RowsAffected != 1 {
		t.Fatalf("%s.%s: %d rows, %v", s.Table, f.DBName, done.RowsAffected, done.Error)
	}
}

// TestCopy_goesOnAfterItWasCutOff stops a copy after each of its writes; the half copy can't be used, and in
// the end it is whole.
func TestCopy_goesOnAfterItWasCutOff(t *testing.T) {
	db := furnished(t)
	lite := open(t, "sqlite:"+filepath.Join(t.TempDir(), "copy.db"))
	differs := func(table, what string) { t.Errorf("%s: %s", table, what) }
	for cuts := 0; ; cuts++ {
		ctx, stop := context.WithCancel(t.Context())
		err := model.Copy(ctx, db, lite, func(string, int64) { stop() }, differs)
		stop()
		if err == nil {
			if cuts < len(model.Tables()) {
				t.Errorf("cut off only %d times", cuts)
			}
			break
		}
		if err := lite.Whole(t.Context()); !errors.Is(err, model.ErrCopyHalf) {
			t.Fatalf("a half copy is said to be %v", err)
		}
		if err := model.Copy(t.Context(), lite, db, nil, nil); !errors.Is(err, model.ErrCopyHalf) {
			t.Fatalf("a half copy was taken for a source: %v", err)
		}
	}
	if err := lite.Whole(t.Context()); err != nil {
		t.Error(err)
	}
	if err := model.Copy(t.Context(), db, lite, nil, nil); !errors.Is(err, model.ErrCopyInUse) {
		t.Errorf("a database that is in use was copied over: %v", err)
	}
}
