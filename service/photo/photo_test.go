package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"danyuan/fault"
)

// corners paints a picture whose quarters are red, green, blue and white, from the top left, by rows.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, []color.Color{red, green, blue, white}[2*(2*y/h)+2*x/w])
		}
	}
	return img
}

var (
	red   = color.RGBA{255, 0, 0, 255}
	green = color.RGBA{0, 255, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
	white = color.RGBA{255, 255, 255, 255}
)

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif gives EXIF data with an orientation and a text, as a camera writes where it was.
func exif(order binary.AppendByteOrder, o uint16, place string) []byte {
	b := []byte("MM\x00*")
	if order == binary.LittleEndian {
		b = []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x0110) // the model
	b = order.AppendUint16(b, 2)
	b = order.AppendUint32(b, uint32(len(place)))
	b = order.AppendUint32(b, 38)
	b = order.AppendUint16(b, orientationTag)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, o)
	b = order.AppendUint16(b, 0)
	return append(order.AppendUint32(b, 0), place...)
}

// with puts a segment behind the first two bytes of a JPEG.
func with(jpeg []byte, marker byte, content string) []byte {
	b := append([]byte{}, jpeg[:2]...)
	b = append(b, 0xff, marker)
	b = binary.BigEndian.AppendUint16(b, uint16(len(content)+2))
	return append(append(b, content...), jpeg[2:]...)
}

func clean(t testing.TB, file []byte) Photo {
	t.Helper()
	p, err := Clean(t.Context(), bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func opened(t testing.TB, b []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// quarters tells the colours of a picture's quarters by their first letters.
func quarters(img image.Image) string {
	b := img.Bounds()
	var word strings.Builder
	for _, p := range [][2]int{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Dx()*p[0]/4, b.Dy()*p[1]/4).RGBA()
		switch {
		case r > 0xc000 && g > 0xc000:
			word.WriteByte('w')
		case r > 0xc000:
			word.WriteByte('r')
		case g > 0xc000:
			word.WriteByte('g')
		case bl > 0xc000:
			word.WriteByte('b')
		default:
			word.WriteByte('?')
		}
	}
	return word.String()
}

func TestClean_turnsPicturesUpright(t *testing.T) {
	t.Parallel()
	file := asJPEG(t, corners(96, 64))
	for o, want := range map[uint16]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 9: "rgbw"} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			p := clean(t, with(file, 0xe1, "Exif\x00\x00"+string(exif(order, o, "here"))))
			w, h := 96, 64
			if o >= 5 && o <= 8 {
				w, h = h, w
			}
			if got := quarters(opened(t, p.Whole)); got != want || p.Width != w || p.Height != h {
				t.Errorf("orientation %d: %s %d × %d, want %s %d × %d", o, got, p.Width, p.Height, want, w, h)
			}
		}
	}
}

func TestClean_turnsAPNGUprightToo(t *testing.T) {
	t.Parallel()
	file := asPNG(t, corners(96, 64))
	e := exif(binary.BigEndian, 6, "here")
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(e)))
	chunk = append(append(append(chunk, "eXIf"...), e...), crcOf(append([]byte("eXIf"), e...))...)
	const behindHead = 8 + 25
	turned := append(append(append([]byte{}, file[:behindHead]...), chunk...), file[behindHead:]...)
	if got := quarters(opened(t, clean(t, turned).Whole)); got != "brwg" {
		t.Errorf("got %s", got)
	}
}

func TestClean_keepsNothingOfWhatTheCameraWrote(t *testing.T) {
	t.Parallel()
	file := asJPEG(t, corners(96, 64))
	for marker, content := range map[byte]string{
		0xe1: "Exif\x00\x00" + string(exif(binary.BigEndian, 1, "30.5434N 117.0631E")),
		0xe2: "ICC_PROFILE\x00 30.5434N 117.0631E", 0xfe: "30.5434N 117.0631E", 0xed: "Photoshop 3.0\x00 30.5434N 117.0631E",
	} {
		dirty := with(file, marker, content)
		p := clean(t, dirty)
		for _, b := range [][]byte{p.Whole, p.Thumb} {
			if bytes.Contains(b, []byte("117.0631")) || bytes.Contains(b, []byte("Exif")) {
				t.Errorf("what stood in segment %x is still there", marker)
			}
		}
	}
}

func TestClean_boundsTheSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, wholeW, wholeH, thumbW, thumbH int }{
		{96, 64, 96, 64, 96, 64}, {3000, 2000, 2048, 1365, 400, 266}, {2000, 6000, 683, 2048, 133, 400},
		{4100, 100, 2048, 49, 400, 9}, {5000, 1, 2048, 1, 400, 1}, {2048, 2048, 2048, 2048, 400, 400},
	} {
		p := clean(t, asJPEG(t, corners(c.w, c.h)))
		whole, thumb := opened(t, p.Whole).Bounds(), opened(t, p.Thumb).Bounds()
		near := func(a, b int) bool { return a-b <= 1 && b-a <= 1 }
		if !near(whole.Dx(), c.wholeW) || !near(whole.Dy(), c.wholeH) || !near(thumb.Dx(), c.thumbW) || !near(thumb.Dy(), c.thumbH) {
			t.Errorf("%d × %d: %v and %v", c.w, c.h, whole, thumb)
		}
		if c.h > 1 && quarters(opened(t, p.Whole)) != "rgbw" {
			t.Errorf("%d × %d: the quarters are %s", c.w, c.h, quarters(opened(t, p.Whole)))
		}
		if p.Width != whole.Dx() || p.Height != whole.Dy() {
			t.Errorf("says %d × %d", p.Width, p.Height)
		}
	}
}

func TestClean_takesEveryKindOfPNG(t *testing.T) {
	t.Parallel()
	deep, grey := image.NewNRGBA64(image.Rect(0, 0, 64, 64)), image.NewGray(image.Rect(0, 0, 64, 64))
	paletted := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{red, white})
	for _, img := range []image.Image{deep, grey, paletted, image.NewNRGBA(image.Rect(0, 0, 5000, 10))} {
		clean(t, asPNG(t, img))
	}
	p := clean(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, 64, 64))))
	if got := quarters(opened(t, p.Whole)); got != "wwww" {
		t.Errorf("what can be seen through is %s, want white", got)
	}
}

func TestClean_refusesByContentNotByName(t *testing.T) {
	t.Parallel()
	good := asJPEG(t, corners(96, 64))
	for name, c := range map[string]struct {
		file []byte
		want *fault.Fault
		text string
	}{
		"nothing":            {nil, ErrNone, ""},
		"a program":          {[]byte("MZ\x90\x00" + strings.Repeat("x", 100)), ErrFormat, "JPEG"},
		"a page":             {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), ErrFormat, ""},
		"HEIC":               {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), ErrFormat, "HEIC"},
		"WebP":               {[]byte("RIFF\x24\x00\x00\x00WEBPVP8 " + strings.Repeat("x", 30)), ErrFormat, "WebP"},
		"GIF":                {[]byte("GIF89a" + strings.Repeat("x", 30)), ErrFormat, "GIF"},
		"a film":             {[]byte("\x00\x00\x00\x18ftypmp42" + strings.Repeat("x", 30)), ErrFormat, "视频"},
		"one byte":           {[]byte("\xff"), ErrFormat, ""},
		"half a photo":       {good[:len(good)/2], ErrBroken, "损坏"},
		"only its beginning": {good[:3], ErrBroken, ""},
		"a length too short": {append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, 0}, good[2:]...), ErrBroken, ""},
		"too large":          {make([]byte, MostBytes+1), ErrTooLarge, "10 MB"},
	} {
		_, err := Clean(t.Context(), bytes.NewReader(c.file), int64(len(c.file)))
		if !errors.Is(err, c.want) || !strings.Contains(fault.Of(err).Text, c.text) {
			t.Errorf("%s: %v, want %s with %q", name, err, c.want.Code, c.text)
		}
	}
}

// TestClean_aBombIsRefusedBeforeItGoesOff: what a small file announces is looked at before anything of
// that size is allocated.
func TestClean_aBombIsRefusedBeforeItGoesOff(t *testing.T) {
	head := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	resized := func(w, h uint32, depth, interlaced byte) []byte {
		b := append([]byte{}, head...)
		binary.BigEndian.PutUint32(b[16:], w)
		binary.BigEndian.PutUint32(b[20:], h)
		b[24], b[25], b[28] = depth, 6, interlaced
		copy(b[29:], crcOf(b[12:29]))
		return b
	}
	small := asJPEG(t, corners(96, 64))
	frame := bytes.Index(small, []byte{0xff, 0xc0})
	framed := func(marker byte, w, h uint16) []byte {
		b := append([]byte{}, small...)
		b[frame+1] = marker
		binary.BigEndian.PutUint16(b[frame+5:], h)
		binary.BigEndian.PutUint16(b[frame+7:], w)
		return b
	}
	for name, file := range map[string][]byte{
		"a PNG of 4 billion pixels": resized(65535, 65535, 8, 0), "the largest PNG": resized(1<<31-1, 1<<31-1, 8, 0),
		"a deep PNG": resized(6000, 6000, 16, 0), "an interlaced PNG": resized(6000, 6000, 8, 1),
		"a JPEG of 4 billion pixels": framed(0xc0, 65535, 65535), "a progressive JPEG": framed(0xc2, 7000, 7000),
		"a JPEG of Adobe's": with(framed(0xc0, 7000, 7000), 0xee, "Adobe\x00\x64\x00\x00\x00\x00\x00"),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Clean(t.Context(), bytes.NewReader(file), int64(len(file)))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrPixels) {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
			t.Errorf("%s took %d bytes to refuse", name, took)
		}
	}
	if _, err := lookAtPNG(bytes.NewReader(resized(5000, 5000, 8, 0))); err != nil {
		t.Errorf("a photo of 25 million pixels: %v", err)
	}
}

// TestClean_scansAreCounted: a scan of few bytes costs a walk over the whole picture.
func TestClean_scansAreCounted(t *testing.T) {
	t.Parallel()
	small := asJPEG(t, corners(96, 64))
	scan := bytes.Index(small, []byte{0xff, 0xda})
	bomb := append([]byte{}, small[:len(small)-2]...)
	for range mostScans {
		bomb = append(bomb, small[scan:len(small)-2]...)
	}
	bomb = append(bomb, 0xff, 0xd9)
	if _, err := Clean(t.Context(), bytes.NewReader(bomb), int64(len(bomb))); !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), "65 scans") {
		t.Errorf("got %v", err)
	}
}

func TestClean_endsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := asJPEG(t, corners(96, 64))
	if _, err := Clean(ctx, bytes.NewReader(file), int64(len(file))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add(asJPEG(f, corners(20, 30)))
	f.Add(asPNG(f, corners(20, 30)))
	f.Add(with(asJPEG(f, corners(20, 30)), 0xe1, "Exif\x00\x00"+string(exif(binary.LittleEndian, 6, "here"))))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Clean(t.Context(), bytes.NewReader(file), int64(len(file)))
		if err != nil && fault.Of(err) == nil {
			t.Fatalf("no refusal: %v", err)
		}
		if err == nil {
			opened(t, p.Whole)
			opened(t, p.Thumb)
		}
	})
}

func crcOf(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
