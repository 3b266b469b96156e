package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"os"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/fault"
	"danyuan/service"
)

// A photo is at most 10 MiB; the form around it takes a little more.
const photoBytes = service.MostPhotoBytes + 64<<10

var errPhotoForm = fault.New(fault.Invalid, "photo.not_a_form", "上传的格式不对。请用表单上传，照片放在 file 这一项里；在小程序里请升级后重试。")

// PhotoForm is embedded by the input of an upload: a form with one photo, as wx.uploadFile and browsers
// send it. It is read when the command asks for it, a little at a time, into a file that has no name any
// more: so uploads wait on the disk for their turn to be decoded, not in memory, and a crash leaves
// nothing of what the camera wrote.
type PhotoForm struct {
	ContentType string `header:"Content-Type" json:"-" hidden:"true"`

	body io.Reader
}

// Resolve notes where the body is.
func (f *PhotoForm) Resolve(c huma.Context) []error {
	f.body = c.BodyReader()
	return nil
}

// spooled is an upload on the disk.
type spooled struct {
	*os.File
	size int64
	hash string
}

// spool reads the form. The caller closes what it gives.
func (f *PhotoForm) spool(ctx context.Context) (*spooled, error) {
	kind, params, err := mime.ParseMediaType(f.ContentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, errPhotoForm
	}
	body := &bounded{f.body, ctx, photoBytes}
	form := multipart.NewReader(body, params["boundary"])
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, service.ErrNoPhoto
		case err != nil:
			return nil, formFault(err)
		case part.FormName() != "file":
			continue
		}
		file, err := store(part)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, body); err != nil { // what stands behind the photo counts as well
			return nil, errors.Join(formFault(err), file.Close())
		}
		return file, nil
	}
}

func store(part io.Reader) (*spooled, error) {
	file, err := os.CreateTemp("", "danyuan-photo-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, hash), part)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(formFault(err), file.Close())
	}
	return &spooled{file, n, base64.RawURLEncoding.EncodeToString(hash.Sum(nil))}, nil
}

// bounded reads no more than a number of bytes, and not after its context has ended.
type bounded struct {
	io.Reader
	ctx  context.Context
	left int64
}

// Read reads.
func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, service.ErrPhotoTooLarge
	}
	return n, err
}

// formFault tells what went wrong while a form was read: too large, too slow, our disk, or the form.
func formFault(err error) error {
	var disk *os.PathError
	switch {
	case fault.Of(err) != nil, errors.Is(err, context.Canceled), errors.As(err, &disk):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return byStatus[408].Because(err)
	}
	return errPhotoForm.Because(err)
}
