package sheet

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"danyuan/fault"
)

// Refusals of one cell; the field names the row and the column.
var (
	ErrCellTooLong  = fault.New(fault.Invalid, "sheet.cell_too_long", "有一格的内容太长，请缩短后再上传。")
	ErrFormulaFails = fault.New(fault.Invalid, "sheet.formula_fails", "有一格的公式没有算出结果，请改正后再上传。")
	ErrDigitsLost   = fault.New(fault.Invalid, "sheet.digits_lost", "有一格的数字太长，后面几位已经丢失，请把该列设为“文本”格式后重新填写。")
)

// pick gives the declared cells of a row, trimmed; nil when all of them are blank.
func (h header) pick(line int, all []string, most int) ([]string, error) {
	cells, blank := make([]string, len(h.columns)), true
	for i, at := range h.at {
		if at < 0 || at >= len(all) {
			continue
		}
		cell := all[at]
		if len(cell) > most && utf8.RuneCountInString(cell) > most {
			return nil, cellFault(ErrCellTooLong, line, h.columns[i].Title, fmt.Sprintf("超过 %d 个字，请缩短后再上传", most))
		}
		cell = trim(cell)
		if failed.MatchString(cell) {
			return nil, cellFault(ErrFormulaFails, line, h.columns[i].Title, fmt.Sprintf("是 %s，公式没有算出结果。请改正，或者直接填写内容后再上传", cell))
		}
		if lostDigits.MatchString(cell) {
			return nil, cellFault(ErrDigitsLost, line, h.columns[i].Title,
				fmt.Sprintf("是 %s，后面几位数字已经丢失。请把这一列设为“文本”格式，重新填写后再上传", shorten(cell, 30)))
		}
		cells[i] = unguard(cell)
		blank = blank && cells[i] == ""
	}
	if blank {
		return nil, nil
	}
	return cells, nil
}

func cellFault(f *fault.Fault, line int, title, text string) error {
	return f.Saying(fmt.Sprintf("第 %d 行「%s」%s。", line, title, text)).
		With(fault.Field{Path: fmt.Sprintf("第%d行 %s", line, title), Text: text})
}

// lostDigits is how Excel shows and saves a number that is too long for it, and how a number of more
// than 15 digits comes out of a workbook. Excel keeps 15: an ID number stored so is another one.
var lostDigits = regexp.MustCompile(`^-?\d(\.\d+)?E\+\d{2,}$`)

// failed is what a formula shows that has no result.
var failed = regexp.MustCompile(`^#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)$`)

// trim removes space of any width and the invisible marks that copying from chats and contacts brings.
func trim(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

func shorten(s string, most int) string {
	if r := []rune(s[:min(len(s), most*utf8.UTFMax+utf8.UTFMax)]); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// guard puts an apostrophe before a cell that a spreadsheet would run as a formula.
func guard(cell string) string {
	if runs(cell) {
		return "'" + cell
	}
	return cell
}

// unguard takes off the apostrophe that guard has put: a table taken away comes back unchanged.
func unguard(cell string) string {
	if strings.HasPrefix(cell, "'") && runs(cell) {
		return cell[1:]
	}
	return cell
}

// runs tells whether a cell would run as a formula. A negative number would not. Apostrophes in
// front don't count, so that guard and unguard are each other's inverse.
func runs(cell string) bool {
	bare := strings.TrimLeft(cell, "'")
	first, _ := utf8.DecodeRuneInString(bare)
	// Excel takes the full-width forms for the half-width ones.
	if bare == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return false
	}
	return !negative.MatchString(bare)
}

var negative = regexp.MustCompile(`^-\d+(\.\d+)?$`)
