package api_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestConsentText_isTheHighestVersionInForce(t *testing.T) {
	k := edge.New(t)
	k.Get("", "/v1/consents/phone_binding").Expect(200).Has(`"version":2`, "手机号", "14周岁")
	k.Get("", "/v1/consents/children").Expect(200).Has(`"version":1`, "未满14周岁")
	second := model.ConsentText{Purpose: "test_purpose", Version: 2, Text: "二", StartsAt: testkit.Start.Add(time.Hour)}
	k.Tx(func(tx *gorm.DB) error {
		first := model.ConsentText{Purpose: "test_purpose", Version: 1, Text: "一", StartsAt: testkit.Start}
		if err := tx.Create(&first).Error; err != nil {
			return err
		}
		return tx.Create(&second).Error
	})
	t.Cleanup(func() {
		k.Tx(func(tx *gorm.DB) error {
			return tx.Where("purpose = ?", "test_purpose").Delete(&model.ConsentText{}).Error
		})
	})
	for _, want := range []int{1, 2} {
		c, err := k.S.ConsentText(t.Context(), "test_purpose")
		if err != nil || c.Version != want {
			t.Fatalf("%+v %v, want version %d", c, err, want)
		}
		k.Move(time.Hour)
	}
	k.Get("", "/v1/consents/selling").Refused(422, "http.invalid")
	if _, err := k.S.ConsentText(t.Context(), "selling"); !errors.Is(err, model.ErrConsentUnknown) {
		t.Fatal(err)
	}
}

func TestConsent_onlyTheVersionInForceCanBeGiven(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	k.Person(o.Unit, "李小梅", testkit.Phone("13900000001"))
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", map[string]any{"phone_code": "13900000001", "consent_version": 1}).Refused(409, "consent.outdated")
	k.Get(user, "/v1/me/consents").Expect(200).Has(`"items":[]`)
	k.Post(user, "/v1/bindings", map[string]any{"phone_code": "13900000001", "consent_version": 2}).Expect(200).Has(`"active"`)
	k.Get(user, "/v1/me/consents").Expect(200).Has(`"phone_binding"`, `"version":2`).HasNot("withdrawn_at")
	k.Post(user, "/v1/me/unbind", nil).Expect(200)
	k.Get(user, "/v1/me/consents").Expect(200).Has("withdrawn_at")
}
