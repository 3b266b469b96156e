// Pocketbase is PocketBase with a district's data, doing the work of danyuan's hot calls as far as it can:
// scripts/bench measures it beside danyuan. It is a module of its own, so that danyuan does not depend on it.
//
// What it does less than danyuan is to its advantage: nothing is sealed; whoever is signed in may read and write
// everything; and its SQLite runs with synchronous=NORMAL, which may lose what it has acknowledged when the power
// goes. Commands come in two kinds: a create of one row, without ledger, limits, budget, audit entry or idempotency
// key, and one that does the rest as well (whole.go).
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: pocketbase ADDRESS DATA DIR   (DATA is its folder, DIR where to write who calls and about what)")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(address, data, dir string) error {
	app := pocketbase.NewWithConfig(pocketbase.Config{HideStartBanner: true, DefaultDataDir: data})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	// Requests are not logged, as danyuan does not log them while it is measured.
	app.Settings().Logs.MaxDays = 0
	app.Settings().Logs.MinLevel = int(slog.LevelError)
	if err := app.Save(app.Settings()); err != nil {
		return err
	}
	d := &district{app: app, dir: dir, made: map[string]*core.Collection{}}
	if err := d.build(); err != nil {
		return err
	}
	return apis.Serve(app, apis.ServeConfig{HttpAddr: address})
}
