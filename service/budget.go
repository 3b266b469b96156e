package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/service/outbox"
)

// The kinds of transfer that move a year's money between the world, the district and its communities.
const (
	fundPut       = "fund.put"
	fundTaken     = "fund.take"
	budgetGiven   = "budget.give"
	budgetTaken   = "budget.take_back"
	budgetClosing = "budget.close"
	budgetReturn  = "budget.return"
)

// BudgetFigures is what has become of a year's money of a community, or of a district's fund, in fen.
type BudgetFigures struct {
	Budget    model.PlacedBudget
	Given     int64 // by the district to the community; into the fund from outside
	Left      int64
	Committed int64 // for redemptions that wait; 0 for the fund
	Spent     int64 // 0 for the fund
}

// ChangeFund puts money into a district's fund of a year, or takes some out again (fen below zero).
// Refusals: node.not_found outside the actor's scope, budget.place_unfit, budget.year_unfit,
// budget.amount_unfit, budget.closed, fund.short.
func (s *Service) ChangeFund(ctx context.Context, cmd Command, district, year, fen int64) (BudgetFigures, error) {
	return inTx(ctx, s, cmd, func(t *tx) (BudgetFigures, error) {
		n, err := t.lockBudgetNode(district, model.District, year, fen)
		if err != nil {
			return BudgetFigures{}, err
		}
		b, err := t.openBudget(n.ID, n.ID, year)
		if err != nil {
			return BudgetFigures{}, err
		}
		outside, fund := ledger.MoneyOutside(n.ID), ledger.Fund(n.ID, year)
		if err := t.open(outside, fund); err != nil {
			return BudgetFigures{}, err
		}
		if left := t.balance(fund); left+fen < 0 {
			return BudgetFigures{}, model.ErrFundShort.Saying(fmt.Sprintf("%d 年的经费里还没有分配的只有%s，不能收回%s。请减少金额。", year, model.Yuan(left), model.Yuan(-fen)))
		}
		return t.budgetMoved(n, b, signed(fen, fundPut, fundTaken), outside, fund, fen)
	})
}

// ChangeBudget gives a community money of its district's fund, or takes some back (fen below zero) that
// is neither spent nor committed. Refusals as for ChangeFund, and budget.below_spent with the figures.
func (s *Service) ChangeBudget(ctx context.Context, cmd Command, community, year, fen int64) (BudgetFigures, error) {
	return inTx(ctx, s, cmd, func(t *tx) (BudgetFigures, error) {
		n, err := t.lockBudgetNode(community, model.Community, year, fen)
		if err != nil {
			return BudgetFigures{}, err
		}
		district, err := t.nodeAbove(n.Path, model.District)
		if err != nil {
			return BudgetFigures{}, err
		}
		if _, err := t.openBudget(district.ID, district.ID, year); err != nil {
			return BudgetFigures{}, err
		}
		b, err := t.openBudget(n.ID, district.ID, year)
		if err != nil {
			return BudgetFigures{}, err
		}
		fund, budget, committed, spent := ledger.Fund(district.ID, year), ledger.Budget(n.ID, year), ledger.Committed(n.ID, year), ledger.Spent(n.ID, year)
		if err := t.open(fund, budget, committed, spent); err != nil {
			return BudgetFigures{}, err
		}
		if left := t.balance(fund); left < fen {
			return BudgetFigures{}, model.ErrFundShort.Saying(fmt.Sprintf("%d 年区里还没有分配的经费只有%s，不够分配%s。请先拨入经费，或者减少金额。", year, model.Yuan(left), model.Yuan(fen)))
		}
		if left := t.balance(budget); left+fen < 0 {
			return BudgetFigures{}, model.ErrBudgetSpent.Saying(fmt.Sprintf("不能收回%s：%s %d 年的经费里，已经花掉%s，等待领取的兑换占用%s，只有%s可以收回。请减少金额。",
				model.Yuan(-fen), n.Name, year, model.Yuan(t.balance(spent)), model.Yuan(t.balance(committed)), model.Yuan(left)))
		}
		return t.budgetMoved(n, b, signed(fen, budgetGiven, budgetTaken), fund, budget, fen)
	})
}

func signed(fen int64, up, down string) string {
	if fen < 0 {
		return down
	}
	return up
}

// lockBudgetNode locks the node that money is moved for, and checks what was asked.
func (t *tx) lockBudgetNode(node int64, kind model.NodeKind, year, fen int64) (model.Node, error) {
	n, err := t.lockNode(node, model.ManageBudgets, model.ErrNodeNotFound)
	switch now := model.YearOf(t.now); {
	case err != nil:
		return n, err
	case n.Kind != kind:
		return n, model.ErrBudgetPlace
	case year != now && year != now+1:
		return n, model.ErrBudgetYear
	case fen == 0 || fen > model.MostFen || fen < -model.MostFen:
		return n, model.ErrBudgetAmount
	}
	return n, nil
}

// nodeAbove gives the node of a level that a path goes through; budget.place_unfit when there is none.
func (t *tx) nodeAbove(path string, kind model.NodeKind) (model.Node, error) {
	nodes, err := model.NodesOnPath(t.DB, path)
	for _, n := range nodes {
		if n.Kind == kind {
			return n, err
		}
	}
	if err == nil {
		err = model.ErrBudgetPlace
	}
	return model.Node{}, err
}

// openBudget locks a year's budget, and opens it first when there is none; a district's owes its own
// closing. A transaction locks the district's before those of its communities. Refusal: budget.closed.
func (t *tx) openBudget(node, district, year int64) (model.Budget, error) {
	b, opened, err := model.OpenBudget(t.DB, node, district, year, t.now)
	switch {
	case err != nil:
		return b, err
	case b.State == model.BudgetClosed:
		return b, model.ErrBudgetClosed
	case !opened:
		return b, nil
	}
	if b.IsFund() {
		t.oweJob(ClosingOf(b, t.now))
	}
	return b, t.audit("budget.open", node, "budget", b.ID, "")
}

// ClosingOf gives the job that closes a district's year, which is owed when the year is opened.
func ClosingOf(fund model.Budget, now time.Time) model.Job {
	return outbox.Owed(closeBudgets, fund.ID, fmt.Sprintf("close_budgets:%d", fund.ID), model.YearBegins(fund.Year+1).Add(lastCommands), now)
}

// budgetMoved makes the transfer, and shows what there is afterwards.
func (t *tx) budgetMoved(n model.Node, b model.Budget, kind string, from, to ledger.Key, fen int64) (BudgetFigures, error) {
	if _, err := t.transfer(kind, "budget", b.ID, ledger.Leg{Key: from, Amount: -fen}, ledger.Leg{Key: to, Amount: fen}); err != nil {
		return BudgetFigures{}, err
	}
	if err := t.audit(kind, n.ID, "budget", b.ID, ""); err != nil {
		return BudgetFigures{}, err
	}
	figures, err := figuresOf(t.DB, []model.PlacedBudget{{Budget: b, NodeName: n.Name}})
	if err != nil {
		return BudgetFigures{}, err
	}
	return figures[0], nil
}

// BudgetsOf gives a year's figures of a node and everything below it, a district's fund first; year 0
// is this one. Refusal: node.not_found outside the actor's scope.
func (s *Service) BudgetsOf(ctx context.Context, by model.Actor, node, year int64) (of int64, all []BudgetFigures, err error) {
	n, err := s.nodeFor(ctx, by, node, model.ViewBudgets, model.ErrNodeNotFound)
	if err != nil {
		return year, nil, err
	}
	if year == 0 {
		year = model.YearOf(s.now())
	}
	h := s.DB.Read(ctx)
	rows, err := model.BudgetsUnder(h, n.Path, year)
	if err != nil {
		return year, nil, err
	}
	all, err = figuresOf(h, rows)
	return year, all, err
}

// figuresOf reads from the ledger what budgets are.
func figuresOf(h *gorm.DB, rows []model.PlacedBudget) ([]BudgetFigures, error) {
	var funds, all []string
	for _, b := range rows {
		all = append(all, keysOfBudget(b.Budget)...)
		if fund := string(ledger.Fund(b.DistrictID, b.Year)); !slices.Contains(funds, fund) {
			funds = append(funds, fund)
		}
	}
	holds, err := model.BalancesOf(h, all)
	if err != nil {
		return nil, err
	}
	moved, err := model.MovedByFunds(h, funds, []string{fundPut, fundTaken, budgetGiven, budgetTaken})
	if err != nil {
		return nil, err
	}
	out := make([]BudgetFigures, len(rows))
	for i, b := range rows {
		k := keysOfBudget(b.Budget)
		out[i] = BudgetFigures{Budget: b, Left: holds[k[0]], Given: moved[b.ID]}
		if !b.IsFund() {
			out[i].Given, out[i].Committed, out[i].Spent = -moved[b.ID], holds[k[1]], holds[k[2]]
		}
	}
	return out, nil
}

// keysOfBudget gives the accounts of what is left, committed and spent; of a fund only what is left.
func keysOfBudget(b model.Budget) []string {
	if b.IsFund() {
		return []string{string(ledger.Fund(b.NodeID, b.Year))}
	}
	return []string{string(ledger.Budget(b.NodeID, b.Year)), string(ledger.Committed(b.NodeID, b.Year)), string(ledger.Spent(b.NodeID, b.Year))}
}
