package api

import (
	"context"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

type logoutIn struct{ Keyed }

func (a *API) logout(ctx context.Context, cmd service.Command, _ *logoutIn) (struct{}, error) {
	done, err := a.s.Logout(ctx, cmd)
	a.forgetConsole(ctx, err)
	return done, err
}

func (a *API) logoutEverywhere(ctx context.Context, cmd service.Command, _ *logoutIn) (int64, error) {
	n, err := a.s.LogoutEverywhere(ctx, cmd)
	a.forgetConsole(ctx, err)
	return n, err
}

// forgetConsole takes the console's cookie away where its session has ended.
func (a *API) forgetConsole(ctx context.Context, failure error) {
	if v := visitIn(ctx); failure == nil && v.console {
		a.setCookie(v, sessionCookie, "", 0)
	}
}

// errConsoleRenew refuses to put the console's token into an answer, where a script could read it.
var errConsoleRenew = fault.New(fault.Forbidden, "console.no_renewal", "管理台的登录不能换新，到期后请重新扫码登录。")

func (a *API) renewSession(ctx context.Context, cmd service.Command, _ *logoutIn) (service.SignedIn, error) {
	if visitIn(ctx).console {
		return service.SignedIn{}, errConsoleRenew
	}
	return a.s.RenewSession(ctx, cmd)
}

type endSessionIn struct {
	Keyed
	ID ID `path:"id" doc:"登录的编号"`
}

func (a *API) endMySession(ctx context.Context, cmd service.Command, in *endSessionIn) (struct{}, error) {
	return a.s.EndMySession(ctx, cmd, int64(in.ID))
}

type endedView struct {
	Ended int64 `json:"ended" doc:"退出了几处登录，包括这一处" example:"2"`
}

func viewEnded(n int64) endedView { return endedView{n} }

type mySessionsIn struct{ Paged }

type runningSessionView struct {
	ID        ID        `json:"id"`
	Here      bool      `json:"here" doc:"是否就是现在用的这一处"`
	Computer  bool      `json:"computer" doc:"是不是电脑上的管理台"`
	StartedAt time.Time `json:"started_at" doc:"何时登录"`
	ExpiresAt time.Time `json:"expires_at" doc:"到期时间"`
}

func (a *API) mySessions(ctx context.Context, by model.Actor, in *mySessionsIn) (List[runningSessionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[runningSessionView]{}, err
	}
	rows, err := a.s.MySessions(ctx, by, slice)
	return listOf(in.Paged, rows, func(s model.Session) int64 { return s.ID }, func(s model.Session) runningSessionView {
		return runningSessionView{ID(s.ID), s.ID == by.SessionID, s.AtComputer(), atEdge(s.CreatedAt), atEdge(s.ExpiresAt)}
	}), err
}
