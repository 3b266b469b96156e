package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// rotating is a house with keys of its own, and a second process at the same database that read them
// before they were rotated.
type rotating struct {
	*testkit.Kit
	keys   *model.Keys
	other  *model.DB
	people []model.Person
}

func newRotating(t *testing.T, people int) *rotating {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := model.CreateKeys(dir); err != nil {
		t.Fatal(err)
	}
	url := testkit.OpenDatabase(t)
	opened := func() (*model.DB, *model.Keys) {
		keys, err := model.LoadKeys(dir)
		if err != nil {
			t.Fatal(err)
		}
		db, err := model.Open(t.Context(), url, keys, 4)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db, keys
	}
	db, keys := opened()
	r := &rotating{Kit: testkit.On(t, db), keys: keys}
	r.other, _ = opened()
	unit := r.Org().Unit
	for i := range people {
		r.people = append(r.people, r.Person(unit, "王小明", testkit.Phone(phoneOf(i, 0))))
	}
	if err := errors.Join(keys.Prepare(), keys.Promote()); err != nil {
		t.Fatal(err)
	}
	return r
}

func phoneOf(person, turn int) string { return fmt.Sprintf("139%04d%04d", turn, person) }

// left gives how many rows an older key has sealed something of.
func (r *rotating) left() int64 {
	r.Helper()
	n, err := r.S.CountOld(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return n
}

func silent(string, int64) {}

// TestSealAnew_besideReadersAndWriters: everybody reads what is theirs at every moment, also in a process
// that began with the old key alone, and no change is lost.
func TestSealAnew_besideReadersAndWriters(t *testing.T) {
	const people = 600
	r := newRotating(t, people)
	var over atomic.Bool
	var reads, writes atomic.Int64
	var turns [people]atomic.Int64 // how often each has got another number
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() { // each changes their own half
			for i := w; !over.Load(); i = (i + 2) % people {
				turn := int(turns[i].Load()) + 1
				err := r.other.Tx(r.Context(), func(tx *gorm.DB) error {
					return tx.Model(&model.Person{}).Where("id = ?", r.people[i].ID).Updates(map[string]any{"phone": phoneOf(i, turn)}).Error
				})
				switch {
				case err == nil:
					turns[i].Store(int64(turn))
					writes.Add(1)
				case !model.WorthRetrying(err):
					t.Errorf("a writer: %v", err)
					return
				}
			}
		})
	}
	all.Go(func() {
		for i := 0; !over.Load(); i = (i + 7) % people {
			p, err := model.PersonByID(r.other.Read(r.Context()), r.people[i].ID)
			if err != nil || len(p.Phone) != 11 || p.Phone[7:] != phoneOf(i, 0)[7:] {
				t.Errorf("person %d reads %q: %v", i, p.Phone, err)
				return
			}
			reads.Add(1)
		}
	})
	sealed, err := r.S.SealAnew(r.Context(), silent)
	over.Store(true)
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if sealed == 0 || reads.Load() == 0 || writes.Load() == 0 {
		t.Fatalf("sealed %d rows beside %d reads and %d writes", sealed, reads.Load(), writes.Load())
	}
	if _, err := r.S.SealAnew(r.Context(), silent); err != nil || r.left() != 0 {
		t.Fatalf("%d rows are left: %v", r.left(), err)
	}
	if err := r.keys.DropOld(); err != nil {
		t.Fatal(err)
	}
	for i, p := range r.people {
		got, err := model.PersonByID(r.DB.Read(r.Context()), p.ID)
		if want := phoneOf(i, int(turns[i].Load())); err != nil || got.Phone != want {
			t.Fatalf("person %d has %q, not %q: %v", i, got.Phone, want, err)
		}
	}
	t.Logf("sealed %d rows beside %d reads and %d writes", sealed, reads.Load(), writes.Load())
}

// TestSealAnew_goesOnWhereItWasBrokenOff, and what it has and has not done yet is readable in between.
func TestSealAnew_goesOnWhereItWasBrokenOff(t *testing.T) {
	r := newRotating(t, 500)
	before := r.left()
	ctx, stop := context.WithCancel(r.Context())
	batches := 0
	if _, err := r.S.SealAnew(ctx, func(string, int64) {
		if batches++; batches == 2 {
			stop()
		}
	}); err == nil {
		t.Fatal("it was not broken off")
	}
	if half := r.left(); half == 0 || half >= before {
		t.Fatalf("%d of %d rows are left after half of the work", half, before)
	}
	for i, p := range r.people {
		got, err := model.PersonByID(r.other.Read(r.Context()), p.ID)
		if err != nil || got.Phone != phoneOf(i, 0) {
			t.Fatalf("person %d: %q, %v", i, got.Phone, err)
		}
	}
	if _, err := r.S.SealAnew(r.Context(), silent); err != nil || r.left() != 0 {
		t.Fatalf("%d rows are left: %v", r.left(), err)
	}
}

// TestAnnounceKey_reachesMachinesWithAFolderOfTheirOwn: whoever has the key seals by it, whoever has not says so.
func TestAnnounceKey_reachesMachinesWithAFolderOfTheirOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if err := model.CreateKeys(dir); err != nil {
		t.Fatal(err)
	}
	url := testkit.OpenDatabase(t)
	machine := func(of string) (*testkit.Kit, *model.Keys, *strings.Builder) {
		folder := filepath.Join(t.TempDir(), "keys")
		if err := os.CopyFS(folder, os.DirFS(of)); err != nil {
			t.Fatal(err)
		}
		keys, err := model.LoadKeys(folder)
		if err != nil {
			t.Fatal(err)
		}
		db, err := model.Open(t.Context(), url, keys, 2)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		k, said := testkit.On(t, db), &strings.Builder{}
		k.S.Log = slog.New(slog.NewTextHandler(said, nil))
		return k, keys, said
	}
	forgotten, _, said := machine(dir)
	keys, err := model.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Prepare(); err != nil {
		t.Fatal(err)
	}
	first, promoted, _ := machine(dir)
	second, followed, quiet := machine(dir)
	if err := promoted.Promote(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.S.AnnounceKey(t.Context()), second.S.ReadChanges(t.Context()), forgotten.S.ReadChanges(t.Context())); err != nil {
		t.Fatal(err)
	}
	if followed.Seals() != promoted.Seals() || quiet.Len() > 0 {
		t.Errorf("the machine that was prepared does not follow: %s", quiet)
	}
	if !strings.Contains(said.String(), "keys.unknown") {
		t.Errorf("the machine that was forgotten says: %s", said)
	}
}
