package sheet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"danyuan/fault"
)

// Refusals of a table for its size.
var (
	ErrTooLarge    = fault.New(fault.TooLarge, "sheet.too_large", "文件太大，请拆成几个文件分别上传。")
	ErrTooManyRows = fault.New(fault.TooLarge, "sheet.too_many_rows", "表格的行数太多，请拆成几个文件分别上传。")
	ErrNoRows      = fault.New(fault.Invalid, "sheet.no_rows", "表里没有数据，请在表头下面填写后再上传。")
)

// source gives the rows of one table in file order, then io.EOF. The line is the row number that
// Excel shows. Cells past width may be left out; the slice holds until the next call.
type source interface {
	next(width int) (line int, cells []string, err error)
	// merged gives the cells that stand for several rows, when all rows have been given.
	merged() []area
	close()
}

// Read calls row for each data row in file order, with the row number that Excel shows and one cell
// a declared column, in the order of columns; a column that the table lacks gives "". The slice is
// row's to keep. Memory does not grow with the number of rows: CSV streams, and Excel keeps only its
// table of texts, no larger than limits.Unzipped.
//
// The type is told by content: Excel (.xlsx, .xlsm) or comma- or tab-separated text in UTF-8 or
// GB18030. Of a workbook the first visible worksheet is read, hidden rows as well; another visible one
// with rows under such a header is refused, as are cells merged over several rows. The header is
// that of the first five non-blank rows which holds all required columns; the order is free, other
// columns are ignored, titles match without regard to spaces, width, case and a mark such as
// "（必填）". Rows whose declared cells are all blank are skipped.
//
// Cells come trimmed, and without the apostrophe that Write puts before a formula. Numbers come as
// plain digits, dates as "2006-01-02", with " 15:04:05" where there is a time of day, times as
// "15:04:05", a formula as its last result.
//
// It stops at the first error that row returns, when ctx ends, both given back as they are, or with
// one of this package's faults. An error may come after rows were given: take all rows or none.
func Read(ctx context.Context, r io.ReaderAt, size int64, columns []Column, limits Limits, row func(line int, cells []string) error) error {
	t, err := Open(ctx, r, size, columns, limits)
	if err != nil {
		return err
	}
	defer t.Close()
	return t.Each(ctx, row)
}

// Table is a table behind its header, as Read finds it.
type Table struct {
	src    source
	head   header
	limits Limits
}

// Open finds a table's header, and refuses what Read refuses before its first row. The caller closes the table.
func Open(ctx context.Context, r io.ReaderAt, size int64, columns []Column, limits Limits) (*Table, error) {
	limits = limits.orDefault()
	titles, err := titlesOf(columns)
	if err != nil {
		return nil, err
	}
	if size <= 0 {
		return nil, ErrNoRows.Saying("文件是空的，请填写后再上传。")
	}
	if size > limits.Bytes {
		return nil, ErrTooLarge.Saying(fmt.Sprintf("文件超过 %s，请拆成几个文件分别上传。", megabytes(limits.Bytes)))
	}
	src, err := open(ctx, r, size, limits)
	if err != nil {
		return nil, err
	}
	t := &Table{src: src, limits: limits}
	if t.head, err = findHeader(src, columns, titles); err == nil {
		if book, is := src.(*sheetSource); is {
			err = book.alone(columns, titles, limits)
		}
	}
	if err != nil {
		src.close()
		return nil, err
	}
	return t, nil
}

// Close lets the file go.
func (t *Table) Close() { t.src.close() }

// Ignored gives the titles of the header row which mean none of the columns, shortened.
func (t *Table) Ignored() (titles []string) {
	for at, title := range t.head.titles {
		if title = trim(title); title != "" && !slices.Contains(t.head.at, at) {
			titles = append(titles, shorten(title, 20))
		}
	}
	return titles
}

// Each calls row for each row, once, as Read does.
func (t *Table) Each(ctx context.Context, row func(line int, cells []string) error) error {
	return readRows(ctx, t.src, t.head, t.limits, row)
}

func readRows(ctx context.Context, src source, head header, limits Limits, row func(line int, cells []string) error) error {
	last := 0
	for count := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, all, err := src.next(head.width)
		if errors.Is(err, io.EOF) {
			if count == 0 {
				return ErrNoRows
			}
			return head.unmerged(src.merged(), last)
		}
		if err != nil {
			return err
		}
		cells, err := head.pick(line, all, limits.CellRunes)
		if err != nil {
			return err
		}
		if cells == nil {
			continue
		}
		if count++; count > limits.Rows {
			return ErrTooManyRows.Saying(fmt.Sprintf("一次最多 %d 行，请拆成几个文件分别上传。", limits.Rows))
		}
		if err := row(line, cells); err != nil {
			return err
		}
		last = line
	}
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, n>>10))
	}
	return fmt.Sprintf("%d MB", n>>20)
}
