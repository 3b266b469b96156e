package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"danyuan/config"
)

var (
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	noSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	begins = regexp.MustCompile(`^(#+|\||[ \t]*(?:-|\d+\.))(?: +|$)`)
)

// row is a heading, a paragraph, an item of a list, a row of a table, or a whole fence of a page.
type row struct {
	kind string // what it begins with: #, -, 1., |, ```sh; "" for a paragraph
	text string
}

// rows takes a page apart.
func rows(page string) (all []row) {
	fenced, together := false, false
	for _, line := range strings.Split(page, "\n") {
		begin := begins.FindStringSubmatch(line)
		switch {
		case strings.HasPrefix(line, "```"):
			if fenced = !fenced; fenced {
				all = append(all, row{kind: line})
			}
			together = false
		case fenced:
			all[len(all)-1].text += line + "\n"
		case strings.TrimSpace(line) == "":
			together = false
		case begin != nil:
			all = append(all, row{begin[1], line[len(begin[0]):]})
			together = true
		case together:
			all[len(all)-1].text += " " + strings.TrimSpace(line)
		default:
			all = append(all, row{"", line})
			together = true
		}
	}
	return all
}

// TestDocuments_leadWhereTheySay: every link to a file of ours, and to a heading in it.
func TestDocuments_leadWhereTheySay(t *testing.T) {
	pages := 0
	for _, page := range documents(t) {
		pages++
		text := string(textOf(t, page))
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(l[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(l[1], "#")
			at := page
			if file != "" {
				at = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(at); err != nil {
				t.Errorf("%s leads to %s: %v", page, l[1], err)
			} else if anchor != "" && headings(string(textOf(t, at)))[anchor] == 0 {
				t.Errorf("%s leads to %s, and there is no such heading", page, l[1])
			}
		}
	}
	if pages < 30 {
		t.Errorf("only %d pages were read", pages)
	}
}

func documents(t *testing.T) (pages []string) {
	t.Helper()
	for _, at := range []string{"README.md", "README.zh-CN.md", "deploy", "docs"} {
		err := filepath.WalkDir(at, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".md") {
				pages = append(pages, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

// headings gives the anchors of a page as they are made where it is shown, each with the number of its heading from 1.
func headings(page string) map[string]int {
	all := map[string]int{}
	for _, r := range rows(page) {
		if strings.HasPrefix(r.kind, "#") {
			all[strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(r.text), ""), " ", "-")] = len(all) + 1
		}
	}
	return all
}

// runbooks are the operator's pages, each with the heading of its runbooks.
var runbooks = map[string]string{"docs/operations.md": "Runbooks", "docs/operations.zh-CN.md": "处置手册"}

// TestDocuments_anOperatorFindsTheirPages: from both READMEs, and on them every template that can be set, and every
// command.
func TestDocuments_anOperatorFindsTheirPages(t *testing.T) {
	for readme, pages := range map[string][]string{
		"README.md":       {"docs/operations.md", "docs/security.md", "docs/privacy.md", "deploy/README.md"},
		"README.zh-CN.md": {"docs/operations.zh-CN.md", "docs/security.md", "docs/privacy.md", "deploy/README.zh-CN.md"},
	} {
		text := string(textOf(t, readme))
		for _, page := range pages {
			if !strings.Contains(text, "]("+page+")") {
				t.Errorf("%s has no link to %s", readme, page)
			}
		}
		operations := string(textOf(t, pages[0]))
		for _, name := range variables() {
			if strings.HasPrefix(name, "WECHAT_TEMPLATE_") && !strings.Contains(operations, "`"+name+"`") {
				t.Errorf("%s does not say what %s is for", pages[0], name)
			}
		}
		for _, name := range commandNames(t) {
			if !regexp.MustCompile(`(?:danyuan|go run \.) ` + name + `\b`).MatchString(text + operations) {
				t.Errorf("neither %s nor %s says what danyuan %s is for", readme, pages[0], name)
			}
		}
	}
}

// commandNames are the commands that danyuan --help lists.
func commandNames(t *testing.T) (names []string) {
	t.Helper()
	var help strings.Builder
	if _, err := config.Load(&commands{}, []string{"--help"}, func(string) (string, bool) { return "", false }, &help); err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(help.String(), "\n命令：\n")
	for _, c := range regexp.MustCompile(`(?m)^  ([a-z][a-z-]*)`).FindAllStringSubmatch(list, -1) {
		if !slices.Contains(names, c[1]) { // those below keys begin with it
			names = append(names, c[1])
		}
	}
	if len(names) < 12 {
		t.Fatalf("only the commands %v were read", names)
	}
	return names
}

// TestDocuments_theUnitNamesPagesThatAreInstalled: what systemctl status says of danyuan is where the page for one small
// server has it put.
func TestDocuments_theUnitNamesPagesThatAreInstalled(t *testing.T) {
	names := regexp.MustCompile(`(?m)^Documentation=(.+)$`).FindStringSubmatch(deployed(t, "danyuan.service"))
	if names == nil {
		t.Fatal("danyuan.service names no pages")
	}
	var pages []string
	for _, at := range strings.Fields(names[1]) {
		pages = append(pages, "docs/"+strings.TrimPrefix(at, "file:///usr/local/share/doc/danyuan/"))
	}
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		if want := "/usr/local/share/doc/danyuan " + strings.Join(pages, " ") + " "; !strings.Contains(deployed(t, readme), want) {
			t.Errorf("deploy/%s does not put %v where danyuan.service has them", readme, pages)
		}
	}
	for page := range runbooks {
		if !slices.Contains(pages, page) {
			t.Errorf("danyuan.service does not name %s", page)
		}
	}
}

// TestDependencies_eachHasItsReason: what go.mod asks for stands in docs/dependencies.md.
func TestDependencies_eachHasItsReason(t *testing.T) {
	page := string(textOf(t, "docs/dependencies.md"))
	hosts := strings.NewReplacer("github.com/", "", "gorm.io/driver", "driver", "go.opentelemetry.io/otel/", "")
	wanted := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(textOf(t, "go.mod")), -1) // those of others end in a comment
	if len(wanted) < 20 {
		t.Fatalf("only %d modules were read", len(wanted))
	}
	for _, module := range wanted {
		if name := regexp.MustCompile(`/v\d+$`).ReplaceAllString(hosts.Replace(module[1]), ""); !strings.Contains(page, name) {
			t.Errorf("no reason for %s", module[1])
		}
	}
}
