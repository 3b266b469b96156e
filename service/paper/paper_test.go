package paper_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"danyuan/service/paper"
)

var beijing = time.FixedZone("UTC+8", 8*60*60)

func certificate(lines int) paper.Certificate {
	start := time.Date(2026, 1, 3, 8, 30, 0, 0, beijing)
	c := paper.Certificate{
		Number: "ZY-340802001001-2026-000012", Code: "7K2M9QX4", Holder: "张卫东", IDNumber: "3****************7",
		From: time.Date(2026, 1, 1, 0, 0, 0, 0, beijing), To: time.Date(2026, 3, 5, 0, 0, 0, 0, beijing),
		Issuer: "安庆市迎江区人民路街道先锋社区居民委员会", IssuedAt: time.Date(2026, 3, 5, 9, 0, 0, 0, beijing),
		Site: "https://danyuan.example/certificates",
	}
	contents := []string{"清扫3栋楼道和单元门前", "陪同独居老人就诊、取药,并帮助办理门诊慢性病登记手续(第二次)", "防汛值守 AED 急救培训 CPR-2026 practice session"}
	for i := range lines {
		at := start.AddDate(0, 0, i)
		l := paper.Line{Start: at, End: at.Add(time.Duration(90+i*7%60) * time.Minute), Content: contents[i%3], Place: "先锋社区3栋1单元", Organiser: "先锋社区第一网格", Evaluation: "认真负责"}
		l.Minutes = int64(l.End.Sub(l.Start).Minutes())
		c.Lines, c.Services, c.Minutes = append(c.Lines, l), c.Services+1, c.Minutes+l.Minutes
	}
	return c
}

func write(t *testing.T, c paper.Certificate) []byte {
	t.Helper()
	b, err := c.Write()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pages gives what a PDF's pages are drawn with.
func pages(t *testing.T, pdf []byte) (all [][]byte) {
	t.Helper()
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		if page, err := io.ReadAll(r); err == nil && bytes.Contains(page, []byte(" Tj")) {
			all = append(all, page)
		}
	}
	return all
}

// written gives everything that a PDF's pages say, in the order of the pages.
func written(t *testing.T, pdf []byte) string {
	t.Helper()
	var all strings.Builder
	for _, page := range pages(t, pdf) {
		for _, shown := range bytes.Split(page, []byte(") Tj"))[:bytes.Count(page, []byte(") Tj"))] {
			shown = shown[bytes.LastIndex(shown, []byte(" Td ("))+len(" Td ("):]
			all.WriteString(decode(shown))
		}
	}
	return all.String()
}

func decode(shown []byte) string {
	var plain []byte
	for i := 0; i < len(shown); i++ {
		if shown[i] == '\\' {
			i++
			if shown[i] == 'r' {
				shown[i] = '\r'
			}
		}
		plain = append(plain, shown[i])
	}
	var units []uint16
	for i := 0; i+1 < len(plain); i += 2 {
		units = append(units, uint16(plain[i])<<8|uint16(plain[i+1]))
	}
	return string(utf16.Decode(units))
}

func TestCertificate_saysWhatItIsGivenOnAsManyPagesAsItTakes(t *testing.T) {
	for lines, pages := range map[int]int{1: 1, 12: 2, 40: 3} {
		c := certificate(lines)
		b := write(t, c)
		text := written(t, b)
		if len(b) > 150_000 {
			t.Errorf("%d lines take %d bytes", lines, len(b))
		}
		if got := bytes.Count(b, []byte("/Type /Page\n")); got != pages {
			t.Errorf("%d lines take %d pages, want %d", lines, got, pages)
		}
		for _, word := range []string{"志愿服务记录证明", c.Holder, c.IDNumber, c.Code, c.Issuer, c.Site, "2026年1月1日至", "共 " + map[int]string{1: "1", 12: "12", 40: "40"}[lines] + " 次", "2026-01-03", "认真负责"} {
			if !strings.Contains(text, word) {
				t.Errorf("%d lines: %q is missing: %s", lines, word, text)
			}
		}
		if got := strings.Count(text, "编号："+c.Number); got != pages {
			t.Errorf("the number holds %d of %d pages together", got, pages)
		}
	}
}

func TestCertificate_anIssuerWithALongNameStaysOnThePaper(t *testing.T) {
	c := certificate(1)
	c.Issuer = "安庆市迎江区人民路街道" + strings.Repeat("很长的名称", 8) + "居民委员会"
	b := write(t, c)
	if text := written(t, b); !strings.Contains(text, c.Issuer+"（盖章）") {
		t.Errorf("the issuer is missing: %s", text)
	}
	for _, page := range pages(t, b) {
		for _, at := range regexp.MustCompile(`BT (-?[0-9.]+) `).FindAllSubmatch(page, -1) {
			if x, err := strconv.ParseFloat(string(at[1]), 64); err != nil || x < 20*72/25.4 {
				t.Errorf("something is written at %s points, left of the margin", at[1])
			}
		}
	}
}

func TestCertificate_theHeaderStandsOnEachPageOfTheTable(t *testing.T) {
	if text := written(t, write(t, certificate(40))); strings.Count(text, "服务内容") != 3 {
		t.Errorf("%d headers: %s", strings.Count(text, "服务内容"), text)
	}
}

func TestCertificate_aRowThatIsLongerThanAPageLosesNothing(t *testing.T) {
	c := certificate(1)
	c.Lines[0].Content = strings.Repeat("甲乙丙丁戊己庚辛壬癸", 120) + "终"
	text := written(t, write(t, c))
	if got := strings.Count(text, "癸"); got != 120 || !strings.Contains(text, "终") {
		t.Errorf("%d of 120 pieces", got)
	}
}

func TestCertificate_theSameBytesEachTimeAlsoAtOnce(t *testing.T) {
	want := write(t, certificate(12))
	var wait sync.WaitGroup
	got := make([][]byte, 8)
	for i := range got {
		wait.Go(func() { got[i], _ = certificate(12).Write() })
	}
	wait.Wait()
	for _, b := range got {
		if !bytes.Equal(b, want) {
			t.Fatal("another file")
		}
	}
}

func TestCertificate_rareCharactersOfNamesAreDrawnOrSeenToBeMissing(t *testing.T) {
	c := certificate(1)
	c.Holder = "䶮堃喆㛃𬭎𫖯鑻"
	if text := written(t, write(t, c)); strings.Contains(text, "〓") {
		t.Errorf("there is a font for each of them: %s", text)
	}
	c.Holder, c.Lines[0].Content = "𠮷卫东\ue005", "送温暖\u200d❤️😀"
	text := written(t, write(t, c))
	for _, want := range []string{"〓卫东〓", "送温暖", "U+20BB7、U+E005", "U+1F600"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing: %s", want, text)
		}
	}
}

func TestCertificate_withoutAPageToVerifySaysWhereElse(t *testing.T) {
	c := certificate(1)
	if c.Scan() != c.Site+"#"+c.Number+"."+c.Code {
		t.Error(c.Scan())
	}
	c.Site = ""
	if c.Scan() != "志愿服务记录证明 编号"+c.Number+" 验证码"+c.Code {
		t.Error(c.Scan())
	}
	if text := written(t, write(t, c)); !strings.Contains(text, "小程序") || strings.Contains(text, "http") {
		t.Error(text)
	}
}

func TestCertificate_whatNoCodeCanHoldIsAnError(t *testing.T) {
	c := certificate(1)
	c.Site = strings.Repeat("长", 3000)
	if _, err := c.Write(); err == nil {
		t.Fatal("no error")
	}
}

func TestHours_areSaidAsPeopleDo(t *testing.T) {
	for minutes, want := range map[int64]string{0: "0小时", 45: "45分钟", 60: "1小时", 61: "1小时1分钟", 6000: "100小时"} {
		if got := paper.Hours(minutes); got != want {
			t.Errorf("%d: %s", minutes, got)
		}
	}
}
