package model_test

import (
	"testing"

	"danyuan/model"
)

func TestCleanWorkUnit_writesOneNameInOneWay(t *testing.T) {
	for typed, want := range map[string]string{
		" 安庆市教育局 ": "安庆市教育局", "安庆市 教育局": "安庆市教育局", "安庆市教育局（机关）": "安庆市教育局(机关)",
		"ＡＢＣ  有限公司": "ABC有限公司", "Anqing  No. 1 School": "Anqing No. 1 School",
	} {
		if got, err := model.CleanWorkUnit("body.work_unit", typed); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
}
