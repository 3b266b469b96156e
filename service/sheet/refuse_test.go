package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"danyuan/fault"
)

func TestRead_refusesWhatIsNoTable(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 64<<10)
	for name, c := range map[string]struct {
		file string
		want *fault.Fault
	}{
		"a picture":              {picture.String(), ErrNotATable},
		"NUL bytes":              {csvHead + "a\x00,1,,\n", ErrNotATable},
		"UTF-16":                 {"\xff\xfe" + string(utf16le("a,b\n")), ErrNotATable},
		"a web page":             {"\n <html><table><tr><td>姓名", ErrNotATable},
		"no encoding":            {csvHead + "\xff\xff,1,,\n", ErrNotATable},
		"UTF-8 cut off":          {"\xEF\xBB\xBF" + csvHead + "\xe5\xbc,1,,\n", ErrBroken},
		"an old workbook":        {ole + string(utf16le("Workbook\x00")), ErrOldExcel},
		"a locked workbook":      {ole + string(utf16le("EncryptedPackage")), ErrEncrypted},
		"an old text document":   {ole + string(utf16le("WordDocument\x00")), ErrNotATable},
		"an archive of pictures": {string(zipOf(t, [2]string{"a.png", picture.String()})), ErrNotATable},
		"a text document": {string(zipOf(t, [2]string{"_rels/.rels", `<r><Relationship Id="1" Type="x/officeDocument" Target="word/document.xml"/></r>`},
			[2]string{"word/document.xml", "<document/>"})), ErrNotATable},
		"a binary workbook": {string(zipOf(t, [2]string{"_rels/.rels", `<r><Relationship Id="1" Type="x/officeDocument" Target="xl/workbook.bin"/></r>`},
			[2]string{"xl/workbook.bin", "\x01"})), ErrNotATable},
	} {
		t.Run(name, func(t *testing.T) { mustRefuse(t, []byte(c.file), Limits{}, c.want, "再上传") })
	}
}

func TestRead_lockedWorkbookOfExcelItselfIsRefused(t *testing.T) {
	var b bytes.Buffer
	f := excelize.NewFile()
	defer f.Close()
	if err := f.Write(&b, excelize.Options{Password: "x"}); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, b.Bytes(), Limits{}, ErrEncrypted, "密码")
}

func TestRead_refusesALockedArchive(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.CreateHeader(&zip.FileHeader{Name: "xl/workbook.xml", Flags: 1}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, b.Bytes(), Limits{}, ErrEncrypted)
}

func TestRead_findsWhatAnOldFileIsAtAnyPlace(t *testing.T) {
	for at := 64<<10 - 40; at <= 64<<10; at++ {
		file := []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 80<<10))
		copy(file[at:], utf16le("EncryptedPackage"))
		mustRefuse(t, file, Limits{}, ErrEncrypted)
	}
}

func TestRead_refusesWhatBreaksOff(t *testing.T) {
	whole := smallWorkbook(t)
	for _, n := range []int{4, len(whole) / 3, len(whole) - 1} {
		mustRefuse(t, whole[:n], Limits{}, ErrBroken)
	}
	bent := bytes.Clone(whole)
	copy(bent[len(bent)/2:], make([]byte, 200))
	if rows, err := read(t, bent, Limits{}); err == nil {
		t.Fatal("taken:", rows)
	}
	data := `<row r="2"><c r="A2"><v>1</v></c></row>`
	for name, xml := range map[string]string{
		"no end":          `<worksheet><sheetData>` + rawHead + data,
		"inside a cell":   `<worksheet><sheetData>` + rawHead + data + `<row r="3"><c r="A3"><v>1`,
		"empty":           ``,
		"no such text":    `<worksheet><sheetData>` + rawHead + `<row r="2"><c r="A2" t="s"><v>7</v></c></row></sheetData></worksheet>`,
		"no such column":  `<worksheet><sheetData>` + rawHead + `<row r="2"><c r="XFE2"><v>7</v></c></row></sheetData></worksheet>`,
		"no such row":     `<worksheet><sheetData>` + rawHead + `<row r="1048577"><c r="A2"><v>7</v></c></row></sheetData></worksheet>`,
		"the same row":    `<worksheet><sheetData>` + rawHead + `<row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>`,
		"too many ends":   `<worksheet><sheetData>` + rawHead + data + `</sheetData></worksheet></worksheet>`,
		"nested":          `<worksheet><sheetData>` + rawHead + data + strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000) + `</sheetData></worksheet>`,
		"one endless tag": `<worksheet><sheetData>` + rawHead + `<row ` + strings.Repeat(`a="" `, 1<<20) + `/></sheetData></worksheet>`,
		"unknown entity":  `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData>` + rawHead + `<row r="2"><c><v>&a;</v></c></row></sheetData></worksheet>`,
	} {
		t.Run(name, func(t *testing.T) { mustRefuse(t, rawWorkbook(t, xml, `<sst/>`), Limits{}, ErrBroken) })
	}
}

func TestRead_refusesAWorkbookWithoutASheet(t *testing.T) {
	rels := [2]string{"_rels/.rels", `<r><Relationship Id="1" Type="x/officeDocument" Target="xl/workbook.xml"/></r>`}
	mustRefuse(t, zipOf(t, rels, [2]string{"xl/workbook.xml", "<workbook><sheets/></workbook>"}), Limits{}, ErrBroken, "工作表")
	mustRefuse(t, zipOf(t, rels, [2]string{"xl/workbook.xml", `<workbook><sheets><sheet id="s"/></sheets></workbook>`},
		[2]string{"xl/_rels/workbook.xml.rels", `<r><Relationship Id="s" Type="x/worksheet" Target="gone.xml"/></r>`}), Limits{}, ErrBroken)
}

func TestRead_refusesZipBombs(t *testing.T) {
	zeros := rawWorkbook(t, `<worksheet><sheetData>`+rawHead+strings.Repeat(" ", 4<<20)+`</sheetData></worksheet>`, `<sst/>`)
	mustRefuse(t, zeros, Limits{Unzipped: 1 << 20}, ErrZipBomb)
	apart := zipOf(t, [2]string{"a.xml", strings.Repeat(" ", 1<<20)}, [2]string{"b.xml", " "})
	mustRefuse(t, apart, Limits{Unzipped: 1 << 20}, ErrZipBomb)
	var many [][2]string
	for i := range zipEntries + 1 {
		many = append(many, [2]string{fmt.Sprint(i), ""})
	}
	mustRefuse(t, zipOf(t, many...), Limits{}, ErrZipBomb)
	long := many[:2000]
	for i := range long {
		long[i][0] += strings.Repeat("x", 1000)
	}
	mustRefuse(t, zipOf(t, long...), Limits{}, ErrZipBomb)
}

func TestRead_refusesCountlessSharedTexts(t *testing.T) {
	mustRefuse(t, rawWorkbook(t, `<worksheet/>`, `<sst>`+strings.Repeat("<si/>", maxTexts+1)+`</sst>`), Limits{}, ErrZipBomb)
}

func TestRead_refusesAZipThatLiesOfItsSize(t *testing.T) {
	file := rawWorkbook(t, `<worksheet><sheetData>`+rawHead+strings.Repeat(" ", 4<<20)+`</sheetData></worksheet>`, `<sst/>`)
	// The uncompressed size stands at offset 24 of the directory's header, 46 bytes before the name.
	at := bytes.LastIndex(file, []byte("xl/worksheets/sheet1.xml")) - 46 + 24
	copy(file[at:], []byte{10, 0, 0, 0})
	mustRefuse(t, file, Limits{Unzipped: 1 << 20}, ErrBroken)
}

func TestRead_refusesWhatIsTooMuch(t *testing.T) {
	file := []byte(csvHead + "张三,1,,\n李四,2,,\n")
	mustRefuse(t, file, Limits{Bytes: 20}, ErrTooLarge)
	mustRefuse(t, file, Limits{Rows: 1}, ErrTooManyRows, "1 行")
	mustRefuse(t, file, Limits{CellRunes: 1}, ErrCellTooLong, "第 2 行", "姓名")
	if _, err := read(t, file, Limits{Rows: 2, CellRunes: 2, Bytes: int64(len(file))}); err != nil {
		t.Fatal("the limits themselves are allowed:", err)
	}
	mustRefuse(t, bytes.Repeat([]byte("x"), 10<<20), Limits{}, ErrBroken, "第 1 行")
}

func TestRead_refusesQuotesThatDoNotMatch(t *testing.T) {
	mustRefuse(t, []byte(csvHead+"\"张\n三\",1,,\n李\"四,1,,\n"), Limits{}, ErrBroken, "第 3 行", "引号")
	mustRefuse(t, []byte(csvHead+"\"张三\"x,1,,\n"), Limits{}, ErrBroken, "第 2 行", "引号")
	mustRefuse(t, []byte(csvHead+"\"张三,1,,\n李四,1,,\n"), Limits{}, ErrBroken, "第 2 行", "引号")
	mustRefuse(t, []byte(csvHead+"王五,1,,\n\"张三,1,,\n"+strings.Repeat("李四,1,,\n", 20_000)), Limits{}, ErrBroken, "第 3 行", "引号")
}

func TestRead_refusesHeadersThatDoNotFit(t *testing.T) {
	mustRefuse(t, []byte("名单\n姓名,年龄\n张三,1\n"), Limits{}, ErrMissingColumns, "缺少：手机号。", "姓名、年龄")
	mustRefuse(t, []byte("a\nb\nc\nd\ne\n"+csvHead+"张三,1,,\n"), Limits{}, ErrMissingColumns)
	mustRefuse(t, []byte("姓名,手机号,电话\n张三,1,2\n"), Limits{}, ErrDuplicateColumn, "「手机号」和「电话」")
}

func TestRead_refusesATableWithoutRows(t *testing.T) {
	for _, file := range []string{"", csvHead, csvHead + ",,,\n\n", "\n\n", "\xEF\xBB\xBF"} {
		mustRefuse(t, []byte(file), Limits{}, ErrNoRows)
	}
	mustRefuse(t, workbookOf(t, func(*excelize.File) {}), Limits{}, ErrNoRows)
}

func TestRead_refusesSecondTable(t *testing.T) {
	more := func(fill func(f *excelize.File)) []byte {
		return workbookOf(t, func(f *excelize.File) {
			row(t, f, 1, "姓名", "手机号")
			row(t, f, 2, "张三", "13800000000")
			if _, err := f.NewSheet("第二网格"); err != nil {
				t.Fatal(err)
			}
			fill(f)
		})
	}
	set := func(f *excelize.File, line int, cells ...any) {
		if err := f.SetSheetRow("第二网格", fmt.Sprintf("A%d", line), &cells); err != nil {
			t.Fatal(err)
		}
	}
	mustRefuse(t, more(func(f *excelize.File) {
		set(f, 1, "居民名册")
		set(f, 3, "手机号", "姓名")
		set(f, 5, "13800000001", "李四")
	}), Limits{}, ErrSeveralTables, "「Sheet1」和「第二网格」", "分别上传")
	for name, fill := range map[string]func(f *excelize.File){
		"another table": func(f *excelize.File) { set(f, 1, "品名", "数量"); set(f, 2, "扫帚", "3") },
		"no rows":       func(f *excelize.File) { set(f, 1, "姓名", "手机号") },
		"nothing":       func(*excelize.File) {},
		"hidden": func(f *excelize.File) {
			set(f, 1, "姓名", "手机号")
			set(f, 2, "李四", "13800000001")
			if err := f.SetSheetVisible("第二网格", false); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { mustRead(t, more(fill), "2|张三|13800000000||") })
	}
}

func TestRead_refusesCellsMergedOverRows(t *testing.T) {
	table := func(merges ...string) []byte {
		return workbookOf(t, func(f *excelize.File) {
			row(t, f, 1, "居民名册")
			row(t, f, 2, "姓名", "手机号", "备注", "生日")
			row(t, f, 3, "张三", "13800000000", "一家", "1950-01-31")
			row(t, f, 4, "李四", "13800000001", "", "")
			row(t, f, 5, "王五", "13800000002")
			for _, m := range merges {
				from, to, _ := strings.Cut(m, ":")
				if err := f.MergeCell("Sheet1", from, to); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	mustRefuse(t, table("D3:D4"), Limits{}, ErrMerged, "第 3 行到第 4 行的「生日」")
	mustRefuse(t, table("A1:D1", "C3:E5"), Limits{}, ErrMerged, "「生日」")
	read := []string{"3|张三|13800000000||1950-01-31", "4|李四|13800000001||", "5|王五|13800000002||"}
	mustRead(t, table("A1:D1", "C3:C5", "D5:D9"), read...)
}

func TestRead_refusesFormulaWithoutResult(t *testing.T) {
	mustRefuse(t, []byte(csvHead+"#N/A,13800000000,,\n"), Limits{}, ErrFormulaFails, "第 2 行「姓名」是 #N/A")
	mustRefuse(t, workbookOf(t, func(f *excelize.File) { // made by a program, and opened by nobody since
		row(t, f, 1, "姓名", "手机号")
		row(t, f, 2, "张三")
		if err := f.SetCellFormula("Sheet1", "B2", "D2&E2"); err != nil {
			t.Fatal(err)
		}
	}), Limits{}, ErrFormulaFails, "第 2 行「手机号」是 #CALC!，公式没有算出结果")
	const before = `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>姓名</t></is></c><c t="inlineStr"><is><t>手机号</t></is></c></row><row r="2"><c t="inlineStr"><is><t>张三</t></is></c>`
	const after = `</row></sheetData></worksheet>`
	mustRefuse(t, rawWorkbook(t, before+`<c><f>D2</f><v></v></c>`+after, `<sst/>`), Limits{}, ErrFormulaFails)
	mustRead(t, rawWorkbook(t, before+`<c t="str"><f>IF(1,"","")</f><v></v></c>`+after, `<sst/>`), "2|张三|||") // an empty text is a result
	mustRead(t, rawWorkbook(t, before+`<c><f>13800000000</f><v>13800000000</v></c>`+after, `<sst/>`), "2|张三|13800000000||")
	mustRead(t, []byte(csvHead+"#N,13800000000,,\n"), "2|#N|13800000000||")
}
