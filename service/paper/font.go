package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed" // fonts
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font/sfnt"
)

//go:embed font/NotoSerifSC-cut.ttf.gz
var serifFile []byte

//go:embed font/DroidSansFallbackFull.ttf.gz
var restFile []byte

// beyond are the characters beyond U+FFFF that the first font has, which a PDF of ours can't name by
// their own number: the n-th lies at U+E000+n in the cut font (font/README.md).
//
//go:embed font/beyond.txt
var beyond string

// face is a font: the official hand for what is common, another for what that lacks.
type face struct {
	family string
	file   []byte
	glyphs *sfnt.Font
}

const firstBeyond = 0xe000

// faces opens the fonts once, when the first certificate is drawn.
var faces = sync.OnceValues(func() ([]face, error) {
	var all []face
	for _, f := range []struct {
		family string
		zipped []byte
	}{{"serif", serifFile}, {"rest", restFile}} {
		r, err := gzip.NewReader(bytes.NewReader(f.zipped))
		if err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", f.family, err)
		}
		file, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", f.family, err)
		}
		glyphs, err := sfnt.Parse(file)
		if err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", f.family, err)
		}
		all = append(all, face{f.family, file, glyphs})
	}
	return all, nil
})

// farther gives where each character of beyond lies in the first font.
var farther = sync.OnceValue(func() map[rune]rune {
	at := map[rune]rune{}
	for i, r := range []rune(strings.TrimSpace(beyond)) {
		at[r] = firstBeyond + rune(i)
	}
	return at
})

func (f face) has(buf *sfnt.Buffer, r rune) bool {
	i, err := f.glyphs.GlyphIndex(buf, r)
	return err == nil && i != 0
}

// gap stands for a character that no font has; the paper says below which one it was.
const gap = '〓'

// letter is one character as it is drawn: in which font, under which number.
type letter struct {
	face int
	char rune
}

// spell finds a font for each character of a text. What has no look of its own is left out: a line break
// is a space, and what only joins or varies emoji is nothing.
func (s *sheet) spell(text string) []letter {
	var out []letter
	for _, r := range text {
		switch {
		case r == '\n', r == '\t':
			r = ' '
		case r == '\u200d', r >= '\ufe00' && r <= '\ufe0f':
			continue
		}
		out = append(out, s.letter(r))
	}
	return out
}

func (s *sheet) letter(r rune) letter {
	if at, ok := farther()[r]; ok {
		return letter{0, at}
	}
	// A character from the private range of the first font would be drawn as another one.
	if r <= 0xffff && (r < firstBeyond || r > 0xf8ff) {
		for i, f := range s.faces {
			if f.has(&s.glyphBuffer, r) {
				return letter{i, r}
			}
		}
	}
	if !slices.Contains(s.missing, r) {
		s.missing = append(s.missing, r)
	}
	return letter{0, gap}
}
