package wechat_test

import (
	"testing"
	"time"

	"danyuan/wechat"
	"danyuan/wechat/fake"
)

// startInCloudRun gives a client and a fake that takes calls without a token, and none with one.
func startInCloudRun(t *testing.T) *rig {
	t.Helper()
	r := &rig{at: noon, cache: &memory{t: t, kept: map[string]string{}}}
	var err error
	r.wx, err = fake.Start(fake.Options{Now: r.now, TokenLess: true, Templates: map[string][]string{template: {"thing1", "phrase2", "time3"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.wx.Close() })
	r.Client = r.another(t, func(c *wechat.Config) { c.TokenLess, c.Secret = true, "" })
	return r
}

func TestTokenLess_everyCallGoesWithoutATokenAndWithoutTheSecret(t *testing.T) {
	r := startInCloudRun(t)
	if _, _, _, err := r.another(t).Session(t.Context(), r.wx.Code("ann")); err != nil { // the fake wants to have seen her
		t.Fatal(err)
	}
	r.wx.Accept("ann", template)
	if err := r.send("ann"); err != nil {
		t.Errorf("a message: %v", err)
	}
	if phone, err := r.Phone(t.Context(), r.wx.PhoneCode("13900000001")); err != nil || phone != "13900000001" {
		t.Errorf("a phone: %q, %v", phone, err)
	}
	if picture, err := r.CodeImage(t.Context(), "7K2M9QX4T1AB", "pages/unit/index"); err != nil || len(picture) == 0 {
		t.Errorf("a picture: %d bytes, %v", len(picture), err)
	}
	if suggest, _, err := r.CheckText(t.Context(), "ann", "楼道灯坏了"); err != nil || suggest != "pass" {
		t.Errorf("words: %q, %v", suggest, err)
	}
	for _, path := range []string{"/cgi-bin/stable_token", "/cgi-bin/token"} {
		if n := r.wx.Calls(path); n != 0 {
			t.Errorf("%s was called %d times", path, n)
		}
	}
	if r.cache.token() != "" {
		t.Error("a token is kept")
	}
}

// A fake that wants a token tells that none was sent; the client does not go and fetch one.
func TestTokenLess_isNotCuredByAToken(t *testing.T) {
	r := start(t)
	less := r.another(t, func(c *wechat.Config) { c.TokenLess, c.Secret = true, "" })
	if _, err := less.Phone(t.Context(), r.wx.PhoneCode("13900000001")); err == nil {
		t.Error("taken without a token")
	}
	if n := r.wx.Calls("/cgi-bin/stable_token"); n != 0 {
		t.Errorf("%d tokens were fetched", n)
	}
}

func TestNew_wantsTheSecretWhereTokensAreFetched(t *testing.T) {
	if _, err := wechat.New(wechat.Config{AppID: "wx1", Now: time.Now}, &memory{t: t}); err == nil {
		t.Error("no secret, and no complaint")
	}
	if _, err := wechat.New(wechat.Config{AppID: "wx1", Now: time.Now, TokenLess: true}, &memory{t: t}); err != nil {
		t.Error(err)
	}
}
