package service

import (
	"os"
	"strings"
	"testing"
)

func TestJobTitle_eachKindHasOne(t *testing.T) {
	for kind := range (&Service{}).jobTable() {
		if JobTitle(kind) == kind {
			t.Errorf("an operator would read %q: give it a title", kind)
		}
	}
	if JobTitle("a_newer_servers") != "a_newer_servers" {
		t.Error("what is not known is called by its code")
	}
}

// TestJobs_anOperatorReadsOfEachKind: which kinds there are, and what it means that a duty is late.
func TestJobs_anOperatorReadsOfEachKind(t *testing.T) {
	for page, runbooks := range map[string]string{"operations.md": "\n## Runbooks\n", "operations.zh-CN.md": "\n## 处置手册\n"} {
		text, err := os.ReadFile("../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		explained, runs, ok := strings.Cut(string(text), runbooks)
		_, late, found := strings.Cut(runs, "\n### DanyuanDutyLate\n\n")
		late, _, _ = strings.Cut(late, "\n")
		if !ok || !found {
			t.Fatalf("%s has no runbook of late duties", page)
		}
		for kind := range (&Service{}).jobTable() {
			if !strings.Contains(explained, "`"+kind+"`") {
				t.Errorf("%s does not explain jobs of the kind %s", page, kind)
			}
		}
		for _, d := range duties {
			if !strings.Contains(late, "`"+d.kind+"`") {
				t.Errorf("%s does not say what it means that %s is late", page, d.kind)
			}
		}
	}
}
