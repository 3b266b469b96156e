package paper

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Code is a QR code as a drawing: the black squares as the path of an SVG, one unit each, on a field of
// Size by Size without the quiet border that scanners want around it.
type Code struct {
	Size int
	Path string
}

// CodeOf draws a text as a QR code.
func CodeOf(text string) (Code, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("paper: a code to scan: %w", err)
	}
	var b strings.Builder
	strokes(code, func(row, from, to int) { fmt.Fprintf(&b, "M%d %dh%dv1H%dz", from, row, to-from, from) })
	return Code{code.Size, b.String()}, nil
}

// strokes calls draw for each run of black squares in a row, from the first to before the last.
func strokes(code *qr.Code, draw func(row, from, to int)) {
	for row := range code.Size {
		for from := 0; from < code.Size; from++ {
			if !code.Black(from, row) {
				continue
			}
			to := from
			for to < code.Size && code.Black(to, row) {
				to++
			}
			draw(row, from, to)
			from = to
		}
	}
}
