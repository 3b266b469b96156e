package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"rsc.io/qr"
)

// A4 in millimetres, and the space in which is written.
const (
	pageWidth, pageHeight = 210.0, 297.0
	left, right           = 22.0, pageWidth - 22.0
	top, bottom           = 24.0, pageHeight - 26.0
	width                 = right - left
	pointMM               = 25.4 / 72
)

// sheet is a certificate or a document under the pen: y is where the next line begins.
type sheet struct {
	Certificate
	mark        string // stands at the top of each page
	pdf         *fpdf.Fpdf
	faces       []face
	loaded      map[int]bool
	glyphBuffer sfnt.Buffer
	missing     []rune
	y           float64
}

func newSheet(c Certificate) (*sheet, error) {
	s, err := newPaper("志愿服务记录证明 "+c.Number, "编号："+c.Number, c.Issuer, c.IssuedAt)
	if err == nil {
		s.Certificate = c
	}
	return s, err
}

func newPaper(title, mark, author string, at time.Time) (*sheet, error) {
	all, err := faces()
	if err != nil {
		return nil, err
	}
	s := &sheet{mark: mark, faces: all, loaded: map[int]bool{}, pdf: fpdf.New("P", "mm", "A4", "")}
	s.pdf.SetCatalogSort(true)
	s.pdf.SetCreationDate(at)
	s.pdf.SetModificationDate(at)
	s.pdf.SetProducer("danyuan", true)
	s.pdf.SetTitle(title, true)
	s.pdf.SetAuthor(author, true)
	s.pdf.SetLang("zh-CN")
	s.pdf.SetAutoPageBreak(false, 0)
	s.page()
	return s, nil
}

// page begins a page: its frame, and the number that holds the pages together.
func (s *sheet) page() {
	s.pdf.AddPage()
	s.pdf.SetDrawColor(150, 30, 30)
	s.pdf.SetLineWidth(0.8)
	s.pdf.Rect(11, 11, pageWidth-22, pageHeight-22, "D")
	s.pdf.SetLineWidth(0.2)
	s.pdf.Rect(13, 13, pageWidth-26, pageHeight-26, "D")
	s.y = top
	s.text(right, s.y, 9, atRight, s.mark)
	s.y += 6
}

type align int

const (
	atLeft align = iota
	centred
	atRight
)

// text writes one line with its base line at y.
func (s *sheet) text(x, y, size float64, where align, text string) {
	letters := s.spell(text)
	switch where {
	case centred:
		x -= s.span(letters, size) / 2
	case atRight:
		x -= s.span(letters, size)
	case atLeft:
	}
	s.draw(x, y, size, letters)
}

func (s *sheet) draw(x, y, size float64, letters []letter) {
	for len(letters) > 0 {
		n := 1
		for n < len(letters) && letters[n].face == letters[0].face {
			n++
		}
		run := s.use(letters[:n], size)
		s.pdf.Text(x, y, run)
		x += s.pdf.GetStringWidth(run)
		letters = letters[n:]
	}
}

// span gives how wide letters are, in millimetres.
func (s *sheet) span(letters []letter, size float64) (sum float64) {
	for i := range letters {
		sum += s.pdf.GetStringWidth(s.use(letters[i:i+1], size))
	}
	return sum
}

// use makes a run's font the current one, and gives its text.
func (s *sheet) use(run []letter, size float64) string {
	f := s.faces[run[0].face]
	if !s.loaded[run[0].face] {
		// Cutting a font down writes into its bytes: another certificate may be reading them.
		s.pdf.AddUTF8FontFromBytes(f.family, "", bytes.Clone(f.file))
		s.loaded[run[0].face] = true
	}
	s.pdf.SetFont(f.family, "", size)
	var b strings.Builder
	for _, l := range run {
		b.WriteRune(l.char)
	}
	return b.String()
}

// noStart are the signs that begin no line: they hang on the end of the one before.
const noStart = "，。、；：？！）》”’,.;:?!)"

// wrap cuts a text into lines that are no wider than most, the first shorter by an indent.
func (s *sheet) wrap(text string, size, most, indent float64) (lines [][]letter) {
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.wrapPart(s.spell(part), size, most, indent)...)
	}
	return lines
}

// wrapPart breaks Chinese between any two characters; a number or a word in Latin letters only where
// nothing else is left.
func (s *sheet) wrapPart(letters []letter, size, most, indent float64) (lines [][]letter) {
	var line []letter
	used := indent
	for _, l := range letters {
		w := s.span([]letter{l}, size)
		if used+w > most && len(line) > 0 && !strings.ContainsRune(noStart, l.char) {
			cut := len(line) - inWord(line, l)
			if cut == 0 {
				cut = len(line)
			}
			lines, line = append(lines, line[:cut:cut]), append([]letter{}, line[cut:]...)
			used = s.span(line, size)
		}
		if len(line) == 0 && l.char == ' ' {
			continue
		}
		line, used = append(line, l), used+w
	}
	return append(lines, line)
}

// inWord gives how many letters at the end of a line are of one word with the next.
func inWord(line []letter, next letter) (n int) {
	word := func(l letter) bool { return l.char > ' ' && l.char < 0x80 }
	for word(next) && n < len(line) && word(line[len(line)-1-n]) {
		n++
	}
	return n
}

// scan draws the QR code, so many millimetres wide, with strokes: it stays sharp on any printer.
func (s *sheet) scan(x, y, side float64) error {
	code, err := qr.Encode(s.Scan(), qr.M)
	if err != nil {
		return fmt.Errorf("paper: the code to scan: %w", err)
	}
	dot := side / float64(code.Size)
	s.pdf.SetFillColor(0, 0, 0)
	strokes(code, func(row, from, to int) {
		s.pdf.Rect(x+float64(from)*dot, y+float64(row)*dot, float64(to-from)*dot, dot, "F")
	})
	return nil
}

// footers writes the pages' numbers, when it is known how many there are.
func (s *sheet) footers() {
	pages := s.pdf.PageCount()
	for page := 1; page <= pages; page++ {
		s.pdf.SetPage(page)
		s.pdf.SetFillColor(0, 0, 0) // the library takes text of the last fill's colour for written already
		s.text(pageWidth/2, pageHeight-17, 8.5, centred, fmt.Sprintf("第 %d 页 共 %d 页", page, pages))
	}
}

func day(t time.Time) string { return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()) }

// Hours says minutes as people do.
func Hours(minutes int64) string {
	switch h, m := minutes/60, minutes%60; {
	case m == 0:
		return fmt.Sprintf("%d小时", h)
	case h == 0:
		return fmt.Sprintf("%d分钟", m)
	default:
		return fmt.Sprintf("%d小时%d分钟", h, m)
	}
}
