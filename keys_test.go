package main

import (
	"errors"
	"io"
	"path/filepath"
	"testing"

	"danyuan/config"
	"danyuan/model"
)

// runLine loads a command line as the program does, and runs it on a folder of its own.
func runLine(t *testing.T, dir string, args ...string) error {
	t.Helper()
	env := map[string]string{"DATA_DIR": dir, "LOG_LEVEL": "error"}
	command, err := config.Load(&commands{}, args, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return command.Run(t.Context())
}

// TestKeys_stepByStep is what an operator types, in the right order and in wrong ones.
func TestKeys_stepByStep(t *testing.T) {
	dir := t.TempDir()
	if err := runLine(t, dir, "keys", filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	if err := runLine(t, dir, "import"); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		word string
		want error
	}{
		{"rotate", model.ErrNoneBefore}, {"prepare", nil}, {"prepare", model.ErrPrepared}, {"drop", model.ErrPrepared},
		{"rotate", nil}, {"rotate", model.ErrNoneBefore}, {"drop", nil}, {"prepare", nil},
	} {
		if err := runLine(t, dir, "keys", step.word); !errors.Is(err, step.want) {
			t.Fatalf("step %d, keys %s: %v", i, step.word, err)
		}
	}
	if err := runLine(t, dir, "retention", "--dry-run"); err != nil {
		t.Error(err)
	}
	if err := runLine(t, dir, "retention", "--set", "notices", "--days", "100"); !errors.Is(err, errHowToSet) {
		t.Errorf("set without a reason: %v", err)
	}
	if err := runLine(t, dir, "retention", "--set", "notices", "--days", "100", "--reason", "区里的规定"); err != nil {
		t.Error(err)
	}
	if err := runLine(t, dir, "verify", "--audit-head", "nobody's"); !errors.Is(err, errDiffers) {
		t.Errorf("a head that is in no chain: %v", err)
	}
}
