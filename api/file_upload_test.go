package api_test

import (
	"bytes"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// album is a house with a resident who uploads, and a neighbour.
type album struct {
	*edge.Kit
	testkit.Org
	resident        model.Person
	token, nextDoor string
}

func newAlbum(t *testing.T) *album {
	t.Helper()
	k := edge.New(t)
	a := &album{Kit: k, Org: k.Org()}
	a.resident = k.Person(a.Unit, "李小梅")
	a.token, a.nextDoor = k.SignIn(a.resident), k.SignIn(k.Person(a.Unit, "王大力"))
	return a
}

func TestUpload_isBoundedByWhatIsNotUsed(t *testing.T) {
	a := newAlbum(t)
	a.Tx(func(tx *gorm.DB) error {
		for range 38 {
			f := model.File{Name: strconv.Itoa(int(time.Now().UnixNano())), UploaderID: a.resident.ID, NodeID: a.Unit.ID}
			if err := model.AddFile(tx, &f, testkit.Start); err != nil {
				return err
			}
		}
		return nil
	})
	answers := make([]edge.Answer, 6)
	photo := a.Photo(32, 32)
	a.Race(len(answers), func(i int) { answers[i] = a.Upload(a.token, "/v1/files", photo, nil) })
	taken := 0
	for _, one := range answers {
		if one.Status == 200 {
			taken++
		} else {
			one.Refused(409, "file.too_many_loose")
		}
	}
	if taken != 2 {
		t.Errorf("%d were taken, want 2", taken)
	}
	if n := len(a.Blobs.Kept()); n != 4 {
		t.Errorf("%d blobs, want two of each of two photos", n)
	}
	a.Upload(a.nextDoor, "/v1/files", photo, nil).Expect(200)
}

func TestUpload_repeatedUnderItsKeyIsOnePhoto(t *testing.T) {
	a := newAlbum(t)
	photo := a.Photo(32, 32)
	answers := make([]edge.Answer, 6)
	a.Race(len(answers), func(i int) {
		answers[i] = a.Upload(a.token, "/v1/files", photo, nil, "Idempotency-Key", "the-same-key")
	})
	for _, one := range answers {
		if one.Expect(200); !bytes.Equal(one.Body, answers[0].Body) {
			t.Errorf("%s\nand %s", answers[0].Body, one.Body)
		}
	}
	if n := len(a.Blobs.Kept()); n != 2 {
		t.Errorf("%d blobs, want the two of one photo", n)
	}
	a.Upload(a.token, "/v1/files", a.Photo(32, 32), nil, "Idempotency-Key", "the-same-key").Refused(409, "idempotency.key_reused")
}

func TestUpload_aStoreThatIsDownLeavesNoRow(t *testing.T) {
	a := newAlbum(t)
	a.Blobs.Fail(fault.New(fault.Unavailable, "blob.unavailable", "照片暂时存取不了，请过几分钟再试。"))
	a.Upload(a.token, "/v1/files", a.Photo(32, 32), nil).Refused(503, "blob.unavailable")
	a.Blobs.Fail(nil)
	if n, err := model.CountFilesBy(a.DB.Read(a.Context()), a.resident.ID, nil); n != 0 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestUpload_whoHasMovedAwayHasNoPlace(t *testing.T) {
	a := newAlbum(t)
	a.Tx(func(tx *gorm.DB) error { return model.StoreLeft(tx, a.resident.ID, testkit.Start) })
	token := a.SignIn(a.resident)
	a.Upload(token, "/v1/files", a.Photo(32, 32), nil).Refused(403, "file.no_home")
	a.Upload(a.Stranger("nobody-yet"), "/v1/files", a.Photo(32, 32), nil).Refused(403, "binding.required")
}
