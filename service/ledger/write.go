package ledger

import (
	"cmp"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/model"
)

// ErrTaken says that chance has given a transfer or an account the id of another: it must be made anew.
var ErrTaken = errors.New("ledger: an id is taken")

// Mark is a point in a book to which one can go back.
type Mark struct{ transfers, entries, before int }

// Mark gives the present point.
func (b *Book) Mark() Mark { return Mark{len(b.transfers), len(b.entries), len(b.before)} }

// Since tells whether anything was transferred after the mark and is not written yet.
func (b *Book) Since(m Mark) bool { return len(b.transfers) > m.transfers }

// Waiting tells whether anything is not written yet.
func (b *Book) Waiting() bool { return len(b.transfers) > 0 }

// Back undoes what was transferred after the mark. What was written meanwhile, the caller has undone in
// the database.
func (b *Book) Back(m Mark) {
	for i := len(b.before) - 1; i >= m.before; i-- {
		b.before[i].of.Account, b.before[i].of.changed = b.before[i].state, true
	}
	b.before = b.before[:m.before]
	b.transfers, b.entries = b.transfers[:min(m.transfers, len(b.transfers))], b.entries[:min(m.entries, len(b.entries))]
}

// Write writes what was transferred: what the accounts hold now, transfers, entries. Accounts go first
// and whole: one that a command has opened that was then taken back is not there any more.
func (b *Book) Write(tx *gorm.DB) error {
	if !b.Waiting() {
		return nil
	}
	var changed []*account
	var rows []model.Account
	for _, k := range b.sorted() {
		if a := b.held[k]; a.changed {
			changed, rows = append(changed, a), append(rows, a.Account)
		}
	}
	known := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"balance", "last_seq", "head"})}
	if err := model.AddAll(tx.Clauses(known), rows); err != nil {
		return err
	}
	if err := model.AddAll(tx, b.transfers); err != nil {
		if errors.Is(err, gorm.ErrDuplicatedKey) && slices.ContainsFunc(b.transfers, func(t model.Transfer) bool { return t.ReversesID != nil }) {
			return ErrReversed.Because(err) // by somebody else, a moment ago
		}
		return taken(err)
	}
	// In the order in which they lie.
	slices.SortFunc(b.entries, func(a, c model.Entry) int {
		return cmp.Or(cmp.Compare(a.AccountID, c.AccountID), cmp.Compare(a.Seq, c.Seq))
	})
	if err := model.AddAll(tx, b.entries); err != nil {
		return err
	}
	for _, a := range changed {
		a.changed = false
	}
	b.transfers, b.entries = b.transfers[:0], b.entries[:0]
	return nil
}

// taken tells a duplicate of what we number ourselves from other failures.
func taken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return errors.Join(ErrTaken, err)
	}
	return err
}

func (b *Book) sorted() []Key {
	keys := make([]Key, 0, len(b.held))
	for k := range b.held {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
