package sheet

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Write writes a table to take away: a header row and then rows, one at a time. Name is the
// worksheet's; what Excel forbids in it is replaced, and CSV has none.
//
// A cell that a spreadsheet would run as a formula gets an apostrophe in front, which Read takes off
// again; plain negative numbers stay as they are. All cells of XLSX are text. CSV is UTF-8 with a byte
// order mark, without which Excel misreads Chinese.
//
// It stops at the first error that rows gives and returns it as it is; CSV has been written up to
// there, of XLSX nothing. XLSX refuses what Excel can't hold, with ErrTooManyRows past 1,048,575 rows
// and ErrCellTooLong past 32,767 characters in a cell; it is gathered before it is written, beyond
// 16 MB in a temporary file.
func Write(w io.Writer, format Format, name string, header []string, rows iter.Seq2[[]string, error]) error {
	switch format {
	case CSV:
		return writeCSV(w, header, rows)
	case XLSX:
		return writeXLSX(w, name, header, rows)
	}
	return ErrUnknownFormat
}

func writeCSV(w io.Writer, header []string, rows iter.Seq2[[]string, error]) error {
	buf := bufio.NewWriterSize(w, 64<<10)
	if _, err := buf.Write(utf8BOM); err != nil {
		return err
	}
	out := csv.NewWriter(buf)
	out.UseCRLF = true
	var guarded []string
	write := func(cells []string) error {
		guarded = guarded[:0]
		for _, cell := range cells {
			guarded = append(guarded, guard(cell))
		}
		return out.Write(guarded)
	}
	if err := write(header); err != nil {
		return err
	}
	for cells, err := range rows {
		if err != nil {
			out.Flush()
			_ = buf.Flush()
			return err
		}
		if err := write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buf.Flush()
}

func writeXLSX(w io.Writer, name string, header []string, rows iter.Seq2[[]string, error]) (err error) {
	book, err := newBook(sheetName(name))
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }()
	out, err := book.NewStreamWriter(sheetName(name))
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(headStyle())
	if err != nil {
		return err
	}
	for i, title := range header {
		if err := out.SetColWidth(i+1, i+1, widthFor(title)); err != nil {
			return err
		}
	}
	if err := out.SetPanes(frozenHeader()); err != nil {
		return err
	}
	line := 1
	if err := setRow(out, line, header, excelize.RowOpts{StyleID: bold}); err != nil {
		return err
	}
	for cells, err := range rows {
		if err != nil {
			return err
		}
		if line++; line > maxRows {
			return ErrTooManyRows.Saying(fmt.Sprintf("Excel 最多 %d 行，请缩小范围或改为导出 CSV。", maxRows-1))
		}
		if err := setRow(out, line, cells, excelize.RowOpts{}); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

func setRow(out *excelize.StreamWriter, line int, cells []string, style excelize.RowOpts) error {
	values := make([]any, len(cells))
	for i, cell := range cells {
		cell = guard(cell)
		if len(cell) > excelize.TotalCellChars && len(utf16.Encode([]rune(cell))) > excelize.TotalCellChars {
			return ErrCellTooLong.Saying(fmt.Sprintf("第 %d 行第 %d 列的内容太长，Excel 放不下，请改为导出 CSV。", line, i+1))
		}
		values[i] = excelize.Cell{Value: cell, StyleID: style.StyleID}
	}
	return out.SetRow(fmt.Sprintf("A%d", line), values, style)
}

// sheetName makes a name that Excel takes: no : \ / ? * [ ], no apostrophe at an end, 31 UTF-16 units.
func sheetName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`:\/?*[]`, r) {
			return '-'
		}
		return r
	}, trim(name))
	units := 0
	for i, r := range name {
		if units += utf16.RuneLen(r); units > excelize.MaxSheetNameLength {
			name = name[:i]
			break
		}
	}
	if name = strings.Trim(name, "'"); name == "" {
		return "数据"
	}
	return name
}
