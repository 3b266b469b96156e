package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// examDatabase looks at the database without bringing it up to date.
func examDatabase(ctx context.Context, p *patient) []finding {
	if path, isFile := strings.CutPrefix(p.Database(), "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // opening would make it
			return []finding{{notice, fmt.Sprintf("数据库文件 %s 还没有，第一次启动时会建立。如果本来有数据，请检查 DATA_DIR 和 DATABASE_URL 是不是指错了地方。", path)}}
		}
	}
	db, err := model.OpenAsItIs(p.Database(), p.keys, 2)
	if err != nil {
		return []finding{{broken, faultText(databaseFault(p.Database(), err))}}
	}
	p.db = db
	before := clock{}.Now()
	if p.sight, err = db.Look(ctx); err != nil {
		return []finding{{broken, faultText(databaseFault(p.Database(), err))}}
	}
	after := clock{}.Now()
	p.notedClock("数据库服务器", p.sight.Clock, before, after)
	p.s = service.New(service.Deps{DB: db, Clock: clock{}})
	found := append(p.examSchema(), p.examServer()...)
	found = append(found, p.examFit(ctx)...)
	return all(found, fmt.Sprintf("%s %s，结构第 %d 版，密钥对得上，一次查询用时 %s。", p.sight.Engine, p.sight.Version, p.sight.Have, after.Sub(before).Round(time.Millisecond/10)))
}

func (p *patient) examSchema() []finding {
	switch s := p.sight; {
	case s.Have > s.Known:
		return []finding{{broken, faultText(newer(s.Have, s.Known))}}
	case s.Have == 0:
		return []finding{{notice, "数据库还是空的，第一次启动时会建表。如果本来有数据，请检查 DATABASE_URL 是不是指错了库。"}}
	case s.Have < s.Known:
		return []finding{{notice, fmt.Sprintf("数据库是第 %d 版，下次启动会升级到第 %d 版。请先用原来的程序备份。", s.Have, s.Known)}}
	}
	return nil
}

// examServer looks at the settings of a database server on which danyuan depends.
func (p *patient) examServer() (found []finding) {
	set := p.sight.Settings
	is := func(name string, values ...string) bool { return slices.Contains(values, set[name]) }
	if v, ok := set["innodb_flush_log_at_trx_commit"]; ok && v != "1" {
		found = append(found, finding{notice, "innodb_flush_log_at_trx_commit 不是 1，断电会丢掉最后一秒已经答复的办理。请在数据库配置里改成 1。"})
	}
	if is("fsync", "off") || is("synchronous_commit", "off") {
		found = append(found, finding{notice, "PostgreSQL 的 fsync 或 synchronous_commit 关着，断电会丢掉已经答复的办理。请在数据库配置里打开。"})
	}
	if is("creates", "false") && p.sight.Have < p.sight.Known {
		found = append(found, finding{broken, "这个用户不能在库里建表，启动会失败。请让它做库的所有者：ALTER DATABASE 库名 OWNER TO 用户名。"})
	}
	if is("ordered", "by language") {
		found = append(found, finding{notice, "数据库按语言给文字排序，名单的顺序会和别处不一样。请新建一个 LC_COLLATE 'C' 的库，用 danyuan copy 搬过去。"})
	}
	if p.sight.Have < p.sight.Known && is("log_bin", "on", "1") && is("log_bin_trust_function_creators", "off", "0") {
		found = append(found, finding{notice, "数据库开着二进制日志，建表时要建触发器：请给用户 SUPER 权限，或设 log_bin_trust_function_creators=1，否则启动会失败。"})
	}
	if most, err := strconv.Atoi(set["max_connections"]); err == nil && most < p.PoolSize+5 {
		found = append(found, finding{notice, fmt.Sprintf("数据库最多 %d 个连接，DB_POOL 是 %d。请把 max_connections 调大，每个副本都要算上。", most, p.PoolSize)})
	}
	if isCutOff(set) {
		found = append(found, finding{broken, "这个 Galera 节点和集群断开了，不能写入。请检查节点之间的网络，或把 DATABASE_URL 改到别的节点。"})
	}
	return found
}

// isCutOff tells whether a database server is a node of a Galera cluster that has lost the others.
func isCutOff(set map[string]string) bool {
	size := set["wsrep_cluster_size"]
	return size != "" && size != "0" && (set["wsrep_ready"] != "on" || set["wsrep_cluster_status"] != "primary")
}

// examFit looks whether the database is whole, and the keys are those that it was sealed with.
func (p *patient) examFit(ctx context.Context) []finding {
	if p.sight.Have == 0 || p.sight.Have > p.sight.Known {
		return nil
	}
	if err := p.db.Whole(ctx); err != nil {
		return []finding{{broken, faultText(databaseFault(p.Database(), err))}}
	}
	if p.keys == nil {
		return []finding{{skipped, "没有密钥，不知道它和数据库是不是一套。"}}
	}
	if err := keysFit(ctx, p.db, p.Keys()); err != nil {
		return []finding{{broken, faultText(databaseFault(p.Database(), err))}}
	}
	return nil
}

// examBacklog looks at what is owed and how late it is.
func examBacklog(ctx context.Context, p *patient) []finding {
	if p.s == nil || p.sight.Have != p.sight.Known {
		return []finding{{skipped, "数据库没有查成，或者还没有建好、升级；等它好了再查。"}}
	}
	backlog, err := p.s.Backlog(ctx)
	if err != nil {
		return []finding{{broken, "读不到任务：" + err.Error() + "。请检查数据库。"}}
	}
	var found []finding
	now, due := clock{}.Now(), int64(0)
	for _, b := range backlog {
		due += b.Due
		if b.Stuck > 0 {
			found = append(found, finding{notice, fmt.Sprintf("%d 个 %s 任务卡住了。请照 docs/operations.zh-CN.md 的 DanyuanJobsStuck 处理。", b.Stuck, b.Kind)})
		}
		if b.Oldest != nil && now.Sub(*b.Oldest) > lateJob {
			found = append(found, finding{notice, fmt.Sprintf("有 %s 任务等了 %s 没有人做。服务停着就启动它；开着就看日志，照 DanyuanOutboxOld 处理。", b.Kind, now.Sub(*b.Oldest).Round(time.Second))})
		}
	}
	late, err := p.s.Lateness(ctx)
	if err != nil {
		return append(found, finding{broken, "读不到定时任务：" + err.Error() + "。请检查数据库。"})
	}
	if late.Matters > lateJob {
		found = append(found, finding{notice, fmt.Sprintf("有事项到期 %s 还没有提醒、升级或办结。服务停着就启动它；开着就看日志，照 DanyuanMattersLate 处理。", late.Matters.Round(time.Second))})
	}
	return all(found, fmt.Sprintf("%d 个任务待做，没有卡住的，没有超时的。", due))
}

// lateJob is from when on a job that nobody does is worth a word.
const lateJob = 5 * time.Minute
