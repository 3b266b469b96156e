package model_test

import (
	"strings"
	"testing"

	"danyuan/model"
)

func TestNewCode_isAValidSceneAndNeverTheSame(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c := model.NewCode()
		if !model.ValidScene(c) || strings.ContainsAny(c, "ILOU") || seen[c] {
			t.Fatalf("%q", c)
		}
		seen[c] = true
	}
}

// FuzzValidScene holds that what passes as a scene can be put into an address as it is.
