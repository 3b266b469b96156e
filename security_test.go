package main

import (
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`")

// TestSecurity_everyTestThatIsNamedExists holds docs/security.md to what is there.
func TestSecurity_everyTestThatIsNamedExists(t *testing.T) {
	page := securityPage(t)
	there := testsOf(readHouse(t))
	if len(there) < 500 {
		t.Fatalf("only %d tests were found", len(there))
	}
	named := testName.FindAllStringSubmatch(page, -1)
	if len(named) < 100 {
		t.Errorf("docs/security.md names only %d tests", len(named))
	}
	for _, name := range named {
		if !there[name[1]] {
			t.Errorf("docs/security.md names %s, which does not exist: name the test that shows it now", name[1])
		}
	}
}

// TestSecurity_eachRowIsShown: a row that no test shows is a wish.
func TestSecurity_eachRowIsShown(t *testing.T) {
	rows := 0
	for line := range strings.Lines(securityPage(t)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) < 3 || strings.Contains(line, "| shown by |") {
			continue
		}
		rows++
		if shown := cells[len(cells)-1]; !testName.MatchString(shown) && !strings.HasPrefix(strings.TrimSpace(shown), "not ours: ") {
			t.Errorf("%s: name the test that shows it, or say whose it is (not ours: …)", cells[0])
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows were read", rows)
	}
}

func TestSecurity_coversWhatOWASPNames(t *testing.T) {
	page := securityPage(t)
	for i := 1; i <= 10; i++ {
		if row := "| API" + strconv.Itoa(i) + ":2023 "; strings.Count(page, row) != 1 {
			t.Errorf("docs/security.md has no row, or several, for %s", row)
		}
	}
	for i := 1; i <= 14; i++ {
		if row := "| V" + strconv.Itoa(i) + " "; strings.Count(page, row) != 1 {
			t.Errorf("docs/security.md has no row, or several, for %s", row)
		}
	}
}

func securityPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func testsOf(house []source) map[string]bool {
	there := map[string]bool{}
	for _, s := range house {
		if !s.test {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && slices.ContainsFunc([]string{"Test", "Fuzz"}, func(p string) bool { return strings.HasPrefix(f.Name.Name, p) }) {
				there[f.Name.Name] = true
			}
		}
	}
	return there
}
