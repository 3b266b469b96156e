package wechat_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"danyuan/wechat"
)

func TestEcho_repeatsWhatWeChatSays(t *testing.T) {
	t.Parallel()
	r := start(t)
	if got, err := r.Echo(r.wx.Greeting("4375120948345356249")); err != nil || got != "4375120948345356249" {
		t.Fatalf("got %q %v", got, err)
	}
	// 消息推送, 发起验证: the document's own example.
	c, err := wechat.New(wechat.Config{AppID: "wx1", Secret: "s", Token: "AAAAA", Now: func() time.Time { return time.Unix(1714036504, 0) }}, &memory{})
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"signature": {"f464b24fc39322e44b38aa78f5edd27bd1441696"}, "echostr": {"4375120948345356249"}, "timestamp": {"1714036504"}, "nonce": {"1514711492"}}
	if got, err := c.Echo(query); err != nil || got != "4375120948345356249" {
		t.Fatalf("got %q %v", got, err)
	}
}

func TestEcho_saysNothingToOthers(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, echo := range []string{"", "<script>alert(1)</script>", strings.Repeat("1", 257)} {
		_, err := r.Echo(r.wx.Greeting(echo))
		r.wants(t, err, wechat.ErrSignature)
	}
	query := r.wx.Greeting("1")
	query.Set("signature", "0")
	_, err := r.Echo(query)
	r.wants(t, err, wechat.ErrSignature)
	query = r.wx.Greeting("1")
	r.later(11 * time.Minute)
	_, err = r.Echo(query)
	r.wants(t, err, wechat.ErrSignature)
}
