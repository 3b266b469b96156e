package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

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
			} else if anchor != "" && !headings(string(textOf(t, at)))[anchor] {
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

// headings gives the anchors of a page as they are made where it is shown.
func headings(text string) map[string]bool {
	all := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		all[strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")] = true
	}
	return all
}

// TestDocuments_anOperatorFindsTheirPages: from both READMEs, and on them every template that can be set.
func TestDocuments_anOperatorFindsTheirPages(t *testing.T) {
	for _, readme := range []string{"README.md", "README.zh-CN.md"} {
		text := string(textOf(t, readme))
		for _, page := range []string{"operations", "security", "privacy"} {
			if !strings.Contains(text, "](docs/"+page+".md)") {
				t.Errorf("%s has no link to docs/%s.md", readme, page)
			}
		}
	}
	operations := string(textOf(t, "docs/operations.md"))
	for _, name := range variables() {
		if strings.HasPrefix(name, "WECHAT_TEMPLATE_") && !strings.Contains(operations, "`"+name+"`") {
			t.Errorf("docs/operations.md does not say what %s is for", name)
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
