package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	_ "modernc.org/sqlite" // the driver that danyuan uses, too

	"danyuan/model"
)

// bare runs a measured call's own statements by database/sql alone: no HTTP, no checks, no sharing; one
// transaction each, durable at commit. It prints "calls/s p50us p99us".
type bare struct {
	db      *sql.DB
	sqlite  bool
	serial  atomic.Int64
	persons []int64
}

func runBare(kind, url string, clients int, seconds float64) error {
	b := &bare{sqlite: strings.HasPrefix(url, "sqlite:")}
	if err := b.open(url, clients); err != nil {
		return err
	}
	defer func() { _ = b.db.Close() }()
	call, err := b.call(kind)
	if err != nil {
		return err
	}
	return b.measure(call, clients, seconds)
}

// serveBare answers every request with the same bytes, after a call's bare statements: what HTTP takes of
// a call beside them, whoever checks and writes nothing.
func serveBare(kind, url, address, file string) error {
	body, err := os.ReadFile(file) //nolint:gosec // scripts/bench names the file
	if err != nil {
		return err
	}
	b := &bare{sqlite: strings.HasPrefix(url, "sqlite:")}
	if err := b.open(url, 64); err != nil {
		return err
	}
	call, err := b.call(kind)
	if err != nil {
		return err
	}
	var n atomic.Int64
	return serve(address, func(c *gin.Context) {
		if err := call(c, n.Add(1)); err != nil {
			c.String(http.StatusInternalServerError, err.Error())
			return
		}
		c.Data(http.StatusOK, "application/json", body)
	})
}

func (b *bare) open(url string, clients int) (err error) {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		b.db, err = sql.Open("sqlite", "file:"+file+"?_time_format=sqlite&_timezone=UTC&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"+
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_pragma=temp_store(2)")
		clients = 1 // whoever waits waits in the pool, which is fairer and faster than SQLITE_BUSY
	} else {
		cfg, wrong := model.MySQLConfig(url)
		if wrong != nil {
			return wrong
		}
		b.db, err = sql.Open("mysql", cfg.FormatDSN())
	}
	if err != nil {
		return err
	}
	b.db.SetMaxOpenConns(clients)
	b.db.SetMaxIdleConns(clients)
	b.serial.Store(time.Now().UnixMicro() * 1000)
	return b.all("SELECT person_id FROM bindings JOIN users ON users.id = bindings.user_id WHERE users.open_id LIKE 'demo-bench-%' ORDER BY bindings.id", &b.persons)
}

func (b *bare) all(query string, into *[]int64, args ...any) error {
	rows, err := b.db.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		*into = append(*into, n)
	}
	return rows.Err()
}

// measure lets so many clients call for some seconds. A call that a deadlock or a busy row has thrown
// out is made again, as danyuan does.
func (b *bare) measure(call func(ctx context.Context, n int64) error, clients int, seconds float64) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Duration(seconds*float64(time.Second)))
	defer stop()
	took := make([][]time.Duration, clients)
	var failed atomic.Pointer[error]
	var over sync.WaitGroup
	began := time.Now()
	for i := range clients {
		over.Go(func() {
			for ctx.Err() == nil {
				at, n := time.Now(), b.serial.Add(1)
				err := call(context.WithoutCancel(ctx), n)
				for err != nil && model.WorthRetrying(err) {
					err = call(context.WithoutCancel(ctx), n)
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				took[i] = append(took[i], time.Since(at))
			}
		})
	}
	over.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	fmt.Fprintln(os.Stdout, figures(took, time.Since(began)))
	return nil
}

// figures gives "calls/s p50us p99us" of what each client's calls took.
func figures(took [][]time.Duration, whole time.Duration) string {
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return fmt.Sprintf("%.1f %d %d", float64(len(all))/whole.Seconds(), all[len(all)/2].Microseconds(), all[len(all)*99/100].Microseconds())
}

// in runs statements in one transaction.
func (b *bare) in(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// values gives so many rows of placeholders.
func values(rows, columns int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + "),"
	return strings.TrimSuffix(strings.Repeat(row, rows), ",")
}

// drain runs a query and reads what it gives.
func drain(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	row, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}
