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
