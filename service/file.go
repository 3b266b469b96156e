package service

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/photo"
)

// Blobs keeps the bytes of files. Names are ours; the first two characters are a shelf.
type Blobs interface {
	// Put stores content under a new name: whole and for good when it returns, or not at all.
	Put(ctx context.Context, name string, content []byte) error
	// Get gives what is stored, fs.ErrNotExist when there is nothing.
	Get(ctx context.Context, name string) ([]byte, error)
	// Remove drops what is stored; that there is nothing is fine.
	Remove(ctx context.Context, name string) error
	// Each tells of everything on a shelf, and when it was put.
	Each(ctx context.Context, shelf string, tell func(name string, put time.Time)) error
}

// MostPhotoBytes is how large an upload may be.
const MostPhotoBytes = photo.MostBytes

// What the edge refuses a photo with before it is looked at.
var (
	ErrNoPhoto       = photo.ErrNone
	ErrPhotoTooLarge = photo.ErrTooLarge
)

// A photo is kept twice. A blob's name is the file's, with one of these behind it.
var photoEnds = map[model.PhotoSize]string{model.WholePhoto: ".jpg", model.ThumbPhoto: ".thumb.jpg"}

// decodedAtOnce bounds how many photos are decoded at a time on this replica: each may take some
// hundred megabytes.
const decodedAtOnce = 2

// mostLoose is how many photos somebody may have uploaded that no record names yet.
const mostLoose = 40

// newFileName is random: names of blobs tell nothing and are met by chance never.
func newFileName() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// UploadPhoto keeps a photo of the actor's, made anew, that no record names yet. The blobs are stored
// first and the row after: whatever happens in between leaves blobs without a row, which a duty finds.
// Refusals: photo.* for what is no photo that we take; file.too_many_loose, file.no_home.
func (s *Service) UploadPhoto(ctx context.Context, cmd Command, content io.ReadSeeker, size int64) (model.File, error) {
	if err := s.replay(ctx, cmd); err != nil {
		return model.File{}, err
	}
	if cmd.By.PersonID == 0 {
		return model.File{}, model.ErrBindFirst
	}
	node := reviewPlace(cmd.By, s.now())
	if node == 0 {
		return model.File{}, model.ErrFileNoHome
	}
	clean, err := s.cleanPhoto(ctx, content, size)
	if err != nil {
		return model.File{}, err
	}
	f := model.File{
		Name: newFileName(), UploaderID: cmd.By.PersonID, UserID: cmd.By.UserID, NodeID: node,
		Bytes: int64(len(clean.Whole)), Width: int64(clean.Width), Height: int64(clean.Height),
	}
	if err := s.putPhoto(ctx, f.Name, clean); err != nil {
		return f, err
	}
	stored, err := s.storeFile(ctx, cmd, f)
	if decided(err) {
		s.dropBlobs(context.WithoutCancel(ctx), f.Name)
	}
	return stored, err
}

// decided tells whether an error means for certain that nothing was stored: after any other the row may
// be there, and its blobs must stay.
func decided(err error) bool {
	var again *Replayed
	if errors.As(err, &again) {
		return true
	}
	kind := fault.KindOf(err)
	return err != nil && kind != fault.Internal && kind != fault.Unavailable
}

func (s *Service) cleanPhoto(ctx context.Context, content io.ReadSeeker, size int64) (photo.Photo, error) {
	select {
	case s.decoding <- struct{}{}:
	case <-ctx.Done():
		return photo.Photo{}, wrap(ctx.Err())
	}
	defer func() { <-s.decoding }()
	return photo.Clean(ctx, content, size)
}

// putPhoto stores the small picture first: whoever sees the large one sees both.
func (s *Service) putPhoto(ctx context.Context, name string, p photo.Photo) error {
	if err := s.Blobs.Put(ctx, name+photoEnds[model.ThumbPhoto], p.Thumb); err != nil {
		return err
	}
	return s.Blobs.Put(ctx, name+photoEnds[model.WholePhoto], p.Whole)
}

func (s *Service) storeFile(ctx context.Context, cmd Command, f model.File) (model.File, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.File, error) {
		stored := f // fn may run again
		if _, err := model.LockPerson(t.DB, stored.UploaderID); err != nil {
			return stored, err
		}
		loose, err := model.CountLooseFiles(t.DB, stored.UploaderID)
		if err == nil && loose >= mostLoose {
			err = model.ErrFileLoose
		}
		if err != nil {
			return stored, err
		}
		if err := model.AddFile(t.DB, &stored, t.now); err != nil {
			return stored, err
		}
		if err := t.owe(offerPhoto, stored.ID, fmt.Sprintf("%s:%d:0", offerPhoto, stored.ID), t.now); err != nil {
			return stored, err
		}
		stored.ForShowing(s.DB.Keys(), t.now)
		return stored, t.audit("file.upload", stored.NodeID, "file", stored.ID, "")
	})
}

// reviewPlace gives where somebody's photos are reviewed: where they belong, or where they serve; 0 for
// whoever does neither.
func reviewPlace(by model.Actor, now time.Time) int64 {
	if by.NodeID != 0 {
		return by.NodeID
	}
	for _, g := range by.Grants {
		if g.Active(now) {
			return g.NodeID
		}
	}
	return 0
}

// dropBlobs removes the blobs of a file that has no row. What can't be removed now is found by the duty.
func (s *Service) dropBlobs(ctx context.Context, name string) {
	for _, end := range photoEnds {
		if err := s.Blobs.Remove(ctx, name+end); err != nil {
			s.Log.WarnContext(ctx, "a blob can't be removed yet", slog.String("error", err.Error()))
		}
	}
}

// naming is what names files: a record, and where it is entered in the audit log that it does; 0 for where
// the files lie.
type naming struct {
	subject string
	id, at  int64
}

// attachFiles makes a record name the actor's own uploads, in this order behind those that it names
// already; most bounds how many it names in all. The caller holds the record's lock. Refusals:
// file.too_many, file.not_found also for somebody else's, file.attached, file.rejected.
func (t *tx) attachFiles(by naming, files []int64, most int) error {
	files = distinct(files)
	if len(files) == 0 {
		return nil
	}
	has, place, err := model.LastPlace(t.DB, by.subject, by.id)
	if err != nil {
		return err
	}
	if has+int64(len(files)) > int64(most) {
		return model.ErrFileTooMany.Saying(fmt.Sprintf("照片太多了，最多 %d 张。请减少几张再提交。", most))
	}
	locked, err := model.LockFiles(t.DB, files)
	if err != nil {
		return err
	}
	for _, one := range files {
		place++
		if err := t.attachFile(locked[one], by, place); err != nil {
			return err
		}
	}
	return nil
}

// attachFile makes a record name one locked upload of the actor's at a place; the zero File is none.
func (t *tx) attachFile(f model.File, by naming, place int64) error {
	switch {
	case f.ID == 0 || t.by.PersonID == 0 || f.UploaderID != t.by.PersonID:
		return model.ErrFileNotFound
	case f.LooseSince == nil:
		return model.ErrFileAttached
	case f.State == model.FileRejected:
		return model.ErrFileRejected
	}
	if err := model.AttachFile(t.DB, f.ID, by.subject, by.id, place); err != nil {
		return err
	}
	f.Subject, f.SubjectID = by.subject, by.id
	if err := t.tellReviewers(f); err != nil {
		return err
	}
	return t.audit("file.attach", cmp.Or(by.at, f.NodeID), "file", f.ID, by.subject)
}

// releaseFiles makes a record let go of photos, of all of them when none is named: they are dropped a
// day later unless their uploader uses them again. The caller has decided that the actor may.
func (t *tx) releaseFiles(subject string, id int64, files ...int64) error {
	n, err := model.ReleaseFiles(t.DB, subject, id, files, t.now)
	if err != nil || n == 0 {
		return err
	}
	return t.audit("file.release", 0, subject, id, strconv.FormatInt(n, 10))
}

func distinct(ids []int64) []int64 {
	out := make([]int64, 0, len(ids))
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// filesOf gives the photos of records of one kind, for a use case that reads: who may see a record may
// see what api's viewPhotos makes of them.
func (s *Service) filesOf(ctx context.Context, subject string, ids ...int64) (map[int64][]model.File, error) {
	return model.FilesOf(s.DB.Read(ctx), s.now(), subject, ids...)
}

// filesOf is the same for a command that answers with the record.
func (t *tx) filesOf(subject string, ids ...int64) (map[int64][]model.File, error) {
	return model.FilesOf(t.DB, t.now, subject, ids...)
}

// OwnPhoto gives one of the actor's uploads. Somebody else's is refused as not found: it is seen with its
// record; so is one that was taken out of a matter's.
func (s *Service) OwnPhoto(ctx context.Context, by model.Actor, id int64) (model.File, error) {
	f, err := model.FileByID(s.DB.Read(ctx), id)
	if err == nil && (by.PersonID == 0 || f.UploaderID != by.PersonID || f.Withheld()) {
		return model.File{}, model.ErrFileNotFound
	}
	f.ForShowing(s.DB.Keys(), s.now())
	return f, err
}

// Picture is what a signed link opens.
type Picture struct {
	JPEG  []byte
	Until time.Time // when the link ends
}

// Picture gives what a signed link shows, if the photo may still be shown: a link outlives neither a
// rejection, nor that the photo was taken out of its record, nor the photo. Refusals: photo.link_unknown, photo.link_over.
func (s *Service) Picture(ctx context.Context, link string) (Picture, error) {
	l, err := model.ReadPhotoLink(s.DB.Keys(), link, s.now())
	if err != nil {
		return Picture{}, err
	}
	f, err := model.FileByID(s.DB.Read(ctx), l.File)
	end, known := photoEnds[l.Size]
	if errors.Is(err, model.ErrFileNotFound) || err == nil && (!known || f.State != model.FilePassed && !l.Early || f.Withheld() && !l.Original) {
		return Picture{}, model.ErrLinkUnknown
	}
	if err != nil {
		return Picture{}, err
	}
	b, err := s.Blobs.Get(ctx, f.Name+end)
	if errors.Is(err, fs.ErrNotExist) {
		s.Log.ErrorContext(ctx, "a photo has no blob", slog.Int64("file", f.ID))
		return Picture{}, model.ErrLinkUnknown
	}
	return Picture{b, l.Until}, err
}
