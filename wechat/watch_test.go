package wechat_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"danyuan/wechat"
	"danyuan/wechat/fake"
)

func TestWatch_hearsOfEachRequestByItsPathAndInOneWord(t *testing.T) {
	var heard []string
	r := start(t, func(cfg *wechat.Config) {
		cfg.Watch = func(ctx context.Context, call string) (context.Context, func(string)) {
			return ctx, func(outcome string) { heard = append(heard, call+" "+outcome) }
		}
	})
	r.wx.Fail("/sns/jscode2session", fake.Errcode(40029), 1)
	r.wx.Fail("/sns/jscode2session", fake.BadGateway, 1)
	for range 2 {
		if _, _, _, err := r.Session(t.Context(), "acode"); err == nil {
			t.Fatal("no failure")
		}
	}
	if err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"/sns/jscode2session wechat.code_invalid", "/sns/jscode2session wechat.unavailable", "/cgi-bin/stable_token done"}
	if !slices.Equal(heard, want) {
		t.Errorf("%q", heard)
	}
	if strings.Contains(strings.Join(heard, " "), r.wx.Secret) {
		t.Error("the secret was heard")
	}
}
