package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/model"
	"danyuan/testkit"
)

// The same on a database server and a Redis, where the tests are given them.
func TestDoctor_looksAtServersAndNotOnlyAtFiles(t *testing.T) {
	if os.Getenv(testkit.DatabaseEnv) == "" {
		t.Skip("there is no server")
	}
	dir := t.TempDir()
	env := map[string]string{"DATA_DIR": dir, "DATABASE_URL": testkit.OpenDatabase(t), "REDIS_URL": os.Getenv("DANYUAN_TEST_REDIS_URL"), "PORT": "0"}
	if err := model.CreateKeys(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	said, err := consulted(t, env)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, notice, "数据库", "是空的", "指错了库")
	said, _ = consulted(t, env)
	told(t, said, notice, "数据库", "是空的") // looking has made nothing
	h, err := open(t.Context(), config.Settings{DataDir: dir, DatabaseURL: env["DATABASE_URL"], LogLevel: "error"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	said, err = consulted(t, env)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	told(t, said, fine, "待办", "没有卡住的")
	if env["REDIS_URL"] != "" {
		told(t, said, fine, "Redis", "一次查询用时")
	}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Create(&model.Audit{At: clock{}.Now().UTC().Add(time.Hour), Action: "test"}).Error
	})
	said, _ = consulted(t, env)
	told(t, said, broken, "时钟", "拨慢了")
}

// What danyuan relies on in a PostgreSQL is said before anything is kept in it.
func TestDoctor_looksHowPostgresKeepsTexts(t *testing.T) {
	server := os.Getenv(testkit.DatabaseEnv)
	if !strings.HasPrefix(server, "postgres:") {
		t.Skip("there is no PostgreSQL")
	}
	db, err := model.Postgres(server + "postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	const name = "doctor_by_language"
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'zh'"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	}()
	said, err := consulted(t, map[string]string{"DATA_DIR": t.TempDir(), "DATABASE_URL": server + name, "PORT": "0"})
	told(t, said, notice, "数据库", "LC_COLLATE 'C'")
	if err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// From PostgreSQL 15 on only a database's owner makes tables in it, unless somebody lets others.
func TestDoctor_looksWhetherTablesCanBeMade(t *testing.T) {
	url := testkit.OpenDatabase(t)
	if !strings.HasPrefix(url, "postgres:") {
		t.Skip("there is no PostgreSQL")
	}
	db, err := model.Postgres(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	const name = "doctor_no_owner"
	if _, err := db.ExecContext(t.Context(), "CREATE ROLE "+name+" LOGIN"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP ROLE "+name); err != nil {
			t.Error(err)
		}
	}()
	_, at, _ := strings.Cut(url, "@")
	said, err := consulted(t, map[string]string{"DATA_DIR": t.TempDir(), "DATABASE_URL": "postgres://" + name + "@" + at, "PORT": "0"})
	told(t, said, broken, "数据库", "OWNER TO")
	if !errors.Is(err, errUnwell) {
		t.Errorf("it ended with %v", err)
	}
}
