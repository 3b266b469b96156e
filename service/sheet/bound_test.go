package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// longText is a CSV of n rows that exists nowhere: each line is made when it is read.
type longText struct{ rows int64 }

const longLine = 64

func (l longText) size() int64 { return (l.rows + 1) * longLine }

func (l longText) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		line := (at + int64(n)) / longLine
		if line > l.rows {
			return n, io.EOF
		}
		text := fmt.Sprintf("张三%09d,13800000000,110101199003070020,", line)
		if line == 0 {
			text = strings.TrimSpace(csvHead) + ",备注"
		}
		text += strings.Repeat("x", longLine-1-len(text)) + "\n"
		n += copy(p[n:], text[(at+int64(n))%longLine:])
	}
	return n, nil
}

func TestRead_memoryDoesNotGrowWithTheRowsOfText(t *testing.T) {
	file := longText{rows: 250_000}
	rows, peak := readLong(t, file, file.size(), int(file.rows))
	if rows != int(file.rows) {
		t.Fatal(rows)
	}
	t.Logf("the heap grew by %d KB at most", peak>>10)
	if peak > 12<<20 {
		t.Errorf("the heap grew by %d MB over %d MB of text", peak>>20, file.size()>>20)
	}
}

func readLong(t testing.TB, file io.ReaderAt, size int64, most int) (rows int, peak uint64) {
	t.Helper()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	limits := Limits{Bytes: size, Rows: most, Unzipped: 1 << 30}
	err := Read(t.Context(), file, size, people, limits, func(int, []string) error {
		if rows++; rows%5000 == 0 {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, peak
}

// bigWorkbook has rows of eight columns.
func bigWorkbook(t testing.TB, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, XLSX, "", append([]string{"地址", "单元", "楼", "备注"}, head...), func(yield func([]string, error) bool) {
		for i := range rows {
			if !yield([]string{fmt.Sprint("地址", i), fmt.Sprint(i % 9), "3", "无", fmt.Sprint("张三", i), "13800000000", "110101199003070020", "1990-03-07"}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sharedWorkbook has as many rows, each cell a text of its own in the shared table, as Excel saves.
func sharedWorkbook(t testing.TB, rows int) []byte {
	t.Helper()
	var sheet, texts strings.Builder
	for i := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+2)
		for column := range 8 {
			fmt.Fprintf(&sheet, `<c r="%c%d" s="1" t="s"><v>%d</v></c>`, 'A'+column, i+2, i*8+column)
			fmt.Fprintf(&texts, `<si><t>某路%d号%d室</t><phoneticPr fontId="1"/></si>`, i, column)
		}
		sheet.WriteString("</row>")
	}
	return rawWorkbook(t, `<worksheet><sheetData>`+rawHead+sheet.String()+`</sheetData></worksheet>`, `<sst>`+texts.String()+`</sst>`)
}

// workbookRows is a fifth of what an import may have, so that the race detector gets through too.
const workbookRows = 10_000

func TestRead_rowsOfExcelFitInMemory(t *testing.T) {
	for name, file := range map[string][]byte{"inline": bigWorkbook(t, workbookRows), "shared": sharedWorkbook(t, workbookRows)} {
		rows, peak := readLong(t, bytes.NewReader(file), int64(len(file)), workbookRows)
		if rows != workbookRows {
			t.Fatal(rows)
		}
		t.Logf("%s: the heap grew by %d KB at most", name, peak>>10)
		if peak > 16<<20 {
			t.Errorf("%s: the heap grew by %d MB", name, peak>>20)
		}
	}
}

func BenchmarkRead_xlsxOf50000Rows(b *testing.B) {
	file := bigWorkbook(b, 50_000)
	benchmark(b, bytes.NewReader(file), int64(len(file)), 50_000)
}

func BenchmarkRead_xlsxOf50000RowsSharedTexts(b *testing.B) {
	file := sharedWorkbook(b, 50_000)
	benchmark(b, bytes.NewReader(file), int64(len(file)), 50_000)
}

func BenchmarkRead_csvOf665000Rows(b *testing.B) {
	file := longText{rows: 665_000}
	whole := make([]byte, file.size())
	if _, err := file.ReadAt(whole, 0); err != nil && !errors.Is(err, io.EOF) {
		b.Fatal(err)
	}
	benchmark(b, bytes.NewReader(whole), file.size(), 665_000)
}

func BenchmarkWrite_xlsxOf50000Rows(b *testing.B) {
	for b.Loop() {
		bigWorkbook(b, 50_000)
	}
}

func benchmark(b *testing.B, file io.ReaderAt, size int64, rows int) {
	b.ReportAllocs()
	b.SetBytes(size)
	for b.Loop() {
		readLong(b, file, size, rows)
	}
}
