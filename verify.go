package main

import (
	"context"
	"fmt"

	"danyuan/config"
	"danyuan/service"
)

// verify is the command that recomputes the points book, and follows every matter.
type verify struct{ config.Settings }

// Run lists every difference, and fails when there is one.
func (c *verify) Run(ctx context.Context) error {
	h, err := open(ctx, c.Settings, 2)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	began, differences := clock{}.Now(), 0
	checked, err := h.s.Verify(ctx, func(d service.Difference) {
		differences++
		fmt.Printf("%s: %s\n", d.Where, d.What)
	})
	if err != nil {
		return err
	}
	fmt.Printf("核对了 %d 个账户、%d 笔、%d 条流水、%d 件事项,用时 %.1f 秒,不一致 %d 处。\n",
		checked.Accounts, checked.Transfers, checked.Entries, checked.Matters, clock{}.Now().Sub(began).Seconds(), differences)
	if differences > 0 {
		return errDiffers
	}
	return nil
}
