package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"danyuan/fault"
)

var people = []Column{
	{Title: "姓名", Required: true, Example: "张三", Note: "与身份证一致"},
	{Title: "手机号", Aliases: []string{"电话", "Mobile"}, Required: true, Text: true, Example: "13800000000"},
	{Title: "身份证号", Text: true},
	{Title: "生日"},
}

const csvHead = "姓名,手机号,身份证号,生日\n"

// read gives each row as its line and cells, joined.
func read(t testing.TB, file []byte, limits Limits) ([]string, error) {
	t.Helper()
	var rows []string
	err := Read(t.Context(), bytes.NewReader(file), int64(len(file)), people, limits, func(line int, cells []string) error {
		rows = append(rows, fmt.Sprintf("%d|%s", line, strings.Join(cells, "|")))
		return nil
	})
	return rows, err
}

func mustRead(t *testing.T, file []byte, want ...string) {
	t.Helper()
	rows, err := read(t, file, Limits{})
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	if !slices.Equal(rows, want) {
		t.Fatalf("got  %q\nwant %q", rows, want)
	}
}

func mustRefuse(t *testing.T, file []byte, limits Limits, want *fault.Fault, says ...string) {
	t.Helper()
	rows, err := read(t, file, limits)
	f := fault.Of(err)
	if f == nil || f.Code != want.Code {
		t.Fatalf("got %d rows and error %v, want %s", len(rows), err, want.Code)
	}
	for _, s := range says {
		if !strings.Contains(f.Text, s) {
			t.Errorf("text %q does not say %q", f.Text, s)
		}
	}
}

func gbk(t testing.TB, text string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// workbookOf saves a workbook with one sheet, filled in by fill.
func workbookOf(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func row(t testing.TB, f *excelize.File, line int, cells ...any) {
	t.Helper()
	if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", line), &cells); err != nil {
		t.Fatal(err)
	}
}

// zipOf packs parts; the order is that of the pairs.
func zipOf(t testing.TB, parts ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := z.Create(p[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rawWorkbook packs a worksheet as it stands, with the least that a workbook needs around it.
func rawWorkbook(t testing.TB, worksheet, texts string) []byte {
	t.Helper()
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	return zipOf(t,
		[2]string{"_rels/.rels", `<Relationships><Relationship Id="a" Type="` + rel + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		[2]string{"xl/workbook.xml", `<workbook><sheets><sheet name="藏" sheetId="1" state="hidden" r:id="h"/><sheet name="甲" sheetId="2" r:id="s"/></sheets></workbook>`},
		[2]string{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="h" Type="` + rel + `worksheet" Target="worksheets/none.xml"/>` +
			`<Relationship Id="s" Type="` + rel + `worksheet" Target="/xl/worksheets/sheet1.xml"/>` +
			`<Relationship Id="t" Type="` + rel + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		[2]string{"xl/worksheets/sheet1.xml", worksheet},
		[2]string{"xl/sharedStrings.xml", texts},
	)
}

const rawHead = `<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="inlineStr"><is><t>手机号</t></is></c></row>`

func rowsOf(rows ...[]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
