package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// askedFor is how many requests of a call are counted.
const askedFor = 16

// rowsRead prints a line for each reading call: its name, how many statements it takes, how many rows the
// answer holds, how much the database reads for it, and a mark of how it finds them. What is read are on
// SQLite the steps of its virtual machine; on MariaDB, by its counters, the rows, since nobody else asks it
// anything. All are means over some requests. The plans themselves are written to a file.
func rowsRead(url, keys, dir, plans string, names []string) error {
	h, err := openHouse(url, keys, 4)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	r := &reading{house: h}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if r.steps, err = openStepper(file); err != nil {
			return err
		}
		defer r.steps.close()
	}
	var all []string
	for _, name := range names {
		if err := r.of(name, dir, &all); err != nil {
			return err
		}
	}
	return os.WriteFile(plans, []byte(strings.Join(all, "\n")+"\n"), 0o600) //nolint:gosec // scripts/bench names the file
}

// reading counts what calls read.
type reading struct {
	*house
	steps *stepper // on SQLite
}

func (r *reading) of(name, dir string, plans *[]string) error {
	c, err := readMatterCall(dir, name)
	if err != nil || c.method != http.MethodGet {
		return err
	}
	request, err := c.requests(dir)
	if err != nil {
		return err
	}
	for n := range askedFor { // what is kept in memory is not asked again
		r.settle(request(n).Header)
		r.ask(request(n))
	}
	statements, items := 0, 0
	before := r.counters()
	own := minus(r.counters(), before) // what asking for the counters counts
	var said []statement
	before = r.counters()
	for n := range askedFor {
		answer, heard := r.ask(request(n))
		if answer.Code != http.StatusOK {
			return fmt.Errorf("%s is refused: %d %s", name, answer.Code, answer.Body)
		}
		said = append(said, heard...)
		statements += len(heard)
		items += itemsIn(answer.Body.Bytes())
	}
	read := 0.0
	for _, n := range minus(minus(r.counters(), before), own) {
		read += float64(n)
	}
	if r.steps != nil {
		if read, err = r.steps.all(said); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	ways, err := r.plans(said)
	*plans = append(*plans, "== "+name)
	*plans = append(*plans, ways...)
	fmt.Printf("%s %.1f %.1f %.0f %x\n", name, float64(statements)/askedFor, float64(items)/askedFor, read/askedFor, sha256.Sum256([]byte(strings.Join(ways, "\n"))))
	return err
}

// itemsIn gives the length of the first list in an answer.
func itemsIn(body []byte) int {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return 0
	}
	for _, k := range []string{"items", "matters", "events", "entries", "lines", "members"} {
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
		fmt.Fprintln(os.Stderr, err)
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

// plans gives how the database finds what each different statement asks for.
func (h *house) plans(said []statement) ([]string, error) {
	seen, ways := map[string]bool{}, []string(nil)
	for _, s := range said {
		if seen[s.sql] || !s.reads() {
			continue
		}
		seen[s.sql] = true
		explain := "EXPLAIN QUERY PLAN "
		if h.db.Dialect() != "sqlite" {
			explain = "EXPLAIN "
		}
		var steps []struct{ Detail, Table, Type, Key string }
		if err := h.db.Read(context.Background()).Session(&gorm.Session{NewDB: true}).Raw(explain+s.sql, s.args...).Scan(&steps).Error; err != nil {
			return nil, errors.Join(err, errors.New(s.sql))
		}
		var way []string
		for _, step := range steps {
			way = append(way, strings.TrimSpace(step.Detail+" "+step.Table+" "+step.Type+" "+step.Key))
		}
		ways = append(ways, strings.Join(way, "; "))
	}
	slices.Sort(ways)
	return ways, nil
}
