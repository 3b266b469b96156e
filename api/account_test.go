package api_test

import (
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestCloseAccount_takesTheAccountAndSaysWhatStays(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国", testkit.Phone("13900000001"), testkit.Membership(model.Member))
	token := k.SignIn(p)
	k.Show(p, o.Unit)
	bound, err := model.ActiveBindingOfPerson(k.DB.Read(t.Context()), p.ID)
	if err != nil || bound == nil {
		t.Fatal(bound, err)
	}
	user := bound.UserID
	k.Tx(func(tx *gorm.DB) error {
		if err := tx.Model(&model.User{}).Where("id = ?", user).Updates(map[string]any{"session_key": "k", "union_id": "u"}).Error; err != nil {
			return err
		}
		return model.AddAccept(tx, &model.Accept{UserID: user, Template: "t", GivenAt: testkit.Start})
	})
	k.Get(token, "/v1/me/kept-data").Expect(200).Has("志愿服务记录", `"why"`, `"days":1095`)
	k.Post(token, "/v1/me/close-account", body{"sure": false}).Refused(422, "account.not_sure")
	k.Get(token, "/v1/me/data").Expect(200)
	k.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200).Has(`"closed":true`, "志愿服务记录依规定长期保存")
	k.Get(token, "/v1/me/data").Refused(401, "session.required")

	h := k.DB.Read(t.Context())
	u, err := model.UserByID(h, user)
	if err != nil || u.UnionID != "" || u.SessionKey != "" || u.OpenID[:7] != "closed:" {
		t.Errorf("%+v %v", u, err)
	}
	if b, err := model.ActiveBindingOfPerson(h, p.ID); err != nil || b != nil {
		t.Errorf("the binding goes on: %+v %v", b, err)
	}
	if d, err := model.ActiveDisplay(h, p.ID); err != nil || d != nil {
		t.Errorf("they still show: %+v %v", d, err)
	}
	for what, q := range map[string]*gorm.DB{
		"consents": h.Model(&model.Consent{}).Where("withdrawn_at IS NULL"), "accepts": h.Model(&model.Accept{}), "sessions": h.Model(&model.Session{}).Where("ended_at IS NULL"),
	} {
		var n int64
		if err := q.Count(&n).Error; err != nil || n != 0 {
			t.Errorf("%d %s are left, %v", n, what, err)
		}
	}
	if kept, err := model.PersonByID(h, p.ID); err != nil || kept.Phone != "13900000001" {
		t.Errorf("the roster has lost them: %v", err)
	}
	if audits(k, "account.close") != 1 {
		t.Error("not in the audit log")
	}
	k.SignIn(p) // a new account
}

func TestCloseAccount_ofARequestThatWaits(t *testing.T) {
	k := edge.New(t)
	token := k.Stranger("stranger")
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.UserByOpenID(tx, "stranger")
		if err != nil {
			return err
		}
		_, err = model.StartBinding(tx, u.ID, "13900000001", testkit.Start)
		return err
	})
	k.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200)
	var left int64
	if err := k.DB.Read(t.Context()).Model(&model.Binding{}).Where("phone IS NOT NULL OR pending_user_id IS NOT NULL").Count(&left).Error; err != nil || left != 0 {
		t.Fatalf("%d requests wait on, %v", left, err)
	}
}
