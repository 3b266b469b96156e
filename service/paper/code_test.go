package paper_test

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"

	"danyuan/service/paper"
)

// TestCodeOf_drawsEachBlackSquareOnce draws the path again, square by square.
func TestCodeOf_drawsEachBlackSquareOnce(t *testing.T) {
	const text = "http://127.0.0.1:8080/#/pages/unit/index?scene=7K2M9QX4T1AB"
	want, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	got, err := paper.CodeOf(text)
	if err != nil || got.Size != want.Size {
		t.Fatal(got.Size, err)
	}
	drawn := map[[2]int]int{}
	for stroke := range strings.SplitSeq(strings.Trim(got.Path, "Mz"), "zM") {
		var x, y, long, back int
		if _, err := fmt.Sscanf(stroke, "%d %dh%dv1H%d", &x, &y, &long, &back); err != nil || back != x {
			t.Fatalf("%q: %v", stroke, err)
		}
		for i := range long {
			drawn[[2]int{x + i, y}]++
		}
	}
	for y := range want.Size {
		for x := range want.Size {
			if n := drawn[[2]int{x, y}]; (n == 1) != want.Black(x, y) || n > 1 {
				t.Fatalf("square %d,%d is drawn %d times", x, y, n)
			}
		}
	}
	if _, err := paper.CodeOf(strings.Repeat("x", 4000)); err == nil {
		t.Error("a text that no code holds was drawn")
	}
}
