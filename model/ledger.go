package model

import (
	"time"

	"gorm.io/gorm"
)

// Account is where one unit of the ledger is kept for one owner. Its key says what it is for; what it
// holds is the sum of its entries, kept here as well (Balance) and recomputed by `danyuan verify`.
type Account struct {
	_ struct{} `privacy:"about=volunteer; why=积分账本的账户; kept=always; because=账本只增不改"`

	ID         int64  `gorm:"autoIncrement:false"`
	AccountKey string `privacy:"person"`
	Unit       string `privacy:"mark"` // points, conduct, fen, item or quota: the key's first word
	OpenedAt   time.Time
	Balance    int64  `privacy:"figure"`
	LastSeq    int64  `privacy:"figure"` // how many entries it has
	Head       string `privacy:"hash"`   // the hash of its last entry, of the account itself while it has none
}

// Transfer moves amounts between accounts, all or none. Its entries sum to zero in each unit. It is
// never changed; a mistake is mended by one that reverses it, once.
type Transfer struct {
	_ struct{} `privacy:"about=volunteer; why=积分账本的每一笔; kept=always; because=账本只增不改"`

	ID         int64  `gorm:"autoIncrement:false"`
	Kind       string `privacy:"mark"`
	Subject    string `privacy:"mark"` // what it was made for: a table's word, and the row's id
	SubjectID  int64  `privacy:"none"`
	ByPersonID int64  // 0: the system
	At         time.Time
	ReversesID *int64
}

// Entry is what a transfer did to one account: the account's next, chained to the one before by its
// hash. It is never changed.
type Entry struct {
	_ struct{} `privacy:"about=volunteer; why=积分账本的流水; kept=always; because=账本只增不改"`

	AccountID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq        int64 `gorm:"primaryKey;autoIncrement:false" privacy:"figure"`
	TransferID int64
	Amount     int64  `privacy:"figure"`
	Balance    int64  `privacy:"figure"` // of the account after it
	Hash       string `privacy:"hash"`
}

// AccountByKey gives an account; nil when nothing was ever kept there.
func AccountByKey(tx *gorm.DB, key string) (*Account, error) {
	return maybe[Account](tx.Where("account_key = ?", key))
}

// BalanceOf gives what an account holds, 0 when nothing was ever kept there.
func BalanceOf(tx *gorm.DB, key string) (int64, error) {
	a, err := AccountByKey(tx, key)
	if err != nil || a == nil {
		return 0, err
	}
	return a.Balance, nil
}

// BalancesOf gives what accounts hold, by key. Those where nothing was ever kept are left out.
func BalancesOf(tx *gorm.DB, keys []string) (map[string]int64, error) {
	var rows []Account
	if err := tx.Select("account_key, balance").Where("account_key IN ?", keys).Find(&rows).Error; err != nil {
		return nil, err
	}
	held := make(map[string]int64, len(rows))
	for _, a := range rows {
		held[a.AccountKey] = a.Balance
	}
	return held, nil
}

// StatementLine is an entry with the transfer that it is of.
type StatementLine struct {
	Seq        int64
	TransferID int64
	Amount     int64
	Balance    int64 // after it
	Kind       string
	Subject    string
	SubjectID  int64
	At         time.Time
	ReversesID *int64
}

// Statement lists an account's entries, the newest first; the slice's ids are their numbers (Seq).
func Statement(tx *gorm.DB, key string, s Slice) ([]StatementLine, error) {
	return statementOf(tx, key, func(q *gorm.DB) *gorm.DB { return s.Newest(q, "entries.seq") })
}

// statementOf reads those of an account's entries that cut leaves.
func statementOf(tx *gorm.DB, key string, cut func(*gorm.DB) *gorm.DB) ([]StatementLine, error) {
	a, err := AccountByKey(tx, key)
	if err != nil || a == nil {
		return nil, err
	}
	q := tx.Table("entries").Select("entries.seq, entries.transfer_id, entries.amount, entries.balance, transfers.kind, transfers.subject, transfers.subject_id, transfers.at, transfers.reverses_id").
		Joins("JOIN transfers ON transfers.id = entries.transfer_id").Where("entries.account_id = ?", a.ID)
	rows, err := cut(q).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var lines []StatementLine
	for rows.Next() { // read by hand: finding the fields by their names took longer than the query
		var l StatementLine
		if err := rows.Scan(&l.Seq, &l.TransferID, &l.Amount, &l.Balance, &l.Kind, &l.Subject, &l.SubjectID, &l.At, &l.ReversesID); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

// SumEntries gives by how much an account has changed from one moment (inclusive) to another
// (exclusive), what was reversed counted back at the moment of its reversal.
func SumEntries(tx *gorm.DB, key string, from, until time.Time) (int64, error) {
	var sum int64
	err := tx.Table("entries").Select("COALESCE(SUM(entries.amount), 0)").
		Joins("JOIN accounts ON accounts.id = entries.account_id").Joins("JOIN transfers ON transfers.id = entries.transfer_id").
		Where("accounts.account_key = ? AND transfers.at >= ? AND transfers.at < ?", key, from, until).Scan(&sum).Error
	return sum, err
}
