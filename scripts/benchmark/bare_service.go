package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
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
	var before []int64
	if err := b.all("SELECT count(*) FROM hours WHERE in_way = 'code' AND activity_id IN (SELECT id FROM activities WHERE title = '测速活动' AND ends_at > ?)", &before, time.Now().UTC()); err != nil {
		return nil, err
	}
	first := b.serial.Load() - before[0]
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
		{"SELECT * FROM activities WHERE id IN (?) ORDER BY id" + b.lock(), []any{door}},
		{"SELECT COALESCE(MAX(turn), 0) FROM sign_ups WHERE activity_id = ?", []any{door}},
		{"SELECT id, node_id, household_id, name, birth_date, membership, state FROM persons WHERE id IN (?) ORDER BY id" + b.lock(), []any{person}},
		{"SELECT * FROM nodes WHERE id IN (?, ?)", []any{node, node}},
		{"SELECT * FROM sign_ups WHERE activity_id IN (?) AND person_id IN (?)", []any{door, person}},
		{"SELECT * FROM hours WHERE person_id IN (?) AND (activity_id IN (?) OR state IN ('open','claimed','confirmed') AND (COALESCE(ends_at, until_at) IS NULL OR COALESCE(ends_at, until_at) > ?))", []any{person, door, now}},
	} {
		if err := drain(ctx, tx, q.query, q.args...); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO sign_ups (id, activity_id, person_id, state, way, turn, signed_at, entered_by_id, seated_at, off_by_id, left_reason) VALUES "+values(1, 11),
		n, door, person, "seated", "door", n, now, 0, now, 0, ""); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO hours (id, person_id, source, activity_id, node_id, kind, content, content_print, place, starts_at, from_at, until_at, minutes, state, entered_by_id, in_way, out_way, in_by_id, out_by_id, decided_by_id, reason, evaluation, points, created_at) VALUES "+values(1, 24),
		n, person, "activity", door, node, "environment", "测速活动", "", "社区广场", now, now, now, 0, "open", 0, "code", "", person, 0, 0, "", "", 0, now); err != nil {
		return err
	}
	return b.ended(ctx, tx, n, 2)
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

// confirming confirms what 200 people did at an activity, a hundred rows at once.
func (b *bare) confirming() (func(ctx context.Context, n int64) error, error) {
	var community, activities []int64
	if err := b.all("SELECT node_id FROM activities WHERE title = '测速活动' LIMIT 1", &community); err != nil {
		return nil, err
	}
	if err := b.all("SELECT id FROM activities WHERE title = '测速活动' AND ends_at < ? ORDER BY id", &activities, time.Now().UTC()); err != nil {
		return nil, err
	}
	issued := fmt.Sprintf("points/issued/%d", community[0])
	open := []string{issued}
	for _, p := range b.persons[redeemers+1 : redeemers+1+attendedBy] {
		open = append(open, fmt.Sprintf("points/person/%d", p))
	}
	if err := b.openAccounts(open); err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int64) error {
		return b.in(ctx, func(tx *sql.Tx) error {
			return b.confirm(ctx, tx, n, activities[n%int64(len(activities))], community[0], issued)
		})
	}, nil
}

func (b *bare) confirm(ctx context.Context, tx *sql.Tx, n, activity, node int64, issued string) error {
	if err := b.begun(ctx, tx, n); err != nil {
		return err
	}
	hours, people, err := b.attended(ctx, tx, activity, node)
	if err != nil {
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
	now, day := time.Now().UTC(), fmt.Sprintf("%010d", n%10_000_000_000)
	rows := map[string][][]any{}
	add := func(table string, row ...any) { rows[table] = append(rows[table], row) }
	for _, a := range accounts {
		add("accounts (id, account_key, unit, opened_at, balance, last_seq, head)", a.id, a.key, a.unit, a.opened, a.balance, a.seq+2, hashLike)
	}
	for i, person := range people {
		id, a := n*1000+int64(i), accounts[i]
		add("transfers (id, kind, subject, subject_id, by_person_id, at)", id, "hours.earned", "hours", n, 1, now)
		add("entries (account_id, seq, transfer_id, amount, balance, hash)", a.id, a.seq+1, id, 20, a.balance, hashLike)
		add("entries (account_id, seq, transfer_id, amount, balance, hash)", a.id, a.seq+2, id, 20, a.balance, hashLike)
		add("hours_days (hours_id, person_id, day, minutes, counted, sixtieths, points)", hours[i], person, day, 120, 120, 1200, 20)
		add("service_totals (person_id, services, minutes)", person, 1, 120)
		add("notices (person_id, kind, title, body, page, created_at, once_key)", person, "hours", "服务时长已确认", "您参加“测速活动”的服务时长已确认:120 分钟,得到 20 积分。", "pages/hours/mine", now, fmt.Sprintf("bare:%d", id))
		add("jobs (kind, subject_id, once_key, state, due_at, attempts, owner, last_error, owed_at)", "send_notice", id, fmt.Sprintf("bare:%d", id), "due", now, 0, "", "", now)
	}
	for _, into := range []string{
		"accounts (id, account_key, unit, opened_at, balance, last_seq, head)", "transfers (id, kind, subject, subject_id, by_person_id, at)",
		"entries (account_id, seq, transfer_id, amount, balance, hash)", "hours_days (hours_id, person_id, day, minutes, counted, sixtieths, points)",
		"service_totals (person_id, services, minutes)", "notices (person_id, kind, title, body, page, created_at, once_key)",
		"jobs (kind, subject_id, once_key, state, due_at, attempts, owner, last_error, owed_at)",
	} {
		if err := b.many(ctx, tx, into, rows[into]); err != nil {
			return err
		}
	}
	if err := b.mark(ctx, tx, n, hours, now); err != nil {
		return err
	}
	return b.ended(ctx, tx, n, attendedBy+1)
}

// attended reads and locks what a confirming looks at, and gives the hours and whose they are.
func (b *bare) attended(ctx context.Context, tx *sql.Tx, activity, node int64) (hours, people []any, err error) {
	for _, q := range []struct {
		query string
		args  []any
	}{
		{"SELECT * FROM activities WHERE id = ?" + b.lock(), []any{activity}},
		{"SELECT * FROM nodes WHERE id = ?", []any{node}},
		{"SELECT * FROM hours WHERE activity_id = ?", []any{activity}},
		{"SELECT * FROM nodes WHERE id IN (?, 1, 2)", []any{node}},
		{"SELECT * FROM points_rules WHERE withdrawn_at IS NULL", nil},
	} {
		if err := drain(ctx, tx, q.query, q.args...); err != nil {
			return nil, nil, err
		}
	}
	found, err := tx.QueryContext(ctx, "SELECT id, person_id FROM hours WHERE activity_id = ? ORDER BY person_id", activity)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var h, p int64
		if err := found.Scan(&h, &p); err != nil {
			return nil, nil, err
		}
		hours, people = append(hours, h), append(people, p)
	}
	if err := found.Err(); err != nil {
		return nil, nil, err
	}
	in := values(1, len(people))
	for _, query := range []string{
		"SELECT id, node_id, household_id, name, state FROM persons WHERE id IN " + in + " ORDER BY id" + b.lock(),
		"SELECT person_id, day, SUM(counted), SUM(sixtieths), SUM(points) FROM hours_days WHERE person_id IN " + in + " AND day = '2026-01-01' GROUP BY person_id, day",
	} {
		if err := drain(ctx, tx, query, people...); err != nil {
			return nil, nil, err
		}
	}
	now := time.Now().UTC()
	err = drain(ctx, tx, "SELECT person_id, starts_at, minutes FROM hours WHERE person_id IN "+in+" AND state IN ('claimed', 'confirmed') AND starts_at >= ? AND starts_at < ?",
		append(people[:len(people):len(people)], now.AddDate(0, 0, -30), now)...)
	if err != nil {
		return nil, nil, err
	}
	return hours, people, nil
}

// mark writes the decision into the hours, and looks for the notices.
func (b *bare) mark(ctx context.Context, tx *sql.Tx, n int64, hours []any, now time.Time) error {
	for from := 0; from < len(hours); from += 100 {
		some := hours[from:min(from+100, len(hours))]
		args := []any{now, 1, ""}
		for range 2 {
			for i, h := range some {
				args = append(args, h, n*1000+int64(from+i))
			}
		}
		var once []any
		for i := range some {
			once = append(once, fmt.Sprintf("bare:%d", n*1000+int64(from+i)))
		}
		by := strings.Repeat(" WHEN ? THEN ?", len(some))
		if _, err := tx.ExecContext(ctx, "UPDATE hours SET decided_at = ?, decided_by_id = ?, evaluation = ?, points = CASE id"+by+" END, transfer_id = CASE id"+by+" END, state = 'claimed' WHERE state = 'claimed' AND id IN "+
			values(1, len(some)), append(args, some...)...); err != nil {
			return err
		}
		for range 2 {
			if err := drain(ctx, tx, "SELECT id, once_key FROM notices WHERE once_key IN "+values(1, len(once)), once...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bare) many(ctx context.Context, tx *sql.Tx, into string, rows [][]any) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), 100)]
		rows = rows[len(some):]
		statement := "INSERT INTO " + into + " VALUES " + values(len(some), len(some[0])) + b.upsert(into)
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
