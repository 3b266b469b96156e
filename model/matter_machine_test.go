package model_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"danyuan/model"
)

var update = flag.Bool("update", false, "write docs/matters.md anew")

const mattersPage = "../docs/matters.md"

// TestMatterPage_showsTheMachineAsItIs holds the picture in docs against the table that the code obeys.
func TestMatterPage_showsTheMachineAsItIs(t *testing.T) {
	page := printMachine()
	if *update {
		if err := os.WriteFile(mattersPage, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if has, err := os.ReadFile(mattersPage); err != nil || string(has) != page {
		t.Errorf("docs/matters.md is not what model.MatterRules says (%v): go test ./model -run MatterPage -update", err)
	}
}

func printMachine() string {
	var b strings.Builder
	b.WriteString("# How a matter moves\n\nPrinted from `model.MatterRules` by `go test ./model -run MatterPage -update`; what is not here is refused.\n\n")
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, s := range model.MatterStates() {
		fmt.Fprintf(&b, "  %s: %s\n", s, s.Title())
	}
	for _, r := range model.MatterRules {
		if len(r.From) == 0 {
			fmt.Fprintf(&b, "  [*] --> %s: %s\n", r.To, r.Title)
		}
		for _, from := range r.From {
			to := r.To
			if to == "" {
				to = from
			}
			fmt.Fprintf(&b, "  %s --> %s: %s\n", from, to, r.Title)
		}
	}
	for _, s := range model.MatterStates() {
		if !s.Open() {
			fmt.Fprintf(&b, "  %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n\n| move | people say | who | from | to | on the path | words |\n|---|---|---|---|---|---|---|\n")
	for _, r := range model.MatterRules {
		var from []string
		for _, s := range r.From {
			from = append(from, string(s))
		}
		words := "may"
		if r.Words {
			words = "must"
		}
		if r.By == model.SystemMoves {
			words = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Move, r.Title, r.By, strings.Join(from, ", "), r.To, r.Way, words)
	}
	b.WriteString("\n| step | people say | at each | who works there |\n|---|---|---|---|\n")
	for _, s := range model.Steps {
		var roles []string
		for _, r := range s.Roles {
			roles = append(roles, r.Title())
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.Step, s.Title, s.Kind, strings.Join(roles, "、"))
	}
	return b.String()
}

func TestPairs_findChineseWithoutSpaces(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"", 0}, {"灯", 0}, {"楼道灯", 2}, {"楼道灯,楼道灯", 2}, {"LED灯", 3}, {"led灯 LED灯", 3}, {"三楼 灯坏", 2}, {"𬭎堃", 1}} {
		if got := model.Pairs(c.text); len(got) != c.want {
			t.Errorf("%q has %d pairs, want %d", c.text, len(got), c.want)
		}
	}
}
