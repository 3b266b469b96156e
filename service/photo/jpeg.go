package photo

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The markers of a JPEG that are looked at.
const (
	startOfFrame       = 0xc0
	startOfProgressive = 0xc2
	endOfImage         = 0xd9
	startOfScan        = 0xda
	appExif            = 0xe1
	appAdobe           = 0xee
)

const mostSegment = 64 << 10 // a segment's length has 16 bits

var errNoFrame = errors.New("no frame that can be decoded")

// lookAtJPEG walks over the markers to the end: what a scan costs is not told by its bytes, so they are
// counted, and how a progressive picture is decoded depends on its frame.
func lookAtJPEG(file io.Reader) (nature, error) {
	n, adobe := nature{turn: upright}, false
	r := bufio.NewReaderSize(file, 64<<10)
	for {
		marker, err := nextMarker(r)
		if errors.Is(err, io.EOF) || marker == endOfImage {
			break
		}
		if err != nil {
			return n, err
		}
		if marker <= 0x01 || marker >= 0xd0 && marker <= 0xd8 {
			continue // nothing follows these
		}
		if err := n.segment(r, marker); err != nil {
			return n, err
		}
		adobe = adobe || marker == appAdobe
	}
	if n.width == 0 {
		return n, errNoFrame
	}
	if adobe { // it may hold RGB or CMYK, of which the decoder makes a second picture
		n.memory += 4 * int64(n.width) * int64(n.height)
	}
	return n, nil
}

// nextMarker skips what is between segments, a scan's own bytes among it.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		for b == 0xff {
			if b, err = r.ReadByte(); err != nil {
				return 0, err
			}
			if b != 0xff && b != 0 {
				return b, nil
			}
		}
	}
}

func (n *nature) segment(r *bufio.Reader, marker byte) error {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return err
	}
	left := int(binary.BigEndian.Uint16(length[:])) - 2
	if left < 0 {
		return errors.New("a segment shorter than nothing")
	}
	switch {
	case marker == startOfScan:
		n.scans++
	case marker >= startOfFrame && marker <= startOfProgressive && n.width == 0:
		b, err := whole(r, left)
		if err != nil {
			return err
		}
		return n.frame(b, marker == startOfProgressive)
	case marker == appExif && n.turn == upright:
		b, err := whole(r, left)
		if err != nil {
			return err
		}
		if exif, ok := after(b, "Exif\x00\x00"); ok {
			n.turn = orientationIn(exif)
		}
		return nil
	}
	_, err := r.Discard(left)
	return err
}

func whole(r io.Reader, length int) ([]byte, error) {
	b := make([]byte, min(length, mostSegment))
	_, err := io.ReadFull(r, b)
	return b, err
}

func after(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return nil, false
	}
	return b[len(prefix):], true
}

// frame reads the size, and estimates what decoding takes: a byte for each sample, and for a progressive
// picture four more for its coefficient.
func (n *nature) frame(b []byte, progressive bool) error {
	if len(b) < 6 || len(b) < 6+3*int(b[5]) || b[5] == 0 {
		return errNoFrame
	}
	n.height, n.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	components := b[6 : 6+3*int(b[5])]
	var widest, tallest, samples int64 = 1, 1, 0
	for i := 1; i < len(components); i += 3 {
		h, v := int64(components[i]>>4), int64(components[i]&15)
		widest, tallest, samples = max(widest, h), max(tallest, v), samples+h*v
	}
	// The decoder rounds up to whole blocks of at most 32 × 32.
	pixels := (int64(n.width) + 31) * (int64(n.height) + 31)
	n.memory = pixels * samples / (widest * tallest)
	if progressive {
		n.memory *= 5
	}
	if b[5] == 4 || components[0] == 'R' {
		n.memory += 4 * pixels // as for Adobe's
	}
	return nil
}
