package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// How much of everything: what danyuan's district has.
const (
	units     = 2_379
	residents = 170_000
	entries   = 1_000_000
	savers    = 5_000 // people who have entries
	reports   = 20_000
	openFor   = 10 // open matters of each of the first units
	signedIn  = 64
)

// district is its data, made once.
type district struct {
	app  core.App
	dir  string
	made map[string]*core.Collection
}

func (d *district) build() error {
	for _, step := range []func() error{d.collections, d.beside, d.rows, d.callers} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// collections makes the tables, with the relations that a unit page shows and the indices that the lists need.
// Whoever is signed in may read and make records.
func (d *district) collections() error {
	text := func(names ...string) (out []core.Field) {
		for _, n := range names {
			out = append(out, &core.TextField{Name: n})
		}
		return out
	}
	number := func(name string) core.Field { return &core.NumberField{Name: name, OnlyInt: true} }
	to := func(name, collection string, most int) core.Field {
		return &core.RelationField{Name: name, CollectionId: d.made[collection].Id, MaxSelect: most}
	}
	for _, c := range []struct {
		name   string
		fields func() []core.Field
		index  string
	}{
		{"nodes", func() []core.Field { return text("kind", "name") }, ""},
		{"people", func() []core.Field { return text("name", "title") }, ""},
		{"displays", func() []core.Field { return append(text("name", "pledge", "skills"), &core.DateField{Name: "since"}) }, ""},
		{"activities", func() []core.Field {
			return append(text("title", "place", "audience"), &core.DateField{Name: "starts_at"}, &core.DateField{Name: "ends_at"})
		}, ""},
		{"rewards", func() []core.Field { return append(text("name"), number("points"), number("cost")) }, ""},
		{"units", func() []core.Field {
			return append(text("name"), to("place", "nodes", 6), to("chief", "people", 1), to("secretary", "people", 1), to("members", "displays", 20), to("activities", "activities", 20))
		}, ""},
		{"redemptions", func() []core.Field {
			return append(text("state", "code"), to("reward", "rewards", 1), to("person", "people", 1), number("points"), number("cost"))
		}, ""},
		{"attendances", func() []core.Field {
			return append(text("way"), to("activity", "activities", 1), to("person", "people", 1))
		}, ""},
		{"matters", func() []core.Field {
			return append(text("category", "words", "anonymity", "state"), to("unit", "units", 1), to("person", "people", 1), &core.DateField{Name: "due"}, &core.BoolField{Name: "open"})
		}, "unit, open, due"},
		{"entries", func() []core.Field {
			return append(text("kind", "subject"), to("person", "people", 1), number("amount"), number("balance"), &core.DateField{Name: "at"})
		}, "person, at"},
	} {
		table := core.NewBaseCollection(c.name)
		table.Fields.Add(c.fields()...)
		rule := types.Pointer("@request.auth.id != ''")
		table.ListRule, table.ViewRule, table.CreateRule = rule, rule, rule
		if c.index != "" {
			table.AddIndex("ix_"+c.name, false, c.index, "")
		}
		if err := d.app.Save(table); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		d.made[c.name] = table
	}
	return nil
}

// rows fills them.
func (d *district) rows() error {
	counting := func(n int) string {
		return fmt.Sprintf("WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM c WHERE n+1 < %d) ", n)
	}
	id := func(expression string) string { return "printf('%015d', " + expression + ")" }
	day := "strftime('%Y-%m-%d %H:%M:%fZ', 'now', "
	for _, s := range []string{
		"INSERT INTO nodes (id, kind, name) " + counting(6) + "SELECT " + id("n") + ", 'node', '第' || n || '级的名称' FROM c",
		"INSERT INTO people (id, name, title) " + counting(residents) + "SELECT " + id("n") + ", '王建国', '单元长' FROM c",
		"INSERT INTO displays (id, name, pledge, skills, since) " + counting(units*2) + "SELECT " + id("n") + ", '王同志', '邻里有事,随叫随到', '水电维修', " + day + "'-90 days') FROM c",
		"INSERT INTO activities (id, title, place, audience, starts_at, ends_at) " + counting(24) + "SELECT " + id("n") + ", '楼道大扫除', '3栋楼下', '所有居民', " + day + "'+1 day'), " + day + "'+2 days') FROM c",
		"INSERT INTO rewards (id, name, points, cost) VALUES (" + id("0") + ", '测速用品', 10, 100)",
		"INSERT INTO units (id, name, place, chief, secretary, members, activities) " + counting(units) + "SELECT " + id("n") + ", n || '单元', json_array(" +
			strings.Join([]string{id("0"), id("1"), id("2"), id("3"), id("4")}, ", ") + "), " + id("n") + ", " + id("n+5000") + ", json_array(" + id("n*2") + ", " + id("n*2+1") + "), json_array() FROM c",
		"INSERT INTO entries (id, kind, subject, person, amount, balance, at) " + counting(entries) + "SELECT " + id("n") + ", 'hours.earned', 'hours', " + id(fmt.Sprintf("n %% %d", savers)) + ", 20, n, " + day + "'-' || (" + strconv.Itoa(entries) + " - n) || ' minutes') FROM c",
		"INSERT INTO matters (id, category, words, anonymity, state, unit, person, due, open) " + counting(reports) + "SELECT " + id("n") + ", 'repair', '楼道灯坏了,晚上看不清', 'named', 'closed', " + id(fmt.Sprintf("n %% %d", units)) + ", " + id("n") + ", " + day + "'-30 days'), 0 FROM c",
		"INSERT INTO matters (id, category, words, anonymity, state, unit, person, due, open) " + counting(signedIn*openFor) + "SELECT " + id(fmt.Sprintf("n + %d", reports)) + ", 'hygiene', '门口的垃圾没有人清运', 'named', 'reported', " + id(fmt.Sprintf("n %% %d", signedIn)) + ", " + id("n") + ", " + day + "'+1 day'), 1 FROM c",
		"INSERT INTO accounts (id, key, balance) " + counting(savers) + "SELECT " + id("n") + ", 'points/person/' || " + id("n") + ", 1000000 FROM c",
		"INSERT INTO accounts (id, key, balance) VALUES " + shared("points/redeemed", "item/shelf", "item/reserved", "fen/budget", "fen/committed"),
		"ANALYZE",
	} {
		if _, err := d.app.NonconcurrentDB().NewQuery(s).Execute(); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// shared gives the rows of accounts that every redemption changes.
func shared(keys ...string) string {
	var rows []string
	for n, key := range keys {
		rows = append(rows, fmt.Sprintf("('%015d', '%s', 1000000000)", residents+n, key))
	}
	return strings.Join(rows, ", ")
}

// callers signs people in, and writes down their tokens and what they call about.
func (d *district) callers() error {
	users, err := d.app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	var tokens, people, first []string
	for n := range signedIn {
		user := core.NewRecord(users)
		user.SetEmail(fmt.Sprintf("user%d@example.org", n))
		user.SetRandomPassword()
		if err := d.app.Save(user); err != nil {
			return err
		}
		token, err := user.NewAuthToken()
		if err != nil {
			return err
		}
		tokens, first = append(tokens, token), append(first, fmt.Sprintf("%015d", n))
	}
	for n := range savers {
		people = append(people, fmt.Sprintf("%015d", n))
	}
	for name, lines := range map[string][]string{"tokens": tokens, "people": people, "units": first} {
		if err := os.WriteFile(filepath.Join(d.dir, "pocketbase."+name), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}
