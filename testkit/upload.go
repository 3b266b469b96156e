package testkit

import (
	"bytes"
	"maps"
	"mime/multipart"
	"slices"

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

// Upload posts a form with one file in the field "file", and with the other fields.
func (k *Kit) Upload(token, path string, file []byte, fields map[string]string, headers ...string) Answer {
	k.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		k.must(form.WriteField(name, fields[name]))
	}
	part, err := form.CreateFormFile("file", "文件.xlsx")
	k.must(err)
	_, err = part.Write(file)
	k.must(err)
	k.must(form.Close())
	return k.Post(token, path, b.Bytes(), append([]string{"Content-Type", form.FormDataContentType()}, headers...)...)
}
