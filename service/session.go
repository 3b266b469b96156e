package service

import (
	"context"

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
