package model_test

import (
	"errors"
	"strings"
	"testing"

	"danyuan/model"
	"danyuan/testkit"
)

func TestCleanIDNumber_takesWhatAnIDCardCanHold(t *testing.T) {
	for typed, birth := range map[string]string{
		"11010519491231002X":     "1949-12-31", // the example of GB 11643-1999
		"440524188001010014":     "",           // its other example: nobody of that age lives
		"340899195001310016":     "1950-01-31",
		" 340899 19500131 069x ": "1950-01-31",
		"３４０８９９１９５００１３１００１６":       "1950-01-31",
		"\u202d340899195001310016": "1950-01-31",
	} {
		number, got, err := model.CleanIDNumber(typed, testkit.Start)
		if birth == "" {
			if err == nil {
				t.Errorf("%q is taken as %s", typed, number)
			}
			continue
		}
		if err != nil || got != birth || len(number) != 18 || number != strings.ToUpper(number) {
			t.Errorf("%q gives %q, %q, %v", typed, number, got, err)
		}
	}
}

func TestCleanIDNumber_refusesWhatItCannotBe(t *testing.T) {
	for typed, want := range map[string]error{
		"":                               model.ErrIDNumberForm,
		"340899500131001":                model.ErrIDNumberForm, // fifteen digits, given out until 1999
		"34089919500131001":              model.ErrIDNumberForm,
		"3408991950013100166":            model.ErrIDNumberForm,
		"04089919500131001X":             model.ErrIDNumberForm,
		"34089919500131001Y":             model.ErrIDNumberForm,
		"3408991950O131001X":             model.ErrIDNumberForm,
		"3.40899E+17":                    model.ErrIDNumberForm,
		"34089919500131\x00\x00\x00\x00": model.ErrIDNumberForm,
		"34089919500132001X":             model.ErrIDNumberBirth,
		"340899195002300016":             model.ErrIDNumberBirth,
		"340899299901310016":             model.ErrIDNumberBirth,
		"340899195001310061":             model.ErrIDNumberCheck, // two digits changed places
		"340899195001310017":             model.ErrIDNumberCheck,
	} {
		if _, _, err := model.CleanIDNumber(typed, testkit.Start); !errors.Is(err, want) {
			t.Errorf("%q gives %v, want %v", typed, err, want)
		}
	}
}

func TestCleanPhone_takesTheWaysPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]string{
		"15400000001": "15400000001", "154 0000 0001": "15400000001", "154-0000-0001": "15400000001", "+86 15400000001": "15400000001",
		"8615400000001": "15400000001", "１５４０００００００１": "15400000001", "\u202d15400000001\u202c": "15400000001",
		"12400000001": "", "1540000000": "", "154000000011": "", "0556-5500000": "", "1.54E+10": "", "": "", "1540000000一": "",
	} {
		got, err := model.CleanPhone(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", typed, got, err)
		}
	}
}

func TestCleanBirthDate_takesTheWaysPeopleWriteIt(t *testing.T) {
	for typed, want := range map[string]string{
		"1950-01-31": "1950-01-31", "1950/1/31": "1950-01-31", "1950.1.31": "1950-01-31", "19500131": "1950-01-31", "1950年1月31日": "1950-01-31",
		"2026-03-05": "2026-03-05", "2026-03-06": "", "1899-12-31": "", "1950-02-30": "", "31.1.1950": "", "1950": "", "1950/1/31 0:00": "1950-01-31", "1950-01-31 00:00:00": "1950-01-31", "1950-01-31T00:00:00.000": "1950-01-31", "1950-01-31 08:00": "", "": "", "18294": "",
	} {
		got, err := model.CleanBirthDate(typed, testkit.Start)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v", typed, got, err)
		}
	}
}

func TestMembershipOf_knowsTheWordsOfTheStandard(t *testing.T) {
	for word, want := range map[string]model.Membership{
		"群众": model.NoMember, "共青团员": model.NoMember, "民革党员": model.NoMember, "党员": model.Member, "中共党员": model.Member,
		"预备党员": model.Member, " 在职 党员": model.InServiceMember,
	} {
		if got, ok := model.MembershipOf(word); !ok || got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
	if _, ok := model.MembershipOf("良民"); ok {
		t.Error("a word that is none is taken")
	}
}
