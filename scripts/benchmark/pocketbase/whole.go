package main

import (
	"errors"
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// A create of one row is what PocketBase does by itself. Whoever built danyuan on it would have it do the rest
// in the same transaction, by hooks: these collections are those, and what a create of theirs writes beside its
// own row is what danyuan writes, account by account, with the checks that keep a point from being spent twice.
// Left out are the chain of hashes, sealing, roles, limits, and the words that matters are found by.

var errShort = errors.New("not enough is left")

// wholes are the calls' collections: which one each is like, and what else a create does.
var wholes = map[string]struct {
	like string
	work func(app core.App, row *core.Record) error
}{
	"whole_redemptions": {"redemptions", redeem},
	"whole_attendances": {"attendances", attend},
	"whole_matters":     {"matters", report},
}

// beside are the tables of what is written beside.
func (d *district) beside() error {
	text := func(name string) core.Field { return &core.TextField{Name: name} }
	for name, fields := range map[string][]core.Field{
		"accounts":      {text("key"), &core.NumberField{Name: "balance", OnlyInt: true}},
		"account_lines": {text("account"), text("transfer"), &core.NumberField{Name: "amount", OnlyInt: true}, &core.NumberField{Name: "balance", OnlyInt: true}},
		"transfers":     {text("kind"), text("subject")},
		"audits":        {text("who"), text("action"), text("subject")},
		"keys":          {text("key"), text("answer")},
		"jobs":          {text("kind"), text("subject"), text("state")},
		"notices":       {text("person"), text("title"), text("body")},
		"matter_events": {text("matter"), text("move"), text("who"), text("words")},
	} {
		table := core.NewBaseCollection(name)
		table.Fields.Add(fields...)
		switch name {
		case "accounts", "keys":
			table.AddIndex("uq_"+name, true, "key", "")
		case "account_lines":
			table.AddIndex("ix_"+name, false, "account", "")
		}
		if err := d.app.Save(table); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, w := range wholes {
		table := core.NewBaseCollection(name)
		for _, f := range d.made[w.like].Fields {
			if !f.GetSystem() {
				table.Fields.Add(f)
			}
		}
		table.CreateRule = types.Pointer("@request.auth.id != ''")
		if err := d.app.Save(table); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		d.app.OnRecordCreateRequest(name).BindFunc(func(e *core.RecordRequestEvent) error {
			return e.App.RunInTransaction(func(tx core.App) error {
				e.App = tx
				if err := e.Next(); err != nil {
					return err
				}
				if err := w.work(tx, e.Record); err != nil {
					return err
				}
				return add(tx, "keys", map[string]any{"key": e.Request.Header.Get("Idempotency-Key"), "answer": e.Record.Id})
			})
		})
	}
	return nil
}

// redeem moves points, a piece and money from their accounts.
func redeem(app core.App, row *core.Record) error {
	points, cost := row.GetInt("points"), row.GetInt("cost")
	for _, m := range []struct {
		kind, from, to string
		amount         int
	}{
		{"points", "points/person/" + row.GetString("person"), "points/redeemed", points},
		{"piece", "item/shelf", "item/reserved", 1},
		{"money", "fen/budget", "fen/committed", cost},
	} {
		if err := transfer(app, m.kind, row.Id, m.from, m.to, m.amount); err != nil {
			return err
		}
	}
	return errors.Join(
		add(app, "audits", map[string]any{"who": row.GetString("person"), "action": "redemption.reserve", "subject": row.Id}),
		add(app, "jobs", map[string]any{"kind": "expire_redemption", "subject": row.Id, "state": "due"}))
}

// transfer books an amount from one account to another: four rows, two of them changed.
func transfer(app core.App, kind, subject, from, to string, amount int) error {
	transfers, err := app.FindCachedCollectionByNameOrId("transfers")
	if err != nil {
		return err
	}
	made := core.NewRecord(transfers)
	made.Load(map[string]any{"kind": kind, "subject": subject})
	if err := app.Save(made); err != nil {
		return err
	}
	for key, change := range map[string]int{from: -amount, to: amount} {
		account, err := app.FindFirstRecordByData("accounts", "key", key)
		if err != nil {
			return err
		}
		balance := account.GetInt("balance") + change
		if balance < 0 {
			return errShort
		}
		account.Set("balance", balance)
		if err := app.Save(account); err != nil {
			return err
		}
		if err := add(app, "account_lines", map[string]any{"account": account.Id, "transfer": made.Id, "amount": change, "balance": balance}); err != nil {
			return err
		}
	}
	return nil
}

// attend enters who came.
func attend(app core.App, row *core.Record) error {
	return add(app, "audits", map[string]any{"who": row.GetString("person"), "action": "activity.check_in", "subject": row.Id})
}

// report enters the first event, and tells the chief.
func report(app core.App, row *core.Record) error {
	return errors.Join(
		add(app, "matter_events", map[string]any{"matter": row.Id, "move": "report", "who": row.GetString("person"), "words": row.GetString("words")}),
		add(app, "notices", map[string]any{"person": row.GetString("unit"), "title": "有新的事项", "body": "请在时限内受理。"}),
		add(app, "jobs", map[string]any{"kind": "check_matter", "subject": row.Id, "state": "due"}),
		add(app, "jobs", map[string]any{"kind": "send_notice", "subject": row.Id, "state": "due"}),
		add(app, "audits", map[string]any{"who": row.GetString("person"), "action": "matter.report", "subject": row.Id}))
}

func add(app core.App, collection string, values map[string]any) error {
	c, err := app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	r.Load(values)
	return app.Save(r)
}
