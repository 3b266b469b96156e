package model_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"danyuan/model"
)

// TestDataMap_documentIsFresh holds docs/privacy.md against the tags.
func TestDataMap_documentIsFresh(t *testing.T) {
	file, want := filepath.Join("..", "docs", "privacy.md"), model.DataMap()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != want {
		t.Fatalf("docs/privacy.md is stale: go test ./model -run DataMap -update (%v)", err)
	}
}

// TestDataMap_leavesNothingOpen fails for a new table or column until somebody has said what it holds of
// people, why and for how long.
func TestDataMap_leavesNothingOpen(t *testing.T) {
	tables, gaps := model.PersonalData(model.Tables())
	for _, gap := range gaps {
		t.Error(gap)
	}
	for _, s := range schemas(t) {
		i := slices.IndexFunc(tables, func(p model.PersonalTable) bool { return p.Table == s.Table })
		if i < 0 {
			t.Fatalf("the map has no table %s", s.Table)
		}
		for _, f := range s.Fields {
			if f.DBName != "" && !slices.ContainsFunc(tables[i].Columns, func(c model.PersonalColumn) bool { return c.Column == f.DBName && c.Kind.Code != "" }) {
				t.Errorf("the map does not say what %s.%s holds", s.Table, f.DBName)
			}
		}
	}
	for _, r := range model.Retentions {
		if !strings.HasPrefix(r.Name, strings.ToLower(r.Name)) || r.Days < 0 {
			t.Errorf("%+v", r)
		}
	}
}

// TestDataMap_findsWhatIsNotSaid breaks each of its rules once.
func TestDataMap_findsWhatIsNotSaid(t *testing.T) {
	type Said struct {
		_ struct{} `privacy:"about=resident; why=测试; kept=notices"`

		ID       int64
		PersonID int64
		NodeID   int64
		Name     string `privacy:"name"`
		SeenAt   *time.Time
		Loud     bool
	}
	type Silent struct{ ID int64 }
	type Unknown struct {
		_  struct{} `privacy:"about=martian; why=测试; kept=notices"`
		ID int64
	}
	type Endless struct {
		_  struct{} `privacy:"about=resident; why=测试; kept=always"`
		ID int64
	}
	type Untagged struct {
		_      struct{} `privacy:"about=resident; why=测试; kept=notices"`
		Height int64
		Hobby  string
		State  model.PersonState
		Face   []byte
		Boss   *int64
		DoerID int64
	}
	type Plain struct {
		_      struct{} `privacy:"about=resident; why=测试; kept=notices"`
		Mobile string   `privacy:"phone"`
		Shoe   string   `privacy:"shoe"`
	}
	type Nobody struct {
		_        struct{} `privacy:"about=nobody; why=测试"`
		Count    int64
		PersonID int64
		Text     string
		Name     string `privacy:"name"`
	}
	for _, x := range []struct {
		record any
		gaps   int
	}{{&Said{}, 0}, {&Silent{}, 3}, {&Unknown{}, 1}, {&Endless{}, 1}, {&Untagged{}, 6}, {&Plain{}, 2}, {&Nobody{}, 3}} {
		if _, gaps := model.PersonalData([]any{x.record}); len(gaps) != x.gaps {
			t.Errorf("%T: %d gaps instead of %d: %s", x.record, len(gaps), x.gaps, strings.Join(gaps, "\n"))
		}
	}
}
