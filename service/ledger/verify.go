package ledger

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// Difference is a place where the book is not what its entries make it.
type Difference struct {
	Where string // the account or transfer, and the entry
	What  string // what is wrong there, with the figures
}

// Checked is how much was looked at.
type Checked struct{ Accounts, Transfers, Entries int64 }

// Verify recomputes the whole book from its entries: every chain, every running balance, every
// account's balance, that every transfer sums to zero in each unit and every reversal undoes exactly
// what it reverses. It reports each difference. tx is a snapshot; rows are read one after another.
func Verify(tx *gorm.DB, report func(Difference)) (Checked, error) {
	v := &verifying{tx: tx, report: report, accounts: map[int64]*model.Account{}, sums: map[int64]map[string]int64{}}
	err := errors.Join(v.readAccounts(), v.readEntries(), v.compareReversals())
	return v.checked, err
}

type verifying struct {
	tx       *gorm.DB
	report   func(Difference)
	accounts map[int64]*model.Account
	sums     map[int64]map[string]int64 // by transfer and unit
	checked  Checked
}

func (v *verifying) wrong(where, format string, figures ...any) {
	v.report(Difference{where, fmt.Sprintf(format, figures...)})
}

func (v *verifying) readAccounts() error {
	var all []model.Account
	if err := v.tx.Find(&all).Error; err != nil {
		return err
	}
	for i := range all {
		a := &all[i]
		v.accounts[a.ID] = a
		if unit := Key(a.AccountKey).Unit(); a.Unit != unit {
			v.wrong("account "+a.AccountKey, "its unit is %q, its key says %q", a.Unit, unit)
		}
	}
	v.checked.Accounts = int64(len(all))
	return nil
}

// chain is how far an account has been recomputed.
type chain struct {
	account *model.Account
	seq     int64
	balance int64
	head    string
}

// readEntries goes through every entry, account by account, with the transfer that it is of.
func (v *verifying) readEntries() error {
	ids, err := v.transfersSeen()
	if err != nil {
		return err
	}
	rows, err := v.tx.Raw(`SELECT e.account_id, e.seq, e.transfer_id, e.amount, e.balance, e.hash, t.kind, t.subject, t.subject_id, t.by_person_id, t.at, t.reverses_id
		FROM entries e LEFT JOIN transfers t ON t.id = e.transfer_id ORDER BY e.account_id, e.seq`).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var c chain
	for rows.Next() {
		e, t, err := scanEntry(rows)
		if err != nil {
			return err
		}
		if c.account == nil || c.account.ID != e.AccountID {
			v.closeChain(c)
			c = v.openChain(e)
		}
		v.follow(&c, e, t)
		ids[e.TransferID] = true
		v.checked.Entries++
	}
	v.closeChain(c)
	v.closeAll(ids)
	return rows.Err()
}

// transfersSeen gives every transfer, none of them seen yet.
func (v *verifying) transfersSeen() (map[int64]bool, error) {
	var ids []int64
	if err := v.tx.Model(&model.Transfer{}).Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	seen := make(map[int64]bool, len(ids))
	for _, id := range ids {
		seen[id] = false
	}
	v.checked.Transfers = int64(len(ids))
	return seen, nil
}

// scanEntry reads an entry and its transfer, nil when there is none.
func scanEntry(row interface{ Scan(into ...any) error }) (e model.Entry, t *model.Transfer, err error) {
	var (
		kind, subject          *string
		subjectID, by, reverse *int64
		at                     *time.Time
	)
	err = row.Scan(&e.AccountID, &e.Seq, &e.TransferID, &e.Amount, &e.Balance, &e.Hash, &kind, &subject, &subjectID, &by, &at, &reverse)
	if err != nil || kind == nil {
		return e, nil, err
	}
	return e, &model.Transfer{ID: e.TransferID, Kind: *kind, Subject: *subject, SubjectID: *subjectID, ByPersonID: *by, At: *at, ReversesID: reverse}, nil
}

func (v *verifying) openChain(e model.Entry) chain {
	a := v.accounts[e.AccountID]
	if a == nil {
		a = &model.Account{ID: e.AccountID, AccountKey: fmt.Sprintf("#%d", e.AccountID), OpenedAt: time.Time{}}
		v.wrong("account "+a.AccountKey, "it has entries, and there is no such account")
	}
	return chain{account: a, head: rootHash(*a)}
}

// follow recomputes one entry from the one before. After a difference it goes on from what is stored,
// so that one change is told as one.
func (v *verifying) follow(c *chain, e model.Entry, t *model.Transfer) {
	where := fmt.Sprintf("account %s, entry %d", c.account.AccountKey, e.Seq)
	c.seq++
	c.balance += e.Amount
	if t == nil {
		v.wrong(where, "its transfer %d is not there", e.TransferID)
		t = &model.Transfer{ID: e.TransferID}
	}
	if e.Seq != c.seq {
		v.wrong(where, "entry %d is missing before it", c.seq)
		c.seq = e.Seq
	}
	if e.Balance != c.balance {
		v.wrong(where, "its balance is %d, the entries sum to %d", e.Balance, c.balance)
		c.balance = e.Balance
	}
	if e.Balance < 0 && !Key(c.account.AccountKey).MayOwe() {
		v.wrong(where, "the balance is %d, and may not be below zero", e.Balance)
	}
	if hash := entryHash(c.head, c.account.AccountKey, e, *t); hash != e.Hash {
		v.wrong(where, "its hash is not that of what it and its transfer %d say", e.TransferID)
	}
	c.head = e.Hash
	if v.sums[e.TransferID] == nil {
		v.sums[e.TransferID] = map[string]int64{}
	}
	v.sums[e.TransferID][Key(c.account.AccountKey).Unit()] += e.Amount
}

// closeChain compares an account with what its entries came to.
func (v *verifying) closeChain(c chain) {
	a := c.account
	if a == nil {
		return
	}
	delete(v.accounts, a.ID)
	where := "account " + a.AccountKey
	if a.Balance != c.balance {
		v.wrong(where, "its balance is %d, its entries sum to %d", a.Balance, c.balance)
	}
	if a.LastSeq != c.seq {
		v.wrong(where, "its last entry should be %d, and is %d", a.LastSeq, c.seq)
	}
	if a.Head != c.head {
		v.wrong(where, "its head is not the hash of its last entry")
	}
}

// closeAll compares the accounts without entries, and every transfer's sums.
func (v *verifying) closeAll(seen map[int64]bool) {
	for _, a := range v.accounts {
		v.closeChain(chain{account: a, head: rootHash(*a)})
	}
	for id, any := range seen {
		if !any {
			v.wrong(fmt.Sprintf("transfer %d", id), "it has no entries")
		}
	}
	for id, sums := range v.sums {
		for unit, sum := range sums {
			if sum != 0 {
				v.wrong(fmt.Sprintf("transfer %d", id), "its entries sum to %d %s", sum, unit)
			}
		}
	}
}

// compareReversals holds each reversal against what it reverses, leg by leg.
func (v *verifying) compareReversals() error {
	var rows []struct {
		ID, ReversesID int64
		AccountID      int64
	}
	err := v.tx.Raw(`SELECT t.id, t.reverses_id, e.account_id FROM transfers t JOIN entries e ON e.transfer_id IN (t.id, t.reverses_id)
		WHERE t.reverses_id IS NOT NULL GROUP BY t.id, t.reverses_id, e.account_id HAVING SUM(e.amount) <> 0`).Scan(&rows).Error
	for _, r := range rows {
		v.wrong(fmt.Sprintf("transfer %d", r.ID), "it does not undo what transfer %d did to account #%d", r.ReversesID, r.AccountID)
	}
	return err
}
