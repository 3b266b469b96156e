// Package sheet reads the tables that people hand in and writes those that they take away, as CSV or
// Excel. It bounds size and memory, keeps every digit that the file holds, lets no cell run as a
// formula, and refuses in words that tell a person what to do next. It knows nothing of what a table
// is about, of HTTP or of the database.
//
// It writes Excel with excelize but reads it with its own small reader: excelize takes a sheet that
// breaks off in the middle for a shorter one, can't tell a date from a number while it streams, and
// inflates every part of the file first.
package sheet

import "danyuan/fault"

// Column declares one column of a table: what the header row holds and what the template says of it.
type Column struct {
	Title    string   // as the template writes it, e.g. "手机号"
	Aliases  []string // other titles that mean the same
	Required bool     // the header row must hold it; that its cells are filled is the reader's business
	Text     bool     // phone and ID numbers, codes: the template makes Excel keep each digit as typed
	Example  string   // shown on the second sheet of the template
	Note     string   // shown there too: what to fill in
	Width    float64  // in characters; 0 picks one to fit the title and the example
}

// Limits bounds one call of Read. A field that is zero or less means its default.
type Limits struct {
	Bytes     int64 // size of the file; default 10 MiB
	Rows      int   // data rows, blank ones not counted; default 50,000
	CellRunes int   // characters in one cell of a declared column, untrimmed; default 2,000
	Unzipped  int64 // bytes that an Excel file may inflate to; default 128 MiB
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 10 << 20
	}
	if l.Rows <= 0 {
		l.Rows = 50_000
	}
	if l.CellRunes <= 0 {
		l.CellRunes = 2_000
	}
	if l.Unzipped <= 0 {
		l.Unzipped = 128 << 20
	}
	return l
}

// Format is a kind of file that Write makes; its text is the file name's extension without the dot.
type Format string

// The formats. XLSX is for people: Excel keeps long numbers in it. CSV is for other programs and for
// tables too long for Excel.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// ErrUnknownFormat refuses a format that is neither XLSX nor CSV.
var ErrUnknownFormat = fault.New(fault.Invalid, "sheet.unknown_format", "不支持这种文件格式，请选择 xlsx 或 csv。")

// ContentType gives the media type, "application/octet-stream" for an unknown format.
func (f Format) ContentType() string {
	switch f {
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case CSV:
		return "text/csv; charset=utf-8"
	}
	return "application/octet-stream"
}
