package sheet

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"danyuan/fault"
)

// workbook is what the cells of a worksheet refer to.
type workbook struct {
	parts    *parts
	texts    texts
	moments  []moment // what kind of date each cell style shows
	date1904 bool
	path     string      // of the workbook's own part
	sheets   []worksheet // the visible ones
}

// worksheet is one by its name, and its part.
type worksheet struct{ name, part string }

// ErrSeveralTables refuses a workbook of which only a part would be read.
var ErrSeveralTables = fault.New(fault.Invalid, "sheet.several_tables", "文件里有几张工作表都填了内容，一次只能导入一张。请合并成一张，或者分成几个文件分别上传。")

var errCells = errors.New("sheet: a cell refers to nothing")

func openWorkbook(ctx context.Context, r io.ReaderAt, size int64, limits Limits) (source, error) {
	p, err := openParts(ctx, r, size, limits.Unzipped)
	if err != nil {
		return nil, err
	}
	b := &workbook{parts: p, path: "xl/workbook.xml"}
	root, err := p.relations("")
	if err != nil {
		return nil, err
	}
	for _, rel := range root {
		if rel.kind == "officeDocument" {
			b.path = rel.target
		}
	}
	if !p.has(b.path) || path.Ext(b.path) != ".xml" { // another kind of archive, or a binary workbook
		return nil, ErrNotATable
	}
	if err := b.open(); err != nil {
		return nil, err
	}
	rows, err := p.part(b.sheets[0].part)
	if err != nil {
		return nil, err
	}
	return &sheetSource{book: b, xml: rows}, nil
}

// open reads all but the worksheet.
func (b *workbook) open() error {
	rels, err := b.parts.relations(b.path)
	if err != nil {
		return err
	}
	byID := make(map[string]relation, len(rels))
	for _, rel := range rels {
		byID[rel.id] = rel
	}
	if err := b.readWorkbook(byID); err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		return ErrBroken.Saying("文件里没有能看见的工作表，请用 Excel 打开检查后再上传。")
	}
	for _, rel := range rels {
		switch {
		case !b.parts.has(rel.target):
		case rel.kind == "styles":
			err = b.readStyles(rel.target)
		case rel.kind == "sharedStrings":
			err = b.readTexts(rel.target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *workbook) readWorkbook(rels map[string]relation) error {
	return b.parts.each(b.path, func(parent string, e xml.StartElement) error {
		switch {
		case parent == "" && e.Name.Local != "workbook": // a text document or slides
			return ErrNotATable
		case e.Name.Local == "workbookPr":
			since := attr(e, "date1904")
			b.date1904 = since == "1" || since == "true"
		case parent == "sheets" && e.Name.Local == "sheet":
			state, rel := attr(e, "state"), rels[attr(e, "id")]
			if (state == "" || state == "visible") && rel.kind == "worksheet" {
				b.sheets = append(b.sheets, worksheet{attr(e, "name"), rel.target})
			}
		}
		return nil
	})
}

// alone refuses a workbook with a table of the same columns on another worksheet, which nobody would read.
func (s *sheetSource) alone(columns []Column, titles map[string]int, limits Limits) error {
	for _, other := range s.book.sheets[1:] {
		holds, err := s.book.holds(other, columns, titles, limits)
		if err != nil {
			return err
		}
		if holds {
			return ErrSeveralTables.Saying(fmt.Sprintf("工作表「%s」和「%s」都填了内容，一次只能导入一张。请合并成一张，或者分成几个文件分别上传。",
				shorten(s.book.sheets[0].name, 20), shorten(other.name, 20)))
		}
	}
	return nil
}

// holds tells whether a worksheet has rows under a header with the required columns. One that can't be read has none.
func (b *workbook) holds(w worksheet, columns []Column, titles map[string]int, limits Limits) (bool, error) {
	rows, err := b.parts.part(w.part)
	if err != nil {
		return false, b.parts.ctx.Err()
	}
	src := &sheetSource{book: b, xml: rows}
	defer src.close()
	head, err := findHeader(src, columns, titles)
	for err == nil {
		var line int
		var all, cells []string
		if line, all, err = src.next(head.width); err == nil {
			cells, err = head.pick(line, all, limits.CellRunes)
			if cells != nil || fault.Of(err) != nil {
				return true, nil
			}
		}
	}
	return false, b.parts.ctx.Err()
}

// maxTexts bounds the table of shared texts: without bytes of its own each still costs a number.
const maxTexts = 2 << 20

// texts is the table of texts that cells share, end to end in one string.
type texts struct {
	all  string
	ends []int
}

func (t texts) at(i int) (string, error) {
	if i < 0 || i >= len(t.ends) {
		return "", errCells
	}
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.all[start:t.ends[i]], nil
}

func (b *workbook) readTexts(name string) error {
	el, err := b.parts.part(name)
	if err != nil {
		return err
	}
	defer el.close()
	var all strings.Builder
	for {
		token, err := el.next()
		if errors.Is(err, io.EOF) {
			b.texts.all = all.String()
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "si" {
			if err := el.collect(&all, true); err != nil {
				return broken(err)
			}
			if b.texts.ends = append(b.texts.ends, all.Len()); len(b.texts.ends) > maxTexts {
				return ErrZipBomb
			}
		}
	}
}
