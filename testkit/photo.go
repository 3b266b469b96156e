package testkit

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
)

// Photo gives a JPEG, another one each time.
func (k *Kit) Photo(width, height int) []byte {
	k.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range 64 {
		img.Set(i%width, i/width%height, color.Gray{Y: uint8(rand.IntN(256))}) //nolint:gosec // chance, no secret
	}
	var b bytes.Buffer
	k.must(jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// UploadPhoto uploads a photo as the holder of a token, and gives its id.
func (k *Kit) UploadPhoto(token string) string {
	k.Helper()
	var up struct{ ID string }
	k.Upload(token, "/v1/files", k.Photo(64, 48), nil).Expect(200).Into(&up)
	return up.ID
}
