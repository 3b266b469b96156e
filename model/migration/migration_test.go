package migration_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"danyuan/model/migration"
)

func TestRender_eachWordInEachDialect(t *testing.T) {
	for _, c := range []struct{ portable, sqlite, mysql string }{
		{"id @id,", "id INTEGER PRIMARY KEY AUTOINCREMENT,", "id BIGINT AUTO_INCREMENT PRIMARY KEY,"},
		{"at @time NOT NULL", "at DATETIME NOT NULL", "at DATETIME NOT NULL"},
		{"phone @sealed", "phone BLOB", "phone VARBINARY(1100)"},
		{"answer @file", "answer BLOB", "answer LONGBLOB"},
		{"shown @bool", "shown BOOLEAN", "shown BOOLEAN"},
		{"path @path", "path TEXT", "path VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin"},
		{"kind @ascii(16) NOT NULL", "kind VARCHAR(16) NOT NULL", "kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"},
		{"CHECK (@is_sealed(phone))", "CHECK ((phone IS NULL OR (typeof(phone) = 'blob' AND substr(phone, 1, 1) = x'01')))", "CHECK ((phone IS NULL OR LEFT(phone, 1) = x'01'))"},
	} {
		if got := migration.Render("sqlite", c.portable); got != c.sqlite {
			t.Errorf("sqlite: %q, want %q", got, c.sqlite)
		}
		if got := migration.Render("mysql", c.portable); got != c.mysql {
			t.Errorf("mysql: %q, want %q", got, c.mysql)
		}
	}
}

func TestRender_indexLinesBecomeStatementsWhereATableCannotHaveThem(t *testing.T) {
	table := "CREATE TABLE IF NOT EXISTS things (\n  id @id,\n  INDEX ix_things_kind (kind, id),\n  CONSTRAINT uq_things UNIQUE (id)\n) @table;\n"
	lite := migration.Render("sqlite", table)
	if !strings.Contains(lite, "\n);") && !strings.Contains(lite, ") ;") || !strings.Contains(lite, "CREATE INDEX IF NOT EXISTS ix_things_kind ON things (kind, id);") || strings.Contains(lite, "  INDEX") {
		t.Errorf("sqlite:\n%s", lite)
	}
	my := migration.Render("mysql", table)
	if !strings.Contains(my, "  INDEX ix_things_kind (kind, id),") || !strings.Contains(my, "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;") || strings.Contains(my, "CREATE INDEX") {
		t.Errorf("mysql:\n%s", my)
	}
}

// TestRender_everyFileComesOutWhole finds a word that a dialect does not know, and an INDEX line at
// the end of a table, where it would stay in the SQL of an engine that has no such lines.
func TestRender_everyFileComesOutWhole(t *testing.T) {
	files := os.DirFS("sql")
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(err, names)
	}
	left := regexp.MustCompile(`@\w+`)
	index := regexp.MustCompile(`(?m)^\s*INDEX .*$`)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, dialect := range []string{"sqlite", "mysql", "tidb", "postgres"} {
			out := migration.Render(dialect, string(text))
			if word := left.FindString(out); word != "" {
				t.Errorf("%s: %s does not know %s", name, dialect, word)
			}
			if dialect == "tidb" && strings.Contains(out, "TRIGGER") {
				t.Errorf("%s: TiDB has no triggers", name)
			}
			if line := index.FindString(out); (dialect == "sqlite" || dialect == "postgres") && line != "" {
				t.Errorf("%s: an INDEX line must not be the last of its table: %s", name, line)
			}
		}
	}
}

func TestPointingAtThemselves_isReversalsOnly(t *testing.T) {
	if got := migration.PointingAtThemselves(); len(got) != 1 || got["transfers"] != "reverses_id" {
		t.Errorf("%v: model.Copy writes a row after what it points at, if that points at nothing itself", got)
	}
}
