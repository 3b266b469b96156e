package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"danyuan/config"
	"danyuan/fault"
	"danyuan/model"
	"danyuan/model/migration"
)

// Refusals of what lies at the address of a database.
var (
	errNoData = fault.New(fault.NotFound, "database.no_data", "数据库里没有数据。")
	errOlder  = fault.New(fault.Conflict, "database.older", "数据库是旧版本的。")
	errNewer  = fault.New(fault.Conflict, "database.newer", "数据库是新版本的。")
)

// openExisting is open for commands that work on what is there: a mistyped address is no new
// installation, and an older database is left to the program that serves from it.
func openExisting(ctx context.Context, set config.Settings) (*house, error) {
	if err := mustExist(ctx, set.Database()); err != nil {
		return nil, err
	}
	return open(ctx, set, 2)
}

// mustExist refuses a database that has nothing in it or is of an older version, and changes none.
func mustExist(ctx context.Context, url string) error {
	none := errNoData.Saying(fmt.Sprintf("数据库 %s 里没有数据，没有做任何事。请检查 DATABASE_URL、DATA_DIR（复制时是 --from）是不是指错了地方。", model.Address(url)))
	if path, isFile := strings.CutPrefix(url, "sqlite:"); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // opening would make it
			return none
		}
	}
	db, err := model.OpenAsItIs(url, nil, 2)
	if err != nil {
		return databaseFault(url, err)
	}
	defer func() { _ = db.Close() }()
	s, err := db.Look(ctx)
	switch {
	case err != nil:
		return databaseFault(url, err)
	case s.Have == 0:
		return none
	case s.Have < s.Known:
		return errOlder.Saying(fmt.Sprintf("数据库 %s 是第 %d 版，这个程序是第 %d 版，没有改动任何内容。请用原来的程序来做；要升级，请先用原来的程序备份，再启动新的程序。", model.Address(url), s.Have, s.Known))
	case s.Have > s.Known:
		return newer(s.Have, s.Known)
	}
	if err := db.Whole(ctx); err != nil {
		return err
	}
	if used, err := model.AnyNode(db.Read(ctx)); err != nil || !used {
		return cmp.Or(err, error(none))
	}
	return nil
}

// newer says that a database is of a later version than this program.
func newer(have, known int64) error {
	return errNewer.Saying(fmt.Sprintf("数据库是第 %d 版，这个程序只认识到第 %d 版。请换用新的程序；要退回旧程序，请恢复升级前的备份。", have, known))
}

// keysFit refuses keys that are another database's: what would be sealed with them, no one set of keys
// could open together with the rest.
func keysFit(ctx context.Context, db *model.DB, dir string) error {
	err := db.KeysFit(ctx)
	if errors.Is(err, model.ErrOtherKeys) {
		return model.ErrOtherKeys.Saying(dir + " 里的密钥和数据库不是一套：加密的内容打不开，或按手机号找不到人。请把这个数据库的密钥从备份里放回来（刚换过密钥的，从运行 danyuan keys prepare 的机器复制过来），先不要启动。").Because(err)
	}
	return err
}

// databaseFault says that it is the database that can't be used, and where it was looked for; the
// address is shown without user and password.
func databaseFault(url string, err error) error {
	var later *migration.NewerError
	switch f := fault.Of(err); {
	case f != nil && f.Kind != fault.Internal:
		return err
	case errors.As(err, &later):
		return newer(later.Have, later.Known)
	case strings.HasPrefix(url, "sqlite:"):
		return fmt.Errorf("数据库文件 %s 打不开或写不进去，请检查路径、权限和磁盘空间：%w", strings.TrimPrefix(url, "sqlite:"), err)
	}
	return fmt.Errorf("数据库 %s 连不上或打不开，请检查 DATABASE_URL、用户名密码、这个用户对库的权限（要能建表和触发器）和数据库服务器：%w", model.Address(url), err)
}
