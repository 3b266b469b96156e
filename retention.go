package main

import (
	"context"
	"fmt"
	"unicode/utf8"

	"danyuan/config"
	"danyuan/fault"
)

// retentionCommand is the command that says what has had its time, and lets it go.
type retentionCommand struct {
	config.Settings
	DryRun bool   `name:"dry-run" help:"只数一数每条规则现在有多少到期，什么也不删。"`
	Set    string `name:"set" placeholder:"RULE" help:"改一条规则的天数，和 --days、--reason 一起用。"`
	Days   int64  `name:"days" default:"-1" placeholder:"N" help:"改成多少天。"`
	Reason string `name:"reason" placeholder:"TEXT" help:"为什么改，记在数据库里。"`
}

const longestReason = 200

// errHowToSet says what is missing.
var errHowToSet = fault.New(fault.Invalid, "retention.how", "改天数要写明三样：--set 规则 --days 天数 --reason 原因（200字以内）。没有改动任何内容。")

// Run changes a rule, or carries all of them out. The service itself does so every day.
func (c *retentionCommand) Run(ctx context.Context) error {
	setting := c.Set != "" || c.Days >= 0 || c.Reason != ""
	if setting && (c.Set == "" || c.Days < 0 || c.Reason == "" || c.DryRun || utf8.RuneCountInString(c.Reason) > longestReason) {
		return errHowToSet
	}
	h, err := openExisting(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if setting {
		before, err := h.s.SetRetention(ctx, c.Set, c.Days, c.Reason)
		if err != nil {
			return err
		}
		fmt.Printf("规则 %s 从 %d 天改成了 %d 天。运行 danyuan retention --dry-run 看看有多少到期。\n", c.Set, before, c.Days)
		return nil
	}
	done, err := h.s.Retain(ctx, c.DryRun)
	for _, r := range done {
		did := "已"
		if c.DryRun {
			did = "会"
		}
		fmt.Printf("%-15s %5d 天  %s:%s在 %s 以前的 %d 条，%s%s\n", r.Name, r.Days, r.What, r.Since, r.Before.Format("2006-01-02"), r.Rows, did, r.Then)
	}
	return err
}
