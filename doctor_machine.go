package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"danyuan/model"
)

// place is a folder that danyuan writes to.
type place struct {
	path, what, env string
	little, none    uint64 // how little room is worth a word, and how little stops danyuan
	full            string // what happens when there is none
}

func dataFolder(path string) place {
	return place{path, "数据目录", "DATA_DIR", 2 << 30, 200 << 20, "满了以后什么都不能办理"}
}

// tempFolder holds uploads on their way: some of ten megabytes at a time, and nothing that stays.
func tempFolder() place {
	return place{os.TempDir(), "临时目录", "TMPDIR", 200 << 20, 100 << 20, "满了以后不能上传照片和表格"}
}

// fewFiles is the share of the files that a file system can hold below which it is as good as full.
const fewFiles = 0.05

// examDisk looks where danyuan writes: the data folder, and the folder for what is being uploaded.
func examDisk(_ context.Context, p *patient) []finding {
	if _, err := os.Stat(p.DataDir); errors.Is(err, fs.ErrNotExist) {
		return []finding{{notice, fmt.Sprintf("数据目录 %s 还没有，第一次启动时会建立。", p.DataDir)}}
	}
	return []finding{dataFolder(p.DataDir).exam(), tempFolder().exam()}
}

func (at place) exam() finding {
	f, err := os.CreateTemp(at.path, ".danyuan-doctor-*")
	if err != nil {
		return finding{broken, fmt.Sprintf("%s %s 不能写入：%s。请检查目录的所有者和权限，或在 %s 里换一个目录。", at.what, at.path, reason(err), at.env)}
	}
	_, err = f.WriteString("danyuan")
	if err := errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name())); err != nil {
		return finding{broken, fmt.Sprintf("%s %s 写不进去：%s。请腾出空间或检查磁盘。", at.what, at.path, reason(err))}
	}
	left, err := roomAt(at.path)
	if err != nil {
		return finding{skipped, fmt.Sprintf("%s %s 能写入；在这个系统上看不到剩余空间。", at.what, at.path)}
	}
	return at.roomFinding(left)
}

func (at place) roomFinding(left room) finding {
	switch {
	case left.free < at.none:
		return finding{broken, fmt.Sprintf("%s %s 只剩 %s。请马上腾出空间，%s。", at.what, at.path, bytesText(left.free), at.full)}
	case left.filesLeft < fewFiles:
		return finding{broken, fmt.Sprintf("%s %s 所在的磁盘快要不能新建文件了（inode 用完）。请清理小文件。", at.what, at.path)}
	case left.free < at.little:
		return finding{notice, fmt.Sprintf("%s %s 剩 %s，请安排扩容或清理。", at.what, at.path, bytesText(left.free))}
	}
	return finding{fine, fmt.Sprintf("%s %s 能写入，剩 %s。", at.what, at.path, bytesText(left.free))}
}

func bytesText(n uint64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%.0f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}

// reason is an error without the path that the sentence around it names already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

// examKeys looks whether the keysets are there and nobody else's to read; whether they open what is in
// the database, the database's check looks.
func examKeys(_ context.Context, p *patient) []finding {
	if missing := model.MissingKeys(p.Keys()); len(missing) == 2 && p.Demo() {
		return []finding{{fine, "演示用的密钥还没有，第一次启动时会生成。"}}
	}
	keys, err := loadKeys(p.Settings)
	if err != nil {
		return []finding{{broken, faultText(err)}}
	}
	p.keys = keys
	var found []finding
	for _, file := range []string{"seal.json", "index.json"} {
		path := filepath.Join(p.Keys(), file)
		found = append(found, readable(path, 0o077, "密钥文件 %s 别的用户也能读。请让它属于运行 danyuan 的用户，再运行 chmod 600 %[1]s。")...)
	}
	return all(found, fmt.Sprintf("%s 里的两个密钥文件能用。请确认别处有备份，而且不和数据库的备份放在一起。", p.Keys()))
}

// How far clocks may be apart: by the first people notice at check-in codes, by the second nothing that
// is dated is right.
const (
	clocksApart  = 3 * time.Second
	clocksWrong  = time.Minute
	clockRetreat = time.Minute
)

// examClock compares this machine's clock with everything that shows another.
func examClock(ctx context.Context, p *patient) []finding {
	var found []finding
	kept, err := clockKept()
	if err == nil && !kept {
		found = append(found, finding{notice, "没有程序在校准本机的时钟（容器里看的是主机的）。请启用 chrony 或 systemd-timesyncd；时钟不准，签到码会失效。"})
	}
	for _, other := range p.clocks {
		ahead := other.ahead.Round(time.Second)
		switch {
		case ahead.Abs() >= clocksWrong:
			found = append(found, finding{broken, fmt.Sprintf("和%s的时钟相差 %s。请先校准两边的时钟再启动。", other.whose, ahead.Abs())})
		case ahead.Abs() >= clocksApart:
			found = append(found, finding{notice, fmt.Sprintf("和%s的时钟相差 %s。请在两边都启用 chrony 或 systemd-timesyncd。", other.whose, ahead.Abs())})
		}
	}
	if p.db != nil && p.sight.Have > 0 {
		newest, err := model.NewestAudit(p.db.Read(ctx))
		if behind := newest.Sub(clock{}.Now()); err == nil && behind > clockRetreat {
			found = append(found, finding{broken, fmt.Sprintf("本机的时钟比数据库里最新的记录还早 %s，时钟被拨慢了。请先校准再启动。", behind.Round(time.Second))})
		}
	}
	if err != nil && len(found) == 0 {
		return []finding{{skipped, fmt.Sprintf("在 %s 上看不出有没有程序在校准时钟；和别的机器相比没有发现差别。", runtime.GOOS)}}
	}
	return all(found, "有程序在校准，和看得到的别的时钟一致。")
}
