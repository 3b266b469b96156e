package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// atPhotos is a house with a resident who uploads, a neighbour, and staff of the community and of another.
type atPhotos struct {
	*testkit.Kit
	testkit.Org
	resident, neighbour                    model.Person
	token, nextDoor, staff, foreign, admin string
}

type callbacks struct{ service.Callbacks }

func photos(t *testing.T) *atPhotos {
	t.Helper()
	k := testkit.New(t)
	k.S.Callbacks = callbacks{} // configured: WeChat can answer
	a := &atPhotos{Kit: k, Org: k.Org()}
	a.resident, a.neighbour = k.Person(a.Unit, "李小梅"), k.Person(a.Unit, "王大力")
	a.token, a.nextDoor = k.SignIn(a.resident), k.SignIn(a.neighbour)
	_, a.staff = k.Officer(model.CommunityStaff, a.Community, "社小区")
	_, a.foreign = k.Officer(model.CommunityStaff, a.OtherCommunity, "东小正")
	_, a.admin = k.Officer(model.DistrictAdmin, a.District, "区小管")
	return a
}

// as gives a command of the actor who holds a token.
func as(k *testkit.Kit, token string) service.Command {
	k.Helper()
	by, err := k.S.ActorOf(k.Context(), token)
	if err != nil {
		k.Fatal(err)
	}
	return service.Command{By: by}
}

func (a *atPhotos) as(token string) service.Command { a.Helper(); return as(a.Kit, token) }

func (a *atPhotos) upload(token string) int64 {
	a.Helper()
	photo := a.Photo(64, 48)
	f, err := a.S.UploadPhoto(a.Context(), a.as(token), bytes.NewReader(photo), int64(len(photo)))
	if err != nil {
		a.Fatal(err)
	}
	return f.ID
}

// attached uploads a photo and makes record 1 name it.
func (a *atPhotos) attached(token string) int64 {
	a.Helper()
	id := a.upload(token)
	a.attach(token, 1, id)
	return id
}

func (a *atPhotos) attach(token string, record int64, files ...int64) {
	a.Helper()
	if err := a.S.AttachFiles(a.Context(), a.as(token), "test", record, files, 9); err != nil {
		a.Fatal(err)
	}
}

func (a *atPhotos) file(id int64) model.File {
	a.Helper()
	f, err := model.FileByID(a.DB.Read(a.Context()), id)
	if err != nil {
		a.Fatal(err)
	}
	return f
}

func (a *atPhotos) wantState(id int64, want model.FileState) {
	a.Helper()
	if f := a.file(id); f.State != want {
		a.Fatalf("file %d is %s, want %s", id, f.State, want)
	}
}

func (a *atPhotos) wantRefused(err error, want *fault.Fault) {
	a.Helper()
	if !errors.Is(err, want) {
		a.Fatalf("got %v, want %s", err, want.Code)
	}
}

// duty does a duty that is owed now.
func (a *atPhotos) duty(kind string) {
	a.Helper()
	if err := a.S.Owe(a.Context(), kind, 0, "", a.Clock.Now()); err != nil {
		a.Fatal(err)
	}
	a.WorkOff()
}

func TestAttach_keepsTheOrderAndCanBeAddedTo(t *testing.T) {
	a := photos(t)
	first, second, third := a.upload(a.token), a.upload(a.token), a.upload(a.token)
	a.attach(a.token, 1, second, first, second)
	a.attach(a.token, 1, third)
	read, inside, err := a.S.FilesOf(a.Context(), "test", 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []map[int64][]model.File{read, inside} {
		var ids []int64
		for _, f := range of[1] {
			ids = append(ids, f.ID)
			if f.Link(model.WholePhoto, true) == "" {
				t.Error("a photo of a record gives no link")
			}
		}
		if !slices.Equal(ids, []int64{second, first, third}) || len(of[2]) != 0 {
			t.Errorf("got %v and %v", ids, of[2])
		}
	}
}

func TestAttach_takesOnlyTheActorsOwnLooseUploads(t *testing.T) {
	a := photos(t)
	mine, theirs, used, bad := a.upload(a.token), a.upload(a.nextDoor), a.attached(a.token), a.upload(a.token)
	a.Tx(func(tx *gorm.DB) error {
		f, err := model.LockFile(tx, bad)
		if err == nil {
			_, err = model.AnswerFile(tx, &f, model.AnswerRisky, 20006, testkit.Start)
		}
		return err
	})
	try := func(token string, files ...int64) error {
		return a.S.AttachFiles(a.Context(), a.as(token), "test", 2, files, 3)
	}
	a.wantRefused(try(a.token, mine, theirs), model.ErrFileNotFound)
	a.wantRefused(try(a.token, mine, 4711), model.ErrFileNotFound)
	a.wantRefused(try(a.token, mine, used), model.ErrFileAttached)
	a.wantRefused(try(a.token, mine, bad), model.ErrFileRejected)
	a.wantRefused(try(a.token, mine, 4711, 4712, 4713), model.ErrFileTooMany)
	a.wantRefused(a.S.AttachFiles(a.Context(), service.Command{}, "test", 2, []int64{mine}, 3), model.ErrFileNotFound)
	if f := a.file(mine); f.LooseSince == nil || f.Subject != "" {
		t.Errorf("a refused record has taken the photo: %+v", f)
	}
	a.attach(a.token, 2, a.upload(a.token), a.upload(a.token), a.upload(a.token))
	a.wantRefused(try(a.token, mine), model.ErrFileTooMany)
}

func TestAttach_onePhotoIsNeverInTwoRecords(t *testing.T) {
	a := photos(t)
	cmd := a.as(a.token)
	for round := range 20 {
		id := a.upload(a.token)
		errs := make([]error, 4)
		a.Race(len(errs), func(i int) {
			errs[i] = a.S.AttachFiles(a.Context(), cmd, "test", int64(100*round+i+1), []int64{id}, 9)
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, model.ErrFileAttached) {
				t.Errorf("got %v", err)
			}
		}
		if won != 1 {
			t.Fatalf("%d records have it", won)
		}
	}
}

func TestRelease_makesPhotosLooseAgain(t *testing.T) {
	a := photos(t)
	one, two := a.attached(a.token), a.attached(a.token)
	a.Move(time.Hour)
	cmd := a.as(a.token)
	if err := a.S.ReleaseFiles(a.Context(), cmd, "test", 1, one); err != nil {
		t.Fatal(err)
	}
	if f := a.file(one); f.LooseSince == nil || !f.LooseSince.Equal(a.Clock.Now()) || a.file(two).LooseSince != nil {
		t.Errorf("loose since %v", f.LooseSince)
	}
	a.attach(a.token, 2, one)
	if err := a.S.ReleaseFiles(a.Context(), cmd, "test", 1); err != nil {
		t.Fatal(err)
	}
	if a.file(two).LooseSince == nil || a.file(one).LooseSince != nil {
		t.Error("all of one record's are let go, and no other's")
	}
}

// slow is an upload that waits to be read on.
type slow struct {
	io.ReadSeeker
	reading chan struct{}
	goOn    chan struct{}
	reads   atomic.Int64
}

func (s *slow) Read(b []byte) (int, error) {
	if s.reads.Add(1) == 1 {
		s.reading <- struct{}{}
		<-s.goOn
	}
	return s.ReadSeeker.Read(b)
}

func TestUpload_twoAreDecodedAtATime(t *testing.T) {
	a := photos(t)
	photo, cmd := a.Photo(32, 32), a.as(a.token)
	reading, goOn, errs := make(chan struct{}), make(chan struct{}), make(chan error)
	for range 2 {
		go func() {
			_, err := a.S.UploadPhoto(a.Context(), cmd, &slow{ReadSeeker: bytes.NewReader(photo), reading: reading, goOn: goOn}, int64(len(photo)))
			errs <- err
		}()
	}
	<-reading
	<-reading
	ctx, cancel := context.WithTimeout(a.Context(), 50*time.Millisecond)
	defer cancel()
	third := &slow{ReadSeeker: bytes.NewReader(photo), reading: make(chan struct{}, 1), goOn: make(chan struct{})}
	close(third.goOn)
	_, err := a.S.UploadPhoto(ctx, cmd, third, int64(len(photo)))
	a.wantRefused(err, service.ErrBusy)
	if third.reads.Load() != 0 {
		t.Error("a third is decoded beside two")
	}
	close(goOn)
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if _, err := a.S.UploadPhoto(a.Context(), cmd, bytes.NewReader(photo), int64(len(photo))); err != nil {
		t.Error(err)
	}
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
