package service

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	"danyuan/model"
)

// SignedIn is a fresh session. The token is given out once and never stored.
type SignedIn struct {
	Token   string
	Session model.Session
	Bound   bool
}

// Login exchanges a wx.login code for a session. WeChat is asked before the transaction; a repetition
// of the same request gets the same token, although WeChat takes a code only once.
func (s *Service) Login(ctx context.Context, cmd Command, code string) (SignedIn, error) {
	cmd.apart = code // which is one person's, once: two strangers may have thought of the same key
	if err := s.replay(ctx, cmd); err != nil {
		return SignedIn{}, err
	}
	openID, unionID, sessionKey, err := s.Accounts.Session(ctx, code)
	if err != nil {
		// The same command may have happened meanwhile, and have used up the code.
		return SignedIn{}, or(s.replay(ctx, cmd), err)
	}
	return s.signIn(ctx, cmd, openID, unionID, sessionKey)
}

// LoginVouched makes a session for the account whom WeChat's own hosting says to be calling. There is no
// session key: the group that a card was opened in can't be told.
func (s *Service) LoginVouched(ctx context.Context, cmd Command, openID, unionID string) (SignedIn, error) {
	cmd.apart = "vouched " + openID
	return s.signIn(ctx, cmd, openID, unionID, "")
}

func (s *Service) signIn(ctx context.Context, cmd Command, openID, unionID, sessionKey string) (SignedIn, error) {
	return inTx(ctx, s, cmd, func(t *tx) (SignedIn, error) {
		u, err := model.SignIn(t.DB, openID, unionID, sessionKey, t.now)
		if err != nil {
			return SignedIn{}, err
		}
		token := newToken()
		session, err := model.StartSession(t.DB, u.ID, model.HashToken(token), t.now, model.SessionLength)
		if err != nil {
			return SignedIn{}, err
		}
		t.by = model.Actor{UserID: u.ID}
		binding, err := model.ActiveBindingOf(t.DB, u.ID)
		if err != nil {
			return SignedIn{}, err
		}
		return SignedIn{token, session, binding != nil}, t.audit("session.start", 0, "session", session.ID, "")
	})
}

// ActorOf gives who a token stands for; nobody for an empty one. A role or binding that changed acts
// at the next call, on other replicas within a second.
func (s *Service) ActorOf(ctx context.Context, token string) (model.Actor, error) {
	if token == "" {
		return model.Actor{}, nil
	}
	hash := model.HashToken(token)
	a, err := s.actors.Get(ctx, hash, func(ctx context.Context) (model.Actor, []string, error) {
		a, err := model.ActorBySession(s.DB.Read(ctx), hash, s.latest())
		topics := append(model.NodeTopics(a.Path), model.UserTopic(a.UserID), model.PersonTopic(a.PersonID))
		for _, g := range a.Grants {
			topics = append(topics, model.NodeTopics(g.Path)...)
		}
		return a, topics, err
	})
	if err == nil && !a.Until.After(s.latest()) { // as it is kept; why it is over is looked up
		if a, err = model.ActorBySession(s.DB.Read(ctx), hash, s.latest()); err == nil {
			err = model.ErrSignIn
		}
	}
	if errors.Is(err, model.ErrTokenReused) {
		err = or(s.endReused(ctx, hash), model.ErrSignIn)
	}
	if err != nil {
		return model.Actor{}, err
	}
	return a, nil
}

func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}
