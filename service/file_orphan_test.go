package service_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
)

// allShelves does the duty of a whole day.
func (a *atPhotos) allShelves() {
	a.Helper()
	for range 24 {
		a.duty("drop_orphans")
		a.Move(time.Hour)
	}
}

func (a *atPhotos) gone(id int64) bool {
	_, err := model.FileByID(a.DB.Read(a.Context()), id)
	return errors.Is(err, model.ErrFileNotFound)
}

func TestOrphans_whatNoRecordNamesForADayIsDropped(t *testing.T) {
	a := photos(t)
	loose, used := a.upload(a.token), a.attached(a.token)
	a.Move(24 * time.Hour)
	a.duty("drop_orphans")
	if a.gone(loose) {
		t.Fatal("dropped before the day was over")
	}
	a.Move(time.Second)
	a.duty("drop_orphans")
	if !a.gone(loose) || a.gone(used) {
		t.Errorf("loose gone: %v, used gone: %v", a.gone(loose), a.gone(used))
	}
	if n := len(a.Blobs.Kept()); n != 2 {
		t.Errorf("%d blobs are left, want two", n)
	}
	a.allShelves()
	a.allShelves()
	if a.gone(used) || len(a.Blobs.Kept()) != 2 {
		t.Error("what is used is gone")
	}
}

func TestOrphans_aCrashBetweenBlobAndRowIsFoundWhicheverWayItWent(t *testing.T) {
	a := photos(t)
	used, dropped := a.file(a.attached(a.token)), a.file(a.upload(a.token))
	for _, name := range []string{"00aa.jpg", "ff00.thumb.jpg", "7f12.jpg.tmp", used.Name + ".jpg.tmp"} { // a crash before the row; one while writing
		if err := a.Blobs.Put(a.Context(), name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	a.Move(25 * time.Hour)
	a.Blobs.Fail(fault.New(fault.Unavailable, "blob.unavailable", "照片暂时存取不了。"))
	a.duty("drop_orphans") // the row goes, the blobs can't
	a.Blobs.Fail(nil)
	if !a.gone(dropped.ID) || len(a.Blobs.Kept()) != 8 {
		t.Fatalf("gone %v, %d blobs", a.gone(dropped.ID), len(a.Blobs.Kept()))
	}
	a.allShelves()
	for name := range a.Blobs.Kept() {
		if name != used.Name+".jpg" && name != used.Name+".thumb.jpg" {
			t.Errorf("%s is still there", name)
		}
	}
	if len(a.Blobs.Kept()) != 2 {
		t.Errorf("%d blobs are left", len(a.Blobs.Kept()))
	}
}

func TestOrphans_aFreshBlobIsSomebodysUploadUnderWay(t *testing.T) {
	a := photos(t)
	a.Move(-time.Hour)
	for i := range 256 {
		if i%23 == 0 {
			if err := a.Blobs.Put(a.Context(), fmt.Sprintf("%02xab.jpg", i), []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	n := len(a.Blobs.Kept())
	a.allShelves()
	if len(a.Blobs.Kept()) != n {
		t.Error("a fresh blob was removed")
	}
}

// TestOrphans_anEmptyDatabaseEmptiesNoStore: somebody has set another DATABASE_URL over the same folder.
func TestOrphans_anEmptyDatabaseEmptiesNoStore(t *testing.T) {
	a := photos(t)
	for i := range 256 * 3 {
		if err := a.Blobs.Put(a.Context(), fmt.Sprintf("%02x%04d.jpg", i%256, i), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	a.Move(48 * time.Hour)
	a.allShelves()
	if n := len(a.Blobs.Kept()); n < 256*3-3*256/24 {
		t.Errorf("%d of %d blobs are left", n, 256*3)
	}
}

// TestOrphans_whatWasAttachedSinceItWasFoundStays: the duty has found photos to be loose, and then a
// record is faster.
func TestOrphans_whatWasAttachedSinceItWasFoundStays(t *testing.T) {
	a := photos(t)
	loose, used := a.upload(a.token), a.attached(a.token)
	a.Tx(func(tx *gorm.DB) error {
		names, err := model.DropLooseFiles(tx, []int64{loose, used, 4711}, a.Clock.Now().Add(time.Hour))
		if len(names) != 1 {
			t.Errorf("dropped %v", names)
		}
		return err
	})
	if !a.gone(loose) || a.gone(used) {
		t.Errorf("loose gone: %v, used gone: %v", a.gone(loose), a.gone(used))
	}
}

func TestOrphans_attachingAndDroppingAtOnceNeverLosesAPhoto(t *testing.T) {
	a := photos(t)
	cmd := a.as(a.token)
	for i := range 20 {
		one := a.upload(a.token)
		a.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.File{}).Where("id = ?", one).Update("loose_since", a.Clock.Now().Add(-25*time.Hour)).Error
		})
		if err := a.S.Owe(a.Context(), "drop_orphans", 0, "", a.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		var attached error
		a.Race(2, func(n int) {
			if n == 0 {
				attached = a.S.AttachFiles(a.Context(), cmd, "test", int64(i), []int64{one}, 9)
			} else if err := a.S.WorkOff(a.Context()); err != nil {
				t.Error(err)
			}
		})
		if (attached == nil) == a.gone(one) {
			t.Fatalf("attached: %v, gone: %v", attached, a.gone(one))
		}
		if attached == nil {
			name, whole := a.file(one).Name, 0
			for blob := range a.Blobs.Kept() {
				if strings.HasPrefix(blob, name) {
					whole++
				}
			}
			if whole != 2 {
				t.Fatalf("an attached photo has %d blobs", whole)
			}
		} else if !errors.Is(attached, model.ErrFileNotFound) {
			t.Fatal(attached)
		}
	}
}
