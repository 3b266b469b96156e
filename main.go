// Danyuan is the backend of the unit-chief system: one binary, whose commands meet here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"danyuan/config"
	"danyuan/fault"
)

// commands is the command line. Without a word it serves.
type commands struct {
	Serve        serve            `cmd:"" default:"withargs" help:"提供服务（默认）。没有配置小程序时是演示模式。"`
	Demo         fillDemo         `cmd:"" help:"在空的数据库里填入演示数据。"`
	Import       importing        `cmd:"" help:"导入行政区划（四列 CSV:code,name,level,parent_code）。"`
	FirstAdmin   firstAdmin       `cmd:"" help:"设立第一位区级管理员，只能用一次。"`
	RestoreAdmin restoreAdmin     `cmd:"" help:"在任的区级管理员丢了微信、手机号也换了，让本人用新的手机号重新绑定。"`
	Verify       verify           `cmd:"" help:"核对积分账本、事项和审计日志：每个余额、每条链、每件奖品的库存、每笔预算都从流水重新算一遍。"`
	Copy         copying          `cmd:"" help:"把整个数据库复制到另一个数据库（SQLite、MariaDB、PostgreSQL 之间），逐行核对；中断了可以接着做。"`
	Backup       backup           `cmd:"" help:"把数据库和照片备份到一个目录，服务不用停。"`
	Restore      restore          `cmd:"" help:"把备份恢复到空的数据库。"`
	Doctor       doctor           `cmd:"" help:"查一遍配置、磁盘、密钥、数据库、Redis、微信、时钟和版本，逐行说明哪里不对、怎么办。"`
	Retention    retentionCommand `cmd:"" help:"按保存期限规则删除到期的数据（服务每天自动做一次）；--dry-run 只数不删。"`
	Keys         keysCommands     `cmd:"" help:"密钥：生成、更换。"`
}

// Help is what --help says first.
func (commands) Help() string { return "单元：迎江区“单元长”系统的后台。" }

// clock is the only place where the time comes from.
type clock struct{}

// Now is the present.
func (clock) Now() time.Time { return time.Now() }

func main() { os.Exit(run()) }

// errInterrupted is what every command but serve ends with when somebody ends it: a script must not take
// half a backup for one.
var errInterrupted = fault.New(fault.Conflict, "command.interrupted", "被中断了，没有做完。请再运行一次。")

// run gives the exit code: 0 done, 1 failed, 2 the command line or settings can't be used.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command, err := config.Load(&commands{}, os.Args[1:], os.LookupEnv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	err = command.Run(ctx)
	if _, serves := command.(*serve); serves {
		if errors.Is(err, context.Canceled) { // it was ended before it served, as it may be
			err = nil
		}
		return ended(os.Stderr, err)
	}
	return ended(os.Stderr, ifInterrupted(ctx, err))
}

// ifInterrupted gives errInterrupted in place of what being interrupted looks like where it happened: a driver may
// call it a connection that broke. What a command says of itself stays.
func ifInterrupted(ctx context.Context, err error) error {
	f := fault.Of(err)
	ours := f == nil || f.Kind == fault.Internal || f.Kind == fault.Unavailable
	if errors.Is(err, context.Canceled) || err != nil && ctx.Err() != nil && ours {
		return errInterrupted
	}
	return err
}

// ended says what a command ended with, and gives the exit code.
func ended(out io.Writer, err error) int {
	if err == nil {
		return 0
	}
	f := fault.Of(err)
	if f == nil || f.Kind == fault.Internal {
		fmt.Fprintln(out, err)
		return 1
	}
	fmt.Fprintln(out, f.Text)
	for _, field := range f.Fields {
		fmt.Fprintf(out, "  %s:%s\n", field.Path, field.Text)
	}
	if cause := f.Unwrap(); cause != nil && f.Kind == fault.Unavailable { // who operates can do something about it
		fmt.Fprintf(out, "原因：%s\n", cause)
	}
	return 1
}
