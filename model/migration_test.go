package model_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"danyuan/model"
	"danyuan/testkit"
)

// described is what the database says of one column.
type described struct {
	family   string // whole, text, bytes, moment, truth
	nullable bool
}

// TestMigration_columnsEqualModels holds both ways: no table without its record, no column without
// its field, and what they hold is of one kind.
func TestMigration_columnsEqualModels(t *testing.T) {
	k := testkit.New(t)
	h := k.DB.Read(t.Context())
	inDatabase := tablesOf(t, h)
	var inModel []string
	for _, s := range schemas(t) {
		inModel = append(inModel, s.Table)
		t.Run(s.Table, func(t *testing.T) { compare(t, s, columnsOf(t, h, s.Table)) })
	}
	slices.Sort(inModel)
	if !slices.Equal(inModel, slices.Compact(slices.Clone(inModel))) {
		t.Errorf("a table has two records in model.Tables(): %v", inModel)
	}
	for _, table := range inDatabase {
		if !slices.Contains(inModel, table) {
			t.Errorf("table %s has no record in model.Tables()", table)
		}
	}
}

func compare(t *testing.T, s *schema.Schema, columns map[string]described) {
	t.Helper()
	if len(columns) == 0 {
		t.Fatalf("no migration makes table %s", s.Table)
	}
	for _, f := range s.Fields {
		if f.DBName == "" {
			continue
		}
		c, ok := columns[f.DBName]
		if !ok {
			t.Errorf("%s.%s: no migration makes this column", s.Name, f.Name)
			continue
		}
		delete(columns, f.DBName)
		if want := familyOf(f); c.family != want {
			t.Errorf("%s.%s holds %s, its column %s", s.Name, f.Name, want, c.family)
		}
		// Empty personal data is stored as NULL, a nil slice of bytes too.
		mayBeNil := strings.HasPrefix(f.FieldType.String(), "*") || sealed(f)
		if c.nullable && !mayBeNil && !f.PrimaryKey {
			t.Errorf("%s.%s can't hold NULL, its column can: make it NOT NULL or the field a pointer", s.Name, f.Name)
		}
		if !c.nullable && mayBeNil {
			t.Errorf("%s.%s can be nil, its column is NOT NULL", s.Name, f.Name)
		}
	}
	for column := range columns {
		t.Errorf("column %s.%s has no field in %s", s.Table, column, s.Name)
	}
}

func sealed(f *schema.Field) bool { return f.TagSettings["SERIALIZER"] == "sealed" }

func familyOf(f *schema.Field) string {
	if sealed(f) {
		return "bytes"
	}
	return map[schema.DataType]string{
		schema.Int: "whole", schema.Uint: "whole", schema.String: "text", schema.Bytes: "bytes", schema.Time: "moment", schema.Bool: "truth",
	}[f.GORMDataType]
}

func schemas(t testing.TB) []*schema.Schema {
	t.Helper()
	var all []*schema.Schema
	for _, record := range model.Tables() {
		s, err := schema.Parse(record, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func tablesOf(t testing.TB, h *gorm.DB) []string {
	t.Helper()
	all, err := h.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(name string) bool {
		return strings.HasPrefix(name, "goose") || strings.HasPrefix(name, "sqlite_")
	})
}

// columnsOf asks the engine itself: gorm's own reading of a SQLite table guesses at types.
func columnsOf(t testing.TB, h *gorm.DB, table string) map[string]described {
	t.Helper()
	query := "SELECT name, LOWER(type) AS type, \"notnull\" = 0 AND pk = 0 AS nullable FROM pragma_table_info(?)"
	if h.Name() == "postgres" {
		query = "SELECT column_name AS name, udt_name AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?"
	}
	if h.Name() == "mysql" {
		query = "SELECT column_name AS name, column_type AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?"
	}
	var rows []struct {
		Name, Type string
		Nullable   bool
	}
	if err := h.Raw(query, table).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	columns := map[string]described{}
	for _, r := range rows {
		columns[r.Name] = described{familyOfColumn(strings.ToLower(r.Type)), r.Nullable}
	}
	return columns
}

func familyOfColumn(columnType string) string {
	for _, f := range []struct{ family, words string }{
		{"truth", "tinyint(1) boolean bool"}, {"moment", "datetime timestamptz"}, {"bytes", "blob longblob varbinary bytea"},
		{"whole", "bigint int integer int4 int8"}, {"text", "varchar char text"},
	} {
		for word := range strings.FieldsSeq(f.words) {
			if columnType == word || strings.HasPrefix(columnType, word+"(") {
				return f.family
			}
		}
	}
	return "a " + columnType
}

// shape is everything that the engine says of its tables and indexes.
func shape(t testing.TB, h *gorm.DB) string {
	t.Helper()
	var lines []string
	for _, table := range tablesOf(t, h) {
		for name, c := range columnsOf(t, h, table) {
			lines = append(lines, fmt.Sprintf("%s.%s %v", table, name, c))
		}
		indexes, err := h.Migrator().GetIndexes(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, ix := range indexes {
			unique, _ := ix.Unique()
			lines = append(lines, fmt.Sprintf("%s index %s %v %v", table, ix.Name(), ix.Columns(), unique))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func open(t testing.TB, url string) *model.DB {
	t.Helper()
	db, err := model.Open(t.Context(), url, testkit.Keys(), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestMigration_twiceIsOnce(t *testing.T) {
	url := testkit.OpenDatabase(t)
	first := shape(t, open(t, url).Read(t.Context()))
	db := open(t, url)
	if second := shape(t, db.Read(t.Context())); second != first {
		t.Fatalf("the second time changed something:\n%s\n\nbefore:\n%s", second, first)
	}
	if n := versions(t, db); n.rows != n.distinct {
		t.Fatalf("%d migrations were noted %d times", n.distinct, n.rows)
	}
}

type counted struct{ rows, distinct, last int64 }

func versions(t testing.TB, db *model.DB) (n counted) {
	t.Helper()
	if err := db.Read(t.Context()).Raw("SELECT COUNT(*), COUNT(DISTINCT version_id), MAX(version_id) FROM goose_db_version").Row().Scan(&n.rows, &n.distinct, &n.last); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMigration_threeAtOnceMigrateOnce is three replicas that are started together.
func TestMigration_threeAtOnceMigrateOnce(t *testing.T) {
	url := testkit.OpenDatabase(t)
	handles, failures := make([]*model.DB, 3), make([]error, 3)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range handles {
		all.Go(func() {
			<-gate
			handles[i], failures[i] = model.Open(t.Context(), url, testkit.Keys(), 2)
		})
	}
	close(gate)
	all.Wait()
	for i, db := range handles {
		if failures[i] != nil {
			t.Errorf("replica %d: %v", i, failures[i])
			continue
		}
		t.Cleanup(func() { _ = db.Close() })
		if n := versions(t, db); n.rows != n.distinct {
			t.Errorf("%d migrations were noted %d times", n.distinct, n.rows)
		}
	}
}

func TestMigration_newerDatabaseIsRefused(t *testing.T) {
	url := testkit.OpenDatabase(t)
	db := open(t, url)
	newer := versions(t, db).last + 1
	err := db.Tx(t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)", newer, true).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	refused, err := model.Open(t.Context(), url, testkit.Keys(), 2)
	if err == nil {
		_ = refused.Close()
		t.Fatal("an old binary opened a newer database")
	}
	if !strings.Contains(err.Error(), "newer") {
		t.Fatalf("the operator is not told what to do: %v", err)
	}
}
