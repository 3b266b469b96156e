package model

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// User is a WeChat account. Its session key stays with us, sealed: group data is opened with it.
type User struct {
	_ struct{} `privacy:"about=user; why=微信登录; kept=always; because=微信账号与服务记录、授权记录相连;注销后只剩不能还原的编号"`

	ID         int64
	OpenID     string `privacy:"wechat"`
	UnionID    string `privacy:"wechat"`
	SessionKey string `gorm:"serializer:sealed" privacy:"secret"`
	CreatedAt  time.Time
	SignedInAt time.Time
}

// Session is a signed-in device. Only the hash of its token is stored.
type Session struct {
	_ struct{} `privacy:"about=user; why=保持登录状态; kept=sessions"`

	ID        int64
	TokenHash string `privacy:"hash"`
	UserID    int64
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
}

// SessionLength is how long a session lasts without signing in again.
const SessionLength = 30 * 24 * time.Hour

// ErrUserNotFound is for a user that a record names and that is gone.
var ErrUserNotFound = fault.New(fault.NotFound, "user.not_found", "没有找到这个微信用户，请重新登录。")

// ErrNotSure refuses to close an account by mistake.
var ErrNotSure = fault.New(fault.Invalid, "account.not_sure", "注销以后不能恢复。请先确认要注销，再提交。")

// HashToken gives what is stored of a session's token.
func HashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// SignIn stores the user of an openid, new or known, with the session key of this sign-in.
func SignIn(tx *gorm.DB, openID, unionID, sessionKey string, now time.Time) (User, error) {
	var u User // read, because what an insert tells of the id is only true of a new one
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "open_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"union_id", "session_key", "signed_in_at"}),
	}).Create(&User{OpenID: openID, UnionID: unionID, SessionKey: sessionKey, CreatedAt: now, SignedInAt: now}).Error
	if err != nil {
		return u, err
	}
	return u, take(tx.Where("open_id = ?", openID), &u, ErrUserNotFound)
}

// StartSession stores a session that lasts so long.
func StartSession(tx *gorm.DB, user int64, tokenHash string, now time.Time, length time.Duration) (Session, error) {
	s := Session{TokenHash: tokenHash, UserID: user, CreatedAt: now, ExpiresAt: now.Add(length)}
	return s, tx.Create(&s).Error
}

// EndSession ends one session; ending it twice is the same as once.
func EndSession(tx *gorm.DB, id int64, now time.Time) error {
	return tx.Model(&Session{}).Where("id = ? AND ended_at IS NULL", id).Update("ended_at", now).Error
}

// EndSessionsOf ends all of a user's sessions and gives how many were running. What they have approved at a computer
// and was not entered yet is gone as well. It locks the user: who enters the console holds them too, or a session that
// begins at that moment would outlive this.
func EndSessionsOf(tx *gorm.DB, user int64, now time.Time) (int64, error) {
	if err := LockUser(tx, user); err != nil {
		return 0, err
	}
	q := tx.Model(&Session{}).Where("user_id = ? AND ended_at IS NULL AND expires_at > ?", user, now).Update("ended_at", now)
	if q.Error != nil {
		return 0, q.Error
	}
	return q.RowsAffected, dropConsoleLoginsOf(tx, user) // last: who holds a session, see HoldSession, may have added one
}

// dropSessions drops everybody's, and what was approved at computers.
func dropSessions(tx *gorm.DB) error {
	if err := tx.Where("1 = 1").Delete(&Session{}).Error; err != nil {
		return err
	}
	return dropConsoleLogins(tx)
}

// HoldSession keeps a running session from being ended until the transaction ends; ErrSignIn when it has been.
func HoldSession(tx *gorm.DB, id int64, now time.Time) error {
	var s Session
	err := take(forUpdate(tx).Where("id = ?", id), &s, ErrSignIn)
	if err == nil && !s.runs(now) {
		err = ErrSignIn
	}
	return err
}

// SessionsOf gives a user's running sessions, newest first.
func SessionsOf(tx *gorm.DB, user int64, now time.Time, cut Slice) ([]Session, error) {
	var out []Session
	err := cut.Newest(tx.Where("user_id = ? AND ended_at IS NULL AND expires_at > ?", user, now), "id").Find(&out).Error
	return out, err
}

// closedUser begins what stands in the openid's place once the account is closed.
const closedUser = "closed:"

// LockUser keeps others from changing what the user is bound to, and what they accept, until the
// transaction ends; ErrSignIn when the account is closed by now.
func LockUser(tx *gorm.DB, id int64) error {
	var u User
	err := take(forUpdate(tx).Select("id", "open_id").Where("id = ?", id), &u, ErrUserNotFound)
	if err == nil && strings.HasPrefix(u.OpenID, closedUser) {
		err = ErrSignIn
	}
	return err
}

// UserByID gives a user, with the session key opened.
func UserByID(tx *gorm.DB, id int64) (User, error) {
	var u User
	return u, take(tx.Where("id = ?", id), &u, ErrUserNotFound)
}

// ForgetSessions drops at most limit sessions whose time is over, ended ones among them, and gives how
// many.
func ForgetSessions(tx *gorm.DB, now time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("expires_at <= ?", now), &Session{}, "id", "expires_at", limit)
}

// CloseUser takes away what WeChat knows a user by, and leaves the number that records name. instead
// stands in the openid's place; nobody signs in by it.
func CloseUser(tx *gorm.DB, id int64, instead string) (User, error) {
	gone := map[string]any{"open_id": closedUser + instead, "union_id": "", "session_key": ""}
	if err := changed(tx.Model(&User{}).Where("id = ?", id).Updates(gone), ErrUserNotFound); err != nil {
		return User{}, err
	}
	return UserByID(tx, id)
}
