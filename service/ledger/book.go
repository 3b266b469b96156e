package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
	"danyuan/model"
)

// Refusals of the ledger. A use case says ErrShort in its own words: whose balance is short of what.
var (
	ErrShort    = fault.New(fault.Conflict, "ledger.short", "余额不足，不能办理。请刷新后查看余额。")
	ErrReversed = fault.New(fault.Conflict, "ledger.reversed_already", "这一笔已经冲正过，不能再冲正一次。请刷新后查看明细。")
	ErrNoSuch   = fault.New(fault.NotFound, "ledger.transfer_not_found", "没有找到这一笔账。请刷新后重试。")
)

// Leg is what a transfer does to one account.
type Leg struct {
	Key    Key
	Amount int64
}

// Book is what one transaction does to the ledger: accounts that it holds locked, and transfers that
// it has made and not written yet.
type Book struct {
	held      map[Key]*account
	transfers []model.Transfer
	entries   []model.Entry
	before    []was // what accounts were before each change, for going back
}

type account struct {
	model.Account
	changed bool // since it was last written
}

type was struct {
	of    *account
	state model.Account
}

// NewBook gives the book of a transaction that has done nothing yet.
func NewBook() *Book { return &Book{held: map[Key]*account{}} }

// Open locks accounts, in the order of their keys, and makes those that there are not yet. A
// transaction locks everything else first. Accounts that it holds already are held once.
func (b *Book) Open(tx *gorm.DB, now time.Time, keys ...Key) error {
	missing, err := b.lock(tx, keys)
	if err != nil || len(missing) == 0 {
		return err
	}
	rows := make([]model.Account, len(missing))
	for i, k := range missing {
		rows[i] = model.Account{ID: model.NewID(now), AccountKey: string(k), Unit: k.Unit(), OpenedAt: now}
		rows[i].Head = rootHash(rows[i])
	}
	if err := model.AddAll(tx.Clauses(clause.OnConflict{DoNothing: true}), rows); err != nil {
		return err
	}
	missing, err = b.lock(tx, missing)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("ledger: accounts %v can't be opened", missing)
	}
	return err
}

// lock holds what there is, and gives what there is not.
func (b *Book) lock(tx *gorm.DB, keys []Key) (missing []Key, err error) {
	for _, k := range keys {
		if b.held[k] == nil {
			missing = append(missing, k)
		}
	}
	slices.Sort(missing)
	missing = slices.Compact(missing)
	for part := range slices.Chunk(missing, model.RowsAtOnce) {
		var rows []model.Account
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("account_key IN ?", part).Order("account_key").Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for i := range rows {
			b.held[Key(rows[i].AccountKey)] = &account{Account: rows[i]}
		}
	}
	return slices.DeleteFunc(missing, func(k Key) bool { return b.held[k] != nil }), nil
}

// Balance gives what an open account holds now, in this transaction.
func (b *Book) Balance(k Key) int64 {
	if a := b.held[k]; a != nil {
		return a.Balance
	}
	return 0
}

// Transfer makes a transfer between open accounts. Its legs sum to zero in each unit, each account has
// one leg, and none falls below zero that may not: ErrShort, before anything has changed.
func (b *Book) Transfer(t model.Transfer, legs ...Leg) error {
	if err := b.check(legs); err != nil {
		return err
	}
	legs = slices.SortedFunc(slices.Values(legs), func(a, c Leg) int { return cmp.Compare(a.Key, c.Key) })
	b.transfers = append(b.transfers, t)
	of := digestOf(t)
	for _, leg := range legs {
		a := b.held[leg.Key]
		b.before = append(b.before, was{a, a.Account})
		e := model.Entry{AccountID: a.ID, Seq: a.LastSeq + 1, TransferID: t.ID, Amount: leg.Amount, Balance: a.Balance + leg.Amount}
		e.Hash = entryHash(a.Head, a.AccountKey, e, of)
		a.Balance, a.LastSeq, a.Head, a.changed = e.Balance, e.Seq, e.Hash, true
		b.entries = append(b.entries, e)
	}
	return nil
}

// most bounds amounts and balances, so that no sum of them overflows.
const most = math.MaxInt64 / 1_000_000

var errLegs = errors.New("ledger: the legs of a transfer are not such")

func (b *Book) check(legs []Leg) error {
	sums, seen := map[string]int64{}, map[Key]bool{}
	for _, leg := range legs {
		a := b.held[leg.Key]
		if a == nil || seen[leg.Key] || leg.Amount == 0 || max(leg.Amount, -leg.Amount) > most {
			return fmt.Errorf("%w: %s %+d is not open, named twice, nothing or too much", errLegs, leg.Key, leg.Amount)
		}
		seen[leg.Key] = true
		sums[a.Unit] += leg.Amount
		if after := a.Balance + leg.Amount; after < 0 && leg.Amount < 0 && !leg.Key.MayOwe() || max(after, -after) > most {
			return ErrShort.Because(fmt.Errorf("%s holds %d, %+d asked", leg.Key, a.Balance, leg.Amount))
		}
	}
	for unit, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("%w: they sum to %d %s", errLegs, sum, unit)
		}
	}
	if len(legs) == 0 {
		return fmt.Errorf("%w: there are none", errLegs)
	}
	return nil
}

// Legs gives what a written transfer did, ErrNoSuch when there is none.
func Legs(tx *gorm.DB, transfer int64) ([]Leg, error) {
	var rows []struct {
		AccountKey Key
		Amount     int64
	}
	err := tx.Table("entries").Select("accounts.account_key, entries.amount").Joins("JOIN accounts ON accounts.id = entries.account_id").
		Where("entries.transfer_id = ?", transfer).Order("accounts.account_key").Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = ErrNoSuch
	}
	legs := make([]Leg, len(rows))
	for i, r := range rows {
		legs[i] = Leg{r.AccountKey, r.Amount}
	}
	return legs, err
}

// Reverse makes the counter-transfer of a written transfer, once: ErrReversed the second time. What was
// given out and is no longer there can't be taken back: ErrShort.
func (b *Book) Reverse(tx *gorm.DB, original int64, t model.Transfer) error {
	legs, err := Legs(tx, original)
	if err != nil {
		return err
	}
	keys := make([]Key, len(legs))
	for i := range legs {
		keys[i] = legs[i].Key
		legs[i].Amount = -legs[i].Amount
	}
	if err := b.Open(tx, t.At, keys...); err != nil {
		return err
	}
	var done int64 // looked at under the accounts' locks: who waited for another's reversal sees it
	if err := tx.Model(&model.Transfer{}).Where("reverses_id = ?", original).Count(&done).Error; err != nil {
		return err
	}
	if done > 0 || slices.ContainsFunc(b.transfers, func(t model.Transfer) bool { return t.ReversesID != nil && *t.ReversesID == original }) {
		return ErrReversed
	}
	t.ReversesID = &original
	return b.Transfer(t, legs...)
}
