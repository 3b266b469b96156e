package api_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
)

// hostileCell is what a spreadsheet would run.
const hostileCell = "=1+cmd|' /C calc'!A"

// exports prepares each table that can be taken away, and says where nothing of anybody is in it.
var exports = map[string]struct {
	prepare func(w *world)
	empty   string
}{
	"download-import-template":   {empty: "an empty table"},
	"download-import-faults":     {prepare: func(w *world) { w.importFault() }},
	"download-import-faults-csv": {prepare: func(w *world) { w.importFault() }},
	"export-matters":             {prepare: func(w *world) { w.matter(w.Resident, model.MoveResolve) }},
}

func (w *world) importFault() {
	w.Helper()
	id, _ := w.fixture("imports/{id}")
	var n int64
	_, _ = fmt.Sscan(id, &n)
	w.add(&model.ImportFault{ImportID: n, Line: 2, ColumnName: "姓名", Text: "太长"})
}

var humanColumn = regexp.MustCompile(`(?m)^  (\w+) VARCHAR\(`)

// poison writes what a spreadsheet would run into every column of the database that holds people's words.
func (w *world) poison() (columns int) {
	w.Helper()
	files, err := filepath.Glob("../model/migration/sql/*.sql")
	if err != nil {
		w.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			w.Fatal(err)
		}
		for part := range strings.SplitSeq(string(text), "CREATE TABLE IF NOT EXISTS ") {
			table, rest, _ := strings.Cut(part, " (")
			for _, column := range humanColumn.FindAllStringSubmatch(rest, -1) {
				err := w.DB.Tx(w.Context(), func(tx *gorm.DB) error {
					return tx.Table(table).Where("1 = 1").Update(column[1], hostileCell).Error
				})
				if err == nil { // not where a name is unique, nor where nothing may be changed
					columns++
				}
			}
		}
	}
	return columns
}

// TestEveryExport_noCellRunsAsAFormula takes away every table of a district whose people are called like
// formulas. It grows from the description: what gives a table must be in exports.
func TestEveryExport_noCellRunsAsAFormula(t *testing.T) {
	base := newWorld(t)
	seen := 0
	for _, r := range base.API.Routes() {
		format := base.tableFormat(r)
		e, known := exports[r.ID]
		if known != (format != "") {
			t.Errorf("%s gives a table: %v; is in exports: %v. Add a line that prepares one with people's words in it", r.ID, format != "", known)
		}
		if !known {
			continue
		}
		seen++
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			if e.prepare != nil {
				e.prepare(w)
			}
			q := w.request(r)
			if n := w.poison(); n < 20 {
				t.Fatalf("only %d columns were poisoned", n)
			}
			_, a := w.succeed(q)
			guarded := 0
			for _, row := range cellsOf(t, format, a.Body) {
				for _, cell := range row {
					if strings.HasPrefix(cell, "'"+hostileCell) {
						guarded++
					}
					if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r\n|%") {
						t.Errorf("a cell runs: %q", cell)
					}
				}
			}
			if guarded == 0 && e.empty == "" {
				t.Error("no word of anybody is in the table: prepare one that has some")
			}
		})
	}
	if seen < len(exports) {
		t.Errorf("%d of %d exports are in the route table", seen, len(exports))
	}
}

// tableFormat gives "xlsx" or "csv" for a route that gives a table, by its description.
func (w *world) tableFormat(r api.RouteInfo) string {
	w.Helper()
	answers, _ := w.operation(r)["responses"].(map[string]any)
	content, _ := json.Marshal(answers["200"])
	switch {
	case bytes.Contains(content, []byte("spreadsheetml")):
		return "xlsx"
	case bytes.Contains(content, []byte("text/csv")):
		return "csv"
	}
	return ""
}

// cellsOf gives the cells of a table as they lie in the file.
func cellsOf(t *testing.T, format string, file []byte) (rows [][]string) {
	t.Helper()
	var err error
	if format == "csv" {
		rows, err = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
	} else {
		var book *excelize.File
		if book, err = excelize.OpenReader(bytes.NewReader(file)); err == nil {
			rows, err = book.GetRows(book.GetSheetName(0))
		}
	}
	if err != nil || len(rows) == 0 {
		t.Fatalf("no table: %v", err)
	}
	return rows
}
