package service_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service"
)

var fuzzedAt = time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)

// manyDigits is what only a phone or id number has.
var manyDigits = regexp.MustCompile(`\d{9}`)

func FuzzRosterRow(f *testing.F) {
	for _, row := range []string{
		"第一网格|3栋|1单元|701|李梅|15400000001|34089919500131069X|1950-01-31|党员|安庆市|", "第一网格|3栋|1单元|702|王海|||||孙兰",
		"||||||||||", "第一网格|3栋|\u202e|\x00|👨‍👩‍👧|1e10|٣٤٠٨٩٩|0000-00-00|=cmd|" + strings.Repeat("长", 600),
	} {
		f.Add(strings.ReplaceAll(row, "|", "\x1f"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		cells := append(strings.SplitN(text, "\x1f", 11), make([]string, 11)...)[:11]
		p, faults := service.CheckRow(cells, fuzzedAt)
		if len(faults) > 0 {
			for _, f := range faults {
				if len(f) > 600 || manyDigits.MatchString(f) {
					t.Fatalf("the fault %q repeats a number or is too long", f)
				}
			}
			return
		}
		if name, err := model.NeedText("", p.Name, 40, false); err != nil || name != p.Name {
			t.Fatalf("name %q: %v", p.Name, err)
		}
		if phone, err := model.CleanPhone(p.Phone); p.Phone != "" && (err != nil || phone != p.Phone) {
			t.Fatalf("phone %q: %v", p.Phone, err)
		}
		if p.IDNumber != "" {
			if number, birth, err := model.CleanIDNumber(p.IDNumber, fuzzedAt); err != nil || number != p.IDNumber || birth != p.BirthDate {
				t.Fatalf("id number %q, birth %q: %v", p.IDNumber, p.BirthDate, err)
			}
		}
		if birth, err := model.CleanBirthDate(p.BirthDate, fuzzedAt); p.BirthDate != "" && (err != nil || birth != p.BirthDate) {
			t.Fatalf("birth %q: %v", p.BirthDate, err)
		}
	})
}
