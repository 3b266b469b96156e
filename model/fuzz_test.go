package model_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"danyuan/model"
)

// What is fuzzed here needs no database, and is compiled without what does: see scripts/fuzz.
//
//fuzz:alone

var fuzzedAt = time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)

func FuzzIDNumber(f *testing.F) {
	for _, seed := range []string{"11010519491231002X", "340899195001310016", "34089919500131069x", "", "身份证", "1\x00", strings.Repeat("9", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		number, birth, err := model.CleanIDNumber(typed, fuzzedAt)
		if err != nil {
			if number != "" || birth != "" {
				t.Fatalf("refused, and yet %q, %q", number, birth)
			}
			return
		}
		again, same, err := model.CleanIDNumber(number, fuzzedAt)
		if err != nil || again != number || same != birth || model.IDNumberCheck(number[:17]) != number[17] {
			t.Fatalf("%q became %q, then %q, %v", typed, number, again, err)
		}
		for i := range 18 { // any one digit wrong shows
			wrong := []byte(number)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			if string(wrong) != number && number[i] != 'X' {
				if _, _, err := model.CleanIDNumber(string(wrong), fuzzedAt); err == nil {
					t.Fatalf("%s is taken although digit %d of %s is wrong", wrong, i+1, number)
				}
			}
		}
	})
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
