package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/model"
)

// TestCopies_takeNothingForAnInstallation: a mistyped address is an empty database, and a copy of that is no backup.
func TestCopies_takeNothingForAnInstallation(t *testing.T) {
	empty := config.Settings{DataDir: filepath.Join(t.TempDir(), "mistyped"), LogLevel: "error"}
	dir := t.TempDir()
	for name, run := range map[string]func() error{
		"backup":    func() error { return (&backup{Settings: empty, Dir: filepath.Join(dir, "backup")}).Run(t.Context()) },
		"verify":    func() error { return (&verify{Settings: empty}).Run(t.Context()) },
		"retention": func() error { return (&retentionCommand{Settings: empty, DryRun: true, Days: -1}).Run(t.Context()) },
		"keys":      func() error { return (&rotateKeys{empty}).Run(t.Context()) },
		"copy": func() error {
			return (&copying{empty, "sqlite:" + filepath.Join(empty.DataDir, "a.db"), "sqlite:" + filepath.Join(dir, "b.db")}).Run(t.Context())
		},
	} {
		if err := run(); !errors.Is(err, errNoData) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if made, err := filepath.Glob(filepath.Join(empty.DataDir, "*.db")); err != nil || len(made) > 0 {
		t.Errorf("a database was made: %v, %v", made, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "backup", backupFile)); err == nil {
		t.Error("an empty backup was made")
	}

	made := config.Settings{DataDir: t.TempDir(), LogLevel: "error"} // tables, and nothing in them
	h, err := open(t.Context(), made, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := (&copying{made, made.Database(), made.Database()}).Run(t.Context()); !errors.Is(err, errNoData) {
		t.Errorf("an empty database was copied onto itself: %v", err)
	}

	if err := (&restore{Settings: empty, Dir: dir}).Run(t.Context()); !errors.Is(err, errNoBackup) {
		t.Errorf("restored from nothing: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left in the folder that was no backup: %v, %v", left, err)
	}
}

// TestCopies_bringNoOlderDatabaseUpToDate: who backs up before an upgrade wants to be able to go back.
func TestCopies_bringNoOlderDatabaseUpToDate(t *testing.T) {
	set := config.Settings{DataDir: filledCopy(t), LogLevel: "error"}
	h, err := open(t.Context(), set, 2)
	if err != nil {
		t.Fatal(err)
	}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)").Error
	})
	was, err := h.db.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "backup")
	for name, run := range map[string]func() error{
		"backup": func() error { return (&backup{Settings: set, Dir: dir}).Run(t.Context()) },
		"verify": func() error { return (&verify{Settings: set}).Run(t.Context()) },
	} {
		if err := run(); !errors.Is(err, errOlder) {
			t.Errorf("%s: %v", name, err)
		}
		if is, err := h.db.Look(t.Context()); err != nil || is.Have != was.Have {
			t.Errorf("%s brought the database from %d to %d: %v", name, was.Have, is.Have, err)
		}
	}
}

// TestCopies_areRefusedAtOnceWithKeysOfAnother: what could not be verified in the end is not begun.
func TestCopies_areRefusedAtOnceWithKeysOfAnother(t *testing.T) {
	set := config.Settings{DataDir: filledCopy(t), KeysDir: filepath.Join(t.TempDir(), "keys"), LogLevel: "error"}
	if err := model.CreateKeys(set.KeysDir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := (&copying{set, set.Database(), "sqlite:" + file}).Run(t.Context()); !errors.Is(err, model.ErrOtherKeys) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a copy was begun")
	}
}

// TestCopies_drawNothingWhereNobodyLooks: what a nightly backup prints goes into a mail.
func TestCopies_drawNothingWhereNobodyLooks(t *testing.T) {
	dir := filledCopy(t)
	said, err := danyuan([]string{"DATA_DIR=" + dir, "LOG_LEVEL=error"}, "backup", filepath.Join(dir, "backup")).CombinedOutput()
	if err != nil || strings.Contains(string(said), "\r") || strings.Contains(string(said), "\n\n") || !strings.Contains(string(said), "逐行核对一致") {
		t.Errorf("%v: %q", err, said)
	}
}
