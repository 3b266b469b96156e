package model_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// ownKeys gives keys that the test may rotate, and their folder.
func ownKeys(t testing.TB) (*model.Keys, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := model.CreateKeys(dir); err != nil {
		t.Fatal(err)
	}
	return loaded(t, dir), dir
}

func loaded(t testing.TB, dir string) *model.Keys {
	t.Helper()
	keys, err := model.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func rotate(t testing.TB, keys *model.Keys) {
	t.Helper()
	if err := errors.Join(keys.Prepare(), keys.Promote()); err != nil {
		t.Fatal(err)
	}
}

func openWith(t testing.TB, url string, keys *model.Keys) *model.DB {
	t.Helper()
	db, err := model.Open(t.Context(), url, keys, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestSealAnew_everySealedColumn fills each sealed column, rotates, and sees what lies in it before and
// after: readable throughout, and afterwards by the new key alone.
func TestSealAnew_everySealedColumn(t *testing.T) {
	keys, _ := ownKeys(t)
	db := openWith(t, testkit.OpenDatabase(t), keys)
	tables, err := model.SealedTables()
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx *gorm.DB) error {
		withoutForeignKeys(t, tx)
		fields := sealedFields(t)
		before := make([][][]byte, len(fields))
		for i, x := range fields {
			if err := tx.Create(x.with(i)).Error; err != nil {
				return err
			}
		}
		for i, x := range fields {
			before[i] = x.raw(t, tx)
		}
		rotate(t, keys)
		for _, x := range fields {
			x.expectSealed(t, tx, nil) // still opens
		}
		for _, table := range tables {
			sealTable(t, tx, table)
		}
		if err := keys.DropOld(); err != nil {
			return err
		}
		for i, x := range fields {
			x.expectSealed(t, tx, nil)
			after := x.raw(t, tx)
			for j := range after {
				if len(before[i][j]) > 0 && (len(after[j]) < 5 || bytes.Equal(after[j][:5], before[i][j][:5])) {
					t.Errorf("%s.%s is still sealed by the old key", x.s.Table, x.f.DBName)
				}
			}
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
}

func sealTable(t testing.TB, tx *gorm.DB, table model.SealedTable) {
	t.Helper()
	for after := int64(0); ; {
		old, last, err := model.SealedRows(tx, table, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if last == 0 {
			return
		}
		after = last
		for _, r := range old {
			if done, err := model.SealAnew(tx, table, r); err != nil || !done {
				t.Fatalf("%s: %v %v", table.Name, done, err)
			}
			if done, err := model.SealAnew(tx, table, r); err != nil || done {
				t.Fatalf("%s: what had changed was overwritten: %v", table.Name, err)
			}
		}
	}
}

// TestKeys_anotherProcessFollows: what one process seals by a new key another opens that read the keys
// before there was one.
func TestKeys_anotherProcessFollows(t *testing.T) {
	keys, dir := ownKeys(t)
	url := testkit.OpenDatabase(t)
	here, there := openWith(t, url, keys), openWith(t, url, loaded(t, dir))
	sign := func(openID string) {
		t.Helper()
		err := here.Tx(t.Context(), func(tx *gorm.DB) error {
			_, err := model.SignIn(tx, openID, "", "key-of-"+openID, testkit.Start)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	opens := func(id int64, want string) {
		t.Helper()
		u, err := model.UserByID(there.Read(t.Context()), id)
		if err != nil || u.SessionKey != want {
			t.Fatalf("%q %v", u.SessionKey, err)
		}
	}
	sign("a")
	opens(1, "key-of-a")
	rotate(t, keys)
	sign("b")
	opens(1, "key-of-a")
	opens(2, "key-of-b")
}

// TestKeys_anotherMachineSealsByTheKeyThatItMeets: its folder is a copy from before the key was taken into use.
func TestKeys_anotherMachineSealsByTheKeyThatItMeets(t *testing.T) {
	keys, dir := ownKeys(t)
	if err := keys.Prepare(); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	url := testkit.OpenDatabase(t)
	elsewhere := loaded(t, copied)
	here, there := openWith(t, url, keys), openWith(t, url, elsewhere)
	if err := keys.Promote(); err != nil {
		t.Fatal(err)
	}
	if elsewhere.Seals() == keys.Seals() {
		t.Fatal("the copy knows of it by itself")
	}
	err := here.Tx(t.Context(), func(tx *gorm.DB) error {
		_, err := model.SignIn(tx, "a", "", "key-of-a", testkit.Start)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := model.UserByID(there.Read(t.Context()), 1); err != nil || u.SessionKey != "key-of-a" {
		t.Fatalf("%q %v", u.SessionKey, err)
	}
	if elsewhere.Seals() != keys.Seals() {
		t.Error("it goes on sealing by the old key")
	}
	if err := elsewhere.Reload(); err != nil || elsewhere.Seals() != keys.Seals() || elsewhere.Prepared() {
		t.Errorf("it forgets, though its file is the same: %v", err)
	}
}

// TestKeys_theNewFileBelongsToWhomTheOldOneDid: the service is seldom the user who gives the command.
func TestKeys_theNewFileBelongsToWhomTheOldOneDid(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	keys, dir := ownKeys(t)
	file := filepath.Join(dir, "seal.json")
	if err := errors.Join(os.Chmod(file, 0o640), os.Chown(file, 12_345, 12_346)); err != nil {
		t.Fatal(err)
	}
	if err := keys.Prepare(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if is := reflect.Indirect(reflect.ValueOf(info.Sys())); is.FieldByName("Uid").Uint() != 12_345 || is.FieldByName("Gid").Uint() != 12_346 || info.Mode().Perm() != 0o640 {
		t.Errorf("%v of %d:%d", info.Mode(), is.FieldByName("Uid").Uint(), is.FieldByName("Gid").Uint())
	}
}

func TestKeys_aRotationIsPreparedFirstAndWrittenWhole(t *testing.T) {
	keys, dir := ownKeys(t)
	if err := keys.Promote(); !errors.Is(err, model.ErrNoneBefore) {
		t.Errorf("promoted what is not there: %v", err)
	}
	if err := keys.Prepare(); err != nil || !keys.Prepared() {
		t.Fatal(err)
	}
	if err := keys.Prepare(); !errors.Is(err, model.ErrPrepared) {
		t.Errorf("prepared twice: %v", err)
	}
	half := filepath.Join(dir, "seal.json.new")
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refusal left a file behind")
	}
	// Another command is at it, or was broken off before the new file took the old one's place.
	if err := os.WriteFile(half, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Promote(); !errors.Is(err, model.ErrKeysBusy) {
		t.Errorf("written beside another: %v", err)
	}
	if !loaded(t, dir).Prepared() {
		t.Error("what was broken off has changed the keys")
	}
	if err := errors.Join(os.Remove(half), keys.Promote()); err != nil || keys.Prepared() {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "seal.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was left behind")
	}
}
