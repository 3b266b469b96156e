package sheet

import (
	"bytes"
	"runtime/metrics"
	"strings"
	"testing"

	"danyuan/fault"
)

func FuzzRead(f *testing.F) {
	f.Add([]byte(csvHead + "张三,13800000000,,1990-03-07\n"))
	f.Add([]byte("\xEF\xBB\xBF名单\n" + strings.ReplaceAll(csvHead, ",", "\t") + "\"张\n三\"\t'=1\n"))
	f.Add(gbk(f, csvHead+"张三,1,,\n"))
	f.Add(smallWorkbook(f))
	f.Add(rawWorkbook(f, `<worksheet><sheetData>`+rawHead+`<row r="2"><c t="s"><v>0</v></c></row></sheetData></worksheet>`, `<sst><si><t>x</t></si></sst>`))
	limits := Limits{Bytes: 1 << 20, Rows: 1000, CellRunes: 100, Unzipped: 4 << 20}
	f.Fuzz(func(t *testing.T, file []byte) {
		last, before := 0, allocated()
		err := Read(t.Context(), bytes.NewReader(file), int64(len(file)), people, limits, func(line int, cells []string) error {
			if line <= last || len(cells) != len(people) || strings.Join(cells, "") == "" {
				t.Errorf("line %d after %d: %q", line, last, cells)
			}
			last = line
			return nil
		})
		if took := allocated() - before; took > 256<<20 {
			t.Errorf("%d MB allocated for %d bytes", took>>20, len(file))
		}
		if err == nil && last == 0 {
			t.Error("no rows and no refusal")
		}
		if err != nil && (fault.Of(err) == nil || fault.Of(err).Text == "") {
			t.Errorf("no refusal for people: %v", err)
		}
	})
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// FuzzSheetXML reaches past the zip, which a changed byte seldom survives.
func FuzzSheetXML(f *testing.F) {
	f.Add(`<worksheet><sheetData>`+rawHead+`<row r="2"><c r="B2" s="1" t="s"><f>1</f><v>0</v></c></row></sheetData></worksheet>`, `<sst><si><r><t>x</t></r><rPh><t>y</t></rPh></si></sst>`)
	f.Fuzz(func(t *testing.T, worksheet, texts string) {
		if _, err := read(t, rawWorkbook(t, worksheet, texts), Limits{Unzipped: 4 << 20}); err != nil && fault.Of(err) == nil {
			t.Error(err)
		}
	})
}

func FuzzGuard(f *testing.F) {
	f.Add("'=1")
	f.Fuzz(func(t *testing.T, cell string) {
		if got := unguard(guard(cell)); got != cell {
			t.Errorf("%q came back as %q", cell, got)
		}
	})
}
