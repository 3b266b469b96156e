package wechat_test

import (
	"encoding/base64"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

func TestSession_tellsWhoSignedIn(t *testing.T) {
	t.Parallel()
	r := start(t)
	openID, unionID, key, err := r.Session(t.Context(), r.wx.Code("oAlice"))
	if err != nil || openID != "oAlice" || unionID != "union-oAlice" || key != r.wx.SessionKey("oAlice") {
		t.Fatalf("got %q %q %v", openID, unionID, err)
	}
	if raw, err := base64.StdEncoding.DecodeString(key); err != nil || len(raw) != 16 {
		t.Fatalf("a session key is 16 bytes, got %d %v", len(raw), err)
	}
}

func TestSession_demoPersonaSignsInAgainAndAgain(t *testing.T) {
	t.Parallel()
	r := start(t)
	for range 2 {
		if openID, _, _, err := r.Session(t.Context(), "demo:steward-1"); err != nil || openID != "demo-steward-1" {
			t.Fatalf("got %q %v", openID, err)
		}
	}
}

func TestSession_usedCodeIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	code := r.wx.Code("oAlice")
	if _, _, _, err := r.Session(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	_, _, _, err := r.Session(t.Context(), code)
	r.wants(t, err, wechat.ErrCodeInvalid)
}

func TestSession_oldCodeIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	code := r.wx.Code("oAlice")
	r.later(5*time.Minute + time.Second)
	_, _, _, err := r.Session(t.Context(), code)
	r.wants(t, err, wechat.ErrCodeInvalid)
}

func TestSession_injectedParametersNeverLeave(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, code := range []string{
		"", "x&appid=evil&secret=y#", "x y", "a?b", "a/../b", "a%26b", "a\n", "中文", string(make([]byte, 129)),
	} {
		_, _, _, err := r.Session(t.Context(), code)
		r.wants(t, err, wechat.ErrCodeInvalid)
		_, err = r.Phone(t.Context(), code)
		r.wants(t, err, wechat.ErrCodeInvalid)
	}
	if n := r.wx.Calls("/sns/jscode2session") + r.wx.Calls("/wxa/business/getuserphonenumber"); n != 0 {
		t.Fatalf("%d requests left", n)
	}
}

func TestSession_saysWhatWeChatRefused(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]*fault.Fault{
		-1: wechat.ErrUnavailable, 40029: wechat.ErrCodeInvalid, 40163: wechat.ErrCodeInvalid,
		45011: wechat.ErrTooOften, 45009: wechat.ErrTooOften, 40226: wechat.ErrHighRisk,
		40013: wechat.ErrSetup, 40125: wechat.ErrSetup, 99999: wechat.ErrUnexpected,
	} {
		r := start(t)
		r.wx.Fail("/sns/jscode2session", fake.Errcode(code), 1)
		_, _, _, err := r.Session(t.Context(), "demo:a")
		r.wants(t, err, want)
		if _, _, _, err := r.Session(t.Context(), "demo:a"); err != nil {
			t.Errorf("after %d: %v", code, err)
		}
	}
}

func TestSession_wrongSecretIsAMatterOfSetup(t *testing.T) {
	t.Parallel()
	r := start(t, noSecret)
	_, _, _, err := r.Session(t.Context(), "demo:a")
	r.wants(t, err, wechat.ErrSetup)
	r.wants(t, r.send("demo-a"), wechat.ErrSetup)
}

func TestPhone_isElevenBareDigits(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, code := range []string{r.wx.PhoneCode("13800000001"), "demo-phone:13800000001"} {
		if phone, err := r.Phone(t.Context(), code); err != nil || phone != "13800000001" {
			t.Fatalf("got %q %v", phone, err)
		}
	}
}

func TestPhone_usedCodeAsksToTapAgain(t *testing.T) {
	t.Parallel()
	r := start(t)
	code := r.wx.PhoneCode("13800000001")
	if _, err := r.Phone(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	_, err := r.Phone(t.Context(), code)
	r.wants(t, err, wechat.ErrCodeInvalid)
	if fault.Of(err).Text == wechat.ErrCodeInvalid.Text {
		t.Error("the text speaks of signing in")
	}
}

func TestPhone_loginCodeIsNoPhoneCode(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, err := r.Phone(t.Context(), r.wx.Code("oAlice"))
	r.wants(t, err, wechat.ErrCodeInvalid)
}

func TestPhone_ofAnotherCountryIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, phone := range []string{"+852-61234567", "+1-13800000001", "010-12345678"} {
		_, err := r.Phone(t.Context(), r.wx.PhoneCode(phone))
		r.wants(t, err, wechat.ErrPhoneForeign)
	}
}

// TestPhone_quotaIsItsOwnRefusal: nobody can bind until it is filled up, so whoever operates has to learn of it.
func TestPhone_quotaIsItsOwnRefusal(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.wx.Fail("/wxa/business/getuserphonenumber", fake.Errcode(1400001), 1)
	_, err := r.Phone(t.Context(), "demo-phone:13800000001")
	r.wants(t, err, wechat.ErrPhoneQuota)
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("kind %d: it is not on record, and not worth another try", fault.KindOf(err))
	}
}
