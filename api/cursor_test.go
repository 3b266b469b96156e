package api

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Cursors are fuzzed without the routes around them: see scripts/fuzz.
//
//fuzz:alone cursor.go

// FuzzCursor: whatever a client sends as a cursor is the place of a row or refused as such, and what
// we give out as next leads to the row that it was made from.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{
		"", "AAAAAAAAAAE", "AAAAAAAAAAE=", "AAAAAAAAAAF", "AAAAAAAAAAA", "__________8", "f_________8", "gAAAAAAAAAA", "AAAAAAAAAA\nE",
		"AAAAAAAAAA", "AAAAAAAAAAEA", "nonsense", "1", "-1", "+/+/+/+/+/8", "\x00", "\xff", "😀", "' OR 1=1", strings.Repeat("A", 64),
	} {
		f.Add(s, int64(1))
	}
	f.Add("", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, cursor string, row int64) {
		next := func(id int64) string {
			return listOf(Paged{Limit: 1}, []int64{id, 0}, func(id int64) int64 { return id }, func(id int64) int64 { return id }).Next
		}
		id, err := Paged{Cursor: cursor}.after()
		switch {
		case err != nil && (id != 0 || !errors.Is(err, errCursor)):
			t.Fatalf("%q gives %d and %v", cursor, id, err)
		case err == nil && (id < 0 || (id == 0) != (cursor == "")):
			t.Fatalf("%q is taken for %d", cursor, id)
		}
		for _, id := range []int64{id, row} {
			if id <= 0 {
				continue
			}
			if back, err := (Paged{Cursor: next(id)}).after(); err != nil || back != id || len(next(id)) > 64 {
				t.Fatalf("%d is given out as %q, which is %d (%v)", id, next(id), back, err)
			}
		}
	})
}
