package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// What a worksheet of Excel holds at most.
const (
	maxRows    = 1_048_576
	maxColumns = 16_384
)

// sheetSource reads the rows of one worksheet as they are inflated.
type sheetSource struct {
	book  *workbook
	xml   *elements
	line  int
	cells []string
	text  strings.Builder
	areas []area
}

func (s *sheetSource) merged() []area { return s.areas }

func (s *sheetSource) close() { s.xml.close() }

func (s *sheetSource) next(width int) (int, []string, error) {
	for {
		token, err := s.xml.next()
		if errors.Is(err, io.EOF) {
			return 0, nil, err
		}
		if err != nil {
			return 0, nil, broken(err)
		}
		e, ok := token.(xml.StartElement)
		switch {
		case ok && e.Name.Local == "mergeCell" && len(s.areas) < mostAreas:
			if a, tall := areaOf(attr(e, "ref")); tall {
				s.areas = append(s.areas, a)
			}
		case ok && e.Name.Local == "row":
			if err := s.row(e, width); err != nil {
				return 0, nil, broken(err)
			}
			return s.line, s.cells, nil
		}
	}
}

// row reads the row just begun, past its end.
func (s *sheetSource) row(e xml.StartElement, width int) error {
	line := s.line + 1
	if r := attr(e, "r"); r != "" {
		var err error
		if line, err = strconv.Atoi(r); err != nil {
			return err
		}
	}
	if line <= s.line || line > maxRows {
		return errCells
	}
	s.line = line
	clear(s.cells)
	s.cells = s.cells[:0]
	outside := s.xml.depth - 1
	for at := 0; ; at++ {
		cell, ok, err := s.nextCell(outside)
		if err != nil || !ok {
			return err
		}
		if ref := attr(cell, "r"); ref != "" {
			if at, err = columnOf(ref); err != nil {
				return err
			}
		}
		value, err := s.value(cell)
		if err != nil {
			return err
		}
		if value == "" || at >= width || at >= maxColumns {
			continue
		}
		if at >= len(s.cells) {
			s.cells = slices.Grow(s.cells, at+1-len(s.cells))[:at+1]
		}
		s.cells[at] = value
	}
}

// nextCell gives the next cell of the row, not ok at the row's end.
func (s *sheetSource) nextCell(outside int) (cell xml.StartElement, ok bool, err error) {
	for {
		token, err := s.xml.next()
		if err != nil {
			return cell, false, err
		}
		if e, begins := token.(xml.StartElement); begins && e.Name.Local == "c" {
			return e, true, nil
		}
		if s.xml.depth == outside {
			return cell, false, nil
		}
	}
}

// noResult stands for a formula that no spreadsheet has computed, as other programs write them; pick refuses it. An
// empty text is a result too, and is written as one.
const noResult = "#CALC!"

// value reads the cell just begun, past its end.
func (s *sheetSource) value(cell xml.StartElement) (string, error) {
	outside, formula, result := s.xml.depth-1, false, false
	s.text.Reset()
	for {
		token, err := s.xml.next()
		if err != nil {
			return "", err
		}
		e, begins := token.(xml.StartElement)
		switch {
		case begins && e.Name.Local == "f":
			formula = true
		case begins && (e.Name.Local == "v" || e.Name.Local == "is"):
			if err := s.xml.collect(&s.text, e.Name.Local == "is"); err != nil {
				return "", err
			}
			result = s.text.Len() > 0 || attr(cell, "t") == "str"
		case s.xml.depth == outside && formula && !result:
			return noResult, nil
		case s.xml.depth == outside:
			style, _ := strconv.Atoi(attr(cell, "s"))
			return s.book.show(attr(cell, "t"), style, s.text.String())
		}
	}
}

// columnOf reads the letters of a reference such as "AB12", 0 for A.
func columnOf(ref string) (int, error) {
	column := 0
	for i := range len(ref) {
		letter := ref[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		if column = column*26 + int(letter-'A') + 1; column > maxColumns {
			return 0, errCells
		}
	}
	if column == 0 {
		return 0, errCells
	}
	return column - 1, nil
}
