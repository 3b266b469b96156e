package wechat_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

const tokenPath = "/cgi-bin/stable_token"

func TestToken_replicasShareOne(t *testing.T) {
	t.Parallel()
	r := start(t)
	second := r.another(t)
	for _, c := range []*wechat.Client{r.Client, second, r.Client} {
		if _, err := c.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.wx.Calls(tokenPath); n != 1 {
		t.Errorf("asked %d times for a token", n)
	}
}

func TestToken_staleOneIsReplacedOnce(t *testing.T) {
	t.Parallel()
	const send = "/cgi-bin/message/subscribe/send"
	for name, how := range map[string]fake.Failure{
		"somebody forced a new one": fake.WrongToken,
		"42001":                     fake.Errcode(42001),
		"40014":                     fake.Errcode(40014),
	} {
		r := start(t)
		r.wx.Accept("demo-a", template)
		if _, err := r.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
			t.Fatal(err)
		}
		r.wx.Fail(send, how, 1)
		if err := r.send("demo-a"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r.wx.Fail("/wxa/getwxacodeunlimit", how, 1)
		if _, err := r.CodeImage(t.Context(), "ABC", "pages/unit/index"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.wx.Calls(send) != 2 || r.wx.Calls(tokenPath) != 3 || len(r.wx.Sent()) != 1 {
			t.Errorf("%s: %d tries, %d tokens, %d messages", name, r.wx.Calls(send), r.wx.Calls(tokenPath), len(r.wx.Sent()))
		}
	}
}

func TestToken_isNotRetriedForEver(t *testing.T) {
	t.Parallel()
	r := start(t)
	for path, call := range r.everyCall() {
		if path == "/sns/jscode2session" {
			continue
		}
		r.wx.Fail(path, fake.Errcode(40001), 9)
		r.wants(t, call(t.Context()), wechat.ErrUnavailable)
		if n := r.wx.Calls(path); n != 2 {
			t.Errorf("%s: %d tries", path, n)
		}
	}
}

// TestToken_thatIsRefusedSaysNothingOfWhatItWasFor: a secret that is frozen, an account that is, an address that waits
// for an administrator: the message itself may go out once that is mended.
func TestToken_thatIsRefusedSaysNothingOfWhatItWasFor(t *testing.T) {
	t.Parallel()
	for _, code := range []int{40001, 40003, 40243, 50007, 61004, 89503, 89507} {
		r := start(t)
		r.wx.Accept("demo-a", template)
		r.wx.Fail(tokenPath, fake.Errcode(code), 1)
		r.wants(t, r.send("demo-a"), wechat.ErrSetup)
		r.wx.Fail(tokenPath, fake.Errcode(code), 1)
		r.wants(t, r.Check(t.Context()), wechat.ErrSetup)
		if err := r.send("demo-a"); err != nil {
			t.Errorf("after %d: %v", code, err)
		}
	}
	r := start(t)
	for code, want := range map[int]*fault.Fault{-1: wechat.ErrUnavailable, 45009: wechat.ErrTooOften, 45011: wechat.ErrTooOften} {
		r.wx.Fail(tokenPath, fake.Errcode(code), 1)
		r.wants(t, r.send("demo-a"), want)
	}
}

func TestToken_manyAtOnceFetchOne(t *testing.T) {
	t.Parallel()
	r := start(t)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range 20 {
		wg.Go(func() {
			<-gate
			if _, err := r.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
				t.Error(err)
			}
		})
	}
	close(gate)
	wg.Wait()
	if n := r.wx.Calls(tokenPath); n != 1 {
		t.Errorf("asked %d times for a token", n)
	}
}

func TestToken_waitingForItEndsWithTheContext(t *testing.T) {
	t.Parallel()
	r := start(t)
	arrived := make(chan struct{}, 1)
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		arrived <- struct{}{}
		<-q.Context().Done()
	}))
	defer hangs.Close()
	c := r.another(t, func(c *wechat.Config) { c.BaseURL = hangs.URL })
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := c.Phone(ctx, "demo-phone:13800000001"); first <- err }()
	<-arrived // the first is asking now, so the second has to wait for it
	short, done := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer done()
	_, err := c.Phone(short, "demo-phone:13800000001")
	r.wants(t, err, wechat.ErrUnavailable)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	again, stop := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer stop()
	_, err = c.Phone(again, "demo-phone:13800000001")
	r.wants(t, err, wechat.ErrUnavailable)
	select {
	case <-arrived:
	default:
		t.Error("the place was not given back: a third one could not ask")
	}
}

func TestToken_ofTheLastFiveMinutesIsNotKept(t *testing.T) {
	t.Parallel()
	r := start(t)
	if _, err := r.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
		t.Fatal(err)
	}
	old := r.cache.token()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch {
		case q.URL.Path == tokenPath: // 300 is the least that the document promises
			_, _ = w.Write([]byte(`{"access_token":"next","expires_in":300}`))
		case q.URL.Query().Get("access_token") == old:
			_, _ = w.Write([]byte(`{"errcode":42001,"errmsg":"access_token expired"}`))
		default:
			_, _ = w.Write([]byte(`{"errcode":0,"phone_info":{"purePhoneNumber":"13800000001","countryCode":86}}`))
		}
	}))
	defer s.Close()
	c := r.another(t, func(c *wechat.Config) { c.BaseURL = s.URL })
	if _, err := c.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
		t.Fatal(err)
	}
	if kept := r.cache.token(); kept != "" { // memory itself complains of a ttl that is not positive
		t.Errorf("%q is kept", kept)
	}
}

type deadCache struct{}

func (deadCache) Get(string) (string, bool)               { return "", false }
func (deadCache) Set(string, string, time.Duration) error { return errors.New("down") }
func (deadCache) Delete(string) error                     { return errors.New("down") }

func TestToken_deadCacheOnlyCostsTime(t *testing.T) {
	t.Parallel()
	r := start(t)
	c, err := wechat.New(wechat.Config{AppID: r.wx.AppID, Secret: r.wx.Secret, BaseURL: r.wx.URL(), Now: r.now}, deadCache{})
	if err != nil {
		t.Fatal(err)
	}
	r.wx.Fail("/wxa/business/getuserphonenumber", fake.Errcode(40001), 1)
	if _, err := c.Phone(t.Context(), "demo-phone:13800000001"); err != nil {
		t.Fatal(err)
	}
}
