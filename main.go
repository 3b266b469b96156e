// Danyuan is the backend of the unit-chief system: one binary, whose commands meet here.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"danyuan/config"
	"danyuan/fault"
)

// commands is the command line. Without a word it serves.
type commands struct {
	Serve        serve            `cmd:"" default:"withargs" help:"提供服务(默认)。没有配置小程序时是演示模式。"`
	Demo         fillDemo         `cmd:"" help:"在空的数据库里填入演示数据。"`
	Import       importing        `cmd:"" help:"导入行政区划(四列 CSV:code,name,level,parent_code)。"`
	FirstAdmin   firstAdmin       `cmd:"" help:"设立第一位区级管理员,只能用一次。"`
	RestoreAdmin restoreAdmin     `cmd:"" help:"在任的区级管理员丢了微信、手机号也换了,让本人用新的手机号重新绑定。"`
	Verify       verify           `cmd:"" help:"核对积分账本、事项和审计日志:每个余额、每条链、每件奖品的库存、每笔预算都从流水重新算一遍。"`
	Copy         copying          `cmd:"" help:"把整个数据库复制到另一个数据库(SQLite、MariaDB、PostgreSQL 之间),逐行核对;中断了可以接着做。"`
	Backup       backup           `cmd:"" help:"把数据库和照片备份到一个目录,服务不用停。"`
	Restore      restore          `cmd:"" help:"把备份恢复到空的数据库。"`
	Doctor       doctor           `cmd:"" help:"查一遍配置、磁盘、密钥、数据库、Redis、微信、时钟和版本,逐行说明哪里不对、怎么办。"`
	Retention    retentionCommand `cmd:"" help:"按保存期限规则删除到期的数据(服务每天自动做一次);--dry-run 只数不删。"`
	Keys         keysCommands     `cmd:"" help:"密钥:生成、更换。"`
}

// Help is what --help says first.
func (commands) Help() string { return "单元:迎江区“单元长”系统的后台。" }

// clock is the only place where the time comes from.
type clock struct{}

// Now is the present.
func (clock) Now() time.Time { return time.Now() }

func main() { os.Exit(run()) }

// Refusals of the commands that only the demo has.
var (
	errDemoOnly = fault.New(fault.Conflict, "demo.only", "配置了小程序,这是正式的数据库,不能填入虚构的人。")
	errDiffers  = fault.New(fault.Conflict, "verify.differs", "账本或日志有对不上的地方,已逐条列在上面。请保留现场,不要改动数据库,并联系技术人员。")
	errInUse    = fault.New(fault.Conflict, "demo.in_use", "数据库里已经有数据,没有改动任何内容。请换一个空的 DATA_DIR 或 DATABASE_URL。")
)

// run gives the exit code: 0 done, 1 failed, 2 the command line or settings can't be used.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command, err := config.Load(&commands{}, os.Args[1:], os.LookupEnv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if err := command.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		if f := fault.Of(err); f != nil && f.Kind != fault.Internal {
			fmt.Fprintln(os.Stderr, f.Text)
			for _, field := range f.Fields {
				fmt.Fprintf(os.Stderr, "  %s:%s\n", field.Path, field.Text)
			}
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		return 1
	}
	return 0
}
