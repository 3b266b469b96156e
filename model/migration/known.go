package migration

import (
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

// Table is where a database notes its version.
const Table = goose.DefaultTablename

// Known is the number of the last migration that this binary has.
func Known() (int64, error) {
	entries, err := files.ReadDir("sql")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(entries[len(entries)-1].Name(), "_")
	return strconv.ParseInt(number, 10, 64)
}
