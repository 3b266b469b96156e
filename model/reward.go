package model

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// RewardState says whether a reward can be redeemed.
type RewardState string

// The states of a reward.
const (
	RewardOffered   RewardState = "offered"
	RewardWithdrawn RewardState = "withdrawn"
)

// rewardMoves is every move that a reward can make.
var rewardMoves = map[RewardState][]RewardState{
	RewardOffered: {RewardWithdrawn}, RewardWithdrawn: {RewardOffered},
}

// MayBecome tells whether a reward in this state may move to the next.
func (s RewardState) MayBecome(next RewardState) bool { return slices.Contains(rewardMoves[s], next) }

// Title is what people call the state.
func (s RewardState) Title() string {
	return map[RewardState]string{RewardOffered: "可兑换", RewardWithdrawn: "已下架"}[s]
}

// Period is for how long a person's limit of a reward counts.
type Period string

// The periods.
const (
	NoPeriod      Period = "none" // there is no limit
	EverPeriod    Period = "ever"
	YearPeriod    Period = "year"
	QuarterPeriod Period = "quarter"
	MonthPeriod   Period = "month"
)

// Number gives the period that a moment lies in: 0 for ever, 2026, 20261 to 20264, 202601 to 202612.
func (p Period) Number(at time.Time) int64 {
	at = at.In(Beijing)
	year, month := int64(at.Year()), int64(at.Month())
	switch p {
	case YearPeriod:
		return year
	case QuarterPeriod:
		return year*10 + (month+2)/3
	case MonthPeriod:
		return year*100 + month
	case NoPeriod, EverPeriod:
	}
	return 0
}

// Title is what people call the period of a limit.
func (p Period) Title() string {
	return map[Period]string{EverPeriod: "每人", YearPeriod: "每人每年", QuarterPeriod: "每人每季度", MonthPeriod: "每人每月"}[p]
}

// whenAgain says what whoever has used up a limit can do: of a limit for ever there is no next period.
func (p Period) whenAgain() string {
	if p == EverPeriod {
		return "请看看别的兑换品"
	}
	return "请下一期再来，或者看看别的兑换品"
}

// RewardTerms is what a community says of a reward. A change does not touch redemptions that were made.
type RewardTerms struct {
	Name       string `privacy:"none"`
	Text       string `privacy:"none"`
	Points     int64  `privacy:"none"` // the price
	Cost       int64  `privacy:"none"` // fen of the community's budget
	PerPerson  int64  `privacy:"none"` // how often a person may redeem it in a period; 0 with NoPeriod
	PerPeriod  Period `privacy:"mark"`
	ValidFrom  time.Time
	ValidUntil *time.Time // exclusive; nil: as long as there is some
	Place      string     `privacy:"none"` // where it is picked up
	PickUpDays int64      `privacy:"none"` // how long a redemption waits
}

// Reward is what volunteer points can be redeemed for. How many there are stands in the ledger alone.
type Reward struct {
	_ struct{} `privacy:"about=officer; why=兑换品,谁上架; kept=always; because=兑换记录要能查到兑换品"`

	ID          int64
	CommunityID int64
	RewardTerms
	State     RewardState `privacy:"mark"`
	MadeByID  int64
	MadeAt    time.Time
	ChangedAt time.Time
}

// Refusals about rewards. ErrRewardNotFound answers for one that is not there and for another
// community's.
var (
	ErrRewardNotFound = fault.New(fault.NotFound, "reward.not_found", "没有找到这件兑换品，或者它不是您社区的。请回到列表重试。")
	ErrRewardPlace    = fault.New(fault.Invalid, "reward.place_unfit", "兑换品由社区发布，请选择一个社区。")
	ErrRewardTerms    = fault.New(fault.Invalid, "reward.terms_unfit", "兑换品的内容填得不对，请按提示修改后再提交。")
	ErrRewardState    = fault.New(fault.Conflict, "reward.wrong_state", "这件兑换品现在的状态不能这样办理。请刷新列表后再看。")
	ErrStockAmount    = fault.New(fault.Invalid, "reward.stock_unfit", "件数要填整数，不能是 0，一次最多十万件。请核对后再提交。")
	ErrStockReserved  = fault.New(fault.Conflict, "reward.stock_reserved", "减得太多了：已经被兑换、等待领取的不能减。请减少件数。")
	ErrRewardPrice    = fault.New(fault.Conflict, "reward.price_changed", "这件兑换品的积分已经调整，没有为您兑换，积分没有动。请看过新的积分后再决定。")
	ErrRewardGone     = fault.New(fault.Conflict, "reward.withdrawn", "这件兑换品已经下架，不能兑换。请看看别的兑换品。")
	ErrRewardNotYet   = fault.New(fault.Conflict, "reward.not_yet", "这件兑换品还没有开始兑换，请到时候再来。")
	ErrRewardOver     = fault.New(fault.Conflict, "reward.over", "这件兑换品的兑换时间已经过了，请看看别的兑换品。")
	ErrRewardSoldOut  = fault.New(fault.Conflict, "reward.sold_out", "这件兑换品已经兑完。您的积分没有动，请等社区补货，或者看看别的兑换品。")
	ErrRewardLimit    = fault.New(fault.Conflict, "reward.limit_reached", "您在这段时间里兑换这件兑换品的次数已经用完。请下一期再来，或者看看别的兑换品。")
	ErrPointsShort    = fault.New(fault.Conflict, "points.short", "您的志愿积分不够兑换这件兑换品。参加志愿服务可以得到积分。")
)

// The most that the terms of a reward may say.
const (
	mostPrice, mostCost = 1_000_000, 100_000_000
	mostTurns, mostDays = 1000, 90
	MostPieces          = 100_000
	maxRewardName       = 40
	maxRewardText       = 500
	maxPickUpPlace      = 80
	mostYears           = 10
)

// Clean gives the terms as they are stored, and refuses what can't be meant.
func (r RewardTerms) Clean(now time.Time) (RewardTerms, error) {
	var err error
	if r.Name, err = NeedText("body.name", r.Name, maxRewardName, false); err != nil {
		return r, err
	}
	if r.Text, err = CleanText("body.text", r.Text, maxRewardText, true); err != nil {
		return r, err
	}
	if r.Place, err = NeedText("body.place", r.Place, maxPickUpPlace, false); err != nil {
		return r, err
	}
	r.ValidFrom = r.ValidFrom.UTC().Truncate(time.Second)
	if r.ValidUntil != nil {
		until := r.ValidUntil.UTC().Truncate(time.Second)
		r.ValidUntil = &until
	}
	if faults := r.faults(now); len(faults) > 0 {
		return r, ErrRewardTerms.With(faults...)
	}
	return r, nil
}

func (r RewardTerms) faults(now time.Time) (faults []fault.Field) {
	within := func(field string, n, least, most int64, what string) {
		if n < least || n > most {
			faults = append(faults, fault.Field{Path: "body." + field, Text: fmt.Sprintf("%s应在 %d 到 %d 之间。", what, least, most)})
		}
	}
	within("points", r.Points, 1, mostPrice, "积分")
	within("cost", r.Cost, 0, mostCost, "成本（分）")
	within("pick_up_days", r.PickUpDays, 1, mostDays, "保留天数")
	if r.PerPeriod == NoPeriod {
		within("per_person", r.PerPerson, 0, 0, "不限次数时，每人次数")
	} else {
		within("per_person", r.PerPerson, 1, mostTurns, "每人次数")
	}
	far := now.AddDate(mostYears, 0, 0)
	if r.ValidFrom.After(far) || r.ValidFrom.Before(now.AddDate(-mostYears, 0, 0)) {
		faults = append(faults, fault.Field{Path: "body.valid_from", Text: "开始时间离现在太远。"})
	}
	if r.ValidUntil != nil && (!r.ValidUntil.After(r.ValidFrom) || r.ValidUntil.After(far)) {
		faults = append(faults, fault.Field{Path: "body.valid_until", Text: "结束时间要晚于开始时间，并且在十年以内。"})
	}
	return faults
}

// Limited tells whether a person may redeem it only so often.
func (r RewardTerms) Limited() bool { return r.PerPeriod != NoPeriod }

// Holdings is what a redemption takes from.
type Holdings struct {
	Points, Stock, Budget int64
	Turns                 int64 // taken by the person in this period
}

// Refuse gives why a reward can't be redeemed now, at the price that the person saw, out of what there
// is; nil when it can. Nobody is charged another price than the one that they saw.
func (r Reward) Refuse(now time.Time, seen int64, h Holdings) error {
	switch {
	case r.State != RewardOffered:
		return ErrRewardGone
	case now.Before(r.ValidFrom):
		return ErrRewardNotYet.Saying("这件兑换品从" + Minute(r.ValidFrom) + "起可以兑换，请到时候再来。")
	case r.ValidUntil != nil && !now.Before(*r.ValidUntil):
		return ErrRewardOver.Saying("这件兑换品的兑换到" + Minute(*r.ValidUntil) + "为止，已经结束。请看看别的兑换品。")
	case seen != r.Points:
		return ErrRewardPrice.Saying(fmt.Sprintf("这件兑换品现在要 %d 积分，和您看到的 %d 积分不一样，没有为您兑换，积分没有动。请看过新的积分后再决定。", r.Points, seen)).
			With(fault.Field{Path: "body.points", Text: fmt.Sprintf("现在要 %d 积分。", r.Points)})
	case r.Limited() && h.Turns >= r.PerPerson:
		return ErrRewardLimit.Saying(fmt.Sprintf("这件兑换品%s最多兑换 %d 次，已经兑换了 %d 次。%s。", r.PerPeriod.Title(), r.PerPerson, h.Turns, r.PerPeriod.whenAgain()))
	case h.Stock < 1:
		return ErrRewardSoldOut
	case h.Points < r.Points:
		return ErrPointsShort.Saying(fmt.Sprintf("兑换这件兑换品要 %d 积分，现在有 %d 积分，还差 %d 积分。参加志愿服务可以得到积分。", r.Points, h.Points, r.Points-h.Points))
	case h.Budget < r.Cost:
		return ErrBudgetExhausted
	}
	return nil
}

// RewardByID gives a reward in any state.
func RewardByID(tx *gorm.DB, id int64) (Reward, error) {
	var r Reward
	return r, take(tx.Where("id = ?", id), &r, ErrRewardNotFound)
}

// LockReward reads a reward and keeps others from changing or redeeming it until the transaction ends.
func LockReward(tx *gorm.DB, id int64) (Reward, error) {
	return RewardByID(forUpdate(tx), id)
}

// KeepRewards reads rewards, in the order of their ids, and keeps others from changing them until the
// transaction ends. Those that are not there are left out.
func KeepRewards(tx *gorm.DB, ids []int64) ([]Reward, error) {
	var out []Reward
	return out, tx.Clauses(clause.Locking{Strength: "SHARE"}).Where("id IN ?", ids).Order("id").Find(&out).Error
}

// AddReward stores a new reward, offered.
func AddReward(tx *gorm.DB, r *Reward) error {
	r.State = RewardOffered
	return tx.Create(r).Error
}

// ChangeReward gives a reward that the caller has locked other terms.
func ChangeReward(tx *gorm.DB, r *Reward, terms RewardTerms, now time.Time) error {
	r.RewardTerms, r.ChangedAt = terms, now
	return tx.Model(&Reward{}).Where("id = ?", r.ID).Updates(map[string]any{
		"name": r.Name, "text": r.Text, "points": r.Points, "cost": r.Cost, "per_person": r.PerPerson, "per_period": r.PerPeriod,
		"valid_from": r.ValidFrom, "valid_until": r.ValidUntil, "place": r.Place, "pick_up_days": r.PickUpDays, "changed_at": now,
	}).Error
}

// MoveReward moves a reward that the caller has locked.
func MoveReward(tx *gorm.DB, r *Reward, next RewardState, now time.Time) error {
	if !r.State.MayBecome(next) {
		return ErrRewardState.Saying("这件兑换品现在是“" + r.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	r.State, r.ChangedAt = next, now
	return tx.Model(&Reward{}).Where("id = ?", r.ID).Updates(map[string]any{"state": next, "changed_at": now}).Error
}

// RewardsUnder lists the rewards of a subtree in every state, the newest first.
func RewardsUnder(tx *gorm.DB, path string, s Slice) ([]Reward, error) {
	var out []Reward
	q := tx.Select("rewards.*").Joins("JOIN nodes ON nodes.id = rewards.community_id")
	return out, s.Newest(InSubtree(q, "nodes.path", path), "rewards.id").Find(&out).Error
}

// RewardsOffered lists what communities offer at a moment, the newest first.
func RewardsOffered(tx *gorm.DB, communities []int64, now time.Time, s Slice) ([]Reward, error) {
	var out []Reward
	q := tx.Where("community_id IN ? AND state = ?", communities, RewardOffered).
		Where("valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)", now, now)
	return out, s.Newest(q, "id").Find(&out).Error
}
