package model_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

func TestActivate_theIndexesAllowOneAccountAPersonAndOnePersonAnAccount(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	p, other := k.Person(o.Unit, "李小梅"), k.Person(o.Unit, "王大力")
	activate := func(user int64, p model.Person) error {
		return k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			b, err := model.StartBinding(tx, user, "13900000001", k.Clock.Now())
			if err == nil {
				err = b.Activate(tx, p, model.ByPhone, 0, k.Clock.Now())
			}
			return err
		})
	}
	var users [2]int64
	k.Tx(func(tx *gorm.DB) error {
		for i, openID := range []string{"a", "b"} {
			u, err := model.SignIn(tx, openID, "", "", k.Clock.Now())
			if err != nil {
				return err
			}
			users[i] = u.ID
		}
		return nil
	})
	if err := activate(users[0], p); err != nil {
		t.Fatal(err)
	}
	if err := activate(users[1], p); !errors.Is(err, model.ErrBindingTaken) {
		t.Fatalf("a second account of one person: %v", err)
	}
	if err := activate(users[0], other); !errors.Is(err, model.ErrBindingTaken) {
		t.Fatalf("a second person of one account: %v", err)
	}
}

func TestSameRoom_howeverItIsWritten(t *testing.T) {
	for _, same := range [][2]string{{"301", "301室"}, {"３０１", "301"}, {"3 01", "301房"}, {"a-301", "A-301户"}} {
		if !model.SameRoom(same[0], same[1]) {
			t.Errorf("%q and %q are one room", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"301", "302"}, {"", ""}, {"室", "号"}, {"301", "1301"}} {
		if model.SameRoom(other[0], other[1]) {
			t.Errorf("%q and %q are no one room", other[0], other[1])
		}
	}
}
