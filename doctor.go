package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"danyuan/config"
	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// doctor is the command that looks whether danyuan can work here, and says what to do. It changes
// nothing but a file that it makes and removes in the data folder.
type doctor struct {
	config.Serve
	wrong  config.Problems
	out    io.Writer // nil: standard output
	wxBase string    // "": WeChat itself
}

// RunAnyway takes note of what is wrong with the settings: the doctor looks at all the rest.
func (c *doctor) RunAnyway(found config.Problems) { c.wrong = found }

// mark is what a finding means.
type mark string

// The marks, as they are printed.
const (
	fine    mark = "正常"
	notice  mark = "注意"
	broken  mark = "故障"
	skipped mark = "未查"
)

// finding is one line.
type finding struct {
	mark mark
	text string
}

// exam is one check: what it looks at, and the settings without which it can't.
type exam struct {
	name  string
	needs []string
	look  func(ctx context.Context, p *patient) []finding
}

// exams in the order in which one needs the other.
var exams = []exam{
	{"版本", nil, examVersions},
	{"配置", nil, examSettings},
	{"磁盘", []string{"data-dir"}, examDisk},
	{"密钥", []string{"data-dir", "keys-dir"}, examKeys},
	{"数据库", []string{"data-dir", "database-url", "db-pool"}, examDatabase},
	{"待办", []string{"data-dir", "database-url"}, examBacklog},
	{"Redis", []string{"redis-url"}, examRedis},
	{"微信", []string{"wechat-app-id", "wechat-secret", "wechat-token", "wechat-aes-key", "wechat-env-version"}, examWeChat},
	{"照片", []string{"data-dir", "s3-endpoint", "s3-region", "s3-bucket", "s3-access-key", "s3-secret-key", "s3-prefix", "s3-style"}, examPhotos},
	{"时钟", nil, examClock},
	{"服务", []string{"host", "port"}, examService},
	{"外网", []string{"public-url"}, examPublic},
}

// examTime bounds one check.
const examTime = 15 * time.Second

// patient is what the checks look at, and what the earlier ones have found for the later ones.
type patient struct {
	*doctor
	keys   *model.Keys
	db     *model.DB
	sight  model.Sight
	s      *service.Service
	clocks []otherClock
}

// otherClock is how far another machine's clock is ahead of ours.
type otherClock struct {
	whose string
	ahead time.Duration
}

// inOneLine joins what a driver says in several lines.
var inOneLine = strings.NewReplacer(":\n\t", ": ", "\n\t", "; ", "\n", "; ")

// errUnwell is what the command fails with.
var errUnwell = fault.New(fault.Conflict, "doctor.unwell", "有故障，请按上面“故障”各行的说明处理，然后再查一遍。")

// Run prints a line for each finding, and fails when there is a fault.
func (c *doctor) Run(ctx context.Context) error {
	out := c.out
	if out == nil {
		out = os.Stdout
	}
	p := &patient{doctor: c}
	defer p.close()
	count := map[mark]int{}
	for _, e := range exams {
		for _, f := range e.ask(ctx, p) {
			count[f.mark]++
			fmt.Fprintf(out, "%s  %s:%s\n", f.mark, e.name, inOneLine.Replace(f.text))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n故障 %d，注意 %d，未查 %d，正常 %d。\n", count[broken], count[notice], count[skipped], count[fine])
	if count[broken] > 0 {
		return errUnwell
	}
	return nil
}

func (e exam) ask(ctx context.Context, p *patient) []finding {
	if wrong := p.wrong.Of(e.needs...); len(wrong) > 0 {
		var names []string
		for _, w := range wrong {
			names = append(names, w.Env)
		}
		return []finding{{skipped, "先改好上面的配置：" + strings.Join(names, "、") + "。"}}
	}
	ctx, cancel := context.WithTimeout(ctx, examTime)
	defer cancel()
	return e.look(ctx, p)
}

func (p *patient) close() {
	if p.db != nil {
		_ = p.db.Close()
	}
}

// notedClock keeps how far another clock is ahead, asked between two moments of ours.
func (p *patient) notedClock(whose string, at, before, after time.Time) {
	if !at.IsZero() {
		p.clocks = append(p.clocks, otherClock{whose, at.Sub(before.Add(after.Sub(before) / 2))})
	}
}

// all is a list of findings that is fine when nothing else was found.
func all(found []finding, otherwise string) []finding {
	if len(found) == 0 {
		return []finding{{fine, otherwise}}
	}
	return found
}
