package main

import (
	"context"
	"io"
	"testing"

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
