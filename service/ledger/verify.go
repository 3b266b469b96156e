package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// Difference is a place where the book is not what its entries make it.
type Difference struct {
	Where string // the account or transfer, and the entry
	What  string // what is wrong there, with the figures
	Mends bool   // a duty mends it by itself: nothing is lost, and nobody need do anything
}

// Checked is how much was looked at.
type Checked struct{ Accounts, Transfers, Entries int64 }

// Verify recomputes the whole book from its entries: every chain, every running balance, every
// account's balance, that every transfer sums to zero in each unit and every reversal undoes exactly
// what it reverses. It reports each difference. tx is a snapshot; rows are read one after another.
func Verify(tx *gorm.DB, report func(Difference)) (Checked, error) {
	v := &verifying{tx: tx, report: report, accounts: map[int64]*model.Account{}, transfers: map[int64]*checkedTransfer{}}
	err := errors.Join(v.readAccounts(), v.readTransfers(), v.readEntries(), v.compareReversals())
	return v.checked, err
}

type verifying struct {
	tx        *gorm.DB
	report    func(Difference)
	accounts  map[int64]*model.Account
	transfers map[int64]*checkedTransfer
	checked   Checked
}

// checkedTransfer is what is known of a transfer while its entries are met, account by account.
type checkedTransfer struct {
	digest  digest
	there   bool // false: entries name it, and there is none
	entries int32
	sums    [5]int64 // by the place of the unit in units
}

var units = []string{"points", "conduct", "fen", "item", "quota"}

func (v *verifying) wrong(where, format string, figures ...any) {
	v.report(Difference{Where: where, What: fmt.Sprintf(format, figures...)})
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
		if !slices.Contains(units, a.Unit) {
			v.wrong("account "+a.AccountKey, "there is no unit %q", a.Unit)
		}
	}
	v.checked.Accounts = int64(len(all))
	return nil
}

// readTransfers gives each transfer its digest.
func (v *verifying) readTransfers() error {
	rows, err := v.tx.Raw("SELECT id, kind, subject, subject_id, by_person_id, at, reverses_id FROM transfers").Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t model.Transfer
		if err := rows.Scan(&t.ID, &t.Kind, &t.Subject, &t.SubjectID, &t.ByPersonID, &t.At, &t.ReversesID); err != nil {
			return err
		}
		v.transfers[t.ID] = &checkedTransfer{digest: digestOf(t), there: true}
		v.checked.Transfers++
	}
	return rows.Err()
}

// chain is how far an account has been recomputed.
type chain struct {
	account *model.Account
	unit    int // its place in units
	owes    bool
	seq     int64
	balance int64
	head    string
}

// readEntries goes through every entry, account by account.
func (v *verifying) readEntries() error {
	rows, err := v.tx.Raw("SELECT account_id, seq, transfer_id, amount, balance, hash FROM entries ORDER BY account_id, seq").Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var c chain
	for rows.Next() {
		var e model.Entry
		if err := rows.Scan(&e.AccountID, &e.Seq, &e.TransferID, &e.Amount, &e.Balance, &e.Hash); err != nil {
			return err
		}
		if c.account == nil || c.account.ID != e.AccountID {
			v.closeChain(c)
			c = v.openChain(e)
		}
		v.follow(&c, e)
		v.checked.Entries++
	}
	v.closeChain(c)
	v.closeAll()
	return rows.Err()
}

func (v *verifying) openChain(e model.Entry) chain {
	a := v.accounts[e.AccountID]
	if a == nil {
		a = &model.Account{ID: e.AccountID, AccountKey: fmt.Sprintf("#%d", e.AccountID), OpenedAt: time.Time{}}
		v.wrong("account "+a.AccountKey, "it has entries, and there is no such account")
	}
	key := Key(a.AccountKey)
	return chain{account: a, unit: max(slices.Index(units, key.Unit()), 0), owes: key.MayOwe(), head: rootHash(*a)}
}

// follow recomputes one entry from the one before. After a difference it goes on from what is stored,
// so that one change is told as one.
func (v *verifying) follow(c *chain, e model.Entry) {
	here := func(format string, figures ...any) {
		v.wrong(fmt.Sprintf("account %s, entry %d", c.account.AccountKey, e.Seq), format, figures...)
	}
	c.seq++
	c.balance += e.Amount
	t := v.transfers[e.TransferID]
	if t == nil {
		t = &checkedTransfer{}
		v.transfers[e.TransferID] = t
	}
	if !t.there {
		here("its transfer %d is not there", e.TransferID)
	}
	if e.Seq != c.seq {
		here("entry %d is missing before it", c.seq)
		c.seq = e.Seq
	}
	if e.Balance != c.balance {
		here("its balance is %d, the entries sum to %d", e.Balance, c.balance)
		c.balance = e.Balance
	}
	if e.Balance < 0 && !c.owes {
		here("the balance is %d, and may not be below zero", e.Balance)
	}
	if entryHash(c.head, c.account.AccountKey, e, t.digest) != e.Hash {
		here("its hash is not that of what it and its transfer %d say", e.TransferID)
	}
	c.head = e.Hash
	t.entries++
	t.sums[c.unit] += e.Amount
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
func (v *verifying) closeAll() {
	for _, a := range v.accounts {
		v.closeChain(chain{account: a, head: rootHash(*a)})
	}
	for id, t := range v.transfers {
		if t.entries == 0 {
			v.wrong(fmt.Sprintf("transfer %d", id), "it has no entries")
		}
		for i, sum := range t.sums {
			if sum != 0 {
				v.wrong(fmt.Sprintf("transfer %d", id), "its entries sum to %d %s", sum, units[i])
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
