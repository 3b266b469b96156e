package api_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestFirstAdmin_onceAndNeverAgain(t *testing.T) {
	k := edge.New(t)
	if _, err := k.S.LoadDistrict(t.Context()); err != nil {
		t.Fatal(err)
	}
	const phone = "13900000001"
	for _, bad := range [][3]string{
		{"", phone, "340802"}, {"郑\u202e管理", phone, "340802"}, {"郑管理", "139", "340802"}, {"郑管理", "", "340802"},
		{"郑管理", phone, "340803"}, {"郑管理", phone, "340802001"}, {"郑管理", phone, "\x00"},
	} {
		if err := k.S.FirstAdmin(t.Context(), bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	errs := make([]error, 4)
	k.Race(len(errs), func(i int) { errs[i] = k.S.FirstAdmin(t.Context(), "郑管理", phone, "340802") })
	wins := 0
	for _, err := range errs {
		if err == nil {
			wins++
		}
	}
	people, err := model.PersonsByPhone(k.DB.Read(t.Context()), phone)
	if err != nil || wins != 1 || len(people) != 1 {
		t.Fatalf("%d wins, %d people, %v: %v", wins, len(people), err, errs)
	}
	token := k.SignIn(people[0])
	k.Get(token, "/v1/me").Expect(200).Has("district_admin")
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("1 = 1").Updates(map[string]any{"ends_at": k.Clock.Now(), "open_key": nil}).Error
	})
	if err := k.S.FirstAdmin(t.Context(), "另一位", "13900000002", "340802"); err == nil {
		t.Fatal("a second first admin after the first has ended")
	}
}

func TestFirstAdmin_takesThePersonInTheRoster(t *testing.T) {
	k := edge.New(t)
	if _, err := k.S.LoadDistrict(t.Context()); err != nil {
		t.Fatal(err)
	}
	community, err := model.DivisionByCode(k.DB.Read(t.Context()), model.Community, "340802004003")
	if err != nil {
		t.Fatal(err)
	}
	p := k.Person(community, "郑管理", testkit.Phone("13900000001"))
	if err := k.S.FirstAdmin(t.Context(), "郑管理", "13900000001", "340802"); err != nil {
		t.Fatal(err)
	}
	k.Get(k.SignIn(p), "/v1/me").Expect(200).Has("district_admin")
}
