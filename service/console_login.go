package service

import (
	"context"
	"errors"

	"danyuan/model"
	"danyuan/service/paper"
)

// OpenedConsoleLogin is a log-in to the console that waits for a telephone. Scene is scanned; Browser is
// what the browser alone knows, and is never stored.
type OpenedConsoleLogin struct {
	Scene, Browser, Link string
	QR                   paper.Code // opens the link
	Login                model.ConsoleLogin
}

// OpenConsoleLogin begins to log somebody in whose browser this is. link gives the address that the QR code
// of a scene opens.
func (s *Service) OpenConsoleLogin(ctx context.Context, cmd Command, link func(scene string) string) (OpenedConsoleLogin, error) {
	return inTx(ctx, s, cmd, func(t *tx) (OpenedConsoleLogin, error) {
		o := OpenedConsoleLogin{Scene: model.NewCode(), Browser: newToken()}
		o.Link = link(o.Scene)
		o.Login = model.ConsoleLogin{
			SceneHash: model.HashToken(o.Scene), BrowserHash: model.HashToken(o.Browser), MatchCode: model.NewMatchCode(),
			State: model.ConsoleLoginWaits, OpenedAt: t.now, ExpiresAt: t.now.Add(model.ConsoleLoginLength),
		}
		var err error
		if o.QR, err = paper.CodeOf(o.Link); err != nil {
			return o, err
		}
		return o, model.OpenConsoleLogin(t.DB, &o.Login)
	})
}

// ConsoleLogin gives what a scanned scene asks, to somebody who has work at the console. Refusals:
// console.no_work, console.login_expired, console.login_decided.
func (s *Service) ConsoleLogin(ctx context.Context, by model.Actor, scene string) (model.ConsoleLogin, error) {
	if !by.Works(s.now()) {
		return model.ConsoleLogin{}, model.ErrConsoleNoWork
	}
	l, err := model.ConsoleLoginOf(s.DB.Read(ctx), model.HashToken(scene), s.latest())
	if err == nil && l.State != model.ConsoleLoginWaits {
		err = model.ErrConsoleLoginDecided
	}
	return l, err
}

// DecideConsoleLogin lets the browser of a scanned scene in as the actor, or keeps it out. Refusals as of
// ConsoleLogin.
func (s *Service) DecideConsoleLogin(ctx context.Context, cmd Command, scene string, approve bool) (model.ConsoleLoginState, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.ConsoleLoginState, error) {
		if !t.by.Works(t.now) {
			return "", model.ErrConsoleNoWork
		}
		l, err := model.ConsoleLoginOf(t.DB, model.HashToken(scene), t.now)
		if err != nil {
			return "", err
		}
		if !approve {
			err = model.DecideConsoleLogin(t.DB, l.ID, model.ConsoleLoginRefused, nil)
			return model.ConsoleLoginRefused, or(err, t.audit("console.refuse", 0, "console_login", l.ID, ""))
		}
		if err := model.HoldSession(t.DB, t.by.SessionID, t.now); err != nil { // what it lets in outlives it
			return "", err
		}
		err = model.DecideConsoleLogin(t.DB, l.ID, model.ConsoleLoginApproved, &t.by.UserID)
		return model.ConsoleLoginApproved, or(err, t.audit("console.approve", 0, "console_login", l.ID, ""))
	})
}

// ConsoleLoginAt tells a browser how far its log-in has come. Refusal: console.login_expired also where
// there is none.
func (s *Service) ConsoleLoginAt(ctx context.Context, browser string) (model.ConsoleLogin, error) {
	return model.ConsoleLoginAt(s.DB.Read(ctx), model.HashToken(browser), s.latest())
}

// EnterConsole gives a browser whose log-in was approved a session of the console, once. The token is a new
// one: nothing that the browser had before becomes the session's. A repetition gets no token, see Replayed.
// Refusals: console.login_expired, console.login_waits, console.login_refused, and console.no_work for who
// has lost their roles meanwhile.
func (s *Service) EnterConsole(ctx context.Context, cmd Command, browser string) (SignedIn, error) {
	cmd.apart = browser
	standing, err := model.ConsoleLoginAt(s.DB.Read(ctx), model.HashToken(browser), s.latest())
	if err != nil && !errors.Is(err, model.ErrConsoleLoginGone) { // gone also for a repetition
		return SignedIn{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SignedIn, error) {
		if standing.UserID != nil { // before the log-in, as who ends all sessions does, see model.EndSessionsOf
			if err := model.LockUser(t.DB, *standing.UserID); err != nil {
				return SignedIn{}, err
			}
		}
		user, err := model.TakeConsoleLogin(t.DB, model.HashToken(browser), t.now)
		if err == nil && (standing.UserID == nil || user != *standing.UserID) {
			err = model.ErrConsoleLoginWaits // it was approved a moment ago
		}
		if err != nil {
			return SignedIn{}, err
		}
		if t.by, err = model.ActorOfUser(t.DB, user); err != nil {
			return SignedIn{}, err
		}
		if !t.by.Works(t.now) {
			return SignedIn{}, model.ErrConsoleNoWork
		}
		token := model.ConsoleToken(newToken())
		session, err := model.StartSession(t.DB, user, model.HashToken(token), t.now, model.ConsoleSessionLength)
		if err != nil {
			return SignedIn{}, err
		}
		return SignedIn{token, session, true}, t.audit("session.start", 0, "session", session.ID, "console")
	})
}
