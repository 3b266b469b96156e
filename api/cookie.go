package api

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/model"
)

// The console's session is a cookie that no script can read; everybody else's is a bearer token. A request
// with an Authorization header is judged by that alone: no page of somebody else's can make a browser send
// one. Cookies a browser sends by itself, so a write that comes with one must come from our own page, and
// must say what only that page can know.

// The console's cookies, and what their names begin with where they are sent over TLS only: by that the
// browser itself sees to it that no other host has set them.
const (
	sessionCookie = "danyuan-console"
	loginCookie   = "danyuan-console-login"
	hostPrefix    = "__Host-"
)

const csrfHeader = "X-CSRF-Token"

// Refusals of what a browser may have been made to send.
var (
	errOtherPage = fault.New(fault.Forbidden, "csrf.other_page", "这个请求不是从管理台的页面发出的，没有办理。请回到管理台再试一次。")
	errNoProof   = fault.New(fault.Forbidden, "csrf.token", "页面打开得太久，或者登录已经换了人，没有办理。请刷新页面后再试一次。")
)

// visit is what a handler may know of the browser that calls, and what it may give it.
type visit struct {
	console bool        // it came with the console's cookie, and by it alone
	login   string      // what it is known by while its log-in waits; "" where none does
	host    string      // as it has named this server
	answer  http.Header // of the answer
}

func visitIn(ctx context.Context) visit {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who.visit
}

func (a *API) visitOf(c *gin.Context, console bool) visit {
	return visit{console, a.cookieOf(c, loginCookie), c.Request.Host, c.Writer.Header()}
}

// cookieName is a cookie's whole name. A demo is reached on this machine only, and without TLS.
func (a *API) cookieName(name string) string {
	if a.Demo {
		return name
	}
	return hostPrefix + name
}

// cookieOf gives a cookie of ours; "" for one that comes twice, because then one of them is not.
func (a *API) cookieOf(c *gin.Context, name string) string {
	if len(c.Request.Header["Cookie"]) == 0 {
		return ""
	}
	found := c.Request.CookiesNamed(a.cookieName(name))
	if len(found) != 1 || len(found[0].Value) > longestToken {
		return ""
	}
	return found[0].Value
}

// tokenOf gives the token that a request comes with, "" for none, and whether it is the console's.
func (a *API) tokenOf(c *gin.Context) (token string, console bool) {
	if header := c.GetHeader("Authorization"); header != "" {
		token = bearer(header)
		if model.IsConsoleToken(token) {
			return "", false
		}
		return token, false
	}
	if token = a.cookieOf(c, sessionCookie); !model.IsConsoleToken(token) {
		return "", false
	}
	return token, true
}

// setCookie gives the browser a cookie of ours, until it is closed or for so long; value "" takes it away.
func (a *API) setCookie(v visit, name, value string, lasts time.Duration) {
	cookie := http.Cookie{ //nolint:gosec // a demo has no TLS, and is reached on this machine only
		Name: a.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, Secure: !a.Demo, SameSite: http.SameSiteStrictMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	v.answer.Add("Set-Cookie", cookie.String())
}

// atConsole is who works at the console by its cookie. Whoever has no role any more is nobody there.
func (a *API) atConsole(c *gin.Context, actor model.Actor) (model.Actor, error) {
	if actor.UserID == 0 || !actor.Works(a.s.Clock.Now()) {
		return model.Actor{}, nil
	}
	if writes(c) && subtle.ConstantTimeCompare([]byte(c.GetHeader(csrfHeader)), []byte(csrfToken(actor))) != 1 {
		return actor, errNoProof
	}
	return actor, nil
}

// fromOurPage refuses a write with a cookie of ours that another page has sent.
func (a *API) fromOurPage(c *gin.Context) error {
	if !writes(c) || c.GetHeader("Authorization") != "" || a.cookieOf(c, sessionCookie) == "" && a.cookieOf(c, loginCookie) == "" {
		return nil
	}
	origins := http.NewCrossOriginProtection()
	if strings.HasPrefix(a.PublicURL, "https://") { // a proxy may have named us otherwise to us
		if err := origins.AddTrustedOrigin(strings.TrimSuffix(a.PublicURL, "/")); err != nil {
			return err
		}
	}
	if origins.Check(c.Request) != nil {
		return errOtherPage
	}
	return nil
}

// csrfToken is what a page of ours must say beside the cookie: made of the session's token, from which it
// can't be got back, so that nothing has to be kept for it.
func csrfToken(by model.Actor) string { return model.HashToken("csrf of " + by.TokenHash) }

func writes(c *gin.Context) bool {
	return c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead
}
