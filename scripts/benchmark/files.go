package main

import (
	"errors"
	"os"

	"danyuan/service/sheet"
	"danyuan/testkit"
)

// nation writes a synthetic nation's divisions.
func nation(rows int, file string) error {
	f, err := os.Create(file) //nolint:gosec // scripts/bench names the file
	if err != nil {
		return err
	}
	return errors.Join(testkit.NationCSV(f, rows), f.Close())
}

// roster writes the places and the people of a synthetic community: the first as CSV, the second as Excel.
func roster(rows int, structure, file string) error {
	people := testkit.Roster(rows, 1)
	return errors.Join(
		write(structure, sheet.CSV, testkit.StructureHeader, testkit.Structure(people)),
		write(file, sheet.XLSX, testkit.RosterHeader, people),
	)
}

func write(file string, format sheet.Format, header []string, rows [][]string) error {
	f, err := os.Create(file) //nolint:gosec // scripts/bench names the file
	if err != nil {
		return err
	}
	err = sheet.Write(f, format, "名册", header, func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	})
	return errors.Join(err, f.Close())
}
