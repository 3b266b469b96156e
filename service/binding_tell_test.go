package service_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// staffOf gives the command of a member of a community's staff.
func staffOf(k *testkit.Kit, o testkit.Org) service.Command {
	k.Helper()
	p := k.Person(o.Community, "赵社工")
	k.Appoint(p, model.CommunityStaff, o.Community)
	return service.Command{By: model.Actor{PersonID: p.ID, NodeID: o.Community.ID, Path: o.Community.Path, Grants: []model.Grant{
		{Role: model.CommunityStaff, NodeID: o.Community.ID, Path: o.Community.Path},
	}}}
}

// asking gives the binding of a stranger, with n accepts, who waits for a unit's chief.
func asking(k *testkit.Kit, o testkit.Org, n int) model.Binding {
	k.Helper()
	k.Stranger("stranger")
	var b model.Binding
	k.Tx(func(tx *gorm.DB) error {
		var u model.User
		if err := tx.Where("open_id = ?", "stranger").Take(&u).Error; err != nil {
			return err
		}
		var err error
		if b, err = model.StartBinding(tx, u.ID, "13900000001", k.Clock.Now()); err != nil {
			return err
		}
		return b.Ask(tx, model.ByApproval, nil, o.Unit.ID, "李小梅", "301", k.Clock.Now())
	})
	give(k, b.UserID, n)
	return b
}

func TestTellOfBinding_whoIsRefusedHearsWhyThroughWeChat(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	b := asking(k, o, 2)
	if _, err := k.S.RefuseBinding(k.Context(), staffOf(k, o), b.ID, "三楼没有这一户"); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	m := sent(k, 1)[0]
	if m.OpenID != "stranger" || m.Template != "tpl-binding" || m.Page != "pages/bind/index" ||
		m.Data["thing1"] != "身份申请没有通过" || m.Data["thing2"] != "三楼没有这一户" || m.Data["time3"] != "2026年03月05日 09:00" {
		t.Fatalf("sent %+v", m)
	}
	if err := k.S.Owe(k.Context(), "tell_binding", b.ID, "", k.Clock.Now()); err != nil { // whose answer was lost
		t.Fatal(err)
	}
	k.WorkOff()
	sent(k, 1)
	if left(k, b.UserID) != 1 {
		t.Fatal("a second accept was used for the same news")
	}
}

func TestTellOfBinding_whoHasBegunAnewOrGoneIsNotTold(t *testing.T) {
	for name, then := range map[string]func(k *testkit.Kit, b model.Binding) error{
		"begun anew": func(k *testkit.Kit, b model.Binding) error {
			k.Tx(func(tx *gorm.DB) error {
				_, err := model.StartBinding(tx, b.UserID, "13900000001", k.Clock.Now())
				return err
			})
			return nil
		},
		"closed": func(k *testkit.Kit, b model.Binding) error {
			_, err := k.S.CloseAccount(k.Context(), service.Command{By: model.Actor{UserID: b.UserID}}, true)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := testkit.New(t)
			o := k.Org()
			b := asking(k, o, 1)
			if _, err := k.S.RefuseBinding(k.Context(), staffOf(k, o), b.ID, "三楼没有这一户"); err != nil {
				t.Fatal(err)
			}
			if err := then(k, b); err != nil {
				t.Fatal(err)
			}
			k.WorkOff()
			sent(k, 0)
		})
	}
}

func TestTellOfBinding_theAccountThatLosesItsPersonIsTold(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 1)
	var unit model.Node
	k.Tx(func(tx *gorm.DB) (err error) { unit, err = model.NodeByID(tx, p.NodeID); return err })
	cmd := service.Command{By: model.Actor{PersonID: 1 << 40, Grants: []model.Grant{{Role: model.CommunityStaff, Path: unit.Path}}}}
	if _, err := k.S.EndBindingOf(k.Context(), cmd, p.ID, "手机号已经换人使用"); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	if m := sent(k, 1)[0]; m.Data["thing1"] != "微信绑定已经结束" || m.Data["thing2"] != "手机号已经换人使用" {
		t.Fatalf("sent %+v", m)
	}
	if left(k, user) != 0 {
		t.Fatal("the accept is still free")
	}
}

func TestTellOfBinding_whoEndsItThemselvesNeedsNoNews(t *testing.T) {
	k := testkit.New(t)
	_, user := someone(k, 1)
	if _, err := k.S.Unbind(k.Context(), service.Command{By: model.Actor{UserID: user}}); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	sent(k, 0)
}
