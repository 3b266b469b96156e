package wechat_test

import (
	"errors"
	"testing"
	"time"

	"danyuan/wechat"
	"danyuan/wechat/fake"
)

const (
	sessionPath = "/sns/jscode2session"
	sendPath    = "/cgi-bin/message/subscribe/send"
)

// leaving leaves WeChat alone for so long that no test sees the end of it.
func leaving(cfg *wechat.Config) { cfg.Pause = time.Hour }

func (r *rig) signIn(t *testing.T) error {
	t.Helper()
	_, _, _, err := r.Session(t.Context(), r.wx.Code("openid-1"))
	return err
}

func TestBreaker_leavesWeChatAloneAfterFailuresInARow(t *testing.T) {
	for name, how := range map[string]fake.Failure{"502": fake.BadGateway, "half an answer": fake.CutJSON, "busy": fake.Errcode(-1)} {
		t.Run(name, func(t *testing.T) {
			r := start(t, leaving)
			r.wx.Fail(sessionPath, how, 20)
			for range 20 {
				if err := r.signIn(t); !errors.Is(err, wechat.ErrUnavailable) {
					t.Fatalf("got %v", err)
				}
			}
			if asked := r.wx.Calls(sessionPath); asked != 5 {
				t.Errorf("WeChat was asked %d times", asked)
			}
		})
	}
}

func TestBreaker_saysWhatWentWrongLast(t *testing.T) {
	r := start(t, leaving)
	r.wx.Fail(sessionPath, fake.Errcode(45009), 5)
	for range 7 {
		if err := r.signIn(t); !errors.Is(err, wechat.ErrTooOften) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestBreaker_oneInterfaceSaysNothingOfAnother(t *testing.T) {
	r := start(t, leaving)
	r.wx.Fail(sendPath, fake.BadGateway, 5)
	r.wx.Accept("openid-1", template)
	for range 6 {
		_ = r.Send(t.Context(), "openid-1", template, page, map[string]string{})
	}
	if err := r.signIn(t); err != nil {
		t.Errorf("signing in: %v", err)
	}
}

func TestBreaker_aRefusalOfOneCallIsNoFailure(t *testing.T) {
	r := start(t, leaving)
	for range 10 {
		if _, _, _, err := r.Session(t.Context(), "no-such-code"); !errors.Is(err, wechat.ErrCodeInvalid) {
			t.Fatalf("got %v", err)
		}
	}
	if err := r.signIn(t); err != nil {
		t.Errorf("signing in: %v", err)
	}
}

func TestBreaker_looksAgainAfterAPause(t *testing.T) {
	r := start(t, func(cfg *wechat.Config) { cfg.Pause = 20 * time.Millisecond })
	r.wx.Fail(sessionPath, fake.BadGateway, 6) // the first look finds it still failing
	until := time.After(20 * time.Second)
	for {
		if err := r.signIn(t); err == nil {
			break
		}
		select {
		case <-until:
			t.Fatal("WeChat is left alone for ever")
		case <-time.After(time.Millisecond):
		}
	}
	if asked := r.wx.Calls(sessionPath); asked != 7 {
		t.Errorf("WeChat was asked %d times", asked)
	}
}
