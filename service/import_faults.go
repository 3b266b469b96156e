package service

import (
	"cmp"
	"regexp"
	"slices"

	"danyuan/model"
)

// faultList gathers what is wrong with a table: all are counted, the first model.ImportFaultsKept kept.
type faultList struct {
	kept      []model.ImportFault
	total     int64
	strangers []stranger // whom the table has found elsewhere, whether that is a fault or not
}

// add notes what is wrong with a cell; text never repeats what the cell holds of a person.
func (l *faultList) add(line int, column, text string) {
	l.total++
	l.keep(line, column, text)
}

// keep lists a fault that is counted already.
func (l *faultList) keep(line int, column, text string) {
	if len(l.kept) < model.ImportFaultsKept {
		l.kept = append(l.kept, model.ImportFault{Line: int64(line), ColumnName: column, Text: text})
	}
}

// of gives what was kept as rows to store, in the order of the table: places are looked at many rows
// at a time, later than cells.
func (l *faultList) of(imp int64) []model.ImportFault {
	rows := slices.Clone(l.kept)
	slices.SortStableFunc(rows, func(a, b model.ImportFault) int { return cmp.Compare(a.Line, b.Line) })
	for i := range rows {
		rows[i].ImportID = imp
	}
	return rows
}

// number is what no place is called by, and what stands in its column in a table that has slipped.
var number = regexp.MustCompile(`\p{Nd}{6,}[Xx\x{ff38}\x{ff58}]?`)

// quoted is a place's name as faults repeat it, short enough for any text.
func quoted(name string) string {
	name = number.ReplaceAllString(name, "…")
	if r := []rune(name); len(r) > 20 {
		name = string(r[:20]) + "…"
	}
	return "「" + name + "」"
}
