// Fill fills in a template that danyuan gives out, as somebody at a desk does in Excel: below its header,
// without changing anything else. scripts/tour hands the result in.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the rows of a CSV from standard input, whose first line names columns of the template.
func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: fill TEMPLATE OUT <ROWS.csv")
	}
	rows, err := csv.NewReader(os.Stdin).ReadAll()
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("no rows: %w", err)
	}
	book, err := excelize.OpenFile(args[0])
	if err != nil {
		return err
	}
	sheet := book.GetSheetName(0)
	head, err := book.GetRows(sheet)
	if err != nil || len(head) == 0 {
		return fmt.Errorf("the template has no header: %w", err)
	}
	columns := map[string]int{}
	for i, title := range head[0] {
		columns[strings.TrimSuffix(title, "（必填）")] = i + 1
	}
	for n, row := range rows[1:] {
		for i, value := range row {
			column, ok := columns[rows[0][i]]
			if !ok {
				return fmt.Errorf("the template has no column %s", rows[0][i])
			}
			cell, err := excelize.CoordinatesToCellName(column, n+2)
			if err != nil {
				return err
			}
			if err := book.SetCellStr(sheet, cell, value); err != nil {
				return err
			}
		}
	}
	return book.SaveAs(args[1])
}
