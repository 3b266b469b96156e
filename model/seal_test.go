package model_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// usual are the ways that the code takes: they must work, and seal.
var usual = []string{"Create", "Save of a new", "Save of a stored", "CreateInBatches", "Create of many", "Update", "Updates from a record", "Updates from a map"}

var errUndo = errors.New("undo")

// TestSealed_noWayToWritePlainText tries every way for every sealed field of every record, those that
// are added later too. A way may seal or may be refused; plain text never reaches the column.
func TestSealed_noWayToWritePlainText(t *testing.T) {
	k := testkit.New(t)
	for _, x := range sealedFields(t) {
		for name, write := range x.ways() {
			t.Run(x.s.Table+"."+x.f.DBName+"/"+name, func(t *testing.T) {
				err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
					withoutForeignKeys(t, tx)
					stored := x.row(1).Interface()
					if err := tx.Create(stored).Error; err != nil {
						t.Fatalf("the rig can't store a row of %s: %v", x.s.Table, err)
					}
					before := x.raw(t, tx)
					if err := tx.SavePoint("sp_write").Error; err != nil {
						t.Fatal(err)
					}
					if err := write(tx, stored, 500); err != nil {
						if slices.Contains(usual, name) {
							t.Errorf("refused: %v", err)
						}
						tx.RollbackTo("sp_write")
						if after := x.raw(t, tx); !reflect.DeepEqual(after, before) {
							t.Errorf("refused (%v), and yet changed", err)
						}
						return errUndo
					}
					x.expectSealed(t, tx, before)
					return errUndo
				})
				if !errors.Is(err, errUndo) {
					t.Error(err)
				}
			})
		}
	}
}

// expectSealed fails unless every value of the column is a ciphertext, and one opens to the secret or
// nothing has changed (gorm makes no assignment of some lists).
func (x sealedField) expectSealed(t *testing.T, tx *gorm.DB, before [][]byte) {
	t.Helper()
	after := x.raw(t, tx)
	for _, stored := range after {
		if len(stored) > 0 && (stored[0] != 1 || bytes.Contains(stored, []byte(secret)) || bytes.Contains(stored, []byte("139000"))) {
			t.Fatalf("plain text in the column: %q", stored)
		}
	}
	rows := reflect.New(reflect.SliceOf(x.s.ModelType))
	if err := tx.Find(rows.Interface()).Error; err != nil {
		t.Fatalf("what was stored does not open: %v", err)
	}
	for i := range rows.Elem().Len() {
		v := x.f.ReflectValueOf(t.Context(), rows.Elem().Index(i)).Interface()
		if fmt.Sprintf("%s", v) == secret {
			return
		}
	}
	if !reflect.DeepEqual(before, after) {
		t.Fatal("the write was not refused, and yet no row holds the secret")
	}
}

// raw gives the column as it is stored.
func (x sealedField) raw(t *testing.T, tx *gorm.DB) (values [][]byte) {
	t.Helper()
	rows, err := tx.Raw(fmt.Sprintf("SELECT %s FROM %s ORDER BY %s", x.f.DBName, x.s.Table, x.s.PrioritizedPrimaryField.DBName)).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v []byte
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// withoutForeignKeys lets a row stand without those it points at.
func withoutForeignKeys(t *testing.T, tx *gorm.DB) {
	t.Helper()
	if _, err := testkit.WithoutForeignKeys(tx); err != nil {
		t.Fatal(err)
	}
}

// TestSealed_databaseRefusesPlainText is the CHECK of each sealed column, which is the last fence.
func TestSealed_databaseRefusesPlainText(t *testing.T) {
	k := testkit.New(t)
	for _, x := range sealedFields(t) {
		for _, plain := range []any{secret, []byte(secret), "1", []byte{2, 0, 0, 0}} {
			err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
				withoutForeignKeys(t, tx)
				if err := tx.Create(x.row(1).Interface()).Error; err != nil {
					t.Fatalf("the rig can't store a row of %s: %v", x.s.Table, err)
				}
				err := tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ?", x.s.Table, x.f.DBName), plain).Error
				if err == nil {
					t.Errorf("%s.%s takes %q: its table needs CONSTRAINT ck_%s_%s CHECK (@is_sealed(%s))", x.s.Table, x.f.DBName, plain, x.s.Table, x.f.DBName, x.f.DBName)
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Error(err)
			}
		}
	}
}

// TestSealed_movedValueDoesNotOpen moves each ciphertext into each other sealed column.
func TestSealed_movedValueDoesNotOpen(t *testing.T) {
	k := testkit.New(t)
	fields := sealedFields(t)
	err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
		withoutForeignKeys(t, tx)
		stolen := make([][]byte, len(fields))
		for i, x := range fields {
			if err := tx.Exec("DELETE FROM " + x.s.Table).Error; err != nil {
				return err
			}
			if err := tx.Create(x.with(1)).Error; err != nil {
				return err
			}
			stolen[i] = x.raw(t, tx)[0]
		}
		for i, from := range fields {
			for j, to := range fields {
				if i == j {
					continue
				}
				if err := tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ?", to.s.Table, to.f.DBName), stolen[i]).Error; err != nil {
					return err
				}
				if err := tx.Take(reflect.New(to.s.ModelType).Interface()).Error; err == nil {
					t.Errorf("what was sealed for %s.%s opens in %s.%s", from.s.Table, from.f.DBName, to.s.Table, to.f.DBName)
				}
				if err := tx.Exec(fmt.Sprintf("UPDATE %s SET %s = ?", to.s.Table, to.f.DBName), stolen[j]).Error; err != nil {
					return err
				}
			}
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
}

func TestSealed_withoutKeysNothingIsWrittenOrRead(t *testing.T) {
	k := testkit.New(t)
	for _, x := range sealedFields(t) {
		err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error {
			withoutForeignKeys(t, tx)
			keyless := tx.WithContext(t.Context())
			for _, write := range []*gorm.DB{
				keyless.Create(x.with(1)),
				keyless.Table(x.s.Table).Model(reflect.New(x.s.ModelType).Interface()).Create(x.asMap(2)),
			} {
				if write.Error == nil {
					t.Errorf("%s.%s was written without keys", x.s.Table, x.f.DBName)
				}
			}
			if err := tx.Create(x.with(3)).Error; err != nil {
				return err
			}
			if err := keyless.Take(reflect.New(x.s.ModelType).Interface()).Error; err == nil {
				t.Errorf("%s.%s was read without keys", x.s.Table, x.f.DBName)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Error(err)
		}
	}
}

// TestSealed_emptyIsNull: who has no phone has nothing sealed, and nothing that looks like it.
func TestSealed_emptyIsNull(t *testing.T) {
	k := testkit.New(t)
	p := k.Person(k.Org().Unit, "王建国")
	var phone []byte
	if err := k.DB.Read(t.Context()).Raw("SELECT phone FROM persons WHERE id = ?", p.ID).Row().Scan(&phone); err != nil || phone != nil {
		t.Fatal(phone, err)
	}
}

func TestBlindIndex_equalValuesOfOneColumnOnly(t *testing.T) {
	k := testkit.Keys()
	first, again := k.Index("persons.phone", "13900000001"), k.Index("persons.phone", "13900000001")
	if first != again {
		t.Error("the same value is not found again")
	}
	for _, other := range []string{k.Index("persons.phone", "13900000002"), k.Index("persons.id_number", "13900000001"), k.Index("persons.phon", "e13900000001")} {
		if other == k.Index("persons.phone", "13900000001") {
			t.Error("another value or column has the same index")
		}
	}
	if ix := k.Index("persons.phone", "13900000001"); strings.Contains(ix, "139") || len(ix) > 24 {
		t.Errorf("index %q", ix)
	}
	var p model.Person
	p.SetIDNumber(k, "34080219500101001x")
	q := model.Person{}
	q.SetIDNumber(k, "34080219500101001X")
	if *p.IDNumberIndex != *q.IDNumberIndex || p.IDNumber != q.IDNumber {
		t.Error("x and X at the end of an id number are one")
	}
	p.SetPhone(k, "13900000001")
	p.SetPhone(k, "")
	if p.PhoneIndex != nil {
		t.Error("no phone must have no index")
	}
}

func TestKeys_areNeverOverwrittenAndTellWhenMissing(t *testing.T) {
	dir := t.TempDir()
	if _, err := model.LoadKeys(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("missing keys: %v", err)
	}
	if err := model.CreateKeys(dir); err != nil {
		t.Fatal(err)
	}
	if err := model.CreateKeys(dir); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("keys were overwritten: %v", err)
	}
	keys, err := model.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if keys.Index("a", "b") == testkit.Keys().Index("a", "b") {
		t.Error("two keysets give the same index")
	}
}
