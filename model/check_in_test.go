package model_test

import (
	"strings"
	"testing"

	"danyuan/model"
)

func TestCleanWorkUnit_writesOneNameInOneWay(t *testing.T) {
	for typed, want := range map[string]string{
		" 安庆市教育局 ": "安庆市教育局", "安庆市 教育局": "安庆市教育局", "安庆市教育局（机关）": "安庆市教育局(机关)",
		"ＡＢＣ  有限公司": "ABC有限公司", "Anqing  No. 1 School": "Anqing No. 1 School",
	} {
		if got, err := model.CleanWorkUnit("body.work_unit", typed); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
}

func FuzzCleanWorkUnit(f *testing.F) {
	for _, s := range []string{"安庆市教育局", "a　b", "\x00", "\xff", "㍿", "😀 局", "a\u0301 b", "e \u0301x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once, err := model.CleanWorkUnit("f", s)
		if err != nil {
			return
		}
		if again, err := model.CleanWorkUnit("f", once); err != nil || again != once || strings.TrimSpace(once) == "" {
			t.Fatalf("%q gives %q, and again %q (%v)", s, once, again, err)
		}
	})
}
