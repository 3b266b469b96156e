package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a page says is the same in both languages as far as a test can tell: the same rows in the same order, in each
// of them the same words of code, the same figures and the same links, and the same fences.

// chinese is how the name of a page's Chinese twin ends.
const chinese = ".zh-CN.md"

// twins are the pages that exist in both languages, by their English names.
func twins(t *testing.T) (pages []string) {
	t.Helper()
	for _, page := range documents(t) {
		if name, ok := strings.CutSuffix(page, chinese); ok {
			pages = append(pages, name+".md")
		}
	}
	for _, must := range []string{"README.md", "deploy/README.md", "docs/operations.md"} {
		if !slices.Contains(pages, must) {
			t.Errorf("%s has no Chinese twin", must)
		}
	}
	return pages
}

func inChinese(page string) string { return strings.TrimSuffix(page, ".md") + chinese }

func TestDocuments_sayTheSameInBothLanguages(t *testing.T) {
	both := twins(t)
	for _, page := range both {
		t.Run(page, func(t *testing.T) {
			one, two := rows(string(textOf(t, page))), rows(string(textOf(t, inChinese(page))))
			for i := range min(len(one), len(two)) {
				if one[i].kind != two[i].kind {
					t.Fatalf("the pages part at row %d:\n%s %.200s\n%s %.200s", i, one[i].kind, one[i].text, two[i].kind, two[i].text)
				}
				if i == 1 { // each names the other
					opens(t, page, one[i].text, "[中文]("+filepath.Base(inChinese(page))+")")
					opens(t, inChinese(page), two[i].text, "[English]("+filepath.Base(page)+")")
					continue
				}
				for what, differ := range differences(t, page, one[i], two[i], both) {
					t.Errorf("%s %s\n%.300s\n%.300s", what, differ, one[i].text, two[i].text)
				}
			}
			if len(one) != len(two) {
				t.Errorf("%d rows in English and %d in Chinese", len(one), len(two))
			}
		})
	}
}

func opens(t *testing.T, page, with, want string) {
	t.Helper()
	if with != want {
		t.Errorf("%s begins with %q and not with %s", page, with, want)
	}
}

// differences are those of two rows in what needs no translating, each under its name.
func differences(t *testing.T, page string, one, two row, both []string) map[string]string {
	t.Helper()
	found := map[string]string{}
	compare := func(what string, english, other []string) {
		if missing, more := unlike(english, other); len(missing)+len(more) > 0 {
			found[what] = fmt.Sprintf("in English only: %q, in Chinese only: %q", missing, more)
		}
	}
	if strings.HasPrefix(one.kind, "```") {
		compare("lines", bare(one), bare(two))
		return found
	}
	compare("words of code", codeWords(one.text), codeWords(two.text))
	compare("figures", figures(one.text), figures(two.text))
	compare("links", links(t, page, one.text, both), links(t, inChinese(page), two.text, both))
	compare("number of cells", cells(one.text), cells(two.text))
	return found
}

var (
	coded   = regexp.MustCompile("`([^`]+)`")
	figure  = regexp.MustCompile(`(\d+(?:[.,]\d+)*)( ?万)?`)
	inWords = regexp.MustCompile(`\p{Han}+`)
)

func codeWords(text string) []string {
	found := map[string]bool{}
	for _, w := range coded.FindAllStringSubmatch(text, -1) {
		found[w[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func cells(text string) []string {
	return []string{strconv.Itoa(strings.Count(coded.ReplaceAllString(text, ""), "|"))}
}

// figures are the numbers of a text outside its words of code and its links.
func figures(text string) []string {
	found := map[string]bool{}
	for _, f := range figure.FindAllStringSubmatch(link.ReplaceAllString(coded.ReplaceAllString(text, ""), ""), -1) {
		digits := strings.ReplaceAll(f[1], ",", "")
		if n, err := strconv.Atoi(digits); err == nil && f[2] != "" {
			digits = strconv.Itoa(n * 10_000)
		}
		found[digits] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// links are the places that a row of a page leads to, by their English names and the numbers of their headings. A page
// leads to those of its own language.
func links(t *testing.T, page, text string, both []string) (all []string) {
	t.Helper()
	own := strings.HasSuffix(page, chinese)
	for _, l := range link.FindAllStringSubmatch(text, -1) {
		file, anchor, _ := strings.Cut(l[1], "#")
		if strings.Contains(file, "://") {
			all = append(all, l[1])
			continue
		}
		at := page
		if file != "" {
			at = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
		}
		name := strings.Replace(at, chinese, ".md", 1)
		if slices.Contains(both, name) && strings.HasSuffix(at, chinese) != own {
			t.Errorf("%s leads to %s, which there is in its own language", page, at)
		}
		if anchor != "" {
			name += "#" + strconv.Itoa(headings(string(textOf(t, at)))[anchor])
		}
		all = append(all, name)
	}
	return all
}

// What is said in words in a fence: comments, what stands beside the names of a tree, and the labels of a picture.
var (
	comment = regexp.MustCompile(`(?m)(^|\s+)#( .*)?$`)
	beside  = regexp.MustCompile(`(?m)(\S)\s{3,}\S.*$`)
	label   = regexp.MustCompile(`\|[^|]*\||\["[^"]*"\]`)
)

// bare gives the lines of a fence without what is said in words.
func bare(r row) []string {
	text := r.text
	switch r.kind {
	case "```":
		text = beside.ReplaceAllString(text, "$1")
	case "```mermaid":
		text = label.ReplaceAllString(text, "")
	default:
		text = comment.ReplaceAllString(text, "")
	}
	var lines []string
	for i, line := range strings.Split(text, "\n") {
		lines = append(lines, strconv.Itoa(i)+": "+line)
	}
	return lines
}

// unlike gives what stands in one list only, and in the other only. Words in Chinese stand for a placeholder: what is
// `danyuan keys DIR` in English may be `danyuan keys 目录`.
func unlike(english, other []string) (missing, more []string) {
	missing = slices.DeleteFunc(slices.Clone(english), func(w string) bool { return slices.Contains(other, w) })
	for _, w := range slices.DeleteFunc(slices.Clone(other), func(w string) bool { return slices.Contains(english, w) }) {
		pattern := regexp.MustCompile("^" + inWords.ReplaceAllString(regexp.QuoteMeta(w), `[^ ]+`) + "$")
		if at := slices.IndexFunc(missing, pattern.MatchString); at >= 0 && inWords.MatchString(w) {
			missing = slices.Delete(missing, at, at+1)
		} else {
			more = append(more, w)
		}
	}
	return missing, more
}

func TestUnlike_knowsPlaceholdersAndNothingElse(t *testing.T) {
	for _, c := range []struct{ english, other, missing, more []string }{
		{[]string{"a", "danyuan keys DIR"}, []string{"danyuan keys 目录", "a"}, nil, nil},
		{[]string{"mysql://user:password@host/database"}, []string{"mysql://用户:密码@host/库名"}, nil, nil},
		{[]string{"danyuan keys DIR"}, []string{"danyuan copy 目录"}, []string{"danyuan keys DIR"}, []string{"danyuan copy 目录"}},
		{[]string{"BUSY"}, []string{"WAITING"}, []string{"BUSY"}, []string{"WAITING"}},
		{[]string{"one DIR"}, []string{"one 目录", "one 文件"}, nil, []string{"one 文件"}},
	} {
		if missing, more := unlike(c.english, c.other); !slices.Equal(missing, c.missing) || !slices.Equal(more, c.more) {
			t.Errorf("%q and %q: %q, %q", c.english, c.other, missing, more)
		}
	}
	if english, other := figures("170,000 of `x9` in 0.25 s [0017](0017.md)"), figures("约 17 万，0.25 s，[0017](0018.md)"); !slices.Equal(english, other) || len(english) != 3 {
		t.Errorf("%q, %q", english, other)
	}
}
