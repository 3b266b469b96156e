package sheet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"danyuan/fault"
)

// Refusals of a header row.
var (
	ErrMissingColumns  = fault.New(fault.Invalid, "sheet.missing_columns", "表头缺少必填的列，请按模板补上。")
	ErrDuplicateColumn = fault.New(fault.Invalid, "sheet.duplicate_column", "表头有重复的列，请只留一列。")
)

const (
	headerSearch = 5   // non-blank rows looked at, for a title or instructions may stand above the header
	titleBytes   = 400 // a longer cell is no title
)

// titlesOf maps each title and alias, normalised, to its column.
func titlesOf(columns []Column) (map[string]int, error) {
	titles := make(map[string]int)
	for i, c := range columns {
		for _, title := range append([]string{c.Title}, c.Aliases...) {
			key := titleKey(title)
			if other, taken := titles[key]; key == "" || taken && other != i {
				return nil, fmt.Errorf("sheet: column %d: title %q is empty or declared twice", i, title)
			}
			titles[key] = i
		}
	}
	if len(titles) == 0 {
		return nil, fmt.Errorf("sheet: no columns declared")
	}
	return titles, nil
}

// header says where in a row of the file each declared column stands.
type header struct {
	columns []Column
	at      []int // -1 when the table lacks the column
	width   int   // no declared column stands at or past it
	found   int
	titles  []string // all of the row
	twice   error
	line    int // of the file
}

// findHeader takes the first row that holds all required columns, and refuses in terms of the row
// that comes nearest when there is none.
func findHeader(src source, columns []Column, titles map[string]int) (header, error) {
	var nearest header
	for seen := 0; seen < headerSearch; {
		line, cells, err := src.next(maxColumns)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return header{}, err
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return trim(c) != "" }) {
			continue
		}
		h := matchHeader(cells, columns, titles)
		h.line = line
		if h.found > 0 && len(h.missing()) == 0 {
			h.titles = slices.Clone(cells)
			return h, h.twice
		}
		if seen++; seen == 1 || h.found > nearest.found {
			h.titles = slices.Clone(cells)
			nearest = h
		}
	}
	if nearest.titles == nil {
		return header{}, ErrNoRows
	}
	return header{}, nearest.refusal()
}

func matchHeader(cells []string, columns []Column, titles map[string]int) header {
	h := header{columns: columns, at: make([]int, len(columns))}
	for i := range h.at {
		h.at[i] = -1
	}
	for at, cell := range cells {
		i, ok := titles[titleKey(cell)]
		if !ok {
			continue
		}
		if earlier := h.at[i]; earlier >= 0 {
			if h.twice == nil {
				h.twice = ErrDuplicateColumn.Saying(fmt.Sprintf("表头的「%s」和「%s」都是「%s」，请只留一列。",
					trim(cells[earlier]), trim(cell), columns[i].Title))
			}
			continue
		}
		h.at[i], h.width = at, at+1
		h.found++
	}
	return h
}

func (h header) missing() (titles []string) {
	for i, c := range h.columns {
		if c.Required && h.at[i] < 0 {
			titles = append(titles, c.Title)
		}
	}
	return titles
}

func (h header) refusal() error {
	missing := h.missing()
	if len(missing) == 0 {
		for _, c := range h.columns {
			missing = append(missing, c.Title)
		}
	}
	var there []string
	for _, cell := range h.titles {
		if cell = trim(cell); cell != "" && len(there) < 20 {
			there = append(there, shorten(cell, 20))
		}
	}
	fields := make([]fault.Field, len(missing))
	for i, title := range missing {
		fields[i] = fault.Field{Path: title, Text: "表头没有这一列"}
	}
	return ErrMissingColumns.Saying(fmt.Sprintf("表头缺少：%s。表里现有：%s。请按模板改好表头，并把数据放在第一张工作表。",
		strings.Join(missing, "、"), strings.Join(there, "、"))).With(fields...)
}

// titleKey reduces a title to what is compared: half width, lower case, no spaces, no marks.
func titleKey(title string) string {
	if len(title) > titleBytes {
		return ""
	}
	key := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(title))
	for {
		was := key
		key = strings.Trim(key, "*")
		key = strings.TrimSuffix(key, "(必填)")
		key = strings.TrimSuffix(key, "(选填)")
		if key == was {
			return key
		}
	}
}
