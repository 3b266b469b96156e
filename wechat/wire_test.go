package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

// everyCall is each function that goes to WeChat, with the path it uses.
func (r *rig) everyCall() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"/sns/jscode2session": func(ctx context.Context) error { _, _, _, err := r.Session(ctx, "demo:a"); return err },
		"/wxa/business/getuserphonenumber": func(ctx context.Context) error {
			_, err := r.Phone(ctx, "demo-phone:13800000001")
			return err
		},
		"/wxa/getwxacodeunlimit": func(ctx context.Context) error { _, err := r.CodeImage(ctx, "ABC", "pages/unit/index"); return err },
		"/cgi-bin/message/subscribe/send": func(ctx context.Context) error {
			return r.Send(ctx, "demo-a", template, page, map[string]string{"thing1": "a", "phrase2": "通过", "time3": "12:00"})
		},
	}
}

func TestEveryCall_brokenAnswersAreUnavailable(t *testing.T) {
	t.Parallel()
	for _, how := range []fake.Failure{fake.Hang, fake.BadGateway, fake.CutJSON, fake.Errcode(-1)} {
		r := start(t, hasty)
		for path, call := range r.everyCall() {
			if how == fake.CutJSON {
				r.wx.Accept("demo-a", template)
			}
			r.wx.Fail(path, how, 1)
			r.wants(t, call(t.Context()), wechat.ErrUnavailable)
		}
	}
}

func TestEveryCall_brokenTokenAnswersAreUnavailable(t *testing.T) {
	t.Parallel()
	for _, how := range []fake.Failure{fake.Hang, fake.BadGateway, fake.CutJSON, fake.Errcode(-1)} {
		r := start(t, hasty)
		r.wx.Fail("/cgi-bin/stable_token", how, 1)
		r.wants(t, r.send("demo-a"), wechat.ErrUnavailable)
	}
}

func TestEveryCall_stopsWhenItsContextDoes(t *testing.T) {
	t.Parallel()
	r := start(t)
	for path, call := range r.everyCall() {
		r.wx.Fail(path, fake.Hang, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
		began := time.Now()
		err := call(ctx)
		cancel()
		r.wants(t, err, wechat.ErrUnavailable)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", path, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s hung for %v", path, took)
		}
	}
}

func TestEveryCall_withADeadServerKeepsSecrets(t *testing.T) {
	t.Parallel()
	r := start(t)
	_ = r.wx.Close()
	for _, call := range r.everyCall() {
		r.wants(t, call(t.Context()), wechat.ErrUnavailable)
	}
}

func TestEveryCall_redirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	r := start(t)
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	moved := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer moved.Close()
	r.Client = r.another(t, func(c *wechat.Config) { c.BaseURL = moved.URL })
	for _, call := range r.everyCall() {
		r.wants(t, call(t.Context()), wechat.ErrUnavailable)
	}
	if elsewhere != 0 {
		t.Error("it went where a redirect sent it")
	}
}

func TestEveryCall_hugeOrFailedAnswersAreNotBelieved(t *testing.T) {
	t.Parallel()
	r := start(t)
	const good = `{"openid":"o","session_key":"k","access_token":"tokenOfTheTest","expires_in":7200,"phone_info":{"purePhoneNumber":"13800000001","countryCode":"86"}}`
	for name, answer := range map[string]http.HandlerFunc{
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(good + strings.Repeat(" ", 3<<20)))
		},
		"failed": func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path != tokenPath {
				w.WriteHeader(http.StatusInternalServerError)
			}
			_, _ = w.Write([]byte(good))
		},
	} {
		s := httptest.NewServer(answer)
		defer s.Close()
		r.Client = r.another(t, func(c *wechat.Config) { c.BaseURL = s.URL })
		t.Log(name)
		_, _, _, err := r.Session(t.Context(), "demo:a")
		r.wants(t, err, wechat.ErrUnavailable)
		_, err = r.Phone(t.Context(), "demo-phone:13800000001")
		r.wants(t, err, wechat.ErrUnavailable)
	}
}

func TestErrors_quoteNoSecretThatWeChatEchoes(t *testing.T) {
	t.Parallel()
	r := start(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = fmt.Fprintf(w, `{"errcode":40013,"errmsg":"bad %s"}`, q.URL.Query().Get("secret"))
	}))
	defer s.Close()
	r.Client = r.another(t, func(c *wechat.Config) { c.BaseURL = s.URL })
	_, _, _, err := r.Session(t.Context(), "demo:a")
	r.wants(t, err, wechat.ErrSetup)
}

func TestClients_inOneProcessDontMix(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for n := range 6 {
		r, openID := start(t), fmt.Sprintf("demo-%d", n)
		for range 5 {
			r.wx.Accept(openID, template)
			wg.Go(func() {
				<-gate
				if err := r.send(openID); err != nil {
					t.Error(err)
				}
				if who, _, key, err := r.Session(t.Context(), "demo:"+openID); err != nil || key != r.wx.SessionKey(who) {
					t.Error(who, err)
				}
			})
		}
		t.Cleanup(func() {
			for _, m := range r.wx.Sent() {
				if m.OpenID != openID {
					t.Errorf("a message for %s came to the server of %s", m.OpenID, openID)
				}
			}
			if n := len(r.wx.Sent()); n != 5 {
				t.Errorf("%d messages of 5", n)
			}
		})
	}
	close(gate)
	wg.Wait()
}

func TestNew_refusesWhatCantWork(t *testing.T) {
	t.Parallel()
	good := wechat.Config{AppID: "wx1", Secret: "s", Now: func() time.Time { return noon }}
	if _, err := wechat.New(good, &memory{}); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*wechat.Config){
		"no appid":  func(c *wechat.Config) { c.AppID = "" },
		"no secret": func(c *wechat.Config) { c.Secret = "" },
		"no clock":  func(c *wechat.Config) { c.Now = nil },
		"short key": func(c *wechat.Config) { c.AESKey = "short" },
		"bad env":   func(c *wechat.Config) { c.EnvVersion = "prod" },
		"bad url":   func(c *wechat.Config) { c.BaseURL = "ftp://x" },
		"no host":   func(c *wechat.Config) { c.BaseURL = "127.0.0.1:80" },
	} {
		cfg := good
		spoil(&cfg)
		if _, err := wechat.New(cfg, &memory{}); fault.CodeOf(err) != "wechat.setup" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := wechat.New(good, nil); err == nil {
		t.Error("no cache: accepted")
	}
}
