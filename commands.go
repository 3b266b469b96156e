package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"danyuan/config"
	"danyuan/demo"
	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// fillDemo is the command that fills an empty database with synthetic people.
type fillDemo struct {
	config.Settings
	Scale   string `name:"scale" default:"small" enum:"small,district" help:"small：一个演示社区；district：全区规模，约 17 万人。"`
	Matters int    `name:"matters" default:"0" help:"再填入这么多件事项，分布在三年里。"`
}

// Refusals of filling.
var (
	errDemoOnly = fault.New(fault.Conflict, "demo.only", "配置了小程序，这是正式的数据库，不能填入虚构的人。")
	errInUse    = fault.New(fault.Conflict, "demo.in_use", "数据库里已经有数据，没有改动任何内容。请换一个空的 DATA_DIR 或 DATABASE_URL。")
)

// Run fills it, with a progress bar. It refuses a database that is in use.
func (c *fillDemo) Run(ctx context.Context) error {
	h, err := open(ctx, c.Settings, 2)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if !c.Demo() {
		return errDemoOnly
	}
	plan := demo.Plan{}
	if c.Scale == "district" {
		plan = demo.District
	}
	filled, err := h.fill(ctx, plan, bar)
	if err != nil {
		return err
	}
	if !filled {
		return errInUse
	}
	if c.Matters > 0 {
		drawnOver()
		if err := demo.FillMatters(ctx, h.db, c.Matters, clock{}.Now(), mattersBar); err != nil {
			return err
		}
	}
	drawnOver()
	fmt.Println("已填入。运行 danyuan 就可以看到。")
	return nil
}

// bar draws how far the filling is.
func bar(done, total int) { draw(done, total, "人") }

func mattersBar(done, total int) { draw(done, total, "件") }

func draw(done, total int, unit string) {
	const width = 40
	full := width * done / total
	drawn("[%-*s] %6d / %d %s", width, string(bytes.Repeat([]byte{'='}, full)), done, total, unit)
}

// fill loads the divisions and the plan's people into a database that has nothing in it yet.
func (h *house) fill(ctx context.Context, plan demo.Plan, progress func(done, total int)) (filled bool, err error) {
	used, err := model.AnyNode(h.db.Read(ctx))
	if err != nil || used {
		return false, err
	}
	if _, err := h.s.LoadDistrict(ctx); err != nil {
		return false, err
	}
	return true, demo.Fill(ctx, h.db, plan, clock{}.Now(), progress)
}

// importing is the command that imports divisions.
type importing struct {
	config.Settings
	File string `arg:"" optional:"" type:"existingfile" help:"CSV 文件；不填就装入自带的迎江区区划。"`
}

// Run imports, and tells how many rows are done.
func (c *importing) Run(ctx context.Context) error {
	h, err := open(ctx, c.Settings, 2)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	report, err := c.divisions(ctx, h)
	if err != nil {
		return err
	}
	drawnOver()
	fmt.Printf("新增 %d，改名 %d，移动 %d，不变 %d。\n", report.Added, report.Renamed, report.Moved, report.Unchanged)
	return nil
}

func (c *importing) divisions(ctx context.Context, h *house) (service.DivisionReport, error) {
	if c.File == "" {
		return h.s.LoadDistrict(ctx)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return service.DivisionReport{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return service.DivisionReport{}, err
	}
	return h.s.ImportDivisions(ctx, service.Command{}, f, info.Size(), func(rows int) { drawn("已处理 %d 行", rows) })
}

// firstAdmin is the command that makes the first district administrator.
type firstAdmin struct {
	config.Settings
	Name     string `name:"name" required:"" help:"姓名。"`
	Phone    string `name:"phone" required:"" help:"手机号；本人登录小程序后用它绑定。"`
	District string `name:"district" default:"340802" help:"区的区划代码。"`
}

// Run makes them, once.
func (c *firstAdmin) Run(ctx context.Context) error {
	h, err := open(ctx, c.Settings, 2)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if err := h.s.FirstAdmin(ctx, c.Name, c.Phone, c.District); err != nil {
		return err
	}
	fmt.Println("已设立。请本人登录小程序，用这个手机号绑定。")
	return nil
}

// restoreAdmin is the command that gives a district administrator a new way in.
type restoreAdmin struct {
	config.Settings
	Name     string `name:"name" required:"" help:"在任区级管理员的姓名。"`
	Phone    string `name:"phone" required:"" help:"本人现在的手机号，名册里没有别人用；登录小程序后用它绑定。"`
	District string `name:"district" default:"340802" help:"区的区划代码。"`
}

// Run gives it; what they used before is nobody's from then on.
func (c *restoreAdmin) Run(ctx context.Context) error {
	h, err := openExisting(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if err := h.s.RestoreAdmin(ctx, c.Name, c.Phone, c.District); err != nil {
		return err
	}
	fmt.Println("手机号已更换，原来的微信已解除绑定并退出登录。请本人登录小程序，用这个手机号绑定。")
	return nil
}
