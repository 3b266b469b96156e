package model

import (
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ServiceKind is a kind of voluntary service.
type ServiceKind struct {
	_ struct{} `privacy:"about=nobody; why=志愿服务的类别"`

	Code  string `gorm:"primaryKey" privacy:"none"`
	Name  string `privacy:"none"`
	Place int    // in the list
}

// PointsRule says what an hour of service earns from a moment on, in a district. DistrictID 0 is for
// everywhere, Kind "" for every kind that has no rule of its own there.
type PointsRule struct {
	_ struct{} `privacy:"about=officer; why=积分规则,谁制定、谁撤回; kept=always; because=发过的积分要能查到依据"`

	ID            int64
	DistrictID    int64
	Kind          string `privacy:"none"`
	PerHour       int64  `privacy:"none"`
	CapPoints     int64  `privacy:"none"` // of a Beijing day
	CapMinutes    int64  `privacy:"none"` // of a Beijing day that count
	StartsAt      time.Time
	MadeByID      int64
	MadeAt        time.Time
	WithdrawnByID int64
	WithdrawnAt   *time.Time
	ActiveKey     *string `privacy:"none"` // district:kind:start until it is withdrawn
}

// Refusals about points rules.
var (
	ErrRuleNotFound = fault.New(fault.NotFound, "points_rule.not_found", "没有找到这条积分规则，或者您不能查看。请回到列表重试。")
	ErrRulePast     = fault.New(fault.Invalid, "points_rule.not_in_future", "积分规则只能从明天或以后的日期开始，已经得到的积分不变。请重新选择日期。")
	ErrRuleTaken    = fault.New(fault.Conflict, "points_rule.date_taken", "这一天已经有一条同类的积分规则。请先撤回那一条，或者换一天。")
	ErrRuleBegun    = fault.New(fault.Conflict, "points_rule.begun", "这条积分规则已经开始执行或已撤回，不能再撤回。请新增一条从以后开始的规则。")
)

// The most that a rule can give: a slip of the finger must not empty a budget.
const (
	MostPerHour    = 1000
	MostCapPoints  = 24 * MostPerHour
	MostCapMinutes = 24 * 60
)

// Begun tells whether a rule runs, or has run.
func (r PointsRule) Begun(now time.Time) bool { return !r.StartsAt.After(now) }

// key keeps a district from having two rules for the same kind from the same moment.
func (r PointsRule) key() *string {
	k := strconv.FormatInt(r.DistrictID, 10) + ":" + r.Kind + ":" + strconv.FormatInt(r.StartsAt.Unix(), 10)
	return &k
}

// AddPointsRule stores a rule.
func AddPointsRule(tx *gorm.DB, r *PointsRule) error {
	r.ActiveKey = r.key()
	return refuseDuplicate(tx.Create(r).Error, ErrRuleTaken)
}

// PointsRuleByID gives a rule.
func PointsRuleByID(tx *gorm.DB, id int64) (PointsRule, error) {
	var r PointsRule
	return r, take(tx.Where("id = ?", id), &r, ErrRuleNotFound)
}

// WithdrawPointsRule takes back a rule that has not begun.
func WithdrawPointsRule(tx *gorm.DB, r *PointsRule, by int64, now time.Time) error {
	r.WithdrawnAt, r.WithdrawnByID, r.ActiveKey = &now, by, nil
	return changed(tx.Model(&PointsRule{}).Where("id = ? AND withdrawn_at IS NULL AND starts_at > ?", r.ID, now).
		Updates(map[string]any{"withdrawn_at": now, "withdrawn_by_id": by, "active_key": nil}), ErrRuleBegun)
}

// PointsRulesOf lists the rules of a district and those for everywhere, withdrawn ones included, the
// newest first.
func PointsRulesOf(tx *gorm.DB, district int64, s Slice) ([]PointsRule, error) {
	var out []PointsRule
	return out, s.Newest(tx.Where("district_id IN ?", []int64{0, district}), "id").Find(&out).Error
}

// RuleBook is every rule that counts or will.
type RuleBook []PointsRule

// Rules gives the rules of districts, and those for everywhere.
func Rules(tx *gorm.DB, districts ...int64) (RuleBook, error) {
	var out RuleBook
	return out, tx.Where("district_id IN ? AND withdrawn_at IS NULL", append([]int64{0}, districts...)).Order("starts_at, id").Find(&out).Error
}

// At gives the rule for a kind of service in a district at a moment: the district's own before the one
// for everywhere, and of those the kind's own before the one for every kind; the latest that has begun.
func (b RuleBook) At(district int64, kind string, at time.Time) PointsRule {
	var best PointsRule
	rank := -1
	for _, r := range b { // in the order of their start
		if r.Kind != "" && r.Kind != kind || r.DistrictID != 0 && r.DistrictID != district || r.StartsAt.After(at) {
			continue
		}
		is := 0
		if r.DistrictID != 0 {
			is += 2
		}
		if r.Kind != "" {
			is++
		}
		if is >= rank {
			best, rank = r, is
		}
	}
	return best
}

// ServiceKinds lists the kinds of service.
func ServiceKinds(tx *gorm.DB) ([]ServiceKind, error) {
	var out []ServiceKind
	return out, tx.Order("place, code").Find(&out).Error
}

// NeedServiceKind refuses a word that is no kind of service. It compares here: an engine that is asked for
// a word in letters that its column can't hold fails instead of finding nothing.
func NeedServiceKind(tx *gorm.DB, code string) error {
	kinds, err := ServiceKinds(tx)
	if err == nil && !slices.ContainsFunc(kinds, func(k ServiceKind) bool { return k.Code == code }) {
		err = ErrHoursKind
	}
	return err
}
