package sheet

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// workbook is what the cells of a worksheet refer to.
type workbook struct {
	parts    *parts
	texts    texts
	moments  []moment // what kind of date each cell style shows
	date1904 bool
	path     string // of the workbook's own part
	sheet    string // of the first visible worksheet's part
}

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
	rows, err := p.part(b.sheet)
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
	if b.sheet == "" {
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
			if b.sheet == "" && (state == "" || state == "visible") && rel.kind == "worksheet" {
				b.sheet = rel.target
			}
		}
		return nil
	})
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
