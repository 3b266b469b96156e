package main

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gorm.io/gorm"

	"danyuan/config"
	"danyuan/model"
)

// TestBackup_ofAServingHouseIsRestoredWhole backs the demo up while people sign in, restores it elsewhere with
// the same keys, and finds there what was in it at one moment, photos included.
func TestBackup_ofAServingHouseIsRestoredWhole(t *testing.T) {
	h := demoHouse(t)
	set := config.Settings{DataDir: filepath.Dir(databaseFile(t, h)), LogLevel: "error"}
	photo := []byte("a photo")
	const name = "ab0123456789abcdef.jpg"
	if err := h.s.Blobs.Put(t.Context(), name, photo); err != nil {
		t.Fatal(err)
	}
	before := peopleIn(t, h.db)

	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	busy.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			err := h.db.Tx(ctx, func(tx *gorm.DB) error {
				_, err := model.SignIn(tx, "while-backing-up-"+strconv.Itoa(n), "", "", clock{}.Now())
				return err
			})
			if err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
	})
	dir := filepath.Join(t.TempDir(), "backup")
	err := (&backup{Settings: set, Dir: dir}).Run(t.Context())
	stop()
	busy.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); !errors.Is(err, errBackedUp) {
		t.Errorf("a backup was overwritten: %v", err)
	}

	elsewhere := config.Settings{DataDir: t.TempDir(), KeysDir: set.Keys(), LogLevel: "error"}
	if err := (&restore{Settings: elsewhere, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := open(t.Context(), elsewhere, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if now := peopleIn(t, again.db); now != before {
		t.Errorf("%d people, there were %d", now, before)
	}
	if content, err := again.s.Blobs.Get(t.Context(), name); err != nil || !bytes.Equal(content, photo) {
		t.Errorf("the photo is %q, %v", content, err)
	}
	if err := (&restore{Settings: elsewhere, Dir: dir}).Run(t.Context()); !errors.Is(err, model.ErrCopyInUse) {
		t.Errorf("restored over a database that is in use: %v", err)
	}
	if left, err := os.ReadDir(elsewhere.DataDir); err != nil || len(left) != 4 { // the database with its two files, the photos
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBackup_ofAStoreIsRestoredIntoAnother: photos in a bucket are in the backup, and go wherever the settings
// say that they lie: into another bucket or a folder.
func TestBackup_ofAStoreIsRestoredIntoAnother(t *testing.T) {
	h := demoHouse(t)
	set := config.Settings{DataDir: filepath.Dir(databaseFile(t, h)), LogLevel: "error", S3: bucket(t, "first")}
	photos := map[string][]byte{"00aaaaaaaaaaaaaaaaaa.jpg": []byte("one"), "abbbbbbbbbbbbbbbbbbb.jpg": bytes.Repeat([]byte{0, 255}, 300_000), "ffcccccccccccccccccc.s.jpg": []byte("three")}
	store, err := blobs(set)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range photos {
		if err := store.Put(t.Context(), name, content); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "backup")
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, s3 := range map[string]config.S3{"another bucket": bucket(t, "second"), "a folder": {}} {
		elsewhere := config.Settings{DataDir: t.TempDir(), KeysDir: set.Keys(), LogLevel: "error", S3: s3}
		if err := (&restore{Settings: elsewhere, Dir: dir}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		restored, err := blobs(elsewhere)
		if err != nil {
			t.Fatal(err)
		}
		for photo, content := range photos {
			if got, err := restored.Get(t.Context(), photo); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: of %s %d bytes are there, %v", name, photo, len(got), err)
			}
		}
	}
}

// bucket is an empty bucket of a store that speaks S3.
func bucket(t *testing.T, name string) config.S3 {
	t.Helper()
	shelf := s3mem.New()
	if err := shelf.CreateBucket(name); err != nil {
		t.Fatal(err)
	}
	store := httptest.NewServer(gofakes3.New(shelf).Server())
	t.Cleanup(store.Close)
	return config.S3{Endpoint: store.URL, Region: "here", Bucket: name, AccessKey: "id", SecretKey: "key", Style: "path", Prefix: "danyuan/"}
}

func databaseFile(t *testing.T, h *house) (file string) {
	t.Helper()
	if err := h.db.Read(t.Context()).Raw("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file).Error; err != nil {
		t.Fatal(err)
	}
	return file
}

func peopleIn(t *testing.T, db *model.DB) (n int64) {
	t.Helper()
	if err := db.Read(t.Context()).Model(&model.Person{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}
