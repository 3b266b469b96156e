package api

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

type openConsoleLoginIn struct{ Keyed }

type consoleLoginView struct {
	Scene     string    `json:"scene" doc:"二维码里的登录码，用一次" example:"7K2M9PXQ4RTV"`
	Link      string    `json:"link" doc:"二维码打开的网址"`
	Code      qrView    `json:"code" doc:"二维码"`
	MatchCode string    `json:"match" doc:"两位数字，手机上显示的必须一样" example:"42"`
	ExpiresAt time.Time `json:"expires_at" doc:"到期时间"`
}

type qrView struct {
	Size int    `json:"size" doc:"每边几格，不含四周的白边" example:"33"`
	Path string `json:"path" doc:"黑格，SVG 的 path，每格 1 个单位"`
}

// consoleLoginPage is the client's page that a log-in's QR code opens.
const consoleLoginPage = "/#/pages/console-login/index?scene="

func (a *API) openConsoleLogin(ctx context.Context, cmd service.Command, _ *openConsoleLoginIn) (service.OpenedConsoleLogin, error) {
	v := visitIn(ctx)
	o, err := a.s.OpenConsoleLogin(ctx, cmd, func(scene string) string { return a.address(v) + consoleLoginPage + scene })
	if err == nil {
		a.setCookie(v, loginCookie, o.Browser, model.ConsoleLoginLength)
	}
	return o, err
}

// address is how this server is reached: as its operator says, else as who asks has named it.
func (a *API) address(v visit) string {
	scheme := "https://"
	if a.Demo {
		scheme = "http://"
	}
	return strings.TrimSuffix(cmp.Or(a.PublicURL, scheme+v.host), "/")
}

func viewOpenedConsoleLogin(o service.OpenedConsoleLogin) consoleLoginView {
	return consoleLoginView{o.Scene, o.Link, qrView{o.QR.Size, o.QR.Path}, o.Login.MatchCode, atEdge(o.Login.ExpiresAt)}
}

// OfScene is embedded by the input of what is about one log-in to the console.
type OfScene struct {
	Scene string `path:"scene" maxLength:"32" doc:"二维码里的登录码" example:"7K2M9PXQ4RTV"`
}

type askedConsoleLoginView struct {
	MatchCode string    `json:"match" doc:"两位数字，电脑上显示的必须一样" example:"42"`
	OpenedAt  time.Time `json:"opened_at" doc:"电脑上什么时候打开的"`
	ExpiresAt time.Time `json:"expires_at" doc:"到期时间"`
}

func (a *API) consoleLogin(ctx context.Context, by model.Actor, in *OfScene) (askedConsoleLoginView, error) {
	l, err := a.s.ConsoleLogin(ctx, by, in.Scene)
	return askedConsoleLoginView{l.MatchCode, atEdge(l.OpenedAt), atEdge(l.ExpiresAt)}, err
}

type decideConsoleLoginIn struct {
	Keyed
	OfScene
}

type consoleLoginStateView struct {
	State string `json:"state" enum:"waits,approved,refused" doc:"等手机确认、已确认、已拒绝" example:"waits"`
}

func viewConsoleLoginState(s model.ConsoleLoginState) consoleLoginStateView {
	return consoleLoginStateView{string(s)}
}

func (a *API) approveConsoleLogin(ctx context.Context, cmd service.Command, in *decideConsoleLoginIn) (model.ConsoleLoginState, error) {
	return a.s.DecideConsoleLogin(ctx, cmd, in.Scene, true)
}

func (a *API) refuseConsoleLogin(ctx context.Context, cmd service.Command, in *decideConsoleLoginIn) (model.ConsoleLoginState, error) {
	return a.s.DecideConsoleLogin(ctx, cmd, in.Scene, false)
}

type noneIn struct{}

// myConsoleLogin tells the browser that asks; it is known by its cookie.
func (a *API) myConsoleLogin(ctx context.Context, _ model.Actor, _ *noneIn) (consoleLoginStateView, error) {
	l, err := a.s.ConsoleLoginAt(ctx, visitIn(ctx).login)
	return viewConsoleLoginState(l.State), err
}

type consoleSessionView struct {
	CSRFToken string    `json:"csrf_token" doc:"每次提交都要放在 X-CSRF-Token 里；只放在内存里"`
	ExpiresAt time.Time `json:"expires_at" doc:"到期时间"`
}

type maybeConsoleSessionView struct {
	Session *consoleSessionView `json:"session,omitempty" doc:"没有登录时没有"`
}

// errEnterAgain refuses the repetition of an entry: its session's token was in the answer that is lost.
var errEnterAgain = fault.New(fault.Conflict, "console.enter_again", "刚才的登录没有传到电脑上。请刷新二维码，再扫一次。")

// enterConsole answers with nothing that a script could keep: the session is in the cookie.
func (a *API) enterConsole(ctx context.Context, cmd service.Command, _ *openConsoleLoginIn) (service.SignedIn, error) {
	v := visitIn(ctx)
	session, err := a.s.EnterConsole(ctx, cmd, v.login)
	var again *service.Replayed
	if errors.As(err, &again) {
		return session, errEnterAgain
	}
	if err == nil {
		a.setCookie(v, sessionCookie, session.Token, 0)
		a.setCookie(v, loginCookie, "", 0)
	}
	return session, err
}

func viewEntered(s service.SignedIn) consoleSessionView {
	return consoleSessionView{csrfToken(model.Actor{TokenHash: model.HashToken(s.Token)}), atEdge(s.Session.ExpiresAt)}
}

// consoleSession tells a page that begins whether its browser is logged in. That it is not is an answer, too.
func (a *API) consoleSession(ctx context.Context, by model.Actor, _ *noneIn) (maybeConsoleSessionView, error) {
	if by.UserID == 0 || !visitIn(ctx).console {
		return maybeConsoleSessionView{}, nil
	}
	return maybeConsoleSessionView{&consoleSessionView{csrfToken(by), atEdge(by.Until)}}, nil
}
