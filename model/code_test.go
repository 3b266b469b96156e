package model_test

import (
	"net/url"
	"strings"
	"testing"

	"danyuan/model"
)

func TestNewCode_isAValidSceneAndNeverTheSame(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c := model.NewCode()
		if !model.ValidScene(c) || strings.ContainsAny(c, "ILOU") || seen[c] {
			t.Fatalf("%q", c)
		}
		seen[c] = true
	}
}

// FuzzValidScene holds that what passes as a scene can be put into an address as it is.
func FuzzValidScene(f *testing.F) {
	for _, s := range []string{"7K2M9QX4T1AB", "", "a-b_c", strings.Repeat("A", 32), strings.Repeat("A", 33), "a b", "é", "\x00", "😀", "a%00", "../x", "\u202eA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if model.ValidScene(s) && (s == "" || len(s) > 32 || url.PathEscape(s) != s || url.QueryEscape(s) != s) {
			t.Fatalf("%q passes", s)
		}
	})
}
