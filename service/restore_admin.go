package service

import (
	"context"

	"danyuan/fault"
	"danyuan/model"
)

// Refusals of giving an admin a new way in.
var (
	errNoSuchAdmin   = fault.New(fault.NotFound, "role.no_such_admin", "这个区没有叫这个名字的在任区级管理员，没有改动任何内容。请核对姓名和区划代码。")
	errSeveralAdmins = fault.New(fault.Conflict, "role.several_admins", "这个区有几位同名的在任区级管理员，不知道是哪一位，没有改动任何内容。请让另一位能登录的区级管理员来办理。")
	errAdminShared   = fault.New(fault.Conflict, "role.admin_phone_shared", "名册里还有别人用这个手机号，本人不能凭它绑定，没有改动任何内容。请换一个只有本人在用的手机号。")
)

// RestoreAdmin gives the one district admin in office with a name a new way to bind, by command on the
// server: the phone becomes theirs in the roster, the account that they had ends with its sessions, and
// they bind by phone like everybody. It is for the admin who has lost their account and whom nobody else
// can help. Refusals: node.not_found, role.no_such_admin, role.several_admins, role.admin_phone_shared
// when the number would not tell who they are.
func (s *Service) RestoreAdmin(ctx context.Context, name, phone, districtCode string) error {
	name, err := cleanName("name", name)
	if err != nil {
		return err
	}
	if phone, err = model.CleanPhone(phone); err != nil {
		return err
	}
	district, err := model.DivisionByCode(s.DB.Read(ctx), model.District, districtCode)
	if err != nil {
		return err
	}
	_, err = inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		if _, err := model.LockNode(t.DB, district.ID); err != nil {
			return struct{}{}, err
		}
		p, err := t.adminNamed(district, name)
		if err != nil {
			return struct{}{}, err
		}
		if err := t.expelAccount(p); err != nil {
			return struct{}{}, err
		}
		if err := t.givePhone(p, phone); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.audit("binding.restore_admin", district.ID, "person", p.ID, "")
	})
	return err
}

// adminNamed gives the one admin in office at a locked district with a name, locked.
func (t *tx) adminNamed(district model.Node, name string) (model.Person, error) {
	admins, err := model.OfficersAt(t.DB, []int64{district.ID}, t.now, model.DistrictAdmin)
	if err != nil {
		return model.Person{}, err
	}
	var found []int64
	for _, a := range admins {
		if joinHan(a.Name) == name {
			found = append(found, a.PersonID)
		}
	}
	switch len(found) {
	case 0:
		return model.Person{}, errNoSuchAdmin
	case 1:
		return model.LockPerson(t.DB, found[0])
	default:
		return model.Person{}, errSeveralAdmins
	}
}

// expelAccount ends the account of a locked person, if they have one, and its sessions.
func (t *tx) expelAccount(p model.Person) error {
	b, err := model.ActiveBindingOfPerson(t.DB, p.ID)
	if err != nil || b == nil {
		return err
	}
	if err := t.endBindingOf(p, "区级管理员更换微信"); err != nil {
		return err
	}
	if _, err := model.EndSessionsOf(t.DB, b.UserID, t.now); err != nil {
		return err
	}
	return t.audit("session.end_all", 0, "user", b.UserID, "")
}

// givePhone writes a number that is nobody else's into the record of a locked person.
func (t *tx) givePhone(p model.Person, phone string) error {
	known, err := model.PersonsByPhone(t.DB, phone)
	if err != nil {
		return err
	}
	for _, other := range known {
		if other.ID != p.ID {
			return errAdminShared
		}
	}
	if p.Phone != phone {
		if err := t.endRebindings(p); err != nil {
			return err
		}
	}
	p.SetPhone(model.KeysOf(t.DB), phone)
	if err := model.StorePhone(t.DB, p, t.now); err != nil {
		return err
	}
	t.touch(model.PersonTopic(p.ID))
	return t.audit("person.change", p.NodeID, "person", p.ID, "phone")
}
