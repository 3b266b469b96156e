package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/demo"
	"danyuan/model"
)

// demoHouse opens the demo in a folder of its own, filled.
func demoHouse(t *testing.T) *house {
	t.Helper()
	h, err := open(t.Context(), config.Settings{DataDir: t.TempDir(), LogLevel: "error"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	if _, err := h.fill(t.Context(), demo.Plan{}, nil); err != nil {
		t.Fatal(err)
	}
	return h
}

// The demo is played with: whatever its people have done, it starts again.
func TestGreet_neverStopsTheDemo(t *testing.T) {
	h := demoHouse(t)
	greets := func(what string) {
		t.Helper()
		if err := h.greet(context.WithoutCancel(t.Context()), io.Discard, "http://127.0.0.1:8080"); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	spoil := func(fn func(tx *gorm.DB) error) {
		t.Helper()
		if err := h.db.Tx(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	greets("new")
	spoil(func(tx *gorm.DB) error {
		return tx.Model(&model.Binding{}).Where("1 = 1").Updates(map[string]any{"state": model.BindingEnded, "active_user_id": nil, "active_person_id": nil}).Error
	})
	greets("nobody is bound")
	if code, err := demo.UnitCode(t.Context(), h.db); err != nil || code == "" {
		t.Errorf("no code of any unit: %q, %v", code, err)
	}
	spoil(func(tx *gorm.DB) error {
		return tx.Model(&model.Code{}).Where("1 = 1").Updates(map[string]any{"revoked_at": clock{}.Now(), "active_key": nil}).Error
	})
	greets("no code is valid")
}

var filledFolder string // for TestMain to remove

// filled is a demo's folder, filled once; tests get copies.
var filled = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "danyuan-filled-")
	if err != nil {
		return "", err
	}
	filledFolder = dir
	h, err := open(context.Background(), config.Settings{DataDir: dir, LogLevel: "error"}, 2)
	if err != nil {
		return "", err
	}
	_, err = h.fill(context.Background(), demo.Plan{}, nil)
	return dir, errors.Join(err, h.Close())
})

// filledCopy gives a demo's folder that is the test's own.
func filledCopy(t *testing.T) string {
	t.Helper()
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"seal.json", "index.json"} { // CopyFS allows what the umask allows
		if err := os.Chmod(filepath.Join(dir, "keys", file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func stuckJob(tx *gorm.DB) error {
	now := clock{}.Now().UTC()
	return tx.Create(&model.Job{Kind: "send_notice", SubjectID: 7, State: model.JobStuck, DueAt: now, OwedAt: now}).Error
}

func dueSweep(tx *gorm.DB) error {
	now := clock{}.Now().UTC().Add(-time.Second)
	return tx.Create(&model.Job{Kind: "sweep", State: model.JobDue, DueAt: now, OwedAt: now}).Error
}

func tamper(t *testing.T, h *house, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}
