package paper

import (
	"fmt"
	"strconv"
	"strings"
)

// opening writes the title and what is certified.
func (s *sheet) opening() {
	s.y += 14
	s.pdf.SetTextColor(150, 30, 30)
	s.pdf.SetTextRenderingMode(2) // filled and outlined: heavier, without a second font
	s.pdf.SetLineWidth(0.25)
	s.text(pageWidth/2, s.y, 26, centred, "志愿服务记录证明")
	s.pdf.SetTextRenderingMode(0)
	s.pdf.SetTextColor(0, 0, 0)
	s.y += 16
	who := s.Holder
	if s.IDNumber != "" {
		who += "（居民身份证号码 " + s.IDNumber + "）"
	}
	s.paragraph(12, fmt.Sprintf("兹证明 %s 于%s至%s期间参加志愿服务 %d 次，服务时间共计 %s。记录如下：",
		who, day(s.From), day(s.To), s.Services, Hours(s.Minutes)))
	s.y += 3
}

// paragraph writes a text with its first line indented by two characters.
func (s *sheet) paragraph(size float64, text string) {
	step := size * pointMM * 1.7
	indent := 2 * size * pointMM
	for _, line := range s.wrap(text, size, width, indent) {
		s.draw(left+indent, s.y, size, line)
		s.y, indent = s.y+step, 0
	}
}

// column is one of the table's.
type column struct {
	title string
	width float64
	cell  func(n int, l Line) string
}

var columns = []column{
	{"序号", 9, func(n int, _ Line) string { return strconv.Itoa(n) }},
	{"服务时间", 24, func(_ int, l Line) string { return l.times() }},
	{"服务内容", 41, func(_ int, l Line) string { return l.Content }},
	{"服务地点", 27, func(_ int, l Line) string { return l.Place }},
	{"时长", 23, func(_ int, l Line) string { return Hours(l.Minutes) }},
	{"组织者", 24, func(_ int, l Line) string { return l.Organiser }},
	{"评价", 18, func(_ int, l Line) string { return l.Evaluation }},
}

func (l Line) times() string {
	if l.Start.YearDay() == l.End.YearDay() && l.Start.Year() == l.End.Year() {
		return l.Start.Format("2006-01-02\n15:04-") + l.End.Format("15:04")
	}
	return l.Start.Format("2006-01-02\n15:04 至\n") + l.End.Format("2006-01-02\n15:04")
}

// The table's letters, in points, and its lines and the space around them, in millimetres.
const cellSize, cellStep, cellPad = 8.5, 4.0, 1.2

// onOnePage is how many lines of a row a page of its own has room for.
const onOnePage = 50

// table writes the records. A row that does not fit begins the next page, one that is longer than a page
// goes on there, and each page repeats the header.
func (s *sheet) table() {
	s.header()
	for i, l := range s.Lines {
		cells := make([][][]letter, len(columns))
		for c, col := range columns {
			cells[c] = s.cell(c, col.cell(i+1, l))
		}
		for left := tallest(cells); left > 0; left = tallest(cells) {
			room := int((bottom - s.y - 2*cellPad) / cellStep)
			if room < left && (room < 1 || left <= onOnePage) {
				s.page()
				s.header()
				continue
			}
			s.row(cells, min(room, left))
		}
	}
	sum := [][][]letter{nil, s.cell(1, "合计"), s.cell(2, fmt.Sprintf("共 %d 次", s.Services)), nil, s.cell(4, Hours(s.Minutes)), nil, nil}
	s.row(sum, tallest(sum))
}

// cell cuts a text into a column's lines.
func (s *sheet) cell(column int, text string) [][]letter {
	return s.wrap(text, cellSize, columns[column].width-2*cellPad, 0)
}

func tallest(cells [][][]letter) (lines int) {
	for _, c := range cells {
		lines = max(lines, len(c))
	}
	return lines
}

func (s *sheet) header() {
	s.pdf.SetFillColor(246, 236, 234)
	s.pdf.Rect(left, s.y, width, cellStep+2*cellPad, "F")
	cells := make([][][]letter, len(columns))
	for c, col := range columns {
		cells[c] = [][]letter{s.spell(col.title)}
	}
	s.row(cells, 1)
}

// row writes the first lines of each cell, and takes them away.
func (s *sheet) row(cells [][][]letter, lines int) {
	x, height := left, float64(lines)*cellStep+2*cellPad
	if s.y+height > bottom {
		s.page()
	}
	s.pdf.SetDrawColor(120, 120, 120)
	s.pdf.SetLineWidth(0.15)
	for c, col := range columns {
		s.pdf.Rect(x, s.y, col.width, height, "D")
		for i := range min(lines, len(cells[c])) {
			s.draw(x+cellPad, s.y+cellPad+float64(i)*cellStep+cellSize*pointMM, cellSize, cells[c][i])
		}
		cells[c] = cells[c][min(lines, len(cells[c])):]
		x += col.width
	}
	s.y += height
}

// The code's side and what the closing takes, in millimetres, and from one line of a long issuer to the next.
const scanSide, closingHeight, issuerStep = 30.0, 62.0, 6.0

// closing writes who certifies it, when, and how it is checked; it stays together on one page.
func (s *sheet) closing() {
	issuer := s.wrap(s.Issuer+"（盖章）", 12, width-2, 0)
	more := float64(len(issuer)-1) * issuerStep
	if s.y+closingHeight+more > bottom {
		s.page()
	}
	s.y += 8
	s.pdf.SetError(s.scan(left, s.y, scanSide))
	x := left + scanSide + 5
	y := s.y + 4
	for _, line := range s.howToVerify() {
		s.text(x, y, 8.5, atLeft, line)
		y += 5
	}
	for i, line := range issuer {
		s.draw(right-2-s.span(line, 12), s.y+34+float64(i)*issuerStep, 12, line)
	}
	s.y += more
	s.text(right-2, s.y+42, 12, atRight, day(s.IssuedAt))
	s.y += 50
	s.text(left, s.y, 8, atLeft, "本证明依据志愿服务记录如实出具，内容以出具时的记录为准。涂改无效；真伪和是否撤销，以查验结果为准。")
	s.y += 4.5
}

func (s *sheet) howToVerify() []string {
	lines := []string{"编　号：" + s.Number, "验证码：" + s.Code}
	if s.Site == "" {
		return append(lines, "凭编号和验证码，可以在小程序“证明查验”里核对真伪。")
	}
	return append(lines, "扫码，或凭编号和验证码在下面的网页核对真伪：", s.Site)
}

// missingGlyphs names the characters for which the fonts have no picture.
func (s *sheet) missingGlyphs() {
	if len(s.missing) == 0 {
		return
	}
	names := make([]string, len(s.missing))
	for i, r := range s.missing {
		names[i] = fmt.Sprintf("U+%04X", r)
	}
	text := string(gap) + " 处是字库里没有的字，按第一次出现的先后，统一码（Unicode）为：" + strings.Join(names, "、") + "。"
	for _, line := range s.wrap(text, 8, width, 0) {
		if s.y+4 > bottom {
			s.page()
		}
		s.draw(left, s.y, 8, line)
		s.y += 4.2
	}
}
