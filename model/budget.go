package model

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// BudgetState says whether a year's money is still spent.
type BudgetState string

// The states of a budget. Nothing leads on from closed: what comes back later leaves the same moment.
const (
	BudgetOpen   BudgetState = "open"
	BudgetClosed BudgetState = "closed"
)

// Budget is a year's money of a community, or of the district itself (its fund: NodeID is DistrictID).
// How much it is stands in the ledger alone.
type Budget struct {
	_ struct{} `privacy:"about=nobody; why=社区的兑换经费"`

	ID         int64
	NodeID     int64
	DistrictID int64
	Year       int64
	State      BudgetState `privacy:"mark"`
	OpenedAt   time.Time
	ClosedAt   *time.Time
}

// IsFund tells whether it is the district's own.
func (b Budget) IsFund() bool { return b.NodeID == b.DistrictID }

// Refusals about money.
var (
	ErrBudgetPlace     = fault.New(fault.Invalid, "budget.place_unfit", "经费先拨入区，再由区分给社区。请选择一个区或一个社区。")
	ErrBudgetYear      = fault.New(fault.Invalid, "budget.year_unfit", "只能办理今年和明年的经费，请重新选择年份。")
	ErrBudgetAmount    = fault.New(fault.Invalid, "budget.amount_unfit", "金额不对：要按分填写整数，不能是 0，也不能超过一百亿元。请核对后再提交。")
	ErrBudgetClosed    = fault.New(fault.Conflict, "budget.closed", "这一年的经费已经结清，不能再调整。请办理今年的经费。")
	ErrFundShort       = fault.New(fault.Conflict, "fund.short", "区里的经费不够。请先拨入经费，或者减少金额。")
	ErrBudgetSpent     = fault.New(fault.Conflict, "budget.below_spent", "社区已经花掉和已经答应的钱不能收回。请减少收回的金额。")
	ErrBudgetExhausted = fault.New(fault.Conflict, "budget.exhausted", "社区今年的兑换经费已经用完，兑换暂停（冻结）。您的积分没有动，等区里追加经费后再来兑换。")
	errBudgetEarly     = fault.New(fault.Unavailable, "budget.year_not_over", "这一年还没有过完，不能结清。")
)

// LockBudget locks a node's budget of a year; nil when it was never opened.
func LockBudget(tx *gorm.DB, node, year int64) (*Budget, error) {
	return maybe[Budget](forUpdate(tx).Where("node_id = ? AND year = ?", node, year))
}

// OpenBudget locks a node's budget of a year, and opens it first when there is none: opened tells so.
func OpenBudget(tx *gorm.DB, node, district, year int64, now time.Time) (b Budget, opened bool, err error) {
	for range 2 {
		was, err := LockBudget(tx, node, year)
		if err != nil || was != nil {
			if was != nil {
				b = *was
			}
			return b, opened, err
		}
		b = Budget{NodeID: node, DistrictID: district, Year: year, State: BudgetOpen, OpenedAt: now}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&b)
		if made.Error != nil {
			return b, false, made.Error
		}
		opened = made.RowsAffected > 0
	}
	return b, opened, gorm.ErrRecordNotFound
}

// LockBudgetByID locks a budget; nil when there is none.
func LockBudgetByID(tx *gorm.DB, id int64) (*Budget, error) {
	return maybe[Budget](forUpdate(tx).Where("id = ?", id))
}

// LockBudgetsOf locks a year's budgets of a district's communities, in one order. The caller holds the
// fund's.
func LockBudgetsOf(tx *gorm.DB, district, year int64) ([]Budget, error) {
	var out []Budget
	err := forUpdate(tx).Where("district_id = ? AND year = ? AND node_id <> district_id", district, year).
		Order("node_id").Find(&out).Error
	return out, err
}

// Over refuses to close a year that is not over.
func (b Budget) Over(now time.Time) error {
	if now.Before(YearBegins(b.Year + 1)) {
		return errBudgetEarly
	}
	return nil
}

// CloseBudgets closes budgets that the caller has locked and seen open.
func CloseBudgets(tx *gorm.DB, ids []int64, now time.Time) error {
	return tx.Model(&Budget{}).Where("id IN ? AND state = ?", ids, BudgetOpen).
		Updates(map[string]any{"state": BudgetClosed, "closed_at": now}).Error
}

// PlacedBudget is a budget with the node that has it.
type PlacedBudget struct {
	Budget
	NodeName string
}

// BudgetsUnder lists a year's budgets of a subtree, the district's own first, then by name.
func BudgetsUnder(tx *gorm.DB, path string, year int64) ([]PlacedBudget, error) {
	var out []PlacedBudget
	q := tx.Table("budgets").Select("budgets.*, nodes.name AS node_name").Joins("JOIN nodes ON nodes.id = budgets.node_id").Where("budgets.year = ?", year)
	return out, InSubtree(q, "nodes.path", path).Order("CASE WHEN budgets.node_id = budgets.district_id THEN 0 ELSE 1 END, nodes.name, nodes.id").Find(&out).Error
}

// MovedByFunds gives what transfers of some kinds came to on funds, by the budget that each was about. All money of
// a year passes through its fund, few times; of budgets themselves every redemption is an entry.
func MovedByFunds(tx *gorm.DB, funds, kinds []string) (map[int64]int64, error) {
	type row struct{ SubjectID, Sum int64 }
	rows, err := inLists(funds, func(some []string) ([]row, error) {
		var out []row
		return out, tx.Table("entries").Select("transfers.subject_id, SUM(entries.amount) AS sum").
			Joins("JOIN accounts ON accounts.id = entries.account_id").Joins("JOIN transfers ON transfers.id = entries.transfer_id").
			Where("accounts.account_key IN ? AND transfers.kind IN ?", some, kinds).Group("transfers.subject_id").Find(&out).Error
	})
	sums := make(map[int64]int64, len(rows))
	for _, r := range rows {
		sums[r.SubjectID] = r.Sum
	}
	return sums, err
}
