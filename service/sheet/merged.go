package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"danyuan/fault"
)

// ErrMerged refuses cells that are merged over several rows: only the first of these rows holds the content.
var ErrMerged = fault.New(fault.Invalid, "sheet.merged_cells", "表里有跨行合并的单元格，请取消合并，把每一行都填上再上传。")

// area is a cell that is merged over several rows, as lines and columns, both ends included.
type area struct{ from, to, left, right int }

// mostAreas bounds how many are kept; one is enough to refuse.
const mostAreas = 10_000

// areaOf reads a reference such as "A3:B5", and tells whether it is of several rows.
func areaOf(ref string) (a area, tall bool) {
	first, last, _ := strings.Cut(ref, ":")
	var errs [4]error
	a.left, errs[0] = columnOf(first)
	a.right, errs[1] = columnOf(last)
	a.from, errs[2] = strconv.Atoi(strings.TrimLeft(first, letters))
	a.to, errs[3] = strconv.Atoi(strings.TrimLeft(last, letters))
	for _, err := range errs {
		if err != nil {
			return a, false
		}
	}
	return a, a.to > a.from
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// unmerged refuses when a declared column has cells merged over rows of the table, which ends with a line.
func (h header) unmerged(areas []area, last int) error {
	for _, a := range areas {
		for i, at := range h.at {
			if a.from > h.line && a.from < last && a.left <= at && at <= a.right {
				return ErrMerged.Saying(fmt.Sprintf("第 %d 行到第 %d 行的「%s」是合并的单元格，内容只算在第一行里。请取消合并，把每一行都填上再上传。", a.from, a.to, h.columns[i].Title))
			}
		}
	}
	return nil
}
