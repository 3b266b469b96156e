// Package photo makes a clean picture out of whatever was uploaded: known by its content, upright, of a
// bounded size, and without anything that the camera wrote beside it (place, time, model). It decodes
// nothing whose size it has not looked at first. It must not know who uploads or where pictures are kept.
package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"danyuan/fault"
)

// MostBytes is how large an upload may be.
const MostBytes = 10 << 20

// Bounds of what is decoded.
const (
	mostPixels = 50_000_000
	mostMemory = 160 << 20 // bytes that decoding may take
	mostScans  = 64        // of a JPEG: each goes over the whole picture, however few bytes it has
)

// What is made: no side longer than this, in JPEG's grades of quality.
const (
	WholeSide  = 2048
	ThumbSide  = 400
	wholeGrade = 85
	thumbGrade = 80
)

// Refusals.
var (
	ErrNone     = fault.New(fault.Invalid, "photo.none", "没有收到照片。请选择一张照片再上传。")
	ErrTooLarge = fault.New(fault.TooLarge, "photo.too_large", "照片太大，最大 10 MB。请选择“压缩”后再上传。")
	ErrPixels   = fault.New(fault.TooLarge, "photo.too_many_pixels", "照片的尺寸太大，最多 5000 万像素。请选择“压缩”后再上传。")
	ErrFormat   = fault.New(fault.Invalid, "photo.format_unsupported", "只能上传 JPEG 或 PNG 格式的照片。请换一张再上传。")
	ErrBroken   = fault.New(fault.Invalid, "photo.broken", "照片文件已损坏，打不开。请重新拍一张或换一张再上传。")
)

// Photo is a picture made anew, twice, as JPEG.
type Photo struct {
	Whole, Thumb  []byte
	Width, Height int // of Whole
}

// nature is what must be known of an upload before it is decoded.
type nature struct {
	width, height int
	memory        int64 // that decoding it takes, about
	scans         int
	turn          orientation
}

// Clean makes the picture. It gives up when the context ends.
func Clean(ctx context.Context, file io.ReadSeeker, size int64) (Photo, error) {
	switch {
	case size == 0:
		return Photo{}, ErrNone
	case size > MostBytes:
		return Photo{}, ErrTooLarge
	}
	img, turn, err := decode(ctx, file)
	if err != nil {
		return Photo{}, err
	}
	whole := turn.apply(fit(img, WholeSide))
	thumb := fit(whole, ThumbSide)
	p := Photo{Width: whole.Rect.Dx(), Height: whole.Rect.Dy()}
	if p.Whole, err = encode(whole, wholeGrade); err != nil {
		return p, err
	}
	p.Thumb, err = encode(thumb, thumbGrade)
	return p, err
}

// format is a kind of picture that is taken.
type format struct {
	look   func(r io.Reader) (nature, error)
	decode func(r io.Reader) (image.Image, error)
}

var (
	jpegFormat = format{lookAtJPEG, jpeg.Decode}
	pngFormat  = format{lookAtPNG, png.Decode}
)

func decode(ctx context.Context, file io.ReadSeeker) (image.Image, orientation, error) {
	var head [32]byte
	n, err := io.ReadFull(file, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, upright, err
	}
	f, err := recognise(head[:n])
	if err != nil {
		return nil, upright, err
	}
	r := &reader{ctx, file, nil}
	about, err := f.looking(r)
	if err != nil {
		return nil, upright, r.blame(err)
	}
	if err := about.bearable(); err != nil {
		return nil, upright, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, upright, err
	}
	img, err := f.decode(r)
	if err != nil {
		return nil, upright, r.blame(err)
	}
	if b := img.Bounds(); b.Dx() != about.width || b.Dy() != about.height {
		return nil, upright, ErrBroken.Because(errors.New("decoded to another size than announced"))
	}
	return img, about.turn, nil
}

func (f format) looking(r *reader) (nature, error) {
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return nature{}, err
	}
	return f.look(r)
}

// recognise goes by the content alone: names and announced types are what the sender likes.
func recognise(head []byte) (format, error) {
	at := func(i int, words ...string) bool {
		for _, w := range words {
			if len(head) >= i+len(w) && string(head[i:i+len(w)]) == w {
				return true
			}
		}
		return false
	}
	switch {
	case at(0, "\xff\xd8\xff"):
		return jpegFormat, nil
	case at(0, "\x89PNG\r\n\x1a\n"):
		return pngFormat, nil
	case at(4, "ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"):
		return format{}, ErrFormat.Saying("这是苹果手机的 HEIC 格式，暂时不能使用。请选择“压缩”后再上传，或者在手机“设置-相机-格式”里选“兼容性最佳”后重拍。")
	case at(0, "RIFF") && at(8, "WEBP"):
		return format{}, ErrFormat.Saying("这是 WebP 格式的图片，暂时不能使用。请换成 JPEG 或 PNG 格式的照片再上传。")
	case at(4, "ftyp"):
		return format{}, ErrFormat.Saying("这是视频或者不能使用的图片格式。请上传 JPEG 或 PNG 格式的照片。")
	case at(0, "GIF8", "BM"):
		return format{}, ErrFormat.Saying("这是 GIF 或 BMP 格式的图片，暂时不能使用。请换成 JPEG 或 PNG 格式的照片再上传。")
	}
	return format{}, ErrFormat
}

// bearable refuses what would cost too much to decode, before anything of its size is allocated.
func (n nature) bearable() error {
	switch {
	case n.width <= 0 || n.height <= 0:
		return ErrBroken.Because(errors.New("no size"))
	case int64(n.width)*int64(n.height) > mostPixels, n.memory > mostMemory:
		return ErrPixels.Because(fmt.Errorf("%d × %d, %d bytes", n.width, n.height, n.memory))
	case n.scans > mostScans:
		return ErrBroken.Because(fmt.Errorf("%d scans", n.scans))
	}
	return nil
}

// reader reads until the context ends, and remembers whether it was the reading that failed.
type reader struct {
	ctx  context.Context
	file io.ReadSeeker
	err  error
}

// Read reads.
func (r *reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		r.err = err
		return 0, err
	}
	n, err := r.file.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// blame tells a broken picture from a failure to read it.
func (r *reader) blame(err error) error {
	switch {
	case r.err != nil:
		return r.err
	case fault.Of(err) != nil:
		return err
	}
	return ErrBroken.Because(err)
}

func encode(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
