package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"gorm.io/gorm"
)

// rowsRead prints for each reading call how many statements it takes, how many rows the answer holds, and
// what the database says of how it finds them: MariaDB by its counters, since nobody else asks it anything, a
// request's mean over some of them; SQLite by its plan of each statement about matters.
func rowsRead(url, keys, dir string, names []string) error {
	h, err := openHouse(url, keys, 4)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	for _, name := range names {
		if err := h.rowsOf(name, dir); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) rowsOf(name, dir string) error {
	c, err := readMatterCall(dir, name)
	if err != nil || c.method != http.MethodGet {
		return err
	}
	request, err := c.requests(dir)
	if err != nil {
		return err
	}
	const asked = 16
	for n := range asked { // what is kept in memory is not asked again
		h.settle(request(n).Header)
		h.ask(request(n))
	}
	before, statements, items := h.counters(), 0, 0
	own := minus(h.counters(), before) // what asking for the counters counts
	var said []statement
	before = h.counters()
	for n := range asked {
		answer, heard := h.ask(request(n))
		if answer.Code != http.StatusOK {
			return fmt.Errorf("%s is refused: %d %s", name, answer.Code, answer.Body)
		}
		said = heard
		statements += len(heard)
		items += itemsIn(answer.Body.Bytes())
	}
	read := minus(minus(h.counters(), before), own)
	fmt.Printf("%-10s %5.1f statements, %6.1f rows answered", name, float64(statements)/asked, float64(items)/asked)
	if h.db.Dialect() == "sqlite" {
		fmt.Println()
		return h.plans(said)
	}
	whole, parts := 0.0, ""
	for _, k := range []string{"first", "key", "next", "prev", "last", "rnd", "rnd_deleted", "rnd_next"} {
		if n := read["Handler_read_"+k]; n > 0 {
			whole += float64(n) / asked
			parts += fmt.Sprintf(" %s %.1f", k, float64(n)/asked)
		}
	}
	fmt.Printf(", %8.1f rows read:%s\n", whole, parts)
	return nil
}

// itemsIn gives the length of the first list in an answer.
func itemsIn(body []byte) int {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return 0
	}
	for _, k := range []string{"items", "matters", "events"} {
		var all []json.RawMessage
		if json.Unmarshal(answer[k], &all) == nil && answer[k] != nil {
			return len(all)
		}
	}
	return 0
}

// counters gives what the database has read so far; nothing on SQLite.
func (h *house) counters() map[string]int64 {
	out := map[string]int64{}
	if h.db.Dialect() == "sqlite" {
		return out
	}
	var rows []struct {
		VariableName string `gorm:"column:Variable_name"`
		Value        int64  `gorm:"column:Value"`
	}
	if err := h.db.Read(context.Background()).Raw("SHOW GLOBAL STATUS LIKE 'Handler_read%'").Scan(&rows).Error; err != nil {
		fmt.Println(err)
	}
	for _, r := range rows {
		out[r.VariableName] = r.Value
	}
	return out
}

func minus(a, b map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for k := range a {
		out[k] = a[k] - b[k]
	}
	return out
}

// plans prints how SQLite finds what each statement asks for.
func (h *house) plans(said []statement) error {
	seen := map[string]bool{}
	for _, s := range said {
		if seen[s.sql] || !s.reads() || !strings.Contains(s.sql, "matter") {
			continue
		}
		seen[s.sql] = true
		var steps []struct{ Detail string }
		if err := h.db.Read(context.Background()).Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN QUERY PLAN "+s.sql, s.args...).Scan(&steps).Error; err != nil {
			return err
		}
		var way []string
		for _, step := range steps {
			way = append(way, step.Detail)
		}
		fmt.Println("           " + strings.Join(way, "; "))
	}
	return nil
}
