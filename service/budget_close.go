package service

import (
	"context"
	"errors"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
)

// lastCommands is how long after the end of a year it is closed: commands of its last second, which are
// paid from it, may still be under way.
const lastCommands = time.Minute

// closeBudgets closes a district's year, once, and opens the next: what is left of each community's
// budget goes back to the fund, and the fund's rest to where it came from. What is committed stays for
// the redemptions that wait. The job was owed when the year was opened, so it is done whenever a server
// is up again.
func (s *Service) closeBudgets(ctx context.Context, fund int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		none := struct{}{}
		b, err := model.LockBudgetByID(t.DB, fund)
		if err != nil || b == nil || b.State == model.BudgetClosed {
			return none, err
		}
		if err := b.Over(t.now); err != nil {
			return none, err
		}
		communities, err := model.LockBudgetsOf(t.DB, b.DistrictID, b.Year)
		if err != nil {
			return none, err
		}
		if err := t.giveBack(*b, communities); err != nil {
			return none, err
		}
		closed := make([]int64, 0, len(communities)+1)
		for _, c := range append(communities, *b) {
			closed = append(closed, c.ID)
			if err := t.audit(budgetClosing, c.NodeID, "budget", c.ID, ""); err != nil {
				return none, err
			}
		}
		if err := model.CloseBudgets(t.DB, closed, t.now); err != nil {
			return none, err
		}
		return none, t.openNextYear(*b, communities)
	})
	return err
}

// giveBack moves what is left of a year's money.
func (t *tx) giveBack(b model.Budget, communities []model.Budget) error {
	fund, outside := ledger.Fund(b.DistrictID, b.Year), ledger.MoneyOutside(b.DistrictID)
	keys := []ledger.Key{fund, outside}
	for _, c := range communities {
		keys = append(keys, ledger.Budget(c.NodeID, c.Year))
	}
	if err := t.open(keys...); err != nil {
		return err
	}
	for _, c := range communities {
		if err := t.moveAll(budgetClosing, c.ID, ledger.Budget(c.NodeID, c.Year), fund); err != nil {
			return err
		}
	}
	return t.moveAll(budgetClosing, b.ID, fund, outside)
}

// moveAll moves all that an open account holds, for the sake of a budget.
func (t *tx) moveAll(kind string, budget int64, from, to ledger.Key) error {
	fen := t.balance(from)
	if fen == 0 {
		return nil
	}
	_, err := t.transfer(kind, "budget", budget, ledger.Leg{Key: from, Amount: -fen}, ledger.Leg{Key: to, Amount: fen})
	return err
}

// openNextYear opens the budgets that follow those of a year, where the district has not done so. One
// that was down for more than a year goes through each of them.
func (t *tx) openNextYear(b model.Budget, communities []model.Budget) error {
	for _, c := range append([]model.Budget{b}, communities...) {
		if _, err := t.openBudget(c.NodeID, c.DistrictID, c.Year+1); err != nil && !errors.Is(err, model.ErrBudgetClosed) {
			return err
		}
	}
	return nil
}

// lockYear locks the budget that a redemption was paid from. It comes before the ledger's accounts; nil
// where it cost nothing.
func (t *tx) lockYear(r model.Redemption) (*model.Budget, error) {
	if r.Cost == 0 {
		return nil, nil //nolint:nilnil // there is no budget, and that is no error
	}
	return model.LockBudget(t.DB, r.CommunityID, r.Year)
}

// passOn takes what has come back into a budget that is closed on to where its rest has gone. Both
// accounts are open.
func (t *tx) passOn(b *model.Budget) error {
	if b == nil || b.State != model.BudgetClosed {
		return nil
	}
	return t.moveAll(budgetReturn, b.ID, ledger.Budget(b.NodeID, b.Year), ledger.MoneyOutside(b.DistrictID))
}
