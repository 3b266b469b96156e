package model

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// RedemptionState is how far a redemption has come: reserved → fulfilled, cancelled or expired.
type RedemptionState string

// The states of a redemption.
const (
	Reserved            RedemptionState = "reserved"
	Fulfilled           RedemptionState = "fulfilled"
	RedemptionCancelled RedemptionState = "cancelled"
	RedemptionExpired   RedemptionState = "expired"
)

// redemptionMoves is every move that a redemption can make. The state alone decides: one whose time is
// over can be picked up until it has expired.
var redemptionMoves = map[RedemptionState][]RedemptionState{
	Reserved: {Fulfilled, RedemptionCancelled, RedemptionExpired},
}

// MayBecome tells whether a redemption in this state may move to the next.
func (s RedemptionState) MayBecome(next RedemptionState) bool {
	return slices.Contains(redemptionMoves[s], next)
}

// Title is what people call the state.
func (s RedemptionState) Title() string {
	return map[RedemptionState]string{Reserved: "待领取", Fulfilled: "已领取", RedemptionCancelled: "已取消", RedemptionExpired: "已过期"}[s]
}

// Refusals about redemptions. ErrRedemptionNotFound answers for one that is not there and for one that
// is not the actor's to see.
var (
	ErrRedemptionNotFound = fault.New(fault.NotFound, "redemption.not_found", "没有找到这次兑换，或者您不能办理。请回到列表重试。")
	ErrRedemptionState    = fault.New(fault.Conflict, "redemption.wrong_state", "这次兑换现在的状态不能这样办理。请刷新列表后再看。")
	ErrRedemptionBound    = fault.New(fault.Conflict, "redemption.person_has_account", "这位居民已经绑定微信，请由本人兑换。代办只用于没有手机的居民。")
	ErrRedemptionAway     = fault.New(fault.Conflict, "redemption.person_moved_away", "这位居民已经登记迁出，不能在这里兑换。请先核对登记。")
)

// Redemption is points exchanged for a reward. What it took stands here for good: it gives back exactly
// that, whatever has become of the reward. Code is sealed and gone when it is over. OpenCodeIndex finds one
// that waits, and keeps two of them from having one code; it becomes CodeIndex when it is over, so that a
// code that is shown later is known for what it was.
type Redemption struct {
	_ struct{} `privacy:"about=volunteer; why=积分兑换和领取; kept=always; because=账本的依据"`

	ID              int64 `gorm:"autoIncrement:false"`
	RewardID        int64
	CommunityID     int64
	PersonID        int64
	EnteredByID     int64           // who did it for the person; 0: the person
	RewardName      string          `privacy:"none"`
	Points          int64           `privacy:"figure"`
	Cost            int64           `privacy:"figure"`
	Year            int64           `privacy:"figure"` // whose budget it is paid from
	Period          *int64          `privacy:"figure"` // of the limit that it counts for; nil: none
	State           RedemptionState `privacy:"mark"`
	Code            string          `gorm:"serializer:sealed" privacy:"credential"`
	CodeIndex       string          `privacy:"index"`
	OpenCodeIndex   *string         `privacy:"index"`
	ReservedAt      time.Time
	ExpiresAt       time.Time
	EndedAt         *time.Time
	EndedByID       int64
	Reason          string `privacy:"reason"`
	TransferID      int64
	EndedTransferID *int64 // what fulfilled or reversed it
}

// pickUpDigits is how long a pick-up code is.
const pickUpDigits = 10

// NewPickUpCode gives ten random digits.
func NewPickUpCode() string {
	all := new(big.Int).Exp(big.NewInt(10), big.NewInt(pickUpDigits), nil)
	n, _ := rand.Int(rand.Reader, all) // never fails: crypto/rand ends the process instead
	return fmt.Sprintf("%0*d", pickUpDigits, n)
}

// pickUpScene begins the text in a pick-up code's QR picture.
const pickUpScene = "PU-"

// PickUpScene gives the text of a pick-up code's QR picture, in the alphabet of a scene.
func PickUpScene(code string) string { return pickUpScene + code }

// PickUpDigits gives the digits of what was scanned or typed; ok is false when it can be no code.
func PickUpDigits(text string) (digits string, ok bool) {
	digits = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return -1
		case r >= '０' && r <= '９': // as a Chinese keyboard types them
			return r - '０' + '0'
		}
		return r
	}, strings.TrimPrefix(strings.TrimSpace(text), pickUpScene))
	return digits, len(digits) == pickUpDigits && strings.Trim(digits, "0123456789") == ""
}

const redemptionCode = "redemptions.code"

// Redeem makes the redemption of a reward by a person now, with a pick-up code of its own. The caller
// makes its transfer and adds it.
func (r Reward) Redeem(k *Keys, person, enteredBy int64, now time.Time) Redemption {
	code := NewPickUpCode()
	index := k.Index(redemptionCode, code)
	red := Redemption{
		ID: NewID(now), RewardID: r.ID, CommunityID: r.CommunityID, PersonID: person, EnteredByID: enteredBy, RewardName: r.Name,
		Points: r.Points, Cost: r.Cost, Year: YearOf(now), State: Reserved, Code: code, OpenCodeIndex: &index,
		ReservedAt: now, ExpiresAt: now.Add(time.Duration(r.PickUpDays) * 24 * time.Hour),
	}
	if r.Limited() {
		n := r.PerPeriod.Number(now)
		red.Period = &n
	}
	return red
}

// AddRedemptions stores new redemptions: ErrIDTaken when they must be made anew.
func AddRedemptions(tx *gorm.DB, rows []Redemption) error {
	return idTaken(AddAll(tx, rows))
}

// RedemptionByID gives a redemption.
func RedemptionByID(tx *gorm.DB, id int64) (Redemption, error) {
	var r Redemption
	return r, take(tx.Where("id = ?", id), &r, ErrRedemptionNotFound)
}

// LockRedemption reads a redemption and keeps others from moving it until the transaction ends.
func LockRedemption(tx *gorm.DB, id int64) (Redemption, error) {
	return RedemptionByID(forUpdate(tx), id)
}

// RefuseMove refuses a move that redemptionMoves does not name, and tells since when it is what it is.
func (r Redemption) RefuseMove(next RedemptionState) error {
	switch {
	case r.State.MayBecome(next):
		return nil
	case r.EndedAt == nil:
		return ErrRedemptionState
	}
	return ErrRedemptionState.Saying("这次兑换" + r.State.Title() + "（" + Minute(*r.EndedAt) + "），不能这样办理。请刷新列表后再看。")
}

// Over makes a redemption in memory what it is once it has been moved on.
func (r *Redemption) Over(next RedemptionState, by, transfer int64, reason string, now time.Time) {
	if r.OpenCodeIndex != nil {
		r.CodeIndex, r.OpenCodeIndex = *r.OpenCodeIndex, nil
	}
	r.State, r.EndedAt, r.EndedByID, r.Reason, r.EndedTransferID, r.Code = next, &now, by, reason, &transfer, ""
}

// EndRedemption moves a redemption that the caller has locked, by somebody (0: by itself), with the
// transfer that did it. Its code is worth nothing from then on.
func EndRedemption(tx *gorm.DB, r *Redemption, next RedemptionState, by, transfer int64, reason string, now time.Time) error {
	if err := r.RefuseMove(next); err != nil {
		return err
	}
	from := r.State
	r.Over(next, by, transfer, reason, now)
	return changed(tx.Model(&Redemption{}).Where("id = ? AND state = ?", r.ID, from).Updates(map[string]any{
		"state": next, "ended_at": now, "ended_by_id": by, "reason": reason, "ended_transfer_id": transfer, "code": nil, "code_index": r.CodeIndex, "open_code_index": nil,
	}), ErrRedemptionState)
}
