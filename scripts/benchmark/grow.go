package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"danyuan/model"
)

// aged is a table of history, and how a copy of a row differs from it: its numbers, those of rows that
// danyuan numbers itself and those of rows that the database numbers, and its times lie further back.
type aged struct {
	table     string
	days      int // by how many a copy lies further back than the one before it: the table spans no more
	ours      []string
	counted   []string
	times     []string
	other     map[string]string // columns and what they hold in the copy
	originals string            // what to copy: not the copies
}

// far is by how much the numbers of rows that the database numbers lie apart.
const far = 1_000_000_000

// history are the tables that grow with the years. The links of the log's chain and of the entries' are left
// out of it: danyuan verify would tell, but nobody who reads a list sees them.
var history = []aged{
	{table: "transfers", days: 400, ours: []string{"id", "reverses_id"}, times: []string{"at"}, originals: "id > FIRST"},
	{table: "entries", days: 400, ours: []string{"transfer_id"}, other: map[string]string{"seq": "seq - K * 1000000"}, originals: "transfer_id > FIRST"},
	{table: "hours", days: 400, ours: []string{"id", "transfer_id"}, times: []string{"starts_at", "ends_at", "from_at", "until_at", "decided_at", "created_at"}, originals: "id > FIRST AND state = 'confirmed'"},
	{table: "hours_days", days: 400, counted: []string{"id"}, ours: []string{"hours_id"}, other: map[string]string{"day": "DAY(day)"}, originals: "id > 0"},
	{
		table: "redemptions", days: 400, ours: []string{"id", "transfer_id", "ended_transfer_id"}, times: []string{"reserved_at", "expires_at", "ended_at"},
		other: map[string]string{"open_code_index": "NULL", "year": "year - K"}, originals: "id > FIRST AND state = 'fulfilled'",
	},
	{table: "audits", days: 400, counted: []string{"id"}, times: []string{"at"}, originals: "id > 0"},
	{table: "notices", days: 400, counted: []string{"id"}, times: []string{"created_at", "read_at"}, other: map[string]string{"once_key": "NULL"}, originals: "id > 0 AND read_at IS NOT NULL"},
	{table: "matters", days: matterDays, ours: []string{"id"}, times: []string{"created_at", "closed_at", "checked_at"}, originals: "id > FIRST AND closed_at IS NOT NULL"},
	{table: "matter_events", days: matterDays, ours: []string{"matter_id"}, times: []string{"at", "due_at"}, originals: "matter_id IN (SELECT id FROM matters WHERE id > FIRST AND closed_at IS NOT NULL)"},
	{table: "matter_terms", days: matterDays, ours: []string{"matter_id"}, originals: "matter_id IN (SELECT id FROM matters WHERE id > FIRST AND closed_at IS NOT NULL)"},
}

// matterDays is a little more than the three years over which the demo's matters were reported.
const matterDays = 1110

// grow puts history behind that which there is, until it is so many times as much as it was at first: every
// copy of a row lies before those that there are, so that what lists show stays the same.
func grow(url string, from, to int) error {
	b := &bare{sqlite: strings.HasPrefix(url, "sqlite:")}
	if err := b.open(url, 1); err != nil {
		return err
	}
	defer func() { _ = b.db.Close() }()
	faster := []string{"SET foreign_key_checks = 0", "SET unique_checks = 0"}
	if b.sqlite {
		faster = []string{"PRAGMA foreign_keys = 0", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000"}
	}
	for _, s := range faster {
		if _, err := b.db.ExecContext(context.Background(), s); err != nil {
			return err
		}
	}
	began, rows := time.Now(), int64(0)
	for k := from; k < to; k++ {
		for _, t := range history {
			n, err := b.copy(t, k)
			if err != nil {
				return fmt.Errorf("%s: %w", t.table, err)
			}
			rows += n
		}
		fmt.Fprintf(os.Stderr, "\rhistory %d times as long, %d rows added, %.0f s ", k+1, rows, time.Since(began).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return b.recount()
}

// recount makes everybody's total what the hours come to that they have now.
func (b *bare) recount() error {
	for _, s := range []string{
		"DELETE FROM service_totals",
		"INSERT INTO service_totals (person_id, services, minutes) SELECT person_id, COUNT(*), SUM(minutes) FROM hours WHERE state = 'confirmed' GROUP BY person_id",
	} {
		if _, err := b.db.ExecContext(context.Background(), s); err != nil {
			return err
		}
	}
	return nil
}

// copy adds the k-th copy of a table's history.
func (b *bare) copy(t aged, k int) (int64, error) {
	columns, err := b.columns(t.table)
	if err != nil {
		return 0, err
	}
	half := int64(t.days*k) * (24 * time.Hour).Milliseconds() << 21 // the whole may be more than a number holds
	values := map[string]string{}
	for _, c := range t.ours {
		values[c] = fmt.Sprintf("%s - %d - %d", c, half, half)
	}
	for _, c := range t.counted {
		values[c] = fmt.Sprintf("%s - %d", c, int64(k)*far)
	}
	for _, c := range t.times {
		values[c] = b.earlier(c, "%Y-%m-%d %H:%M:%S+00:00", t.days*k)
	}
	for c, v := range t.other {
		values[c] = strings.NewReplacer("K", fmt.Sprint(k), "DAY("+c+")", b.earlier(c, "%Y-%m-%d", t.days*k)).Replace(v)
	}
	var from []string
	for _, c := range columns {
		if v, ok := values[c]; ok {
			c = v
		}
		from = append(from, c)
	}
	// Nothing that the demo makes is older than four years; no copy is younger.
	first := fmt.Sprint(model.FirstID(time.Now().AddDate(0, 0, -t.days)))
	result, err := b.db.ExecContext(context.Background(), fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s",
		t.table, strings.Join(columns, ", "), strings.Join(from, ", "), t.table, strings.ReplaceAll(t.originals, "FIRST", first)))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// earlier is a column's moment, so many days before.
func (b *bare) earlier(column, format string, days int) string {
	if b.sqlite {
		return fmt.Sprintf("strftime('%s', %s, '-%d days')", format, column, days)
	}
	if format == "%Y-%m-%d" {
		return fmt.Sprintf("DATE_FORMAT(DATE_SUB(%s, INTERVAL %d DAY), '%s')", column, days, format)
	}
	return fmt.Sprintf("DATE_SUB(%s, INTERVAL %d DAY)", column, days)
}

func (b *bare) columns(table string) ([]string, error) {
	rows, err := b.db.QueryContext(context.Background(), "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	return names, errors.Join(err, rows.Err())
}
