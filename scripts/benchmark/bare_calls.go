package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"time"

	"danyuan/model"
)

// call gives what one client does for one call: the statements that danyuan makes for it in a
// transaction of its own, with values of the same size.
func (b *bare) call(kind string) (func(ctx context.Context, n int64) error, error) {
	switch kind {
	case "hot", "spread":
		return b.redeeming(kind == "hot")
	case "check-in":
		return b.checkingIn()
	case "confirm":
		return b.confirming()
	case "statement":
		return b.stating()
	}
	return nil, fmt.Errorf("no such call: %s", kind)
}

var (
	hashLike   = strings.Repeat("h", 43)
	sealedLike = append([]byte{1}, make([]byte, 400)...)
)

// lock is what a SELECT ends with to lock what it reads, where the engine has that.
func (b *bare) lock() string {
	if b.sqlite {
		return ""
	}
	return " FOR UPDATE"
}

// upsert is what an insert into a table ends with whose rows may be there already; "" for one that has only new rows.
func (b *bare) upsert(into string) string {
	table, _, _ := strings.Cut(into, " ")
	change := map[string]string{
		"accounts":       "balance = NEW(balance), last_seq = NEW(last_seq), head = NEW(head)",
		"service_totals": "services = service_totals.services + NEW(services), minutes = service_totals.minutes + NEW(minutes)",
	}[table]
	switch {
	case change == "":
		return ""
	case b.sqlite:
		key := map[string]string{"accounts": "id", "service_totals": "person_id"}[table]
		return " ON CONFLICT (" + key + ") DO UPDATE SET " + newValue.ReplaceAllString(change, "excluded.$1")
	default:
		return " ON DUPLICATE KEY UPDATE " + newValue.ReplaceAllString(change, "VALUES($1)")
	}
}

// newValue is a column of the row that an insert brings.
var newValue = regexp.MustCompile(`NEW\((\w+)\)`)

func (b *bare) orNothing(statement string) string {
	if b.sqlite {
		return statement + " ON CONFLICT DO NOTHING"
	}
	return statement + " ON DUPLICATE KEY UPDATE id = id"
}

// begun looks for the command's key; ended keeps it, with the log's entries.
func (b *bare) begun(ctx context.Context, tx *sql.Tx, n int64) error {
	return drain(ctx, tx, "SELECT * FROM commands WHERE owner = ? AND command_key = ?", "user:1", fmt.Sprintf("bare-%d", n))
}

func (b *bare) ended(ctx context.Context, tx *sql.Tx, n int64, audits int) error {
	now := time.Now().UTC()
	entries := make([][]any, audits)
	for i := range entries {
		entries[i] = []any{now, 1, 1, "redemption.reserve", 1, "redemption", n, ""}
	}
	if err := b.many(ctx, tx, "audits (at, user_id, person_id, action, node_id, subject, subject_id, detail)", entries); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO commands (owner, command_key, print, answer, at) VALUES "+values(1, 5), "user:1", fmt.Sprintf("bare-%d", n), hashLike, sealedLike, now)
	return err
}

// account is what a transfer reads and writes of one.
type account struct {
	id, balance, seq int64
	key, unit        string
	opened           time.Time
	head             string
}

// transfer moves amounts between accounts: locks them, writes them, the transfer and its entries.
func (b *bare) transfer(ctx context.Context, tx *sql.Tx, n int64, amounts map[string]int64) error {
	var keys []any
	for k := range amounts {
		keys = append(keys, k)
	}
	accounts, err := b.accounts(ctx, tx, keys)
	if err != nil {
		return err
	}
	if len(accounts) != len(amounts) {
		return fmt.Errorf("%d accounts of %d", len(accounts), len(amounts))
	}
	now := time.Now().UTC()
	var rows, entries []any
	for _, a := range accounts {
		amount := amounts[a.key]
		rows = append(rows, a.id, a.key, a.unit, a.opened, a.balance+amount, a.seq+1, hashLike)
		entries = append(entries, a.id, a.seq+1, n, amount, a.balance+amount, hashLike)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO accounts (id, account_key, unit, opened_at, balance, last_seq, head) VALUES "+values(len(accounts), 7)+b.upsert("accounts"), rows...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO transfers (id, kind, subject, subject_id, by_person_id, at, reverses_id) VALUES "+values(1, 7), n, "redemption.reserve", "redemption", n, 1, now, nil); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO entries (account_id, seq, transfer_id, amount, balance, hash) VALUES "+values(len(accounts), 6), entries...)
	return err
}

func (b *bare) accounts(ctx context.Context, tx *sql.Tx, keys []any) ([]account, error) {
	found, err := tx.QueryContext(ctx, "SELECT id, account_key, unit, opened_at, balance, last_seq, head FROM accounts WHERE account_key IN "+values(1, len(keys))+" ORDER BY account_key"+b.lock(), keys...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var all []account
	for found.Next() {
		var a account
		if err := found.Scan(&a.id, &a.key, &a.unit, &a.opened, &a.balance, &a.seq, &a.head); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, found.Err()
}

// redeeming redeems one hot reward, or one of many.
func (b *bare) redeeming(hot bool) (func(ctx context.Context, n int64) error, error) {
	var rewards, community []int64
	if err := b.all("SELECT id FROM rewards WHERE name LIKE '测速用品%' ORDER BY id", &rewards); err != nil {
		return nil, err
	}
	if err := b.all("SELECT community_id FROM rewards WHERE id = ?", &community, rewards[0]); err != nil {
		return nil, err
	}
	year := model.YearOf(time.Now())
	persons := b.persons[1 : redeemers+1]
	// What danyuan opens when somebody redeems for the first time is there already.
	var open []string
	for _, r := range rewards {
		open = append(open, fmt.Sprintf("item/reserved/%d", r))
	}
	open = append(open, fmt.Sprintf("points/redeemed/%d", community[0]), fmt.Sprintf("fen/committed/%d/%d", community[0], year), fmt.Sprintf("quota/open/%d/%d", rewards[0], year))
	for _, p := range persons {
		open = append(open, fmt.Sprintf("quota/used/%d/%d/%d", rewards[0], year, p))
	}
	if err := b.openAccounts(open); err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int64) error {
		person, reward := persons[n%int64(len(persons))], rewards[0]
		if !hot {
			reward = rewards[1+n%int64(len(rewards)-1)]
		}
		amounts := map[string]int64{
			fmt.Sprintf("points/person/%d", person): -10, fmt.Sprintf("points/redeemed/%d", community[0]): 10,
			fmt.Sprintf("item/shelf/%d", reward): -1, fmt.Sprintf("item/reserved/%d", reward): 1,
			fmt.Sprintf("fen/budget/%d/%d", community[0], year): -100, fmt.Sprintf("fen/committed/%d/%d", community[0], year): 100,
		}
		if hot {
			amounts[fmt.Sprintf("quota/open/%d/%d", reward, year)], amounts[fmt.Sprintf("quota/used/%d/%d/%d", reward, year, person)] = -1, 1
		}
		return b.in(ctx, func(tx *sql.Tx) error { return b.redeem(ctx, tx, n, person, reward, community[0], year, amounts) })
	}, nil
}

func (b *bare) redeem(ctx context.Context, tx *sql.Tx, n, person, reward, community, year int64, amounts map[string]int64) error {
	share := ""
	if !b.sqlite {
		share = " LOCK IN SHARE MODE"
	}
	if err := b.begun(ctx, tx, n); err != nil {
		return err
	}
	if err := drain(ctx, tx, "SELECT * FROM rewards WHERE id IN (?) ORDER BY id"+share, reward); err != nil {
		return err
	}
	if err := b.transfer(ctx, tx, n, amounts); err != nil {
		return err
	}
	now := time.Now().UTC()
	index := fmt.Sprintf("i%d", n)
	if _, err := tx.ExecContext(ctx, "INSERT INTO redemptions (id, reward_id, community_id, person_id, entered_by_id, reward_name, points, cost, year, period, state, code, code_index, open_code_index, reserved_at, expires_at, ended_by_id, reason, transfer_id) VALUES "+values(1, 19),
		n, reward, community, person, 0, "测速用品00", 10, 100, year, nil, "reserved", sealedLike[:45], "", index, now, now, 0, "", n); err != nil {
		return err
	}
	jobs := []any{}
	for _, kind := range []string{"expire_redemption", "remind_redemption"} {
		jobs = append(jobs, kind, n, fmt.Sprintf("redemption:%d:%s", n, kind), "due", now.AddDate(0, 0, 14), 0, "", "", now)
	}
	if _, err := tx.ExecContext(ctx, b.orNothing("INSERT INTO jobs (kind, subject_id, once_key, state, due_at, attempts, owner, last_error, owed_at) VALUES "+values(2, 9)), jobs...); err != nil {
		return err
	}
	return b.ended(ctx, tx, n, 1)
}

// openAccounts makes accounts that are not there.
func (b *bare) openAccounts(keys []string) error {
	ctx := context.Background()
	return b.in(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			unit, _, _ := strings.Cut(k, "/")
			if _, err := tx.ExecContext(ctx, b.orNothing("INSERT INTO accounts (id, account_key, unit, opened_at, balance, last_seq, head) VALUES "+values(1, 7)),
				b.serial.Add(1), k, unit, time.Now().UTC(), 0, 0, hashLike); err != nil {
				return err
			}
		}
		return nil
	})
}
