package testkit

import (
	"bytes"

	"danyuan/service/sheet"
)

// Table writes a table as a file, header first.
func (k *Kit) Table(format sheet.Format, header []string, rows ...[]string) []byte {
	k.Helper()
	var b bytes.Buffer
	k.must(sheet.Write(&b, format, "表", header, func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}))
	return b.Bytes()
}
