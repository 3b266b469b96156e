package model

import (
	"crypto/rand"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// CodeKind says what scanning a code opens.
type CodeKind string

// The kinds: the poster in the stairwell, the community's check-in poster, the plaque on a door.
const (
	UnitCode      CodeKind = "unit"
	CommunityCode CodeKind = "community"
	PlaqueCode    CodeKind = "plaque"
)

// Code is the scene of a mini-program code: random, revocable, replaceable. ActiveKey holds what it
// stands for while it is valid, so that there is one valid code for each thing.
type Code struct {
	ID          int64
	Code        string
	Kind        CodeKind
	NodeID      int64
	PlaqueID    *int64
	MadeAt      time.Time
	MadeByID    int64
	RevokedAt   *time.Time
	RevokedByID int64
	Reason      string
	ActiveKey   *string
}

// CodeImage is the picture that WeChat made of a code, once.
type CodeImage struct {
	CodeID int64  `gorm:"primaryKey"`
	JPEG   []byte `gorm:"column:jpeg"`
	MadeAt time.Time
}

// Refusals about codes.
var (
	ErrCodeUnknown = fault.New(fault.NotFound, "code.unknown", "没有这个码。请确认扫的是楼道里张贴的单元码;如果海报破损,请告诉单元长。")
	ErrCodeRevoked = fault.New(fault.Gone, "code.revoked", "这张海报上的码已经作废,请扫楼道里新贴的码;如果还没有换新,请告诉单元长或社区。")
)

// codeAlphabet is Crockford's base 32: no letter that is taken for a digit.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode gives twelve random characters, 60 bits, from codeAlphabet. WeChat allows a scene of 32.
func NewCode() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	for i := range b {
		b[i] = codeAlphabet[b[i]&31]
	}
	return string(b)
}

// ValidScene tells whether a text can be one of our codes at all.
func ValidScene(s string) bool {
	if len(s) == 0 || len(s) > 32 {
		return false
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '-' {
			return false
		}
	}
	return true
}

// CodeByText gives a code in any state.
func CodeByText(tx *gorm.DB, text string) (Code, error) {
	var c Code
	if !ValidScene(text) {
		return c, ErrCodeUnknown
	}
	return c, take(tx.Where("code = ?", text), &c, ErrCodeUnknown)
}

// ActiveCode gives the valid code of a kind at a node, nil when there is none.
func ActiveCode(tx *gorm.DB, kind CodeKind, id int64) (*Code, error) {
	var c []Code
	if err := tx.Where("active_key = ?", ActiveCodeKey(kind, id)).Find(&c).Error; err != nil || len(c) == 0 {
		return nil, err
	}
	return &c[0], nil
}

// ActiveCodeKey is what uq_codes_active holds for a unit, community (its node's id) or plaque (its id).
func ActiveCodeKey(kind CodeKind, id int64) string { return topic(string(kind), id) }

// AddCode stores a new valid code.
func AddCode(tx *gorm.DB, c *Code) error { return tx.Create(c).Error }

// RevokeCodesAt revokes every valid code of a node that has ended.
func RevokeCodesAt(tx *gorm.DB, node, by int64, reason string, now time.Time) error {
	return tx.Model(&Code{}).Where("node_id = ? AND revoked_at IS NULL", node).
		Updates(map[string]any{"revoked_at": now, "revoked_by_id": by, "reason": reason, "active_key": nil}).Error
}
