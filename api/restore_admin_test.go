package api_test

import (
	"net/http"
	"testing"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// office is a district whose one admin has an account that nobody can use any more.
type office struct {
	*edge.Kit
	o     testkit.Org
	admin model.Person
	token string
}

const officeCode = "340802000000"

func newOffice(t *testing.T) *office {
	t.Helper()
	k := edge.New(t)
	f := &office{Kit: k, o: k.Org()}
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Node{}).Where("id = ?", f.o.District.ID).Update("code", officeCode).Error
	})
	f.admin = k.Person(f.o.District, "郑管理", testkit.Phone("13900000001"))
	k.Appoint(f.admin, model.DistrictAdmin, f.o.District)
	f.token = k.SignIn(f.admin)
	return f
}

// refused fails unless the command is refused with a code, and has changed nothing.
func (f *office) refused(name, phone, district, code string) {
	f.Helper()
	err := f.S.RestoreAdmin(f.Context(), name, phone, district)
	if why := fault.Of(err); why == nil || why.Code != code {
		f.Errorf("%s, %s, %s: %v, want %s", name, phone, district, err, code)
	}
	f.Get(f.token, "/v1/me").Expect(200).Has("district_admin")
	p, err := model.PersonByID(f.DB.Read(f.Context()), f.admin.ID)
	if err != nil || p.Phone != "13900000001" {
		f.Errorf("the phone is %s (%v)", p.Phone, err)
	}
}

func TestRestoreAdmin_letsTheNewPhoneInAndTheOldAccountOutAtOnce(t *testing.T) {
	f := newOffice(t)
	f.Person(f.o.Unit, "李小梅", testkit.Phone("13900000001")) // the old number is somebody else's too
	s2, other := f.Replica()
	f.Do(other, f.token, http.MethodGet, "/v1/me", nil).Expect(200).Has("district_admin")
	f.Get(f.token, "/v1/me").Expect(200)

	if err := f.S.RestoreAdmin(t.Context(), "郑管理", "139 0000 0009", officeCode); err != nil {
		t.Fatal(err)
	}
	f.Get(f.token, "/v1/me").Refused(401, "session.required")
	if err := s2.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Do(other, f.token, http.MethodGet, "/v1/me", nil).Refused(401, "session.required")

	fresh := f.Stranger("new-account")
	f.Post(fresh, "/v1/bindings", proof("13900000009")).Expect(200).Has(`"active"`)
	f.Get(fresh, "/v1/me").Expect(200).Has("district_admin")
	var log []model.Audit
	f.Tx(func(tx *gorm.DB) error {
		return tx.Where("action IN ?", []string{"binding.restore_admin", "person.change", "binding.end", "session.end_all"}).Order("id").Find(&log).Error
	})
	if len(log) != 4 || log[len(log)-1].Action != "binding.restore_admin" || log[len(log)-1].NodeID != f.o.District.ID || log[len(log)-1].SubjectID != f.admin.ID {
		t.Fatalf("%+v", log)
	}
}

func TestRestoreAdmin_helpsWhoHasNoAccountAnyMore(t *testing.T) {
	f := newOffice(t)
	f.Tx(func(tx *gorm.DB) error {
		b, err := model.ActiveBindingOfPerson(tx, f.admin.ID)
		if err != nil {
			return err
		}
		return b.End(tx, "丢失", f.Clock.Now())
	})
	for range 2 { // a second time does no harm
		if err := f.S.RestoreAdmin(t.Context(), "郑管理", "13900000009", officeCode); err != nil {
			t.Fatal(err)
		}
	}
	fresh := f.Stranger("new-account")
	f.Post(fresh, "/v1/bindings", proof("13900000009")).Expect(200).Has(`"active"`)
	f.Get(fresh, "/v1/me").Expect(200).Has("district_admin")
}

func TestRestoreAdmin_isRefusedWhereItIsNotClearWhoComesBack(t *testing.T) {
	f := newOffice(t)
	const phone = "13900000009"
	for _, bad := range []string{"", "139", "1390000000x", "23900000009"} {
		f.refused("郑管理", bad, officeCode, "phone.form")
	}
	f.refused("", phone, officeCode, "text.empty")
	f.refused("郑管理", phone, "340803", "node.not_found")
	f.refused("何管理", phone, officeCode, "role.no_such_admin")

	// Of other offices, of the past and of the future: no admins in office.
	f.Officer(model.Auditor, f.o.District, "何审计")
	f.refused("何审计", phone, officeCode, "role.no_such_admin")
	was, _ := f.Officer(model.DistrictAdmin, f.o.District, "何管理")
	f.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", was.ID).Updates(map[string]any{"ends_at": f.Clock.Now(), "open_key": nil}).Error
	})
	f.refused("何管理", phone, officeCode, "role.no_such_admin")
	next := f.Person(f.o.District, "钱管理")
	a := f.Appoint(next, model.DistrictAdmin, f.o.District)
	f.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("id = ?", a.ID).Update("starts_at", f.Clock.Now().AddDate(0, 0, 1)).Error
	})
	f.refused("钱管理", phone, officeCode, "role.no_such_admin")

	f.Person(f.o.Unit, "李小梅", testkit.Phone(phone))
	f.refused("郑管理", phone, officeCode, "role.admin_phone_shared")
	f.Officer(model.DistrictAdmin, f.o.District, "郑管理")
	f.refused("郑管理", "13900000008", officeCode, "role.several_admins")
}
