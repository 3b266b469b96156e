package service

import (
	"context"
	"fmt"

	"danyuan/model"
)

// Logout ends the session at once, here and on every replica.
func (s *Service) Logout(ctx context.Context, cmd Command) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		if err := model.EndSession(t.DB, cmd.By.SessionID, t.now); err != nil {
			return struct{}{}, err
		}
		t.touch(model.UserTopic(cmd.By.UserID))
		return struct{}{}, t.audit("session.end", 0, "session", cmd.By.SessionID, "")
	})
}

// RenewSession gives the actor's session another token. The old one stays good for a minute, in case the answer
// is lost; used later than that it ends the session, see endReused. Refusal: session.renewed for who came
// with a token that another has taken over.
func (s *Service) RenewSession(ctx context.Context, cmd Command) (SignedIn, error) {
	return inTx(ctx, s, cmd, func(t *tx) (SignedIn, error) {
		token := newToken()
		session, err := model.RenewToken(t.DB, t.by.SessionID, t.by.TokenHash, model.HashToken(token), t.now)
		if err != nil {
			return SignedIn{}, err
		}
		t.touch(model.UserTopic(t.by.UserID))
		return SignedIn{token, session, t.by.PersonID != 0}, t.audit("session.renew", 0, "session", session.ID, "")
	})
}

// NoticeSession is the kind of notice that tells people of their sign-ins.
const NoticeSession = "session"

// endReused ends the session of a token that was used after another had taken it over: it, or the other,
// was stolen, and nobody can tell which. The person is told, and signs in again; a thief can't.
func (s *Service) endReused(ctx context.Context, tokenHash string) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		none := struct{}{}
		session, err := model.LockReused(t.DB, tokenHash, t.now)
		if err != nil || session == nil {
			return none, err
		}
		if t.by, err = model.ActorOfUser(t.DB, session.UserID); err != nil {
			return none, err
		}
		if err := model.EndSession(t.DB, session.ID, t.now); err != nil {
			return none, err
		}
		t.touch(model.UserTopic(session.UserID))
		if err := t.audit("session.token_reused", 0, "session", session.ID, ""); err != nil || t.by.PersonID == 0 {
			return none, err
		}
		return none, t.notify(t.by.PersonID, NoticeSession, "您的一处登录已经结束",
			"您的登录凭证换新以后，旧的又被使用了，可能有人得到了它。为安全起见，这处登录已经结束，请重新登录。如果您没有换过手机或电脑，请在“我的登录”里退出所有登录。",
			pageMine, fmt.Sprintf("session:%d:reused", session.ID))
	})
	return err
}

// EndMySession ends one of the actor's sessions, on whatever device, at once. Refusal:
// session.not_found also for anybody else's.
func (s *Service) EndMySession(ctx context.Context, cmd Command, id int64) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		if err := model.EndSessionOf(t.DB, t.by.UserID, id, t.now); err != nil {
			return struct{}{}, err
		}
		t.touch(model.UserTopic(t.by.UserID))
		return struct{}{}, t.audit("session.end", 0, "session", id, "")
	})
}

// LogoutEverywhere ends every session of the actor's user, this one included, and gives how many.
func (s *Service) LogoutEverywhere(ctx context.Context, cmd Command) (int64, error) {
	return inTx(ctx, s, cmd, func(t *tx) (int64, error) {
		ended, err := model.EndSessionsOf(t.DB, cmd.By.UserID, t.now)
		if err != nil {
			return 0, err
		}
		t.touch(model.UserTopic(cmd.By.UserID))
		return ended, t.audit("session.end_all", 0, "user", cmd.By.UserID, "")
	})
}

// MySessions lists where the actor is signed in, newest first.
func (s *Service) MySessions(ctx context.Context, by model.Actor, cut model.Slice) ([]model.Session, error) {
	return model.SessionsOf(s.DB.Read(ctx), by.UserID, s.now(), cut)
}
