package photo

import (
	"image"
	"image/color"
	"image/draw"

	scaling "golang.org/x/image/draw"
)

// fit gives a picture as RGBA on white, with no side longer than side. It shrinks by whole numbers
// first, averaging, and does the rest between neighbours: so nothing but the result and one strip is
// ever kept beside the picture, which finer ways of scaling need many times over.
func fit(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	longest := max(b.Dx(), b.Dy())
	if by := min(longest/side, b.Dx(), b.Dy()); by > 1 {
		img = shrink(img, by)
		b = img.Bounds()
		longest = max(b.Dx(), b.Dy())
	}
	w, h := b.Dx(), b.Dy()
	if longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	to := onWhite(w, h)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(to, to.Rect, img, b.Min, draw.Over)
		return to
	}
	scaling.ApproxBiLinear.Scale(to, to.Rect, img, b, scaling.Over, nil)
	return to
}

func onWhite(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	return img
}

// shrink makes one pixel of each square of by × by.
func shrink(img image.Image, by int) *image.RGBA {
	b := img.Bounds()
	to := image.NewRGBA(image.Rect(0, 0, b.Dx()/by, b.Dy()/by))
	w := to.Rect.Dx()
	strip := onWhite(w*by, by)
	for y := range to.Rect.Dy() {
		draw.Draw(strip, strip.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, img, image.Pt(b.Min.X, b.Min.Y+y*by), draw.Over)
		for x := range w {
			average(to.Pix[to.PixOffset(x, y):][:4], strip, x*by, by)
		}
	}
	return to
}

func average(to []byte, strip *image.RGBA, left, by int) {
	var red, green, blue int
	for y := range by {
		row := strip.Pix[strip.PixOffset(left, y):][:4*by]
		for i := 0; i < len(row); i += 4 {
			red, green, blue = red+int(row[i]), green+int(row[i+1]), blue+int(row[i+2])
		}
	}
	n := by * by
	to[0], to[1], to[2], to[3] = byte(red/n), byte(green/n), byte(blue/n), 255 //nolint:gosec // an average of bytes is one
}
