package people

import "testing"

func TestSource_noTwoPeopleShareANumber(t *testing.T) {
	phones, ids := map[string]bool{}, map[string]bool{}
	for part := range 3 {
		s := New(part)
		for range 60_000 {
			p := s.Next()
			if p.Phone != "" && phones[p.Phone] || ids[p.IDNumber] {
				t.Fatalf("part %d: %s or %s twice", part, p.Phone, p.IDNumber)
			}
			phones[p.Phone], ids[p.IDNumber] = true, true
		}
	}
}

func TestCheckDigit_isTheStandardsExample(t *testing.T) {
	// GB 11643-1999, annex A.
	if got := CheckDigit("11010519491231002"); got != 'X' {
		t.Fatalf("check digit %c, want X", got)
	}
}
