package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// checkingIn checks people in at one activity, each once, who have not signed up.
func (b *bare) checkingIn() (func(ctx context.Context, n int64) error, error) {
	var doors, nodes []int64
	err := b.all("SELECT id FROM activities WHERE title = '测速活动' AND ends_at > ? ORDER BY id", &doors, time.Now().UTC())
	if err != nil {
		return nil, err
	}
	if err := b.all("SELECT node_id FROM activities WHERE id = ?", &nodes, doors[0]); err != nil {
		return nil, err
	}
	first := b.serial.Load()
	return func(ctx context.Context, n int64) error {
		turn := n - first
		person, door := b.persons[1+turn%int64(len(b.persons)-1)], doors[(turn/int64(len(b.persons)-1))%int64(len(doors))]
		return b.in(ctx, func(tx *sql.Tx) error { return b.checkIn(ctx, tx, n, person, door, nodes[0]) })
	}, nil
}

func (b *bare) checkIn(ctx context.Context, tx *sql.Tx, n, person, door, node int64) error {
	now := time.Now().UTC()
	if err := b.begun(ctx, tx, n); err != nil {
		return err
	}
	for _, q := range []struct {
		query string
		args  []any
	}{
		{"SELECT * FROM activities WHERE id = ? LIMIT 1" + b.lock(), []any{door}},
		{"SELECT * FROM nodes WHERE id = ? LIMIT 1", []any{node}},
		{"SELECT * FROM persons WHERE id = ? LIMIT 1" + b.lock(), []any{person}},
		{"SELECT * FROM hours WHERE activity_id = ? AND person_id = ? LIMIT 1", []any{door, person}},
		{"SELECT * FROM sign_ups WHERE activity_id = ? AND person_id = ? LIMIT 1", []any{door, person}},
		{"SELECT * FROM sign_ups WHERE activity_id = ? AND person_id = ? LIMIT 1", []any{door, person}},
		{"SELECT * FROM nodes WHERE id = ? LIMIT 1", []any{node}},
		{"SELECT COALESCE(MAX(turn), 0) + 1 FROM sign_ups WHERE activity_id = ?", []any{door}},
		{"SELECT count(*) FROM hours WHERE (person_id = ? AND id <> 0 AND state IN ('open','claimed','confirmed')) AND (COALESCE(ends_at, until_at) IS NULL OR COALESCE(ends_at, until_at) > ?) AND starts_at < ?", []any{person, now, now.Add(time.Hour)}},
	} {
		if err := drain(ctx, tx, q.query, q.args...); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO sign_ups (activity_id, person_id, state, way, turn, signed_at, entered_by_id, seated_at, off_by_id, left_reason) VALUES "+values(1, 10),
		door, person, "seated", "door", n, now, 0, now, 0, ""); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO hours (person_id, source, activity_id, node_id, kind, content, content_print, place, starts_at, from_at, until_at, minutes, state, entered_by_id, in_way, out_way, in_by_id, out_by_id, decided_by_id, reason, evaluation, points, created_at) VALUES "+values(1, 23),
		person, "activity", door, node, "environment", "测速活动", "", "社区广场", now, now, now, 0, "open", 0, "code", "", person, 0, 0, "", "", 0, now); err != nil {
		return err
	}
	if err := b.ended(ctx, tx, n); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO audits (at, user_id, person_id, action, node_id, subject, subject_id, detail) VALUES "+values(1, 8), now, 1, 1, "sign_up", 1, "activity", n, "")
	return err
}

// stating reads the newest of a person's statement.
func (b *bare) stating() (func(ctx context.Context, n int64) error, error) {
	return func(ctx context.Context, n int64) error {
		person := b.persons[1+n%redeemers]
		return b.in(ctx, func(tx *sql.Tx) error {
			var account int64
			if err := tx.QueryRowContext(ctx, "SELECT id FROM accounts WHERE account_key = ?", fmt.Sprintf("points/person/%d", person)).Scan(&account); err != nil {
				return err
			}
			return drain(ctx, tx, "SELECT entries.seq, entries.transfer_id, entries.amount, entries.balance, transfers.kind, transfers.subject, transfers.subject_id, transfers.at, transfers.reverses_id FROM entries JOIN transfers ON transfers.id = entries.transfer_id WHERE entries.account_id = ? ORDER BY entries.seq DESC LIMIT 21", account)
		})
	}, nil
}

// confirming confirms what 200 people did at an activity: what of it is written, a hundred rows at once.
func (b *bare) confirming() (func(ctx context.Context, n int64) error, error) {
	people := b.persons[redeemers+1 : redeemers+1+attendedBy]
	var open []string
	for _, p := range people {
		open = append(open, fmt.Sprintf("points/person/%d", p))
	}
	var community []int64
	if err := b.all("SELECT node_id FROM activities WHERE title = '测速活动' LIMIT 1", &community); err != nil {
		return nil, err
	}
	issued := fmt.Sprintf("points/issued/%d", community[0])
	if err := b.openAccounts(append(open, issued)); err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int64) error {
		return b.in(ctx, func(tx *sql.Tx) error { return b.confirm(ctx, tx, n, people, issued) })
	}, nil
}

func (b *bare) confirm(ctx context.Context, tx *sql.Tx, n int64, people []int64, issued string) error {
	now := time.Now().UTC()
	if err := b.begun(ctx, tx, n); err != nil {
		return err
	}
	keys := []any{issued}
	for _, p := range people {
		keys = append(keys, fmt.Sprintf("points/person/%d", p))
	}
	accounts, err := b.accounts(ctx, tx, keys)
	if err != nil {
		return err
	}
	rows := map[string][][]any{}
	add := func(table string, row ...any) { rows[table] = append(rows[table], row) }
	for i, a := range accounts {
		id := n*1000 + int64(i)
		add("INSERT INTO accounts (id, account_key, unit, opened_at, balance, last_seq, head)", a.id, a.key, a.unit, a.opened, a.balance, a.seq+2, hashLike)
		add("INSERT INTO transfers (id, kind, subject, subject_id, by_person_id, at)", id, "hours.earned", "hours", n, 1, now)
		add("INSERT INTO entries (account_id, seq, transfer_id, amount, balance, hash)", a.id, a.seq+1, id, 20, a.balance, hashLike)
		add("INSERT INTO entries (account_id, seq, transfer_id, amount, balance, hash)", a.id, a.seq+2, id, 20, a.balance, hashLike)
		add("INSERT INTO notices (person_id, kind, title, body, page, created_at, once_key)", people[i%len(people)], "hours", "服务时长已确认", "您参加“测速活动”的服务时长已确认:120 分钟,得到 20 积分。", "pages/hours/mine", now, fmt.Sprintf("bare:%d", id))
		add("INSERT INTO audits (at, user_id, person_id, action, node_id, subject, subject_id, detail)", now, 1, 1, "hours.confirm", 1, "hours", id, "")
		add("INSERT INTO jobs (kind, subject_id, once_key, state, due_at, attempts, owner, last_error, owed_at)", "send_notice", id, fmt.Sprintf("bare:%d", id), "due", now, 0, "", "", now)
	}
	for _, into := range []string{
		"INSERT INTO accounts (id, account_key, unit, opened_at, balance, last_seq, head)", "INSERT INTO transfers (id, kind, subject, subject_id, by_person_id, at)",
		"INSERT INTO entries (account_id, seq, transfer_id, amount, balance, hash)", "INSERT INTO notices (person_id, kind, title, body, page, created_at, once_key)",
		"INSERT INTO audits (at, user_id, person_id, action, node_id, subject, subject_id, detail)", "INSERT INTO jobs (kind, subject_id, once_key, state, due_at, attempts, owner, last_error, owed_at)",
	} {
		if err := b.many(ctx, tx, into, rows[into]); err != nil {
			return err
		}
	}
	return b.ended(ctx, tx, n)
}

func (b *bare) many(ctx context.Context, tx *sql.Tx, into string, rows [][]any) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), 100)]
		rows = rows[len(some):]
		statement := into + " VALUES " + values(len(some), len(some[0]))
		if into[:20] == "INSERT INTO accounts" {
			statement += b.upsert()
		}
		var args []any
		for _, r := range some {
			args = append(args, r...)
		}
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}
