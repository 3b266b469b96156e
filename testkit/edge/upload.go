package edge

import (
	"bytes"
	"maps"
	"mime/multipart"
	"slices"
)

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

// UploadPhoto uploads a photo as the holder of a token, and gives its id.
func (k *Kit) UploadPhoto(token string) string {
	k.Helper()
	var up struct{ ID string }
	k.Upload(token, "/v1/files", k.Photo(64, 48), nil).Expect(200).Into(&up)
	return up.ID
}
