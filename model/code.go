package model

import (
	"crypto/rand"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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

// Page is the mini-program page that scanning a code of this kind opens.
func (k CodeKind) Page() string {
	switch k {
	case UnitCode:
		return "pages/unit/index"
	case CommunityCode:
		return "pages/community/index"
	case PlaqueCode:
		return "pages/plaque/index"
	}
	return ""
}

// Revoked is what somebody is told who scans a revoked code of this kind.
func (k CodeKind) Revoked() *fault.Fault {
	switch k {
	case UnitCode:
		return ErrCodeRevoked
	case CommunityCode:
		return ErrCodeRevoked.Saying("这张海报上的码已经作废，请扫社区新贴的码；如果还没有换新，请告诉社区工作人员。")
	case PlaqueCode:
		return ErrCodeRevoked.Saying("这块“共产党员户”门牌已经失效，门上的码不再有效。如有疑问，请联系单元长或社区。")
	default:
		return ErrCodeRevoked
	}
}

// Code is the scene of a mini-program code: random, revocable, replaceable. ActiveKey holds what it
// stands for while it is valid, so that there is one valid code for each thing.
type Code struct {
	_ struct{} `privacy:"about=officer; why=贴在墙上的单元码,谁制作、谁作废; kept=always; because=旧码要能查明来历"`

	ID          int64
	Code        string   `privacy:"none"`
	Kind        CodeKind `privacy:"mark"`
	NodeID      int64
	PlaqueID    *int64
	MadeAt      time.Time
	MadeByID    int64
	RevokedAt   *time.Time
	RevokedByID int64
	Reason      string  `privacy:"reason"`
	ActiveKey   *string `privacy:"none"`
}

// CodeImage is the picture that WeChat made of a code, once.
type CodeImage struct {
	_ struct{} `privacy:"about=nobody; why=单元码的图片"`

	CodeID int64  `gorm:"primaryKey"`
	JPEG   []byte `gorm:"column:jpeg" privacy:"none"`
	MadeAt time.Time
}

// Refusals about codes.
var (
	ErrCodeUnknown = fault.New(fault.NotFound, "code.unknown", "没有这个码。请确认扫的是楼道里张贴的单元码；如果海报破损，请告诉单元长。")
	ErrCodeRevoked = fault.New(fault.Gone, "code.revoked", "这张海报上的码已经作废，请扫楼道里新贴的码；如果还没有换新，请告诉单元长或社区。")
)

// Refusals of those who look after codes.
var (
	ErrCodeNotFound       = fault.New(fault.NotFound, "code.not_found", "没有找到这个码，或者您不能查看。请回到码的列表重试。")
	ErrCodePlace          = fault.New(fault.Conflict, "code.no_code_here", "只有单元和社区有自己的码。请选择一个单元或社区。")
	ErrCodeAlreadyRevoked = fault.New(fault.Conflict, "code.already_revoked", "这个码已经作废，不用再办。请刷新列表，使用现在有效的码；没有的话，可以重新做一个。")
	ErrCodeOfPlaque       = fault.New(fault.Conflict, "code.of_plaque", "门牌还挂着，它的码不能只作废。请给它换一个新码；如果门牌不再使用，请摘除门牌，码会一起作废。")
	ErrCodePicture        = fault.New(fault.Unavailable, "code.picture_unavailable", "微信暂时没有生成小程序码的图片。码本身有效，不用重做，请过几分钟再打开这一页。")
)

// codeAlphabet is Crockford's base 32: no letter that is taken for a digit.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode gives twelve random characters, 60 bits, from codeAlphabet. WeChat allows a scene of 32.
func NewCode() string { return randomCode(12) }

func randomCode(length int) string {
	b := make([]byte, length)
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
	return maybe[Code](tx.Where("active_key = ?", ActiveCodeKey(kind, id)))
}

// ActiveCodeKey is what uq_codes_active holds for a unit, community (its node's id) or plaque (its id).
func ActiveCodeKey(kind CodeKind, id int64) string { return topic(string(kind), id) }

// AddCode stores a new valid code.
func AddCode(tx *gorm.DB, c *Code) error { return tx.Create(c).Error }

// CodeOf makes a new valid code of a unit, a community or (plaque not nil) a plaque in a unit.
func CodeOf(kind CodeKind, node int64, plaque *int64, by int64, now time.Time) Code {
	id := node
	if plaque != nil {
		id = *plaque
	}
	key := ActiveCodeKey(kind, id)
	return Code{Code: NewCode(), Kind: kind, NodeID: node, PlaqueID: plaque, MadeAt: now, MadeByID: by, ActiveKey: &key}
}

// CodeByID gives a code in any state.
func CodeByID(tx *gorm.DB, id int64) (Code, error) {
	var c Code
	return c, take(tx.Where("id = ?", id), &c, ErrCodeNotFound)
}

// CodesOfNode lists the codes of a node in every state, its plaques' included, the newest first.
func CodesOfNode(tx *gorm.DB, node int64, s Slice) ([]Code, error) {
	var codes []Code
	return codes, s.Newest(tx.Where("node_id = ?", node), "id").Find(&codes).Error
}

// ActiveCodesAt gives the valid codes of units and communities, by node.
func ActiveCodesAt(tx *gorm.DB, nodes []Node) (map[int64]Code, error) {
	keys := make([]string, len(nodes))
	for i, n := range nodes {
		keys[i] = ActiveCodeKey(CodeKind(n.Kind), n.ID)
	}
	var codes []Code
	err := tx.Where("active_key IN ?", keys).Find(&codes).Error
	at := make(map[int64]Code, len(codes))
	for _, c := range codes {
		at[c.NodeID] = c
	}
	return at, err
}

// OldestUnitCodes lists so many valid codes of units, the oldest first.
func OldestUnitCodes(tx *gorm.DB, most int) ([]Code, error) {
	var codes []Code
	return codes, tx.Where("kind = ? AND active_key IS NOT NULL", UnitCode).Order("id").Limit(most).Find(&codes).Error
}

// RevokeCode makes a code invalid for ever. It refuses one that is invalid already.
func RevokeCode(tx *gorm.DB, id, by int64, reason string, now time.Time) error {
	return changed(tx.Model(&Code{}).Where("id = ? AND revoked_at IS NULL", id).
		Updates(map[string]any{"revoked_at": now, "revoked_by_id": by, "reason": reason, "active_key": nil}), ErrCodeAlreadyRevoked)
}

// PictureOf gives the picture that is kept of a code, nil when there is none yet.
func PictureOf(tx *gorm.DB, code int64) ([]byte, error) {
	var kept []CodeImage
	if err := tx.Where("code_id = ?", code).Find(&kept).Error; err != nil || len(kept) == 0 {
		return nil, err
	}
	return kept[0].JPEG, nil
}

// KeepPicture keeps a code's first picture; a later one of the same code is not needed.
func KeepPicture(tx *gorm.DB, i *CodeImage) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(i).Error
}

// RevokeCodesAt revokes every valid code of a node that has ended.
func RevokeCodesAt(tx *gorm.DB, node, by int64, reason string, now time.Time) error {
	return tx.Model(&Code{}).Where("node_id = ? AND revoked_at IS NULL", node).
		Updates(map[string]any{"revoked_at": now, "revoked_by_id": by, "reason": reason, "active_key": nil}).Error
}
