package main

import (
	"os"
	"testing"
)

// beDanyuan makes the tests' own program be danyuan, for tests of a process that starts, stops and dies.
const beDanyuan = "DANYUAN_TEST_IS_DANYUAN"

// TestMain is danyuan where it is asked to be, and runs the tests otherwise.
func TestMain(m *testing.M) {
	if os.Getenv(beDanyuan) != "" {
		os.Exit(run())
	}
	code := m.Run()
	if filledFolder != "" {
		_ = os.RemoveAll(filledFolder)
	}
	os.Exit(code)
}
