package wechat_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

func TestCheckText_theAnswerComesAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t)
	for text, want := range map[string]struct {
		suggest string
		label   int
	}{
		"三楼的楼道灯坏了":                                 {"pass", 100},
		"楼下有人" + fake.RiskyWord:                    {"risky", 20006},
		"贴满了“" + fake.ReviewWord + "”的小广告":         {"review", 10001},
		fake.PoliticalWord:                         {"risky", wechat.Political},
		fake.RiskyWord + ", " + fake.PoliticalWord: {"risky", wechat.Political}, // the crime weighs more, the politics is said
		strings.Repeat("长", wechat.MostText):       {"pass", 100},
		"😀":                                        {"pass", 100},
	} {
		suggest, label, err := r.CheckText(t.Context(), "demo-chief", text)
		if err != nil || suggest != want.suggest || label != want.label {
			t.Errorf("%.20s: %s %d %v, want %s %d", text, suggest, label, err, want.suggest, want.label)
		}
	}
}

func TestCheckText_isRefusedAsWeChatRefuses(t *testing.T) {
	t.Parallel()
	r := start(t)
	check := func(openID, text string) error {
		_, _, err := r.CheckText(t.Context(), openID, text)
		return err
	}
	r.wants(t, check("", "灯坏了"), wechat.ErrOpenID)
	r.wants(t, check("demo-chief", ""), wechat.ErrUnexpected)
	r.wants(t, check("demo-chief", strings.Repeat("长", wechat.MostText+1)), wechat.ErrUnexpected)
	if n := r.wx.Calls("/wxa/msg_sec_check"); n != 0 {
		t.Errorf("WeChat was asked %d times about what it would refuse", n)
	}
	r.wants(t, check("oStranger", "灯坏了"), wechat.ErrOpenID)
	if _, _, _, err := r.Session(t.Context(), r.wx.Code("oAlice")); err != nil {
		t.Fatal(err)
	}
	if err := check("oAlice", "灯坏了"); err != nil {
		t.Fatal(err)
	}
	r.later(2*time.Hour + time.Second)
	r.wants(t, check("oAlice", "灯坏了"), wechat.ErrAway)
	for code, want := range map[int]*fault.Fault{
		45009: wechat.ErrTooOften, 44991: wechat.ErrTooOften, 48001: wechat.ErrSetup, -1: wechat.ErrUnavailable,
		43104: wechat.ErrOpenID, 40129: wechat.ErrScene, 44002: wechat.ErrUnexpected, 47001: wechat.ErrUnexpected, 87014: wechat.ErrUnexpected,
	} {
		r.wx.Fail("/wxa/msg_sec_check", fake.Errcode(code), 1)
		r.wants(t, check("demo-chief", "灯坏了"), want)
	}
	for _, how := range []fake.Failure{fake.CutJSON, fake.BadGateway} {
		r.wx.Fail("/wxa/msg_sec_check", how, 1)
		r.wants(t, check("demo-chief", "灯坏了"), wechat.ErrUnavailable)
	}
	r.wx.Fail("/wxa/msg_sec_check", fake.WrongToken, 1)
	if err := check("demo-chief", "灯坏了"); err != nil {
		t.Errorf("a token that went stale is not fetched anew: %v", err)
	}
}

func TestCheckText_givesUpWithItsCaller(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.wx.Fail("/wxa/msg_sec_check", fake.Hang, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err := r.CheckText(ctx, "demo-chief", "灯坏了")
	r.wants(t, err, wechat.ErrUnavailable)
}

// TestCheckText_anAnswerThatIsNotDocumentedIsNone has a server that answers what WeChat never should: none
// of it lets a text pass, and all of it is asked again later.
func TestCheckText_anAnswerThatIsNotDocumentedIsNone(t *testing.T) {
	t.Parallel()
	r := start(t)
	said := ""
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(q.URL.Path, "token") {
			_, _ = w.Write([]byte(`{"access_token":"odd-token","expires_in":7200}`))
			return
		}
		_, _ = w.Write([]byte(said))
	}))
	t.Cleanup(odd.Close)
	c := r.another(t, func(cfg *wechat.Config) { cfg.BaseURL = odd.URL })
	for _, said = range []string{
		`{}`, `{"errcode":0}`, `{"errcode":0,"result":{}}`, `{"errcode":0,"result":{"suggest":"splendid","label":100}}`, `{"errcode":0,"result":null}`,
		`{"errcode":0,"result":"pass"}`, `{"errcode":0,"result":{"suggest":1,"label":100}}`, `{"errcode":0,"result":{"suggest":"pass","label":{}}}`, `[]`, `null`, `"pass"`, ``,
	} {
		suggest, _, err := c.CheckText(t.Context(), "oAlice", "灯坏了")
		if suggest != "" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %q, %v", said, suggest, err)
		}
	}
	for text, want := range map[string]int{
		`{"errcode":0,"result":{"suggest":"risky","label":20002},"detail":[{"errcode":0,"suggest":"risky","label":20001}]}`:                                               wechat.Political,
		`{"errcode":0,"result":{"suggest":"risky","label":20002},"detail":[{"errcode":0,"suggest":"pass","label":20001},{"errcode":-1,"suggest":"risky","label":20001}]}`: 20002,
		`{"errcode":0,"result":{"suggest":"review","label":20003}}`:                                                                                                       20003,
	} {
		said = text
		if _, label, err := c.CheckText(t.Context(), "oAlice", "灯坏了"); err != nil || label != want {
			t.Errorf("%s: %d, %v", text, label, err)
		}
	}
}
