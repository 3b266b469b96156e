package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"danyuan/blob"
	"danyuan/config"
	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// copying is the command that moves everything from one database to another, of whatever engine.
type copying struct {
	config.Settings
	From string `name:"from" required:"" secret:"url" placeholder:"URL" help:"从哪个数据库复制。复制期间请停止服务，否则复制的是开始那一刻的内容。"`
	To   string `name:"to" required:"" secret:"url" placeholder:"URL" help:"复制到哪个数据库，必须是空的，或者是上次没有复制完的。"`
}

// Run copies, compares row by row, and verifies the copy.
func (c *copying) Run(ctx context.Context) error { return copyDatabase(ctx, c.Settings, c.From, c.To) }

// backup is the command that copies everything there is now into a folder, also while it is being used.
type backup struct {
	config.Settings
	Dir string `arg:"" placeholder:"DIR" help:"备份到哪个目录；不存在就新建。密钥不在备份里，请另外保存。"`
}

// Refusals of backup and restore.
var (
	errBackedUp      = fault.New(fault.Conflict, "backup.exists", "这个目录里已经有一份备份，没有改动。请换一个目录。")
	errBackupDiffers = fault.New(fault.Conflict, "backup.differs", "备份已经做完，和现在的数据库逐行一致；但账本或日志有对不上的地方，已逐条列在上面，备份里也有。请保留这份备份和以前的备份，不要改动数据库，并联系技术人员。")
	errNoBackup      = fault.New(fault.NotFound, "restore.no_backup", "这个目录里没有备份（danyuan.db），没有改动任何内容。请填 danyuan backup 备份到的那个目录。")
)

// Run copies the database as it is at one moment, and then the photos. A backup that was cut off begins
// anew: what it had is of another moment. A book that does not agree is kept as it is, and complained of.
func (c *backup) Run(ctx context.Context) error {
	file := filepath.Join(c.Dir, backupFile)
	if _, err := os.Stat(file); err == nil {
		return errBackedUp
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := mustExist(ctx, c.Database()); err != nil { // before a folder is made that looks like a backup
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	half := file + ".part"
	for _, name := range []string{half, half + "-wal", half + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	differs := copyDatabase(ctx, c.Settings, c.Database(), "sqlite:"+half)
	if differs != nil && !errors.Is(differs, errDiffers) {
		return differs
	}
	photos, err := blobs(c.Settings)
	if err != nil {
		return err
	}
	kept, err := blob.OpenFolder(filepath.Join(c.Dir, backupFiles))
	if err != nil {
		return err
	}
	if err := copyPhotos(ctx, photos, kept); err != nil {
		return err
	}
	if err := os.Rename(half, file); err != nil {
		return err
	}
	fmt.Printf("已备份到 %s。密钥（%s）不在里面，请另外保存。\n", c.Dir, c.Keys())
	if differs != nil {
		return errBackupDiffers
	}
	return nil
}

// restore is the command that puts a backup into an empty database and store.
type restore struct {
	config.Settings
	Dir string `arg:"" placeholder:"DIR" type:"existingdir" help:"备份所在的目录。"`
}

// restoring is the folder in which a backup is brought up to date, within the data folder.
const restoring = "restoring"

// Run restores; one that was cut off goes on where it was. The backup itself stays as it is: a newer
// danyuan brings a copy of it up to date.
func (c *restore) Run(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(c.Dir, backupFile)); errors.Is(err, fs.ErrNotExist) {
		return errNoBackup
	}
	kept, err := blob.OpenFolder(filepath.Join(c.Dir, backupFiles))
	if err != nil {
		return err
	}
	photos, err := blobs(c.Settings)
	if err != nil {
		return err
	}
	if err := copyPhotos(ctx, kept, photos); err != nil {
		return err
	}
	work := filepath.Join(c.DataDir, restoring)
	if err := os.RemoveAll(work); err != nil { // of one that was killed
		return err
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	copied := filepath.Join(work, backupFile)
	if err := copyFile(filepath.Join(c.Dir, backupFile), copied); err != nil {
		return err
	}
	upToDate, err := model.Open(ctx, "sqlite:"+copied, nil, 2)
	if err != nil {
		return databaseFault("sqlite:"+copied, err)
	}
	if err := upToDate.Close(); err != nil {
		return err
	}
	return copyDatabase(ctx, c.Settings, "sqlite:"+copied, c.Database())
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // the operator names the backup
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a folder that was made a moment ago
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

// What a backup's folder holds.
const (
	backupFile  = "danyuan.db"
	backupFiles = "files"
)

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
	dst, err := model.Open(ctx, to, keys, 2)
	if err != nil {
		return databaseFault(to, err)
	}
	began, rows := clock{}.Now(), map[string]int64{}
	progress := func(table string, n int64) {
		rows[table] += n
		fmt.Printf("\r%-24s %10d 行", table, rows[table])
	}
	err = model.Copy(ctx, src, dst, progress, func(table, what string) { fmt.Printf("\n%s: %s", table, what) })
	fmt.Println()
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

// copyPhotos copies what one place keeps and the other does not yet.
func copyPhotos(ctx context.Context, from, to service.Blobs) error {
	for shelf := range 256 {
		had, names := map[string]bool{}, []string(nil)
		where := fmt.Sprintf("%02x", shelf)
		if err := to.Each(ctx, where, func(name string, _ time.Time) { had[name] = true }); err != nil {
			return err
		}
		if err := from.Each(ctx, where, func(name string, _ time.Time) { names = append(names, name) }); err != nil {
			return err
		}
		for _, name := range names {
			if had[name] {
				continue
			}
			content, err := from.Get(ctx, name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // dropped since
			}
			if err != nil {
				return err
			}
			if err := to.Put(ctx, name, content); err != nil {
				return err
			}
		}
	}
	return nil
}
