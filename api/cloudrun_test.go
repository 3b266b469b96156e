package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danyuan/cache"
	"danyuan/model"
	"danyuan/testkit/edge"
)

const ourApp = "wx0123456789abcdef"

// gateway is what WeChat's gateway puts into a request.
func gateway(openID string, more ...string) []string {
	return append([]string{"X-WX-SOURCE", "wx_client", "X-WX-APPID", ourApp, "X-WX-OPENID", openID}, more...)
}

// openIDOf gives whose session a token is.
func openIDOf(k *edge.Kit, token string) string {
	k.Helper()
	a, err := k.S.ActorOf(context.Background(), token)
	if err != nil {
		k.Fatal(err)
	}
	u, err := model.UserByID(k.DB.Read(context.Background()), a.UserID)
	if err != nil {
		k.Fatal(err)
	}
	return u.OpenID
}

type tokenOf struct{ Token string }

func TestCloudRun_theGatewaySaysWhoSignsIn(t *testing.T) {
	k := edge.New(t)
	k.API.VouchedApp = ourApp
	k.WeChat.Fail(errors.New("nobody is to be asked about a code"))
	var in tokenOf
	k.Post("", "/v1/login", map[string]string{"code": "of-somebody-else"}, gateway("the-caller")...).Expect(200).Into(&in)
	if got := openIDOf(k, in.Token); got != "the-caller" {
		t.Errorf("signed in as %s", got)
	}
}

func TestCloudRun_sameKeyGivesTheSameSessionToOneAndAnotherToAnother(t *testing.T) {
	k := edge.New(t)
	k.API.VouchedApp = ourApp
	login := func(openID string) string {
		var in tokenOf
		k.Post("", "/v1/login", map[string]string{"code": "x"}, gateway(openID, "Idempotency-Key", "a-common-key")...).Expect(200).Into(&in)
		return in.Token
	}
	one, again, other := login("one"), login("one"), login("other")
	if one != again || one == other {
		t.Errorf("tokens %q, %q, %q", one, again, other)
	}
}

// Outside CloudRun anybody can write these headers.
func TestCloudRun_headersAreWorthNothingElsewhere(t *testing.T) {
	k := edge.New(t)
	var in tokenOf
	k.Post("", "/v1/login", map[string]string{"code": "mallory"}, gateway("victim")...).Expect(200).Into(&in)
	if got := openIDOf(k, in.Token); got != "mallory" {
		t.Errorf("signed in as %s", got)
	}
	k.WeChat.Fail(errors.New("no such code"))
	k.Post("", "/v1/login", map[string]string{"code": "invented"}, gateway("victim")...).Expect(500)
	k.Get("", "/v1/me", gateway("victim")...).Refused(401, "session.required")
}

func TestCloudRun_onlyTheWholeWordOfTheGatewayCounts(t *testing.T) {
	k := edge.New(t)
	k.API.VouchedApp = ourApp
	for name, headers := range map[string][]string{
		"none":             nil,
		"no source":        {"X-WX-APPID", ourApp, "X-WX-OPENID", "victim"},
		"no openid":        {"X-WX-SOURCE", "wx_client", "X-WX-APPID", ourApp},
		"no app":           {"X-WX-SOURCE", "wx_client", "X-WX-OPENID", "victim"},
		"another app":      {"X-WX-SOURCE", "wx_client", "X-WX-APPID", "wxother", "X-WX-OPENID", "victim"},
		"two in one":       gateway("victim,mallory"),
		"strange":          gateway("victim' OR 1=1"),
		"of another's app": {"X-WX-SOURCE", "wx_client", "X-WX-APPID", "wxother", "X-WX-FROM-OPENID", "victim", "X-WX-FROM-APPID", ourApp},
	} {
		t.Run(name, func(t *testing.T) {
			k.In(t).Post("", "/v1/login", map[string]string{"code": "victim"}, headers...).Refused(401, "login.not_through_wechat")
		})
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/login", strings.NewReader(`{"code":"victim"}`))
	r.Host = "127.0.0.1:8080"
	r.Header = http.Header{
		"Content-Type": {"application/json"}, "Idempotency-Key": {"added-on-the-way"},
		"X-Wx-Source": {"wx_client"}, "X-Wx-Appid": {ourApp}, "X-Wx-Openid": {"victim", "mallory"},
	}
	w := httptest.NewRecorder()
	k.API.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("a header that comes twice: %d %s", w.Code, w.Body)
	}
}

// Whoever has a session is whom it stands for, and who has none is nobody, vouched for or not.
func TestCloudRun_aSessionIsNotTheGatewaysToGive(t *testing.T) {
	k := edge.New(t)
	k.API.VouchedApp = ourApp
	p := k.Person(k.Org().Unit, "李小梅")
	token := k.SignIn(p)
	k.Get(token, "/v1/me", gateway("somebody-else")...).Expect(200).Has("李小梅")
	k.Get("", "/v1/me", gateway("somebody-else")...).Refused(401, "session.required")
}

// All who come through the gateway have its address: one must not use up the others' share.
func TestCloudRun_strangersAreCountedByAccount(t *testing.T) {
	k := edge.New(t)
	k.API.VouchedApp = ourApp
	limits, err := cache.Open(t.Context(), "", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer limits.Close()
	k.API.Limits = limits
	verify := func(headers ...string) int {
		return k.Post("", "/v1/receipts/verify", map[string]string{"number": "x", "code": "y"}, headers...).Status
	}
	for range 31 {
		verify(gateway("busy")...)
	}
	if got := verify(gateway("busy")...); got != http.StatusTooManyRequests {
		t.Errorf("the busy one got %d", got)
	}
	if got := verify(gateway("quiet")...); got == http.StatusTooManyRequests {
		t.Error("a quiet one was stopped for the busy one")
	}
}
