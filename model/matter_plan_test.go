package model_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"danyuan/model"
	"danyuan/testkit"
)

// The ledger of the plan tests: first a young one, then the same with nine times as many older matters
// behind it. Three in a hundred are open in both.
const (
	youngLedger = 2000
	timesOlder  = 9
	rareOnes    = 7 // matters with the rare word; an older ledger has no more of them
)

// ledger is a community whose matters grow old.
type ledger struct {
	*testkit.Kit
	o     testkit.Org
	chief model.Person
}

func newLedger(t *testing.T) *ledger {
	k := testkit.New(t)
	l := &ledger{Kit: k, o: k.Org()}
	l.chief = k.Person(l.o.Unit, "王建国")
	reporter := k.Person(l.o.Unit, "李小梅")
	l.Tx(func(tx *gorm.DB) error { return l.fill(tx, reporter.ID) })
	return l
}

// fill stores the young ledger: eight in ten in Unit, one in OtherGrid, one in another community.
func (l *ledger) fill(tx *gorm.DB, reporter int64) error {
	states := append(slices.Repeat([]model.MatterState{model.MatterClosed}, 31), model.MatterWithdrawn)
	open := []model.MatterState{model.MatterReported, model.MatterReported, model.MatterAccepted, model.MatterReported, model.MatterAsked, model.MatterResolved}
	categories := []string{"repair", "repair", "repair", "hygiene", "safety", "noise"}
	var matters []model.Matter
	var terms []model.MatterTerm
	for i := range youngLedger {
		at := testkit.Start.Add(-time.Duration(i+1) * time.Hour)
		m := model.Matter{
			ID: model.FirstID(at), ReporterID: reporter, Category: categories[i%len(categories)], Words: "灯坏了", Anonymity: model.Named,
			NodeID: l.o.Unit.ID, GridID: l.o.Grid.ID, CommunityID: l.o.Community.ID, State: states[i%len(states)], Step: model.ChiefStep, Moves: 1, CreatedAt: at,
		}
		if m.ClosedAt = &at; i%33 == 0 {
			m.State, m.IsOpen, m.ClosedAt = open[i/33%len(open)], true, nil
		}
		if i%(youngLedger/rareOnes) == 3 {
			m.Words = "井盖坏了"
		}
		switch i % 10 {
		case 4:
			m.NodeID, m.GridID = l.o.FarUnit.ID, l.o.OtherGrid.ID
		case 5:
			m.NodeID, m.GridID, m.CommunityID = l.o.ForeignUnit.ID, l.o.ForeignGrid.ID, l.o.OtherCommunity.ID
		}
		if due := at.Add(time.Hour); m.State.Waits() {
			m.DueAt, m.DeskID = &due, &m.NodeID
			if i%5 == 1 {
				m.DeskID, m.HandlerID = nil, l.chief.ID
			}
		}
		matters = append(matters, m)
		for _, pair := range model.Pairs(m.Words) {
			terms = append(terms, model.MatterTerm{CommunityID: m.CommunityID, Term: pair, MatterID: m.ID})
		}
	}
	if err := model.AddAll(tx, matters); err != nil {
		return err
	}
	return model.AddAll(tx, terms)
}

// age puts older matters behind those that there are: copies, but for the rare word.
func (l *ledger) age() {
	l.Helper()
	s, quoted := columnNames(l, "matters"), func(name string) string { return l.DB.Read(l.Context()).Statement.Quote(name) }
	rare := model.Pairs("井盖")[0]
	l.Tx(func(tx *gorm.DB) error {
		for i := range timesOlder {
			back, kept := model.FirstID(testkit.Start)-model.FirstID(testkit.Start.AddDate(0, 0, -100*(i+1))), model.FirstID(testkit.Start.AddDate(0, 0, -90))
			values := strings.NewReplacer(
				quoted("id"), fmt.Sprintf("id - %d", back), quoted("words"), "CASE WHEN words LIKE '%井盖%' THEN '灯坏了' ELSE words END",
				quoted("closed_at"), "CASE WHEN closed_at IS NOT NULL THEN "+l.moment("2025-01-01 00:00:00")+" END",
			).Replace(s)
			if err := tx.Exec(fmt.Sprintf("INSERT INTO matters (%s) SELECT %s FROM matters WHERE id > ?", s, values), kept).Error; err != nil {
				return err
			}
			err := tx.Exec("INSERT INTO matter_terms (scope_id, term, matter_id) SELECT scope_id, term, matter_id - ? FROM matter_terms WHERE matter_id > ? AND term <> ?", back, kept, rare).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// moment writes a time into a statement.
func (l *ledger) moment(text string) string {
	if l.DB.Dialect() == "postgres" {
		return "TIMESTAMPTZ '" + text + "+00'"
	}
	return "'" + text + "'"
}

func columnNames(l *ledger, table string) string {
	l.Helper()
	var names []string
	for name := range columnsOf(l, l.DB.Read(l.Context()), table) {
		names = append(names, l.DB.Read(l.Context()).Statement.Quote(name))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// planned is one list, and the indices by which it may find matters.
type planned struct {
	name  string
	by    string
	reads func(tx *gorm.DB) (found int, err error)
	most  int64 // reads, where a list is looked through in so many looks at most; 0: as many as in a young ledger
}

func (l *ledger) lists() []planned {
	open, closed := true, false
	list := func(f model.MatterFilter) func(tx *gorm.DB) (int, error) {
		return func(tx *gorm.DB) (int, error) {
			rows, _, err := model.MattersIn(tx, f, model.Slice{Limit: 10})
			return len(rows), err
		}
	}
	unit := model.MatterArea{Kind: model.Unit, NodeID: l.o.Unit.ID, CommunityID: l.o.Community.ID, HiddenAt: []model.Led{{NodeID: l.o.Unit.ID}}, Chief: l.chief.ID}
	grid := model.MatterArea{Kind: model.Grid, NodeID: l.o.Grid.ID, CommunityID: l.o.Community.ID}
	community := model.MatterArea{Kind: model.Community, NodeID: l.o.Community.ID, CommunityID: l.o.Community.ID}
	desks := model.MatterDesks{Person: l.chief.ID, At: []int64{l.o.Unit.ID, l.o.NextDoor.ID}, Grids: []int64{l.o.Grid.ID}, HiddenAt: []model.Led{{NodeID: l.o.Unit.ID}}}
	return []planned{
		{"a chief's waiting list", "ix_matters_desk ix_matters_handler", func(tx *gorm.DB) (int, error) {
			rows, _, err := model.MattersWaiting(tx, desks, 10, 20)
			return len(rows), err
		}, 0},
		{"unit", "ix_matters_node", list(model.MatterFilter{MatterArea: unit}), 0},
		{"unit, rare word", "ix_matters_node", list(model.MatterFilter{MatterArea: unit, Text: "井盖"}), 25_000},
		{"grid", "ix_matters_grid", list(model.MatterFilter{MatterArea: grid}), 0},
		{"grid, by category", "ix_matters_grid_category", list(model.MatterFilter{MatterArea: grid, Category: "noise"}), 0},
		{"community", "ix_matters_community", list(model.MatterFilter{MatterArea: community}), 0},
		{"open", "ix_matters_community", list(model.MatterFilter{MatterArea: community, Open: &open}), 0},
		{"not open", "ix_matters_community", list(model.MatterFilter{MatterArea: community, Open: &closed}), 0},
		{"by state", "ix_matters_community", list(model.MatterFilter{MatterArea: community, State: model.MatterWithdrawn}), 0},
		{"by category", "ix_matters_community_category", list(model.MatterFilter{MatterArea: community, Category: "noise"}), 0},
		{"by state and category", "ix_matters_community_category", list(model.MatterFilter{MatterArea: community, State: model.MatterWithdrawn, Category: "repair"}), 0},
		{"in a week", "ix_matters_community", list(model.MatterFilter{MatterArea: community, From: testkit.Start.AddDate(0, 0, -10), Until: testkit.Start.AddDate(0, 0, -3)}), 0},
		{"overdue", "ix_matters_community", list(model.MatterFilter{MatterArea: community, Overdue: true, Now: testkit.Start}), 0},
		{"frequent word", "", list(model.MatterFilter{MatterArea: community, Text: "灯坏"}), 0},
		{"rare word", "", list(model.MatterFilter{MatterArea: community, Text: "井盖"}), 0},
		{"ended within a week", "ix_matters_community_closed", func(tx *gorm.DB) (int, error) {
			n, err := model.CountEndedMatters(tx, community, testkit.Start.AddDate(0, 0, -7), testkit.Start)
			return len(n), err
		}, 0},
		{"reporter", "ix_matters_reporter", func(tx *gorm.DB) (int, error) {
			var who int64
			if err := tx.Table("persons").Where("name = ?", "李小梅").Limit(1).Pluck("id", &who).Error; err != nil {
				return 0, err
			}
			rows, err := model.MattersOf(tx, who, model.Slice{Limit: 10})
			return len(rows), err
		}, 0},
	}
}

// TestMatters_listsOfAnOldLedgerReadNoMoreThanThoseOfAYoungOne asks the engine itself by which index each list
// would go, in a young ledger and in an old one; on MariaDB with what it knows of the rows by itself, and after
// it has counted them. How much was read the server counts; SQLite keeps no such count.
func TestMatters_listsOfAnOldLedgerReadNoMoreThanThoseOfAYoungOne(t *testing.T) {
	l := newLedger(t)
	young := map[string]int64{}
	l.inSteps(func(when string) {
		for _, p := range l.lists() {
			l.goesByItsIndex(when, p)
			if !l.mysql() {
				continue
			}
			n := l.reads(p)
			if when == "young" {
				young[p.name] = n
			}
			t.Logf("%s, %s: %d reads, %d in the young ledger", when, p.name, n, young[p.name])
			if n > max(p.most, young[p.name]+young[p.name]/10+10) {
				t.Errorf("%s, %s: %d reads, in the young ledger %d", when, p.name, n, young[p.name])
			}
		}
	})
}

func (l *ledger) goesByItsIndex(when string, p planned) {
	l.Helper()
	said := &statements{}
	n, err := p.reads(l.DB.Read(l.Context()).Session(&gorm.Session{Logger: said}))
	if err != nil || n == 0 {
		l.Fatalf("%s, %s: %d found, %v", when, p.name, n, err)
	}
	for _, text := range said.texts {
		for _, wrong := range l.explain(text, p.by) {
			l.Errorf("%s, %s: %s\n%s", when, p.name, wrong, text)
		}
	}
}

func (l *ledger) inSteps(look func(when string)) {
	l.Helper()
	look("young")
	l.age()
	look("old")
	if l.mysql() {
		l.Tx(func(tx *gorm.DB) error {
			return tx.Exec("ANALYZE TABLE matters, matter_terms, persons, nodes, matter_categories").Error
		})
		look("old and counted")
	}
}

func (l *ledger) mysql() bool { return l.DB.Dialect() == "mysql" }

// explain tells what is wrong with how the engine would run a statement: it would go through the whole of a
// table that grows, sort or gather rows of it, or take another index.
func (l *ledger) explain(text, by string) (wrong []string) {
	l.Helper()
	switch l.DB.Dialect() {
	case "mysql":
		return l.explainMySQL(text, by)
	case "postgres":
		return l.explainPostgres(text)
	}
	var plan []struct{ Detail string }
	if err := l.DB.Read(l.Context()).Raw("EXPLAIN QUERY PLAN " + text).Scan(&plan).Error; err != nil {
		l.Fatal(err)
	}
	derived := 0 // rows that were found already, under the table's name
	for _, step := range plan {
		d := step.Detail
		switch {
		case strings.HasSuffix(d, "CO-ROUTINE matters"), strings.HasSuffix(d, "MATERIALIZE matters"):
			derived++
		case d == "SCAN matters" && derived > 0:
			derived--
		case strings.HasPrefix(d, "SCAN matter"), strings.Contains(d, "ORDER BY"):
			wrong = append(wrong, d)
		case strings.HasPrefix(d, "SEARCH matters ") && strings.Contains(d, "INDEX") && !named(d, by):
			wrong = append(wrong, d)
		}
	}
	return wrong
}

// named tells whether a step of a plan goes by one of the indices.
func named(step, indices string) bool {
	return slices.ContainsFunc(strings.Fields(indices), func(ix string) bool { return slices.Contains(strings.Fields(step), ix) })
}

func (l *ledger) explainMySQL(text, by string) (wrong []string) {
	l.Helper()
	var plan []map[string]any
	if err := l.DB.Read(l.Context()).Raw("EXPLAIN " + text).Scan(&plan).Error; err != nil {
		l.Fatal(err)
	}
	for _, step := range plan {
		table, access, key, extra := fmt.Sprint(step["table"]), fmt.Sprint(step["type"]), fmt.Sprint(step["key"]), fmt.Sprint(step["Extra"])
		if table != "matters" && table != "matter_terms" {
			continue
		}
		grouped := strings.Contains(text, "GROUP BY")
		if access == "ALL" || access == "index" || !grouped && (strings.Contains(extra, "filesort") || strings.Contains(extra, "temporary")) ||
			table == "matters" && key != "PRIMARY" && !named(key, by) {
			wrong = append(wrong, fmt.Sprint(step))
		}
	}
	return wrong
}

// explainPostgres asks for a plan without the ways that are cheapest in a small table: what is left shows
// whether an index serves. Which of several it takes it decides by what it has counted.
func (l *ledger) explainPostgres(text string) (wrong []string) {
	l.Helper()
	var steps []string
	err := l.DB.Read(l.Context()).Connection(func(c *gorm.DB) error {
		c = c.Session(&gorm.Session{})
		const ways = "enable_seqscan enable_bitmapscan enable_sort enable_hashjoin enable_mergejoin"
		for way := range strings.FieldsSeq(ways) {
			if err := c.Exec("SET " + way + " = off").Error; err != nil {
				return err
			}
		}
		if err := c.Raw("EXPLAIN (COSTS OFF) " + text).Scan(&steps).Error; err != nil {
			return err
		}
		for way := range strings.FieldsSeq(ways) {
			if err := c.Exec("RESET " + way).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.Fatal(err)
	}
	grouped := strings.Contains(text, "GROUP BY")
	for _, step := range steps {
		onMatters := strings.Contains(step, "on matters") || strings.Contains(step, "on matter_terms")
		if strings.Contains(step, "Seq Scan") && onMatters || strings.Contains(step, "Sort Key") && !grouped {
			wrong = append(wrong, step)
		}
	}
	return wrong
}

// statements keeps what a handle was asked.
type statements struct {
	logger.Interface
	texts []string
}

// Trace is told of each statement.
func (s *statements) Trace(_ context.Context, _ time.Time, fc func() (string, int64), _ error) {
	text, _ := fc()
	s.texts = append(s.texts, text)
}

// reads gives how many rows the server has read for a list.
func (l *ledger) reads(p planned) (n int64) {
	l.Helper()
	err := l.DB.Read(l.Context()).Connection(func(c *gorm.DB) error {
		c = c.Session(&gorm.Session{})
		before, err := handlerReads(c)
		if err != nil {
			return err
		}
		idle, err := handlerReads(c)
		if err != nil {
			return err
		}
		if _, err := p.reads(c); err != nil {
			return err
		}
		after, err := handlerReads(c)
		n = after - idle - (idle - before)
		return err
	})
	if err != nil {
		l.Fatal(err)
	}
	return n
}

func handlerReads(c *gorm.DB) (n int64, err error) {
	var all []struct {
		Name  string `gorm:"column:Variable_name"`
		Value int64  `gorm:"column:Value"`
	}
	err = c.Raw("SHOW SESSION STATUS LIKE 'Handler_read%'").Scan(&all).Error
	for _, v := range all {
		n += v.Value
	}
	return n, err
}
