package model

import (
	"errors"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// RenewedToken is a token of a session that another has taken over. It stays good for RenewGrace, because
// the answer with the other may be lost on its way.
type RenewedToken struct {
	_ struct{} `privacy:"about=user; why=发现被盗用的登录; kept=sessions"`

	ID        int64
	TokenHash string `privacy:"hash"`
	SessionID int64
	RenewedAt time.Time
}

// RenewGrace is for how long a token is still good that another has taken over.
const RenewGrace = time.Minute

// Refusals about sessions.
var (
	ErrSessionRenewed  = fault.New(fault.Conflict, "session.renewed", "登录凭证刚刚已经换新，请使用新的凭证。没有收到的话，请重新登录。")
	ErrSessionNotFound = fault.New(fault.NotFound, "session.not_found", "没有找到这处登录，可能已经退出。请刷新列表后再看。")
)

// ErrTokenReused says that a token was used long after another had taken it over: two hold the session,
// and one of them should not.
var ErrTokenReused = errors.New("model: a token was used after another had taken it over")

// RenewToken makes a session go on under another token, if the old one is the session's now. The session
// ends when it would have ended.
func RenewToken(tx *gorm.DB, session int64, old, fresh string, now time.Time) (Session, error) {
	var s Session
	q := tx.Model(&Session{}).Where("id = ? AND token_hash = ? AND ended_at IS NULL", session, old)
	if err := changed(q.Update("token_hash", fresh), ErrSessionRenewed); err != nil {
		return s, err
	}
	if err := tx.Create(&RenewedToken{TokenHash: old, SessionID: session, RenewedAt: now}).Error; err != nil {
		return s, err
	}
	return s, take(tx.Where("id = ?", session), &s, ErrSignIn)
}

// sessionOf gives the running session that a token stands for, and until when it does.
func sessionOf(tx *gorm.DB, tokenHash string, now time.Time) (Session, time.Time, error) {
	s, err := maybe[Session](tx.Where("token_hash = ?", tokenHash))
	if err != nil {
		return Session{}, now, err
	}
	if s == nil {
		return sessionOfRenewed(tx, tokenHash, now)
	}
	if !s.runs(now) {
		return *s, now, ErrSignIn
	}
	return *s, s.ExpiresAt, nil
}

func sessionOfRenewed(tx *gorm.DB, tokenHash string, now time.Time) (Session, time.Time, error) {
	var s Session
	old, err := maybe[RenewedToken](tx.Where("token_hash = ?", tokenHash))
	if err == nil && old == nil {
		err = ErrSignIn
	}
	if err == nil {
		err = take(tx.Where("id = ?", old.SessionID), &s, ErrSignIn)
	}
	if err == nil && !s.runs(now) {
		err = ErrSignIn
	}
	if err != nil {
		return s, now, err
	}
	until := old.RenewedAt.Add(RenewGrace)
	if !until.After(now) {
		return s, now, ErrTokenReused
	}
	return s, until, nil
}

func (s Session) runs(now time.Time) bool { return s.EndedAt == nil && s.ExpiresAt.After(now) }

// LockReused gives the running session of a token that was used after another had taken it over, nil
// where it has ended meanwhile, and keeps others from ending it until the transaction ends.
func LockReused(tx *gorm.DB, tokenHash string, now time.Time) (*Session, error) {
	old, err := maybe[RenewedToken](tx.Where("token_hash = ?", tokenHash))
	if err != nil || old == nil {
		return nil, err
	}
	s, err := maybe[Session](forUpdate(tx).Where("id = ?", old.SessionID))
	if err != nil || s == nil || !s.runs(now) {
		return nil, err
	}
	return s, nil
}

// EndSessionOf ends one running session of a user. It refuses what is none of theirs.
func EndSessionOf(tx *gorm.DB, user, id int64, now time.Time) error {
	return changed(tx.Model(&Session{}).Where("id = ? AND user_id = ? AND ended_at IS NULL AND expires_at > ?", id, user, now).Update("ended_at", now), ErrSessionNotFound)
}
