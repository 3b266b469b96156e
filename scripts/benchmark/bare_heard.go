package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"danyuan/model"
)

// heardCalls is how many of a call's requests are listened to: the bare loop says what they said by turns.
const heardCalls = 64

// script is what one request said to the database, and what of it is another each time.
type script struct {
	said          []statement
	id, by        int64 // of the matter that was reported, of who reported it; 0 when nothing was
	idText, keyed string
}

// runBareMatter measures what danyuan says to the database for a call, said by database/sql alone: each
// statement once more as it was heard, and those of a transaction in one. What a report writes gets a
// number of its own each time, and is another reporter's.
func runBareMatter(name, url, keys, dir string, clients int, seconds float64) error {
	scripts, err := hearCall(name, url, keys, dir)
	if err != nil {
		return err
	}
	b := &bare{sqlite: strings.HasPrefix(url, "sqlite:")}
	if err := b.open(url, clients); err != nil {
		return err
	}
	defer func() { _ = b.db.Close() }()
	if name != "report" { // readers need not wait for one another
		b.db.SetMaxOpenConns(clients)
		b.db.SetMaxIdleConns(clients)
	}
	say := &sayer{bare: b, prepared: map[string]*sql.Stmt{}}
	if err := say.prepare(scripts); err != nil {
		return err
	}
	return b.measure(func(ctx context.Context, n int64) error { return say.script(ctx, scripts[n%int64(len(scripts))], n) }, clients, seconds)
}

// hearCall listens to some requests of a call. Each is made twice where it only reads, and listened to the
// second time: what danyuan keeps in memory it does not ask again.
func hearCall(name, url, keys, dir string) ([]script, error) {
	c, err := readMatterCall(dir, name)
	if err != nil {
		return nil, err
	}
	request, err := c.requests(dir)
	if err != nil {
		return nil, err
	}
	people, err := lines(filepath.Join(dir, c.tokens))
	if err != nil {
		return nil, err
	}
	h, err := openHouse(url, keys, 4)
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.close() }()
	var scripts []script
	from := 0
	if c.method != http.MethodGet {
		from = rand.IntN(signedIn) //nolint:gosec // nobody may report often on one day
	}
	for n := from; n < from+heardCalls; n++ {
		h.settle(request(n).Header)
		if c.method == http.MethodGet {
			h.ask(request(n))
		}
		answer, said := h.ask(request(n))
		if answer.Code >= http.StatusMultipleChoices {
			return nil, fmt.Errorf("%s is refused: %d %s", name, answer.Code, answer.Body)
		}
		s := script{said: said}
		if c.method != http.MethodGet {
			token := people[n%len(people)]
			s.by, _ = strconv.ParseInt(token[strings.LastIndex(token, "-")+1:], 10, 64)
			s.keyed = fmt.Sprintf("heard-%d", n)
			s.id = matterIn(said)
			s.idText = fmt.Sprint(s.id)
		}
		scripts = append(scripts, s)
	}
	return scripts, nil
}

// matterIn gives the number of the matter that was written.
func matterIn(said []statement) int64 {
	for _, s := range said {
		if strings.HasPrefix(strings.ReplaceAll(s.sql, `"`, "`"), "INSERT INTO `matters`") {
			for _, a := range s.args { // nothing in a matter is as high as its number
				if id, ok := a.(int64); ok && id > model.FirstID(time.Now().AddDate(0, 0, -1)) {
					return id
				}
			}
		}
	}
	return 0
}

// sayer says scripts to the database. On SQLite, where preparing costs as much as running, each statement is
// prepared once, as danyuan does.
type sayer struct {
	*bare
	prepared map[string]*sql.Stmt
}

func (y *sayer) prepare(scripts []script) error {
	for _, s := range scripts {
		for _, st := range s.said {
			if !y.sqlite || y.prepared[st.sql] != nil {
				continue
			}
			p, err := y.db.PrepareContext(context.Background(), st.sql) //nolint:sqlclosecheck // as long as the loop runs
			if err != nil {
				return err
			}
			y.prepared[st.sql] = p
		}
	}
	return nil
}

func (y *sayer) script(ctx context.Context, s script, n int64) error {
	person := int64(0)
	if s.id != 0 {
		person = y.persons[1+n%int64(len(y.persons)-1)]
	}
	for i := 0; i < len(s.said); {
		if s.said[i].within == nil {
			if err := y.say(ctx, nil, s, i, n, person); err != nil {
				return err
			}
			i++
			continue
		}
		whole := i
		err := y.in(ctx, func(tx *sql.Tx) error {
			for ; whole < len(s.said) && s.said[whole].within == s.said[i].within; whole++ {
				if err := y.say(ctx, tx, s, whole, n, person); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		i = whole
	}
	return nil
}

func (y *sayer) say(ctx context.Context, tx *sql.Tx, s script, i int, n, person int64) error {
	st := s.said[i]
	args := st.args
	if s.id != 0 {
		args = s.another(args, n, person)
	}
	if !y.sqlite {
		return sayTo(ctx, y.db, tx, st, args)
	}
	p := y.prepared[st.sql]
	if tx != nil {
		p = tx.StmtContext(ctx, p) //nolint:sqlclosecheck // ends with the transaction
	}
	if !st.reads() {
		_, err := p.ExecContext(ctx, args...)
		return err
	}
	rows, err := p.QueryContext(ctx, args...)
	return readAll(rows, err)
}

// another gives a statement's values for another report than the one that was heard.
func (s script) another(args []any, n, person int64) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a
		switch v := a.(type) {
		case int64:
			if v == s.id {
				out[i] = n
			} else if v == s.by {
				out[i] = person
			}
		case string:
			if strings.Contains(v, s.idText) || v == s.keyed {
				out[i] = strings.ReplaceAll(strings.ReplaceAll(v, s.idText, fmt.Sprint(n)), s.keyed, fmt.Sprintf("bare-%d", n))
			}
		}
	}
	return out
}

func sayTo(ctx context.Context, db *sql.DB, tx *sql.Tx, st statement, args []any) error {
	var over interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	} = db
	if tx != nil {
		over = tx
	}
	if !st.reads() {
		_, err := over.ExecContext(ctx, st.sql, args...)
		return err
	}
	rows, err := over.QueryContext(ctx, st.sql, args...)
	return readAll(rows, err)
}

func readAll(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	into := make([]any, len(columns))
	for i := range into {
		into[i] = new(any)
	}
	for err == nil && rows.Next() {
		err = rows.Scan(into...)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}
