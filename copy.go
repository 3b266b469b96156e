package main

import (
	"context"
	"errors"
	"fmt"

	"danyuan/config"
	"danyuan/fault"
	"danyuan/model"
)

// copying is the command that moves everything from one database to another, of whatever engine.
type copying struct {
	config.Settings
	From string `name:"from" required:"" secret:"url" placeholder:"URL" help:"从哪个数据库复制。复制期间请停止服务，否则复制的是开始那一刻的内容。"`
	To   string `name:"to" required:"" secret:"url" placeholder:"URL" help:"复制到哪个数据库，必须是空的，或者是上次没有复制完的。"`
}

// Run copies, compares row by row, and verifies the copy.
func (c *copying) Run(ctx context.Context) error { return copyDatabase(ctx, c.Settings, c.From, c.To) }

// copyDatabase copies from one database to another with the settings' keys, says how far it is, and verifies
// the copy.
func copyDatabase(ctx context.Context, set config.Settings, from, to string) error {
	for _, at := range []struct{ name, url string }{{"--from", from}, {"--to", to}} {
		if problem := config.DatabaseProblem(at.url); problem != "" {
			return fault.New(fault.Invalid, "copy.url_invalid", at.name+" "+problem)
		}
	}
	if err := mustExist(ctx, from); err != nil {
		return err
	}
	keys, err := loadKeys(set)
	if err != nil {
		return err
	}
	src, err := model.OpenAsItIs(from, keys, 2)
	if err != nil {
		return databaseFault(from, err)
	}
	defer func() { _ = src.Close() }()
	if err := keysFit(ctx, src, set.Keys()); err != nil { // what comes of it could not be verified
		return err
	}
	dst, err := model.Open(ctx, to, keys, 2)
	if err != nil {
		return databaseFault(to, err)
	}
	began, rows := clock{}.Now(), map[string]int64{}
	progress := func(table string, n int64) {
		rows[table] += n
		drawn("%-24s %10d 行", table, rows[table])
	}
	err = model.Copy(ctx, src, dst, progress, func(table, what string) { drawnOver(); fmt.Printf("%s: %s\n", table, what) })
	drawnOver()
	if err := errors.Join(err, dst.Close()); err != nil {
		return err
	}
	whole := int64(0)
	for _, n := range rows {
		whole += n
	}
	fmt.Printf("这一次复制了 %d 张表、%d 行；两边全部逐行核对一致，用时 %.1f 秒。\n", len(rows), whole, clock{}.Now().Sub(began).Seconds())
	set.DatabaseURL = to
	err = (&verify{Settings: set}).Run(ctx)
	if errors.Is(err, errLags) { // as it was where it came from: the copy mends it as well
		fmt.Println(errLags.Text)
		return nil
	}
	return err
}
