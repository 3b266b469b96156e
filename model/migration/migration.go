// Package migration brings a database up to date: numbered SQL, forward only, one set of files for
// every dialect. A file is rendered for the dialect it meets; nothing else differs.
package migration

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sql/*.sql
var files embed.FS

// Up applies what is missing, in one process at a time. It refuses a database that is newer than
// this binary: an old binary must not guess at a schema it has never seen.
func Up(ctx context.Context, dialect string, db *sql.DB) error {
	sub, err := fs.Sub(files, "sql")
	if err != nil {
		return err
	}
	words := dialect
	if dialect == "mysql" {
		if words, err = speaks(ctx, db); err != nil {
			return fmt.Errorf("migration: %w", err)
		}
	}
	p, err := provider(dialect, db, rendered{sub, words})
	if err != nil {
		return err
	}
	known := p.ListSources()[len(p.ListSources())-1].Version
	if dialect != "sqlite" && db.Stats().MaxOpenConnections == 1 { // the lock is held beside the connection that migrates
		db.SetMaxOpenConns(2)
		defer db.SetMaxOpenConns(1)
	}
	if err := run(ctx, p); err != nil {
		return fmt.Errorf("migration: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migration: %w", err)
	}
	if have > known {
		return &NewerError{Have: have, Known: known}
	}
	return nil
}

// speaks tells TiDB, which has no triggers, from the others of MySQL's words.
func speaks(ctx context.Context, db *sql.DB) (string, error) {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return "", err
	}
	if strings.Contains(version, "TiDB") {
		return "tidb", nil
	}
	return "mysql", nil
}

// NewerError refuses a database that a newer binary has brought up to date.
type NewerError struct{ Have, Known int64 }

// Error names both versions.
func (e *NewerError) Error() string {
	return fmt.Sprintf("migration: the database is at version %d, this binary knows %d: use the newer binary", e.Have, e.Known)
}

func provider(dialect string, db *sql.DB, files fs.FS) (*goose.Provider, error) {
	if dialect == "sqlite" {
		s, err := database.NewStore(database.DialectSQLite3, goose.DefaultTablename)
		if err != nil {
			return nil, err
		}
		return goose.NewProvider(goose.DialectCustom, db, files, goose.WithStore(notedOnce{s}))
	}
	if dialect == "postgres" {
		return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithLocker(&advisory{}))
	}
	l, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectMySQL, db, files, goose.WithLocker(l))
}

// notedOnce is goose's version table for SQLite, for which goose has no lock: of several processes
// that start together one notes a version, and the others' transactions with the same file end there.
type notedOnce struct{ database.Store }

// CreateVersionTable makes the table with each version at most once.
func (s notedOnce) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	if err := s.Store.CreateVersionTable(ctx, db); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "CREATE UNIQUE INDEX uq_goose_db_version ON goose_db_version (version_id)")
	return err
}

// run goes on after a failure for as long as the database gets ahead: another process was faster.
func run(ctx context.Context, p *goose.Provider) error {
	for {
		before, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		_, failed := p.Up(ctx)
		if failed == nil {
			return nil
		}
		after, err := p.GetDBVersion(ctx)
		if err != nil || after <= before {
			return failed
		}
	}
}

// rendered shows the SQL files as one dialect writes them.
type rendered struct {
	fs.FS
	dialect string
}

// Open renders a file when it is opened.
func (r rendered) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return file{f, bytes.NewReader([]byte(Render(r.dialect, string(text))))}, nil
}

type file struct {
	fs.File
	*bytes.Reader
}

// Read reads the rendered text.
func (f file) Read(p []byte) (int, error) { return f.Reader.Read(p) }

var (
	types = map[string]*strings.Replacer{
		"sqlite": strings.NewReplacer(
			"@id", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT NOT NULL PRIMARY KEY", "INTEGER NOT NULL PRIMARY KEY", // the row's own number, no index beside it
			"@time", "DATETIME", "@sealed", "BLOB", "@file", "BLOB",
			"@bool", "BOOLEAN", "@path", "TEXT", "@table", "", "@clustered", "WITHOUT ROWID"),
		"mysql": strings.NewReplacer(
			"@id", "BIGINT AUTO_INCREMENT PRIMARY KEY", "@time", "DATETIME", "@sealed", "VARBINARY(1100)", "@file", "LONGBLOB",
			"@bool", "BOOLEAN", "@path", "VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin",
			"@table", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
			"@clustered", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
		"postgres": strings.NewReplacer(
			"@id", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "@time", "TIMESTAMPTZ", "@sealed", "BYTEA", "@file", "BYTEA",
			"@bool", "BOOLEAN", "@path", `VARCHAR(190) COLLATE "C"`, "@table", "", "@clustered", ""),
	}
	sealedChecks = map[string]string{
		"sqlite": "($1 IS NULL OR (typeof($1) = 'blob' AND substr($1, 1, 1) = x'01'))",
		"mysql":  "($1 IS NULL OR LEFT($1, 1) = x'01')",

		"postgres": `($1 IS NULL OR SUBSTRING($1 FROM 1 FOR 1) = '\x01'::bytea)`,
	}
	// appendOnly are the triggers by which a table's rows are never changed nor deleted.
	appendOnly = map[string]string{
		"sqlite": "CREATE TRIGGER IF NOT EXISTS tr_$1_no_$2 BEFORE $2 ON $1 BEGIN SELECT RAISE(ABORT, '$1 is append-only'); END;",
		"mysql": "DROP TRIGGER IF EXISTS tr_$1_no_$2;\n" + // MySQL knows no CREATE TRIGGER IF NOT EXISTS before 8.0.29
			"-- +goose StatementEnd\n-- +goose StatementBegin\n" +
			"CREATE TRIGGER tr_$1_no_$2 BEFORE $2 ON $1 FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '$1 is append-only';",
		"postgres": "CREATE OR REPLACE FUNCTION refuse_$1_$2() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''$1 is append-only''; END';\n" +
			"-- +goose StatementEnd\n-- +goose StatementBegin\n" +
			"CREATE OR REPLACE TRIGGER tr_$1_no_$2 BEFORE $2 ON $1 FOR EACH STATEMENT EXECUTE FUNCTION refuse_$1_$2();",
	}
	// refused is what the triggers refuse; emptying a table whole passes by MariaDB's, and SQLite has no such thing.
	refused = map[string][]string{"sqlite": {"UPDATE", "DELETE"}, "mysql": {"UPDATE", "DELETE"}, "postgres": {"UPDATE", "DELETE", "TRUNCATE"}}
	asciis  = map[string]string{
		"sqlite": "VARCHAR($1)", "mysql": "VARCHAR($1) CHARACTER SET ascii COLLATE ascii_bin", "postgres": `VARCHAR($1) COLLATE "C"`,
	}
	// added makes an index of a table that there is. MySQL has no words for "unless there is one".
	added = map[string]string{
		"sqlite": "CREATE INDEX IF NOT EXISTS $1 ON $2 $3", "postgres": "CREATE INDEX IF NOT EXISTS $1 ON $2 $3",
		"mysql": "SET @'add' = IF(EXISTS (SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '$2' AND index_name = '$1'), 'DO 0', 'CREATE INDEX $1 ON $2 $3');\n" +
			"PREPARE adding FROM @'add';\nEXECUTE adding;\nDEALLOCATE PREPARE adding",
	}
	index     = regexp.MustCompile(`@index\((\w+) ON (\w+) (\([^)]*\))\)`)
	ascii     = regexp.MustCompile(`@ascii\((\d+)\)`)
	issealed  = regexp.MustCompile(`@is_sealed\((\w+)\)`)
	appends   = regexp.MustCompile(`@append_only\((\w+)\)`)
	tableText = regexp.MustCompile(`(?s)CREATE TABLE IF NOT EXISTS (\w+) \(.*?\n\)[^;]*;`)
	indexLine = regexp.MustCompile(`(?m)^\s*INDEX (\w+) (\([^)]*\)),\n`)
)

// Render writes a migration in a dialect's words. The portable words are: @id, @time, @sealed, @file,
// @bool, @path, @ascii(n), @table, @clustered (rows lie in the order of the primary key), @is_sealed(column), @append_only(table),
// @index(name ON table (columns)) for a table that there is, and INDEX lines inside
// CREATE TABLE, which become statements of their own where the dialect has no such lines. Every
// statement can be run again, so that a migration cut off half-way (MySQL's DDL is not transactional)
// goes on. TiDB writes as MySQL does, but has no triggers.
func Render(dialect, text string) string {
	if dialect == "tidb" {
		dialect, text = "mysql", appends.ReplaceAllString(text, "")
	}
	if dialect != "mysql" {
		text = tableText.ReplaceAllStringFunc(text, func(table string) string {
			name := tableText.FindStringSubmatch(table)[1]
			var after strings.Builder
			for _, ix := range indexLine.FindAllStringSubmatch(table, -1) {
				fmt.Fprintf(&after, "\nCREATE INDEX IF NOT EXISTS %s ON %s %s;", ix[1], name, ix[2])
			}
			return indexLine.ReplaceAllString(table, "") + after.String()
		})
	}
	text = appends.ReplaceAllStringFunc(text, func(word string) string {
		table, both := appends.FindStringSubmatch(word)[1], ""
		for _, what := range refused[dialect] {
			trigger := strings.NewReplacer("$1", table, "$2", what).Replace(appendOnly[dialect])
			both += "-- +goose StatementBegin\n" + trigger + "\n-- +goose StatementEnd\n"
		}
		return both
	})
	text = index.ReplaceAllStringFunc(text, func(word string) string {
		w := index.FindStringSubmatch(word)
		return strings.NewReplacer("$1", w[1], "$2", w[2], "$3", w[3]).Replace(added[dialect])
	})
	text = ascii.ReplaceAllString(text, asciis[dialect])
	text = issealed.ReplaceAllString(text, strings.ReplaceAll(sealedChecks[dialect], "$1", "${1}"))
	return types[dialect].Replace(text)
}

// Tables gives the tables that migrations make, each after those that it points at.
func Tables() []string { return named(`CREATE TABLE IF NOT EXISTS (\w+)`) }

// Seeded gives the tables into which migrations put rows.
func Seeded() []string { return named(`INSERT INTO (\w+)`) }

func named(pattern string) (names []string) {
	for _, found := range matches(pattern) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}

// PointingAtThemselves gives, of the tables with rows that point at others of the same table, the column that does.
func PointingAtThemselves() map[string]string {
	columns := map[string]string{}
	reference := regexp.MustCompile(`FOREIGN KEY \((\w+)\) REFERENCES (\w+)`)
	for _, table := range matches(`(?s)CREATE TABLE IF NOT EXISTS (\w+)(.*?);`) {
		for _, points := range reference.FindAllStringSubmatch(table[2], -1) {
			if points[2] == table[1] {
				columns[table[1]] = points[1]
			}
		}
	}
	return columns
}

// matches gives what a pattern finds in all migrations, in their order.
func matches(pattern string) (found [][]string) {
	all, err := files.ReadDir("sql")
	if err != nil {
		return nil
	}
	for _, entry := range all {
		text, err := files.ReadFile("sql/" + entry.Name())
		if err != nil {
			return nil
		}
		found = append(found, regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1)...)
	}
	return found
}
