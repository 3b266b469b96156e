package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"danyuan/fault"
)

// Sealing keys are rotated in three steps, so that at no moment a value is sealed by a key that somebody
// does not have: Prepare adds a key that opens and does not seal yet (it is backed up, and copied to
// wherever else the keys lie); Promote makes it seal; what the older keys have sealed is sealed anew. The
// older keys stay, for backups of the database, until DropOld.

// Refusals of a rotation.
var (
	ErrKeysBusy   = fault.New(fault.Conflict, "keys.busy", "密钥文件正在被另一个命令修改，或者上一次修改被打断了。请确认没有别的 danyuan keys 命令在运行，删掉密钥目录里的 seal.json.new，再试一次。")
	ErrKeysInUse  = fault.New(fault.Conflict, "keys.in_use", "还有数据是旧密钥加密的，没有删除任何密钥。请先运行 danyuan keys rotate。")
	ErrKeysOwner  = fault.New(fault.Conflict, "keys.owner", "密钥文件属于别的用户，写不出属于他的新文件，没有改动任何内容。请用运行 danyuan 的用户或 root 再运行一次。")
	ErrNoneBefore = fault.New(fault.Conflict, "keys.none_prepared", "没有准备好的新密钥，所有数据都是现在的密钥加密的，没有改动任何内容。要换密钥，请先运行 danyuan keys prepare 并备份。")
	ErrPrepared   = fault.New(fault.Conflict, "keys.prepared", "已经有一个准备好的新密钥，不用再准备。请备份密钥目录，然后运行 danyuan keys rotate。")
)

// knows tells whether a key is in the keyset.
func (s *sealing) knows(key uint32) bool { return slices.Contains(s.order, key) }

// newer tells whether a key is ours, and newer than the one that seals.
func (s *sealing) newer(key uint32) bool {
	return slices.Index(s.order, key) > slices.Index(s.order, s.main)
}

// prepared gives the newest key while it does not seal yet, 0 when there is none.
func (s *sealing) prepared() uint32 {
	if last := s.order[len(s.order)-1]; last != s.main {
		return last
	}
	return 0
}

// Prepared tells whether a new key waits to be promoted.
func (k *Keys) Prepared() bool { return k.sealing().prepared() != 0 }

// Prepare adds a key that opens, and does not seal yet. It refuses with ErrPrepared when one waits already.
func (k *Keys) Prepare() error {
	return k.change(func(s *sealing, m *keyset.Manager) error {
		if s.prepared() != 0 {
			return ErrPrepared
		}
		_, err := m.Add(aead.AES256GCMKeyTemplate())
		return err
	})
}

// Promote makes the prepared key the one that seals; ErrNoneBefore when there is none.
func (k *Keys) Promote() error {
	return k.change(func(s *sealing, m *keyset.Manager) error {
		if s.prepared() == 0 {
			return ErrNoneBefore
		}
		return m.SetPrimary(s.prepared())
	})
}

// Use makes a key that another machine has taken into use, see Promote, the one that seals here too, until this
// machine's file is another. known: the key is in it; an older one than that which seals changes nothing.
func (k *Keys) Use(key uint32) (known bool, err error) {
	k.reading.Lock()
	defer k.reading.Unlock()
	s := k.sealing()
	if !s.newer(key) {
		return s.knows(key), nil
	}
	m := keyset.NewManagerFromHandle(s.keyset)
	if err := m.SetPrimary(key); err != nil {
		return true, err
	}
	h, err := m.Handle()
	if err != nil {
		return true, err
	}
	return true, k.take(h, s.read)
}

// Seals gives the number of the key that seals.
func (k *Keys) Seals() uint32 { return k.sealing().main }

// DropOld drops every key but the one that seals. Whoever calls it has seen that nothing is sealed by them.
func (k *Keys) DropOld() error {
	return k.change(func(s *sealing, m *keyset.Manager) error {
		drop := m.Delete
		for _, key := range s.order {
			if key == s.main {
				continue
			}
			if err := drop(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// change writes the keyset anew, whole or not at all, one command at a time: whoever has made the new file. It has
// the owner and the rights of the one before, because the service may be another user than who gives the command.
func (k *Keys) change(with func(s *sealing, m *keyset.Manager) error) error {
	file := filepath.Join(k.dir, sealFile)
	f, err := newKeyset(file + ".new")
	if errors.Is(err, os.ErrExist) {
		return ErrKeysBusy
	} else if err != nil {
		return err
	}
	changed, err := k.changed(with)
	if err == nil {
		err = sameOwner(f, file)
		if errors.Is(err, fs.ErrPermission) {
			err = ErrKeysOwner.Because(err)
		}
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err := writeKeyset(f, changed); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	if err := syncFolder(k.dir); err != nil {
		return err
	}
	return k.Reload()
}

// changed gives the keyset as it lies in the file, with a change.
func (k *Keys) changed(with func(s *sealing, m *keyset.Manager) error) (*keyset.Handle, error) {
	if err := k.Reload(); err != nil {
		return nil, err
	}
	m := keyset.NewManagerFromHandle(k.sealing().keyset)
	if err := with(k.sealing(), m); err != nil {
		return nil, err
	}
	return m.Handle()
}

// syncFolder returns once the disk has the folder's names.
func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// SealedTable is a table with sealed columns.
type SealedTable struct {
	Name    string
	columns []string
}

// SealedTables gives every one of them, by the tags of the records.
func SealedTables() ([]SealedTable, error) {
	var all []SealedTable
	parsed := &sync.Map{}
	for _, record := range Tables() {
		s, err := schema.Parse(record, parsed, schema.NamingStrategy{})
		if err != nil {
			return nil, err
		}
		t := SealedTable{Name: s.Table}
		for _, f := range s.Fields {
			if isSealed(f) {
				t.columns = append(t.columns, f.DBName)
			}
		}
		if len(t.columns) == 0 {
			continue
		}
		key := s.PrioritizedPrimaryField
		if key == nil || key.DBName != "id" || key.FieldType.Kind() != reflect.Int64 {
			return nil, fmt.Errorf("model: table %s has sealed columns and no whole number as its id: it can't be sealed anew", s.Table)
		}
		all = append(all, t)
	}
	return all, nil
}

// SealedRow is a row's sealed values as they are stored, in the order of the table's columns.
type SealedRow struct {
	id     int64
	stored [][]byte
}

// SealedRows gives at most limit rows of a table behind an id that an older key has sealed something of,
// and the last id that was looked at: 0 when there are none behind.
func SealedRows(tx *gorm.DB, t SealedTable, after int64, limit int) (old []SealedRow, last int64, err error) {
	rows, err := tx.Table(t.Name).Select("id, "+strings.Join(t.columns, ", ")).Where("id > ?", after).Order("id").Limit(limit).Rows()
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }()
	main := KeysOf(tx).sealing().main
	for rows.Next() {
		r := SealedRow{stored: make([][]byte, len(t.columns))}
		into := []any{&r.id}
		for i := range r.stored {
			into = append(into, &r.stored[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, 0, err
		}
		last = r.id
		if slices.ContainsFunc(r.stored, func(b []byte) bool { return len(b) > 0 && keyOf(b) != main }) {
			old = append(old, r)
		}
	}
	return old, last, rows.Err()
}

// SealAnew seals a row's values by the key that seals now, unless somebody has changed one of them since
// they were read. done says that it did.
func SealAnew(tx *gorm.DB, t SealedTable, r SealedRow) (done bool, err error) {
	k := KeysOf(tx)
	var set, still []string
	var values, were []any
	for i, column := range t.columns {
		if len(r.stored[i]) == 0 || keyOf(r.stored[i]) == k.sealing().main {
			continue
		}
		bound := []byte(t.Name + "." + column)
		plain, err := k.open(r.stored[i], bound)
		if err != nil {
			return false, fmt.Errorf("model: %s.%s of row %d can't be opened: %w", t.Name, column, r.id, err)
		}
		sealed, err := k.sealing().Encrypt(plain, bound)
		if err != nil {
			return false, err
		}
		set, still = append(set, column+" = ?"), append(still, column+" = ?")
		values, were = append(values, sealed), append(were, r.stored[i])
	}
	if len(set) == 0 {
		return false, nil
	}
	q := tx.Exec("UPDATE "+t.Name+" SET "+strings.Join(set, ", ")+" WHERE id = ? AND "+strings.Join(still, " AND "),
		append(append(values, r.id), were...)...)
	return q.RowsAffected == 1, q.Error
}
