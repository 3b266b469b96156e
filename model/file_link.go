package model

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"danyuan/fault"
)

// PhotoSize is which of a photo's two pictures is meant.
type PhotoSize byte

// The sizes.
const (
	WholePhoto PhotoSize = iota
	ThumbPhoto
)

// Refusals of links.
var (
	ErrLinkUnknown = fault.New(fault.NotFound, "photo.link_unknown", "照片的链接不正确。请返回上一页刷新后再看。")
	ErrLinkOver    = fault.New(fault.Gone, "photo.link_over", "照片的链接已经过期。请返回上一页刷新后再看。")
)

// PhotoLink is what a signed link to a picture says. It names no person. Who holds it sees the picture
// until its end, so it is given only to who may see the record.
type PhotoLink struct {
	File     int64
	Size     PhotoSize
	Early    bool // also while the photo has not passed: for its uploader, reviewers, and the check itself
	Original bool // also when the photo was taken out of its record: for who may read the original
	Until    time.Time
}

// A link that is shown lasts at most ten minutes and at least five: within five minutes it stays the
// same, so that a client need not load the picture again.
const (
	linkLasts = 10 * time.Minute
	linkStep  = 5 * time.Minute
)

const photoLinks = "photo links" // what the key is derived for

// The bits by which a link shows more than what everybody may see.
const earlyLink, originalLink = 1, 2

// Text signs the link.
func (l PhotoLink) Text(k *Keys) string {
	b := make([]byte, 0, 34)
	b = append(b, byte(l.Size), 0)
	if l.Early {
		b[1] = earlyLink
	}
	if l.Original {
		b[1] |= originalLink
	}
	b = binary.BigEndian.AppendUint64(b, uint64(l.File))         //nolint:gosec // only there and back
	b = binary.BigEndian.AppendUint64(b, uint64(l.Until.Unix())) //nolint:gosec // only there and back
	return base64.RawURLEncoding.EncodeToString(append(b, k.Sign(photoLinks, b)...))
}

// ReadPhotoLink gives what a link says that we have signed and that has not ended.
func ReadPhotoLink(k *Keys, text string, now time.Time) (PhotoLink, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 34 || !k.Signed(photoLinks, b[:18], b[18:]) {
		return PhotoLink{}, ErrLinkUnknown
	}
	l := PhotoLink{
		File: int64(binary.BigEndian.Uint64(b[2:10])), Size: PhotoSize(b[0]), Early: b[1]&earlyLink != 0, Original: b[1]&originalLink != 0, //nolint:gosec // only there and back
		Until: time.Unix(int64(binary.BigEndian.Uint64(b[10:18])), 0).UTC(), //nolint:gosec // only there and back
	}
	if !l.Until.After(now) {
		return l, ErrLinkOver
	}
	return l, nil
}

// signing is what links of a file are signed with.
type signing struct {
	keys *Keys
	now  time.Time
}

// ForShowing makes a file give links that last from a moment on.
func (f *File) ForShowing(k *Keys, now time.Time) { f.signing = &signing{k, now} }

// ForOriginal makes a file give links that work also when it was taken out of its record.
func (f *File) ForOriginal() { f.original = true }

// Link gives a link to one of the pictures; early also while the photo has not passed, for who may see
// that. "" for a file that was not read for showing.
func (f *File) Link(size PhotoSize, early bool) string {
	if f.signing == nil {
		return ""
	}
	return PhotoLink{f.ID, size, early, f.original, f.signing.now.Truncate(linkStep).Add(linkLasts)}.Text(f.signing.keys)
}
