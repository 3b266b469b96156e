package paper

import (
	"bytes"
	"time"
)

// Document is a paper of titled lists.
type Document struct {
	Title    string
	Opening  string
	At       time.Time // a wall time
	Sections []Section
}

// Section is one of them. Every line is as it is to be read; a long one goes on below.
type Section struct {
	Title string
	Lines []string
}

// The lines' letters, in points, and the way from one to the next in millimetres.
const lineSize, lineStep = 9.5, 5.2

// Write draws the document. The same document gives the same bytes.
func (d Document) Write() ([]byte, error) {
	s, err := newPaper(d.Title, day(d.At), d.Title, d.At)
	if err != nil {
		return nil, err
	}
	s.y += 10
	s.text(pageWidth/2, s.y, 20, centred, d.Title)
	s.y += 12
	s.paragraph(10.5, d.Opening)
	for _, section := range d.Sections {
		s.section(section)
	}
	s.missingGlyphs()
	s.footers()
	var out bytes.Buffer
	err = s.pdf.Output(&out)
	return out.Bytes(), err
}

// section keeps its title on the page of its first line.
func (s *sheet) section(of Section) {
	s.y += 4
	s.room(3 * lineStep)
	s.pdf.SetTextColor(150, 30, 30)
	s.text(left, s.y, 12, atLeft, of.Title)
	s.pdf.SetTextColor(0, 0, 0)
	s.y += lineStep + 1
	for _, line := range of.Lines {
		for _, part := range s.wrap(line, lineSize, width, 0) {
			s.room(lineStep)
			s.draw(left, s.y, lineSize, part)
			s.y += lineStep
		}
		s.y++
	}
}

// room begins another page where this one has no room for so many millimetres.
func (s *sheet) room(height float64) {
	if s.y+height > bottom {
		s.page()
		s.y += 4
	}
}
