package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"danyuan/fault"
)

var head = []string{"姓名", "手机号", "身份证号", "生日"}

func TestWrite_whatIsTakenAwayComesBackUnchanged(t *testing.T) {
	rows := [][]string{
		{"张三", "13800000000", "110101199003070020", "1990-03-07"},
		{"=1+1", "+8613800000000", "-2+3", "@SUM(A1)"},
		{"'=1", "''@", "'abc", "-30"},
		{"a\"b,c", "两\n行", "_x0041_", "＝1"},
	}
	for _, format := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		if err := Write(&b, format, "名单", head, rowsOf(rows...)); err != nil {
			t.Fatal(format, err)
		}
		if format == CSV && !bytes.HasPrefix(b.Bytes(), utf8BOM) {
			t.Error("Excel would misread the Chinese in it")
		}
		var back [][]string
		err := Read(t.Context(), bytes.NewReader(b.Bytes()), int64(b.Len()), people, Limits{}, func(_ int, cells []string) error {
			back = append(back, cells)
			return nil
		})
		if err != nil || !slices.EqualFunc(back, rows, slices.Equal) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", format, err, back, rows)
		}
	}
}

func TestWrite_noCellRunsAsAFormula(t *testing.T) {
	hostile := []string{"=cmd|'/c calc'!A0", "+1+1", "-1+1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "－x", "'=1"}
	for _, format := range []Format{CSV, XLSX} {
		var b bytes.Buffer
		if err := Write(&b, format, "", hostile, rowsOf(hostile)); err != nil {
			t.Fatal(err)
		}
		for _, cells := range rawRows(t, format, b.Bytes()) {
			for _, cell := range cells {
				if !strings.HasPrefix(cell, "'") {
					t.Errorf("%s: %q", format, cell)
				}
			}
		}
	}
}

func rawRows(t *testing.T, format Format, file []byte) (rows [][]string) {
	t.Helper()
	var err error
	if format == CSV {
		rows, err = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, utf8BOM))).ReadAll()
	} else {
		var f *excelize.File
		if f, err = excelize.OpenReader(bytes.NewReader(file)); err == nil {
			rows, err = f.GetRows(f.GetSheetName(0))
		}
	}
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	return rows
}

func TestWrite_negativeNumbersStayNumbers(t *testing.T) {
	for _, cell := range []string{"-30", "-0.5", "", "a=b", "12"} {
		if guard(cell) != cell {
			t.Errorf("%q became %q", cell, guard(cell))
		}
	}
}

func TestWrite_stopsAtTheErrorOfTheRows(t *testing.T) {
	stop := errors.New("stop")
	rows := func(yield func([]string, error) bool) {
		if yield([]string{"a"}, nil) {
			yield(nil, stop)
		}
	}
	for _, format := range []Format{CSV, XLSX} {
		if err := Write(io.Discard, format, "", head, rows); !errors.Is(err, stop) {
			t.Error(format, err)
		}
	}
}

func TestWrite_refusesWhatTheFormatCannotHold(t *testing.T) {
	if err := Write(io.Discard, "pdf", "", head, rowsOf()); fault.CodeOf(err) != "sheet.unknown_format" {
		t.Error(err)
	}
	long := []string{strings.Repeat("长", excelize.TotalCellChars+1)}
	if err := Write(io.Discard, XLSX, "", head, rowsOf(long)); fault.CodeOf(err) != "sheet.cell_too_long" {
		t.Error(err)
	}
	if err := Write(io.Discard, CSV, "", head, rowsOf(long)); err != nil {
		t.Error(err)
	}
}

func TestWrite_anyNameMakesASheet(t *testing.T) {
	for _, name := range []string{"", "a/b:c*[1]?\\", strings.Repeat("长", 40), strings.Repeat("😀", 20), "'名'", " \x00 "} {
		var b bytes.Buffer
		if err := Write(&b, XLSX, name, head, rowsOf([]string{"张三", "1"})); err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		mustRead(t, b.Bytes(), "2|张三|1||")
	}
}

func TestTemplate_unfilledGivesNoRows(t *testing.T) {
	var b bytes.Buffer
	if err := Template(&b, "单元长", people); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, b.Bytes(), Limits{}, ErrNoRows)
}

func TestTemplate_filledInIsRead(t *testing.T) {
	var b bytes.Buffer
	if err := Template(&b, guideName, people); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	sheet := f.GetSheetName(0)
	if err := f.SetSheetRow(sheet, "A2", &[]any{"张三", "13800000000", "110101199003070020"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	mustRead(t, b.Bytes(), "2|张三|13800000000|110101199003070020|")

	if title, _ := f.GetCellValue(sheet, "A1"); title != "姓名（必填）" {
		t.Error(title)
	}
	for column, want := range map[string]int{"A": 0, "B": textFormat, "C": textFormat} {
		id, err := f.GetColStyle(sheet, column)
		if err != nil {
			t.Fatal(err)
		}
		if style, _ := f.GetStyle(id); style.NumFmt != want {
			t.Errorf("%s: format %d, want %d", column, style.NumFmt, want)
		}
	}
	guide, err := f.GetRows(guideName)
	if err != nil || !slices.Equal(guide[1], []string{"姓名", "是", "与身份证一致", "张三"}) {
		t.Error(guide, err)
	}
	if panes, _ := f.GetPanes(sheet); !panes.Freeze {
		t.Error("the header is not frozen")
	}
}

func TestFormat_contentTypeIsThatOfTheFile(t *testing.T) {
	for format, want := range map[Format]string{CSV: "text/csv; charset=utf-8", "pdf": "application/octet-stream"} {
		if got := format.ContentType(); got != want {
			t.Error(format, got)
		}
	}
	if got := XLSX.ContentType(); !strings.HasSuffix(got, "spreadsheetml.sheet") {
		t.Error(got)
	}
}
