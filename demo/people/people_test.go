package people_test

import (
	"testing"

	"danyuan/demo/people"
	"danyuan/model"
	"danyuan/testkit"
)

func TestNth_phonesAndIDNumbersAreUniqueAndPassOurOwnChecks(t *testing.T) {
	const many = 100_000
	phones, numbers := make(map[string]struct{}, 2*many), make(map[string]struct{}, 2*many)
	for i := range 2 * many {
		n := i
		if i >= many {
			n = 1_000_000 - i // the far end of a whole district
		}
		p := people.Nth(1, n)
		phones[p.Phone], numbers[p.IDNumber] = struct{}{}, struct{}{}
		if i%97 != 0 {
			continue
		}
		if _, err := model.CleanPhone(p.Phone); err != nil {
			t.Fatal(p, err)
		}
		if _, birth, err := model.CleanIDNumber(p.IDNumber, testkit.Start); err != nil || birth != p.Birth {
			t.Fatal(p, birth, err)
		}
	}
	if len(phones) != 2*many || len(numbers) != 2*many {
		t.Fatalf("%d phones and %d id numbers of %d people", len(phones), len(numbers), 2*many)
	}
}

func TestNth_sameSeedSamePeople(t *testing.T) {
	same, other := 0, 0
	for n := range 100 {
		if p := people.Nth(7, n); p == people.Nth(7, n) {
			same++
		}
		if people.Nth(7, n).Name == people.Nth(8, n).Name {
			other++
		}
	}
	if same != 100 || other > 20 {
		t.Fatalf("%d of 100 the same, %d names the same with another seed", same, other)
	}
}
