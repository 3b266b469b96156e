package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house, executable. What a rule forbids and what to do instead stands in
// arch_rules_test.go; arch_broken_test.go breaks each of them on purpose.

const module = "danyuan"

// source is one Go file of ours.
type source struct {
	path  string // from the root, with slashes
	dir   string // its package's folder; "main" at the root
	test  bool
	lines int
	file  *ast.File
}

// positions are those of every file that was read.
var positions = token.NewFileSet()

// rule looks at the whole house and says what is wrong, each with a place and with what to do instead.
type rule struct {
	name  string
	check func(house []source) []string
}

// each makes a rule out of a look at one file.
func each(name string, look func(s source) []string) rule {
	return rule{name, func(house []source) []string {
		var wrong []string
		for _, s := range house {
			wrong = append(wrong, look(s)...)
		}
		return wrong
	}}
}

func TestArchitecture(t *testing.T) {
	house := readHouse(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, w := range r.check(house) {
				t.Error(w)
			}
		})
	}
}

// TestArchitecture_sees guards the guard: a scan that finds nothing would find nothing wrong.
func TestArchitecture_sees(t *testing.T) {
	house := readHouse(t)
	for _, file := range []string{"main.go", "api/routes.go", "service/service.go", "model/seal.go", "service/outbox/outbox.go", "client/embed.go"} {
		if !slices.ContainsFunc(house, func(s source) bool { return s.path == file }) {
			t.Errorf("%s was not read", file)
		}
	}
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func readHouse(t *testing.T) []source {
	t.Helper()
	var house []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"scratch", "node_modules", "testdata", "data"}, d.Name())) {
			return fs.SkipDir
		}
		if d.IsDir() && name != "." && isModule(name) { // scripts/bench's rivals and tools: danyuan does not depend on them
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if s := read(t, name, string(text)); !ast.IsGenerated(s.file) {
			house = append(house, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return house
}

func read(t *testing.T, name, text string) source {
	t.Helper()
	f, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	dir := path.Dir(name)
	if dir == "." {
		dir = "main"
	}
	return source{name, dir, strings.HasSuffix(name, "_test.go"), strings.Count(text, "\n"), f}
}

// at puts the place of a node before what is wrong with it.
func (s source) at(n ast.Node, wrong string) string {
	return s.path + ":" + strconv.Itoa(positions.Position(n.Pos()).Line) + ": " + wrong
}

// in tells whether the file belongs to one of the packages; "demo" has demo/people in it.
func (s source) in(packages ...string) bool {
	return slices.ContainsFunc(packages, func(p string) bool { return s.dir == p || strings.HasPrefix(s.dir, p+"/") })
}

// imports calls fn with every import; ours come without the module's name.
func (s source) imports(fn func(spec *ast.ImportSpec, path string)) {
	for _, spec := range s.file.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		fn(spec, p)
	}
}

// calls calls fn with every method call x.Name(…); calls of a package's function are left out.
func (s source) calls(fn func(call *ast.CallExpr, method *ast.SelectorExpr)) {
	var packages []string
	s.imports(func(spec *ast.ImportSpec, p string) {
		name := path.Base(p)
		if strings.HasPrefix(name, "v") && len(name) == 2 {
			name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		packages = append(packages, name)
	})
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := method.X.(*ast.Ident); !ok || !slices.Contains(packages, x.Name) {
			fn(call, method)
		}
		return true
	})
}
