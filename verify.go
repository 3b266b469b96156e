package main

import (
	"context"
	"fmt"

	"danyuan/config"
	"danyuan/fault"
	"danyuan/service"
)

// verify is the command that recomputes the points book, and follows every matter and the chain of the audit log.
type verify struct {
	config.Settings
	AuditHead string `name:"audit-head" placeholder:"HEAD" help:"以前记下的审计日志链头；核对它还在链里，也就是日志没有被截短或重写。"`
}

// What verify ends with. A total that lags is what the exchange of replicas leaves behind for a day.
var (
	errDiffers = fault.New(fault.Conflict, "verify.differs", "账本或日志有对不上的地方，已逐条列在上面。请保留现场，不要改动数据库，并联系技术人员。")
	errLags    = fault.New(fault.Conflict, "verify.totals_lag", "只有服务时长的合计对不上，已逐条列在上面；账本和记录没有问题，每天的核对会自动改正。更换版本后一天之内这是正常的；过了一天还有，请联系技术人员。")
)

// Run lists every difference, and fails when there is one: with errLags where all of them mend by themselves.
func (c *verify) Run(ctx context.Context) error {
	h, err := openExisting(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	began, differences, passing := clock{}.Now(), 0, 0
	report := func(d service.Difference) {
		differences++
		if d.Mends {
			passing++
		}
		fmt.Printf("%s: %s\n", d.Where, d.What)
	}
	checked, err := h.s.Verify(ctx, report)
	if err != nil {
		return err
	}
	audits, err := h.s.VerifyAudits(ctx, c.AuditHead, report)
	if err != nil {
		return err
	}
	if audits.Head != "" {
		fmt.Printf("审计日志 %d 条连成一条链，%d 条还没有连上。链头 %s，请记在别处，下次用 --audit-head 核对。\n", audits.Linked, audits.Waiting, audits.Head)
	}
	fmt.Printf("核对了 %d 个账户、%d 笔、%d 条流水、%d 件事项，用时 %.1f 秒，不一致 %d 处。\n",
		checked.Accounts, checked.Transfers, checked.Entries, checked.Matters, clock{}.Now().Sub(began).Seconds(), differences)
	switch differences {
	case 0:
		return nil
	case passing:
		return errLags
	}
	return errDiffers
}
