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
	"time"

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
	if err := os.MkdirAll(filepath.Join(elsewhere.DataDir, restoring), 0o700); err != nil { // of a restore that was killed
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(elsewhere.DataDir, restoring, backupFile), photo, 0o600); err != nil {
		t.Fatal(err)
	}
	again := restored(t, elsewhere, dir)
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

// TestBackup_isMadeAlsoOfWhatDiffers: what the exchange of replicas leaves behind for a day keeps nobody from a backup,
// and alarms nobody. What nothing mends does, and is in a backup all the same, which can be restored: whoever looks for
// what happened has a copy to look at.
func TestBackup_isMadeAlsoOfWhatDiffers(t *testing.T) {
	h := demoHouse(t)
	set := config.Settings{DataDir: filepath.Dir(databaseFile(t, h)), LogLevel: "error"}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Model(&model.ServiceTotal{}).Where("1 = 1").Update("minutes", gorm.Expr("minutes + 1")).Error
	})
	if err := (&verify{Settings: set}).Run(t.Context()); !errors.Is(err, errLags) {
		t.Errorf("verify: %v", err)
	}
	dir := t.TempDir()
	if err := (&backup{Settings: set, Dir: filepath.Join(dir, "lags")}).Run(t.Context()); err != nil {
		t.Errorf("backup: %v", err)
	}
	tamper(t, h, func(tx *gorm.DB) error {
		return tx.Model(&model.Hours{}).Where("state = ?", model.HoursConfirmed).Update("points", gorm.Expr("points + 1")).Error
	})
	if err := (&backup{Settings: set, Dir: filepath.Join(dir, "differs")}).Run(t.Context()); !errors.Is(err, errBackupDiffers) {
		t.Errorf("backup of what differs: %v", err)
	}
	elsewhere := config.Settings{DataDir: t.TempDir(), KeysDir: set.Keys(), LogLevel: "error"}
	if err := (&restore{Settings: elsewhere, Dir: filepath.Join(dir, "differs")}).Run(t.Context()); !errors.Is(err, errDiffers) {
		t.Errorf("restoring what differs: %v", err)
	}
	if err := (&verify{Settings: elsewhere}).Run(t.Context()); !errors.Is(err, errDiffers) {
		t.Errorf("what was restored: %v", err)
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

// restored is the house of a backup that is restored where nothing was.
func restored(t *testing.T, into config.Settings, dir string) *house {
	t.Helper()
	if err := (&restore{Settings: into, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), into, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func peopleIn(t *testing.T, db *model.DB) (n int64) {
	t.Helper()
	if err := db.Read(t.Context()).Model(&model.Person{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackup_takesPhotosOutOfAStoreAndPutsThemIntoAnother: photos that lie in a store are in the backup, too.
func TestBackup_takesPhotosOutOfAStoreAndPutsThemIntoAnother(t *testing.T) {
	memory := s3mem.New()
	if err := memory.CreateBucket("danyuan"); err != nil {
		t.Fatal(err)
	}
	store := httptest.NewServer(gofakes3.New(memory).Server())
	t.Cleanup(store.Close)
	inStore := func(dir, prefix string) config.Settings {
		return config.Settings{DataDir: dir, LogLevel: "error", S3: config.S3{
			Endpoint: store.URL, Region: "ap-nanjing", Bucket: "danyuan", AccessKey: "i", SecretKey: "k", Prefix: prefix, Style: "path",
		}}
	}
	from := inStore(filledCopy(t), "one/")
	photos, err := blobs(from)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"000123456789abcdef.jpg", "ab0123456789abcdef.jpg", "ff0123456789abcdef.jpg"}
	for _, name := range names {
		if err := photos.Put(t.Context(), name, []byte("photo "+name)); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "backup")
	if err := (&backup{Settings: from, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	to := inStore(t.TempDir(), "two/")
	to.KeysDir = from.Keys()
	if err := (&restore{Settings: to, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if photos, err = blobs(to); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if content, err := photos.Get(t.Context(), name); err != nil || string(content) != "photo "+name {
			t.Errorf("%s is %q, %v", name, content, err)
		}
	}
}

// TestBackup_isForItsOwnerOnly, also in a folder that others may look into.
func TestBackup_isForItsOwnerOnly(t *testing.T) {
	set := config.Settings{DataDir: filledCopy(t), LogLevel: "error"}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, backupFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestBackup_saysThatPhotosAreNotWhereTheSettingsSay: a mistyped folder is empty.
func TestBackup_saysThatPhotosAreNotWhereTheSettingsSay(t *testing.T) {
	h := demoHouse(t)
	file := databaseFile(t, h)
	tamper(t, h, func(tx *gorm.DB) error {
		var b model.Binding
		if err := tx.Where("active_user_id IS NOT NULL").Order("id").First(&b).Error; err != nil {
			return err
		}
		p, err := model.PersonByID(tx, *b.ActivePersonID)
		if err != nil {
			return err
		}
		return tx.Create(&model.File{Name: "ab0123456789abcdef01", UploaderID: p.ID, UserID: b.UserID, NodeID: p.NodeID, State: model.FilePassed, CreatedAt: clock{}.Now().UTC()}).Error
	})
	set := config.Settings{DataDir: filepath.Join(t.TempDir(), "mistyped"), DatabaseURL: "sqlite:" + file, KeysDir: filepath.Join(filepath.Dir(file), "keys"), LogLevel: "error"}
	dir := t.TempDir()
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); !errors.Is(err, errPhotosMissing) {
		t.Errorf("backup: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, backupFile)); err != nil {
		t.Errorf("there is no backup of the rest: %v", err)
	}
	set.DataDir = filepath.Dir(file)
	if err := h.s.Blobs.Put(t.Context(), "ab0123456789abcdef01.jpg", []byte("a photo")); err != nil {
		t.Fatal(err)
	}
	if err := (&backup{Settings: set, Dir: t.TempDir()}).Run(t.Context()); err != nil {
		t.Errorf("backup with the photo: %v", err)
	}
}

// TestRestore_bringsNothingToAnInstallationInUse: no photos either.
func TestRestore_bringsNothingToAnInstallationInUse(t *testing.T) {
	set := config.Settings{DataDir: filledCopy(t), LogLevel: "error"}
	photos, err := blobs(set)
	if err != nil {
		t.Fatal(err)
	}
	if err := photos.Put(t.Context(), "ab0123456789abcdef.jpg", []byte("a photo")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "backup")
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	used := config.Settings{DataDir: filledCopy(t), LogLevel: "error"}
	if err := (&restore{Settings: used, Dir: dir}).Run(t.Context()); !errors.Is(err, model.ErrCopyInUse) {
		t.Errorf("restored: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(used.Files(), "*", "*")); err != nil || len(left) > 0 {
		t.Errorf("photos came: %v, %v", left, err)
	}
}

// TestRestore_signsNobodyIn: a session of then may have been ended since, because somebody else had it.
func TestRestore_signsNobodyIn(t *testing.T) {
	h := demoHouse(t)
	set := config.Settings{DataDir: filepath.Dir(databaseFile(t, h)), LogLevel: "error"}
	tamper(t, h, func(tx *gorm.DB) error {
		u, err := model.SignIn(tx, "somebody", "", "", clock{}.Now())
		if err != nil {
			return err
		}
		_, err = model.StartSession(tx, u.ID, model.HashToken("a token"), clock{}.Now(), time.Hour)
		return err
	})
	dir := filepath.Join(t.TempDir(), "backup")
	if err := (&backup{Settings: set, Dir: dir}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	elsewhere := config.Settings{DataDir: t.TempDir(), KeysDir: set.Keys(), LogLevel: "error"}
	again := restored(t, elsewhere, dir)
	if _, err := h.s.ActorOf(t.Context(), "a token"); err != nil {
		t.Errorf("where it was backed up: %v", err)
	}
	if _, err := again.s.ActorOf(t.Context(), "a token"); !errors.Is(err, model.ErrSignIn) {
		t.Errorf("where it was restored: %v", err)
	}
}
