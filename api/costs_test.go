package api_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/testkit"
)

const costsFile = "testdata/costs.txt"

// cost is what one call of a route takes.
type cost struct{ statements, allocations int64 }

// TestCosts holds what each route asks of the database and of the heap against committed figures: both depend
// on the code and not on the machine. What has changed on purpose is written by -update. The heap's are held
// where this test is run alone: go test ./api -run '^TestCosts$'.
func TestCosts(t *testing.T) {
	if raced || os.Getenv(testkit.DatabaseEnv) != "" {
		t.Skip("figures are those of SQLite without the race detector")
	}
	base := newWorld(t)
	now := map[string]cost{}
	for _, r := range base.API.Routes() {
		if poor[r.ID] == "" {
			t.Run(r.ID, func(t *testing.T) { now[r.ID] = costOf(t, base, r) }) // whose houses go when it ends
		}
	}
	if *update {
		writeCosts(t, now)
		return
	}
	was := readCosts(t)
	// What other tests have left behind allocates as well.
	alone := flag.Lookup("test.run").Value.String() == "^TestCosts$"
	for id, c := range now {
		w, ok := was[id]
		switch {
		case !ok:
			t.Errorf("%s has no committed figure: go test ./api -run Costs -update", id)
		case c.statements != w.statements:
			t.Errorf("%s: %d statements, committed are %d", id, c.statements, w.statements)
		case alone && c.allocations > w.allocations+w.allocations/5+50:
			t.Errorf("%s: %d allocations, committed are %d", id, c.allocations, w.allocations)
		}
	}
	for id := range was {
		if _, ok := now[id]; !ok {
			t.Errorf("%s has a committed figure and is no route", id)
		}
	}
}

// costOf makes a call that succeeds, by a caller who is found by trying: what only reads is called twice, since
// it may keep things in memory; a command happens in a world where it has not.
func costOf(t *testing.T, base *world, r api.RouteInfo) cost {
	t.Helper()
	w := base.again(t)
	q := w.request(r)
	c, _ := w.succeed(q)
	if isCommand(r) {
		w = base.again(t)
		q = w.request(r)
	}
	statements := w.listening()
	var before, after runtime.MemStats
	asked := statements.Load()
	runtime.ReadMemStats(&before)
	a := q.call(w, c.token)
	runtime.ReadMemStats(&after)
	if a.Status >= 300 {
		w.Fatalf("%s: %d %s", r.ID, a.Status, a.Body)
	}
	return cost{statements.Load() - asked, int64(after.Mallocs - before.Mallocs)}
}

// listening counts what this house says to its database.
func (w *world) listening() *atomic.Int64 {
	w.Helper()
	n := &atomic.Int64{}
	count := func(*gorm.DB) { n.Add(1) }
	listen := func(tx *gorm.DB) error {
		const name = "cost"
		c := tx.Callback()
		return errors.Join(c.Query().Register(name, count), c.Create().Register(name, count), c.Update().Register(name, count),
			c.Delete().Register(name, count), c.Row().Register(name, count), c.Raw().Register(name, count))
	}
	w.Tx(listen)
	if err := listen(w.DB.Read(w.Context())); err != nil {
		w.Fatal(err)
	}
	return n
}

func writeCosts(t *testing.T, all map[string]cost) {
	t.Helper()
	lines := make([]string, 0, len(all))
	for id, c := range all {
		lines = append(lines, fmt.Sprintf("%-32s %4d %7d", id, c.statements, c.allocations))
	}
	slices.Sort(lines)
	text := "# route, statements, allocations of one call on SQLite; written by go test ./api -run '^TestCosts$' -update\n" + strings.Join(lines, "\n") + "\n"
	if err := os.MkdirAll("testdata", 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(costsFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readCosts(t *testing.T) map[string]cost {
	t.Helper()
	text, err := os.ReadFile(costsFile)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]cost{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var id string
		var c cost
		if _, err := fmt.Sscan(line, &id, &c.statements, &c.allocations); err != nil {
			t.Fatalf("%s: %q: %v", costsFile, line, err)
		}
		all[id] = c
	}
	return all
}
