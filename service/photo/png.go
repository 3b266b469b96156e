package photo

import (
	"encoding/binary"
	"errors"
	"io"
)

// lookAtPNG reads the chunks before the picture itself.
func lookAtPNG(r io.Reader) (nature, error) {
	n := nature{turn: upright}
	if _, err := io.CopyN(io.Discard, r, 8); err != nil {
		return n, err
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return n, err
		}
		length, kind := int64(binary.BigEndian.Uint32(head[:4])), string(head[4:])
		if kind == "IDAT" {
			return n, nil
		}
		if length > MostBytes {
			return n, errors.New("a chunk larger than the file")
		}
		var content []byte
		if (kind == "IHDR" || kind == "eXIf") && length <= mostSegment {
			var err error
			if content, err = whole(r, int(length)); err != nil {
				return n, err
			}
			length = 0
		}
		if err := n.chunk(kind, content); err != nil {
			return n, err
		}
		if _, err := io.CopyN(io.Discard, r, length+4); err != nil { // a checksum follows
			return n, err
		}
	}
}

func (n *nature) chunk(kind string, b []byte) error {
	switch {
	case kind == "eXIf":
		n.turn = orientationIn(b)
	case kind == "IHDR" && len(b) < 13:
		return errors.New("a head without its parts")
	case kind == "IHDR":
		width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		if width > mostPixels || height > mostPixels {
			return ErrPixels
		}
		n.width, n.height = int(width), int(height)
		n.memory = int64(width) * int64(height) * 4
		if b[8] == 16 {
			n.memory *= 2
		}
		if b[12] != 0 {
			n.memory *= 2 // interlaced: each pass is a picture of its own first
		}
	}
	return nil
}
