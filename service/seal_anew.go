package service

import (
	"context"
	"log/slog"
	"time"

	"danyuan/fault"
	"danyuan/model"
)

// sealedAtOnce bounds one transaction of SealAnew, and after each it stands back, so that nobody waits long:
// on SQLite whoever asks again at once gets the writer before those who have waited.
const (
	sealedAtOnce = 200
	standingBack = 20 * time.Millisecond
)

// looks bounds how often SealAnew goes through a table that others go on sealing by an older key.
const looks = 5

// ErrSealedElsewhere says that somebody still seals by an older key.
var ErrSealedElsewhere = fault.New(fault.Conflict, "keys.sealed_elsewhere", "有别的进程还在用旧密钥写入。请把密钥目录复制到每一台运行 danyuan 的机器上，等几秒，再运行一次 danyuan keys rotate；数据都还能正常读写。")

// ErrKeyUnknown says that others seal by a key that this machine does not have.
var ErrKeyUnknown = fault.New(fault.Conflict, "keys.unknown", "别的机器已经启用新密钥，这台机器的密钥目录里没有它。请马上把密钥目录复制过来；在那以前，新加密的数据在这里打不开。")

// SealAnew seals by the key that seals now whatever older keys have sealed: row by row, in small
// transactions, beside the service. A value that somebody changes meanwhile is left to them. It returns
// when a look through every table found nothing left. Broken off, it goes on where it is called again.
// progress is told of each batch; what it gives is how many rows were sealed anew.
func (s *Service) SealAnew(ctx context.Context, progress func(table string, rows int64)) (sealed int64, err error) {
	for range looks {
		n, err := s.eachOld(ctx, func(t model.SealedTable, old []model.SealedRow) error {
			done, err := inTx(ctx, s, Command{}, func(tx *tx) (int64, error) { return sealRows(tx, t, old) })
			sealed += done
			progress(t.Name, done)
			pause(ctx, standingBack)
			return err
		})
		if err != nil || n == 0 {
			return sealed, err
		}
	}
	return sealed, ErrSealedElsewhere
}

// AnnounceKey tells every process at this database which key seals from now on: on another machine the folder of keys
// says so only once it is copied there again.
func (s *Service) AnnounceKey(ctx context.Context) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		t.touch(model.KeyTopic(s.DB.Keys().Seals()))
		return struct{}{}, nil
	})
	return err
}

// useKeys takes the keys into use that others have announced.
func (s *Service) useKeys(ctx context.Context, topics []string) {
	for _, t := range topics {
		key, is := model.KeyOfTopic(t)
		if !is {
			continue
		}
		known, err := s.DB.Keys().Use(key)
		if err == nil && !known {
			err = ErrKeyUnknown
		}
		if err != nil {
			s.Log.ErrorContext(ctx, "a key that others seal by can't be used", slog.String("error", err.Error()))
		}
	}
}

func sealRows(tx *tx, t model.SealedTable, old []model.SealedRow) (sealed int64, err error) {
	for _, r := range old {
		done, err := model.SealAnew(tx.DB, t, r)
		if err != nil {
			return 0, err
		}
		if done {
			sealed++
		}
	}
	return sealed, nil
}

// CountOld gives how many rows hold something that an older key than the present one has sealed.
func (s *Service) CountOld(ctx context.Context) (int64, error) {
	return s.eachOld(ctx, func(model.SealedTable, []model.SealedRow) error { return nil })
}

// eachOld goes through every table with sealed columns and hands over the rows that older keys have
// sealed, some at a time. It gives how many there were.
func (s *Service) eachOld(ctx context.Context, do func(t model.SealedTable, old []model.SealedRow) error) (found int64, err error) {
	tables, err := model.SealedTables()
	if err != nil {
		return 0, err
	}
	for _, t := range tables {
		for after := int64(0); ; {
			old, last, err := model.SealedRows(s.DB.Read(ctx), t, after, sealedAtOnce)
			if err != nil {
				return found, err
			}
			if last == 0 {
				break
			}
			after, found = last, found+int64(len(old))
			if len(old) == 0 {
				continue
			}
			if err := do(t, old); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}
