package sheet

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestRead_textInEveryEncodingAndSeparator(t *testing.T) {
	text := csvHead + "张三,13800000000,11010119900307002X,1990-03-07\n"
	want := "2|张三|13800000000|11010119900307002X|1990-03-07"
	mustRead(t, []byte(text), want)
	mustRead(t, []byte("\xEF\xBB\xBF"+text), want)
	mustRead(t, gbk(t, text), want)
	mustRead(t, []byte(strings.ReplaceAll(text, ",", "\t")), want)
	mustRead(t, []byte(strings.ReplaceAll(text, "\n", "\r\n")), want)
}

func TestRead_gb18030KeepsCharactersThatGBKLacks(t *testing.T) {
	file, err := simplifiedchinese.GB18030.NewEncoder().String(csvHead + "張㑇𠮷,13800000000,,\n")
	if err != nil {
		t.Fatal(err)
	}
	mustRead(t, []byte(file), "2|張㑇𠮷|13800000000||")
}

func TestRead_headerMayStandBelowATitleInAnyOrderWithOtherColumns(t *testing.T) {
	mustRead(t, []byte("某街道单元长名单\n\n序号, ＭＯＢＩＬＥ ,备注,*姓　名（必填）\n1,13800000000,好,张三\n"),
		"4|张三|13800000000||")
	mustRead(t, workbookOf(t, func(f *excelize.File) {
		row(t, f, 2, "名单")
		row(t, f, 4, "备注", "电 话*", "姓名(必填)")
		row(t, f, 6, "好", 13800000000, "张三")
	}), "6|张三|13800000000||")
}

func TestIgnored_namesTheColumnsThatMeanNothing(t *testing.T) {
	for file, want := range map[string]string{
		"某街道单元长名单\n\n序号, ＭＯＢＩＬＥ ,备注,,*姓　名（必填）," + strings.Repeat("很", 25) + "\n1,13800000000,好,,张三\n": "序号 备注 " + strings.Repeat("很", 20) + "…",
		csvHead + "张三,1,,\n": "",
	} {
		table, err := Open(t.Context(), strings.NewReader(file), int64(len(file)), people, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(table.Ignored(), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		table.Close()
	}
	if _, err := Open(t.Context(), strings.NewReader("x\n"), 2, people, Limits{}); !errors.Is(err, ErrMissingColumns) {
		t.Error(err)
	}
}

func TestRead_blankRowsAreSkippedAndLinesAreThoseOfExcel(t *testing.T) {
	mustRead(t, []byte(csvHead+"\n,,,\n\"张\n三\",1,,\n\n　,\u00a0,,\n李四,2,,\n"),
		"4|张\n三|1||", "7|李四|2||")
	mustRead(t, []byte("序号,姓名,手机号\n1,张三,1\n2,,\n3,,\n"), "2|张三|1||")
}

func TestRead_cellsAreTrimmedOfWideAndInvisibleSpace(t *testing.T) {
	mustRead(t, []byte(csvHead+"　张三 \u200b,\u202d13800000000\u202c,\t110\t,\n"), "2|张三|13800000000|110|")
}

func TestRead_excelNumberKeepsAllPhoneDigits(t *testing.T) {
	mustRead(t, workbookOf(t, func(f *excelize.File) {
		row(t, f, 1, "姓名", "手机号", "身份证号")
		row(t, f, 2, "张三", 13800000000, 0.1+0.2)
		row(t, f, 3, "李四", 13800000000.0, -12.50)
		row(t, f, 4, true, "013800000000", 999999999999999)
	}), "2|张三|13800000000|0.3|", "3|李四|13800000000|-12.5|", "4|TRUE|013800000000|999999999999999|")
}

func TestRead_numberTooLongForExcelIsRefusedByCell(t *testing.T) {
	file := workbookOf(t, func(f *excelize.File) {
		row(t, f, 1, "姓名", "手机号", "身份证号")
		row(t, f, 2, "张三", 1, 110101199003070020)
	})
	mustRefuse(t, file, Limits{}, ErrDigitsLost, "第 2 行", "身份证号", "文本")
	mustRefuse(t, []byte(csvHead+"张三,1.38E+10,,\n"), Limits{}, ErrDigitsLost, "第 2 行", "手机号", "1.38E+10")
	mustRead(t, []byte("姓名,手机号,编码\n张三,1,1.1E+17\n"), "2|张三|1||")
}

func TestRead_emptyCellTakesNothingFromTheRowAbove(t *testing.T) {
	mustRead(t, workbookOf(t, func(f *excelize.File) {
		row(t, f, 1, "姓名", "手机号", "身份证号")
		row(t, f, 2, "张三", 1, 2)
		row(t, f, 3, "李四", nil, 3)
		row(t, f, 4, "王五")
	}), "2|张三|1|2|", "3|李四||3|", "4|王五|||")
}

func TestRead_workbookMayCountDaysFrom1904(t *testing.T) {
	mustRead(t, workbookOf(t, func(f *excelize.File) {
		since1904 := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &since1904}); err != nil {
			t.Fatal(err)
		}
		row(t, f, 1, "姓名", "手机号", "生日")
		row(t, f, 2, "张三", 1, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC))
	}), "2|张三|1||2024-02-29")
}

func TestRead_excelDatesComeBackAsDates(t *testing.T) {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	formats := []string{"yyyy-mm-dd", `yyyy"年"m"月"d"日"`, "[$-804]yyyy年m月d日;@", "m/d/yy", `[Red]mmm`, "yyyy/m/d h:mm"}
	for _, code := range formats {
		file := workbookOf(t, func(f *excelize.File) {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			if err != nil {
				t.Fatal(err)
			}
			row(t, f, 1, "姓名", "手机号", "生日")
			row(t, f, 2, "张三", 1, day)
			if err := f.SetCellStyle("Sheet1", "C2", "C2", style); err != nil {
				t.Fatal(err)
			}
		})
		mustRead(t, file, "2|张三|1||2024-02-29")
	}
}

func TestRead_numberFormatsTellDatesFromNumbers(t *testing.T) {
	for code, want := range map[string]moment{
		"General": 0, "0.00E+00": 0, `"d"0`: 0, `0.00\m`: 0, "[Red]#,##0": 0, "@": 0, "_d0": 0, "G/通用格式": 0,
		"yyyy": day, "mm": day, "d;@": day, "h:mm": clock, "[h]:mm": clock, "mm:ss.0": clock, "yyyy-mm-dd hh:mm": day | clock,
	} {
		if got := momentOf(code); got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
	for id, want := range map[int]moment{0: 0, 2: 0, 14: day, 20: clock, 22: day | clock, 31: day, 33: clock, 49: 0, 58: day} {
		if got := builtIn(id); got != want {
			t.Errorf("format %d: %d, want %d", id, got, want)
		}
	}
	for stored, want := range map[string]string{"45351.5": "2024-02-29 12:00:00", "45351": "2024-02-29", "-1": "-1", "1e300": "1E+300", "x": "x"} {
		if got := number(stored, day|clock, false); got != want {
			t.Errorf("%s: %s, want %s", stored, got, want)
		}
	}
	if got := number("1.5", clock, false); got != "36:00:00" {
		t.Error(got)
	}
	if got := number("43889", day, true); got != "2024-02-29" {
		t.Error("1904:", got)
	}
}

func TestRead_workbookOfOtherPrograms(t *testing.T) {
	texts := `<sst><si><t xml:space="preserve"> 张</t></si><si><r><t>李</t></r><r><t>四</t></r><rPh><t>lisi</t></rPh></si><si><t>a_x000D_b_x005F_x0041_</t></si></sst>`
	mustRead(t, rawWorkbook(t, `<x:worksheet xmlns:x="urn:x"><x:sheetData>`+rawHead+
		`<row><c t="s"><v>0</v></c><c t="str"><f>A&amp;"1"</f><v>f</v></c></row>`+
		`<row r="9"><c r="B9" t="n"><v>1.38E10</v></c><c r="A9" t="s"><v>1</v></c></row>`+
		`<row r="10"><c r="B10" t="d"><v>2024-01-05T00:00:00</v></c><c r="A10" t="s"><v>2</v></c><c r="XFD10"><v>1</v></c></row>`+
		`</x:sheetData></x:worksheet>`, texts),
		"2|张|f||", "9|李四|13800000000||", "10|a\rb_x0041_|2024-01-05||")
}

func TestRead_stopsWithTheErrorOfTheRow(t *testing.T) {
	stop, calls := errors.New("stop"), 0
	file := []byte(csvHead + "a,1,,\nb,2,,\n")
	err := Read(t.Context(), bytes.NewReader(file), int64(len(file)), people, Limits{}, func(int, []string) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Fatal(err, calls)
	}
}

func TestRead_endsWithItsContext(t *testing.T) {
	for name, file := range map[string][]byte{"csv": []byte(csvHead + "a,1,,\nb,2,,\n"), "xlsx": smallWorkbook(t)} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		err := Read(ctx, bytes.NewReader(file), int64(len(file)), people, Limits{}, func(int, []string) error { calls++; cancel(); return nil })
		cancel()
		if !errors.Is(err, context.Canceled) || calls != 1 {
			t.Fatal(name, err, calls)
		}
	}
}

func TestRead_rowsAreTheCallersToKeep(t *testing.T) {
	var kept [][]string
	file := []byte(csvHead + "a,1,,\nb,2,,\n")
	err := Read(t.Context(), bytes.NewReader(file), int64(len(file)), people, Limits{}, func(_ int, cells []string) error { kept = append(kept, cells); return nil })
	if err != nil || kept[0][0] != "a" || kept[1][0] != "b" {
		t.Fatal(kept, err)
	}
}

func TestRead_columnsDeclaredTwiceAreOurMistake(t *testing.T) {
	columns := []Column{{Title: "姓名"}, {Title: "名字", Aliases: []string{"姓 名"}}}
	if err := Read(t.Context(), strings.NewReader("x"), 1, columns, Limits{}, nil); err == nil {
		t.Fatal("taken")
	}
}

func smallWorkbook(t testing.TB) []byte {
	return workbookOf(t, func(f *excelize.File) {
		row(t, f, 1, "姓名", "手机号", "生日")
		row(t, f, 2, "张三", 13800000000, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC))
		row(t, f, 3, "李四", "13800000001")
	})
}
