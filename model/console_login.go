package model

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ConsoleLoginState is how far a log-in to the console has come.
type ConsoleLoginState string

// The states. What has led to a session is gone.
const (
	ConsoleLoginWaits    ConsoleLoginState = "waits"
	ConsoleLoginApproved ConsoleLoginState = "approved"
	ConsoleLoginRefused  ConsoleLoginState = "refused"
)

// ConsoleLogin is a browser that waits for somebody's telephone to say who sits before it. Of the text
// that is scanned and of what the browser is known by only hashes are stored.
type ConsoleLogin struct {
	_ struct{} `privacy:"about=user; why=扫码登录管理台; kept=console_logins"`

	ID          int64
	SceneHash   string            `privacy:"hash"`
	BrowserHash string            `privacy:"hash"`
	MatchCode   string            `privacy:"none"` // shown on both screens
	State       ConsoleLoginState `privacy:"mark"`
	UserID      *int64            // who approved it
	OpenedAt    time.Time
	ExpiresAt   time.Time
}

// ConsoleLoginLength is how long a log-in waits; ConsoleSessionLength how long a session of the console
// lasts, which is a working day and not a telephone's month.
const (
	ConsoleLoginLength   = 3 * time.Minute
	ConsoleSessionLength = 12 * time.Hour
)

// AtComputer tells whether the session is one of the console: only those are that short.
func (s Session) AtComputer() bool { return s.ExpiresAt.Sub(s.CreatedAt) <= ConsoleSessionLength }

// Refusals about logging in to the console.
var (
	ErrConsoleLoginGone    = fault.New(fault.Gone, "console.login_expired", "这个登录二维码已经过期或用过了。请在电脑上刷新二维码，再扫一次。")
	ErrConsoleLoginDecided = fault.New(fault.Conflict, "console.login_decided", "这次登录已经有人确认或拒绝过了。如果不是您办的，请在电脑上刷新二维码，再扫一次。")
	ErrConsoleLoginWaits   = fault.New(fault.Conflict, "console.login_waits", "手机上还没有确认。请用手机扫码，核对数字以后点“确认登录”。")
	ErrConsoleLoginRefused = fault.New(fault.Conflict, "console.login_refused", "手机上拒绝了这次登录。如果是您本人要登录，请刷新二维码，再扫一次。")
	ErrConsoleNoWork       = fault.New(fault.Forbidden, "console.no_work", "您现在没有要在管理台上办理的职务，不能登录。如果刚刚任职，请联系任命您的人核对。")
)

const consoleTokenPrefix = "console."

// ConsoleToken makes a session's token one of the console's, which only a cookie can hold. What it is for
// stands in it and is hashed with it, so that none can be taken for the other.
func ConsoleToken(token string) string { return consoleTokenPrefix + token }

// IsConsoleToken tells whether a token is one of the console's.
func IsConsoleToken(token string) bool { return strings.HasPrefix(token, consoleTokenPrefix) }

// NewMatchCode gives two random digits.
func NewMatchCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(100)) // never fails: crypto/rand ends the process instead
	return fmt.Sprintf("%02d", n)
}

// OpenConsoleLogin stores one.
func OpenConsoleLogin(tx *gorm.DB, l *ConsoleLogin) error { return tx.Create(l).Error }

// ConsoleLoginOf gives the log-in of a scene's hash that has not expired.
func ConsoleLoginOf(tx *gorm.DB, sceneHash string, now time.Time) (ConsoleLogin, error) {
	var l ConsoleLogin
	return l, take(tx.Where("scene_hash = ? AND expires_at > ?", sceneHash, now), &l, ErrConsoleLoginGone)
}

// ConsoleLoginAt gives the log-in of a browser's hash that has not expired.
func ConsoleLoginAt(tx *gorm.DB, browserHash string, now time.Time) (ConsoleLogin, error) {
	var l ConsoleLogin
	return l, take(tx.Where("browser_hash = ? AND expires_at > ?", browserHash, now), &l, ErrConsoleLoginGone)
}

// DecideConsoleLogin says once what becomes of a log-in that waits; user is who approves it, nil else.
func DecideConsoleLogin(tx *gorm.DB, id int64, state ConsoleLoginState, user *int64) error {
	return changed(tx.Model(&ConsoleLogin{}).Where("id = ? AND state = ?", id, ConsoleLoginWaits).
		Updates(map[string]any{"state": state, "user_id": user}), ErrConsoleLoginDecided)
}

// TakeConsoleLogin gives who approved the log-in of a browser's hash, once: then it is gone.
func TakeConsoleLogin(tx *gorm.DB, browserHash string, now time.Time) (user int64, err error) {
	l, err := ConsoleLoginAt(forUpdate(tx), browserHash, now)
	switch {
	case err != nil:
		return 0, err
	case l.State == ConsoleLoginWaits:
		return 0, ErrConsoleLoginWaits
	case l.State != ConsoleLoginApproved || l.UserID == nil:
		return 0, ErrConsoleLoginRefused
	}
	return *l.UserID, changed(tx.Where("id = ?", l.ID).Delete(&ConsoleLogin{}), ErrConsoleLoginGone)
}

// dropConsoleLoginsOf drops what a user has approved and nobody has entered.
func dropConsoleLoginsOf(tx *gorm.DB, user int64) error {
	return tx.Where("user_id = ?", user).Delete(&ConsoleLogin{}).Error
}

func dropConsoleLogins(tx *gorm.DB) error { return tx.Where("1 = 1").Delete(&ConsoleLogin{}).Error }

// ForgetConsoleLogins drops at most limit of those whose time is over, and gives how many.
func ForgetConsoleLogins(tx *gorm.DB, now time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("expires_at <= ?", now), &ConsoleLogin{}, "id", "expires_at", limit)
}
