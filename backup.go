package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"danyuan/blob"
	"danyuan/config"
	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// backup is the command that copies everything there is now into a folder, also while it is being used.
type backup struct {
	config.Settings
	Dir string `arg:"" placeholder:"DIR" help:"备份到哪个目录；不存在就新建。密钥不在备份里，请另外保存。"`
}

// Refusals of backup and restore, and what they complain of.
var (
	errBackedUp      = fault.New(fault.Conflict, "backup.exists", "这个目录里已经有一份备份，没有改动。请换一个目录。")
	errBackupDiffers = fault.New(fault.Conflict, "backup.differs", "备份已经做完，和现在的数据库逐行一致；但账本或日志有对不上的地方，已逐条列在上面，备份里也有。请保留这份备份和以前的备份，不要改动数据库，并联系技术人员。")
	errBackupFull    = fault.New(fault.Conflict, "backup.disk_full", "磁盘满了，没有备份成，写了一半的数据库文件已经删掉。请腾出空间，或者备份到别的磁盘，再运行一次。")
	errPhotosMissing = fault.New(fault.Conflict, "backup.photos_missing", "")
	errNoBackup      = fault.New(fault.NotFound, "restore.no_backup", "这个目录里没有备份（danyuan.db），没有改动任何内容。请填 danyuan backup 备份到的那个目录。")
)

// Run copies the database as it is at one moment, and then the photos. A backup that was cut off begins
// anew: what it had is of another moment. A book that does not agree, and photos that are not where the
// settings say, are complained of when all the rest is there.
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
	if err := removeHalf(half); err != nil {
		return err
	}
	wrong := copyDatabase(ctx, c.Settings, c.Database(), "sqlite:"+half)
	if wrong != nil && !errors.Is(wrong, errDiffers) {
		if model.Full(wrong) { // those who are served may need the room
			return errors.Join(errBackupFull.Because(wrong), removeHalf(half))
		}
		return wrong
	}
	if wrong != nil {
		wrong = errBackupDiffers
	}
	missing, err := c.photos(ctx, half)
	if err != nil {
		return err
	}
	if err := os.Rename(half, file); err != nil {
		return err
	}
	fmt.Printf("已备份到 %s。密钥（%s）不在里面，请另外保存。\n", c.Dir, c.Keys())
	if missing > 0 {
		wrong = errors.Join(wrong, errPhotosMissing.Saying(fmt.Sprintf(
			"数据库已经备份，但有 %d 张照片在照片存储（%s）里没有找到，备份里没有它们。请检查 DATA_DIR 和 S3_* 是不是和服务用的一样，改好后备份到一个新的目录。", missing, c.store())))
	}
	return wrong
}

// removeHalf removes what a backup that did not come to its end has left.
func removeHalf(half string) error {
	for _, name := range []string{half, half + "-wal", half + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// store says where photos lie.
func (c *backup) store() string {
	if c.S3.Used() {
		return c.S3.Endpoint + " " + c.S3.Bucket
	}
	return c.Files()
}

// photos copies them, and gives how many there are that were not found: a copy of the database names them, and
// the database still does.
func (c *backup) photos(ctx context.Context, half string) (missing int, err error) {
	from := service.Blobs(blob.ReadFolder(c.Files()))
	if c.S3.Used() {
		if from, err = blobs(c.Settings); err != nil {
			return 0, err
		}
	}
	kept, err := blob.OpenFolder(filepath.Join(c.Dir, backupFiles))
	if err != nil {
		return 0, err
	}
	if err := copyPhotos(ctx, from, kept); err != nil {
		return 0, err
	}
	copied, err := model.OpenAsItIs("sqlite:"+half, nil, 1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = copied.Close() }()
	now, err := model.OpenAsItIs(c.Database(), nil, 1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = now.Close() }()
	err = eachShelf(func(shelf string) error {
		lost, err := lostPhotos(ctx, shelf, copied, now, kept)
		missing += lost
		return err
	})
	return missing, err
}

// lostPhotos counts the photos of a shelf that both databases name, and a store does not have.
func lostPhotos(ctx context.Context, shelf string, copied, now *model.DB, kept service.Blobs) (int, error) {
	names, err := model.FilesOnShelf(copied.Read(ctx), shelf)
	if err != nil || len(names) == 0 {
		return 0, err
	}
	has := map[string]bool{}
	err = kept.Each(ctx, shelf, func(blob string, _ time.Time) { has[service.FileOf(blob)] = true })
	if err != nil {
		return 0, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return has[name] })
	lost, err := model.KnownFiles(now.Read(ctx), names) // the others were dropped since
	return len(lost), err
}

// restore is the command that puts a backup into an empty database and store.
type restore struct {
	config.Settings
	Dir string `arg:"" placeholder:"DIR" type:"existingdir" help:"备份所在的目录。"`
}

// restoring is the folder in which a backup is brought up to date, within the data folder.
const restoring = "restoring"

// Run restores; one that was cut off goes on where it was. The backup itself stays as it is: a newer
// danyuan brings a copy of it up to date. Nobody is signed in afterwards: the sessions of then may have been ended
// since, because somebody else had them.
func (c *restore) Run(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(c.Dir, backupFile)); errors.Is(err, fs.ErrNotExist) {
		return errNoBackup
	}
	work := filepath.Join(c.DataDir, restoring)
	if err := os.RemoveAll(work); err != nil { // of one that was killed
		return err
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	from := "sqlite:" + filepath.Join(work, backupFile)
	if err := c.bringUpToDate(ctx, from); err != nil {
		return err
	}
	target, err := model.Open(ctx, c.Database(), nil, 2)
	if err != nil {
		return databaseFault(c.Database(), err)
	}
	if err := errors.Join(target.ClearForCopy(ctx), target.Close()); err != nil { // before photos come to those of another
		return err
	}
	photos, err := blobs(c.Settings)
	if err != nil {
		return err
	}
	if err := copyPhotos(ctx, blob.ReadFolder(filepath.Join(c.Dir, backupFiles)), photos); err != nil {
		return err
	}
	return copyDatabase(ctx, c.Settings, from, c.Database())
}

// bringUpToDate makes a copy of the backup's database that this danyuan knows and in which nobody is signed in.
func (c *restore) bringUpToDate(ctx context.Context, url string) error {
	if err := copyFile(filepath.Join(c.Dir, backupFile), strings.TrimPrefix(url, "sqlite:")); err != nil {
		return err
	}
	db, err := model.Open(ctx, url, nil, 2)
	if err != nil {
		return databaseFault(url, err)
	}
	return errors.Join(db.DropSessions(ctx), db.Close())
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

func eachShelf(do func(shelf string) error) error {
	for shelf := range service.Shelves {
		if err := do(fmt.Sprintf("%02x", shelf)); err != nil {
			return err
		}
	}
	return nil
}

// copyPhotos copies what one place keeps and the other does not yet.
func copyPhotos(ctx context.Context, from, to service.Blobs) error {
	return eachShelf(func(shelf string) error {
		had, names := map[string]bool{}, []string(nil)
		if err := to.Each(ctx, shelf, func(name string, _ time.Time) { had[name] = true }); err != nil {
			return err
		}
		if err := from.Each(ctx, shelf, func(name string, _ time.Time) { names = append(names, name) }); err != nil {
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
		return nil
	})
}
