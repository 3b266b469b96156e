package sheet

import (
	"io"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

const (
	requiredMark = "（必填）"
	guideName    = "填写说明"
	textFormat   = 49 // "@", built in
)

// Template writes an empty Excel table to fill in. Its first sheet, called name, holds only the header,
// frozen, required columns marked; Text columns are formatted as text so that Excel keeps each digit.
// Examples and notes are on a second sheet, so that the template handed in unfilled gives ErrNoRows.
func Template(w io.Writer, name string, columns []Column) error {
	if _, err := titlesOf(columns); err != nil {
		return err
	}
	if name = sheetName(name); name == guideName {
		name = sheetName("")
	}
	book, err := newBook(name)
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }()
	styles, err := templateStyles(book)
	if err != nil {
		return err
	}
	if err := writeForm(book, name, columns, styles); err != nil {
		return err
	}
	if err := writeGuide(book, columns, styles); err != nil {
		return err
	}
	return book.Write(w)
}

type templateStyle struct{ head, required, text, wrapped int }

func templateStyles(book *excelize.File) (s templateStyle, err error) {
	must := headStyle()
	must.Font.Color = "C00000"
	for _, want := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&s.head, headStyle()},
		{&s.required, must},
		{&s.text, &excelize.Style{NumFmt: textFormat}},
		{&s.wrapped, &excelize.Style{NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		if *want.id, err = book.NewStyle(want.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func writeForm(book *excelize.File, name string, columns []Column, s templateStyle) error {
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		title, style := c.Title, s.head
		if c.Required {
			title, style = title+requiredMark, s.required
		}
		width := c.Width
		if width <= 0 {
			width = max(widthFor(title), widthFor(c.Example))
		}
		if err := book.SetColWidth(name, letter, letter, width); err != nil {
			return err
		}
		if c.Text {
			if err := book.SetColStyle(name, letter, s.text); err != nil {
				return err
			}
		}
		if err := book.SetCellStr(name, letter+"1", title); err != nil {
			return err
		}
		if err := book.SetCellStyle(name, letter+"1", letter+"1", style); err != nil {
			return err
		}
	}
	return book.SetPanes(name, frozenHeader())
}

func writeGuide(book *excelize.File, columns []Column, s templateStyle) error {
	if _, err := book.NewSheet(guideName); err != nil {
		return err
	}
	out, err := book.NewStreamWriter(guideName)
	if err != nil {
		return err
	}
	for i, width := range []float64{20, 8, 60, 30} {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := setRow(out, 1, []string{"列名", "必填", "怎么填", "示例"}, excelize.RowOpts{StyleID: s.head}); err != nil {
		return err
	}
	for i, c := range columns {
		need := "否"
		if c.Required {
			need = "是"
		}
		if err := setRow(out, i+2, []string{c.Title, need, c.Note, c.Example}, excelize.RowOpts{StyleID: s.wrapped}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// newBook is a workbook with one empty sheet of the given name.
func newBook(name string) (*excelize.File, error) {
	book := excelize.NewFile()
	if err := book.SetDocProps(&excelize.DocProperties{Creator: "danyuan", LastModifiedBy: "danyuan"}); err != nil {
		return nil, err
	}
	return book, book.SetSheetName(book.GetSheetName(0), name)
}

func headStyle() *excelize.Style {
	return &excelize.Style{
		Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}},
	}
}

func frozenHeader() *excelize.Panes {
	return &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
}

// widthFor reckons two columns of text a Chinese character, within what is comfortable to read.
func widthFor(text string) float64 {
	return float64(min(40, max(10, (len(text)+utf8.RuneCountInString(text))/2+2)))
}
