package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var rules = []rule{
	each("directions", directions),
	each("libraries", libraries),
	each("names of JSON only at the edge", jsonTags),
	each("one clock", oneClock),
	each("query text only in the model", queryText),
	each("only inTx opens transactions", onlyInTx),
	{"each table is written from one file", oneWriter},
	each("a file is a few screens", fewScreens),
	each("no drawer for anything", noDrawers),
	each("a page that is named is there", pagesThere),
	each("what an answer takes in is described", describedWhole),
}

// mayImport is the table of directions of ARCHITECTURE.md: what of ours a package may import. main,
// testkit/edge, demo, scripts and tests may import anything, but for what testsKnowNot says.
var mayImport = map[string][]string{
	"fault":           {},
	"model":           {"fault", "model/migration"},
	"model/migration": {},
	"service":         {"fault", "model", "service/fresh", "service/sheet", "service/photo", "service/outbox", "service/ledger", "service/paper"},
	"service/fresh":   {"fault"},
	"service/sheet":   {"fault"},
	"service/photo":   {"fault"},
	"service/paper":   {},
	"service/outbox":  {"fault", "model"},
	"service/ledger":  {"fault", "model"},
	"wechat":          {"fault"},
	"wechat/fake":     {},
	"cache":           {"fault"},
	"blob":            {"fault"},
	"config":          {},
	"client":          {},
	"api":             {"fault", "model", "service"},
	"testkit":         {"fault", "model", "model/migration", "service", "service/ledger", "service/sheet", "demo/people"},
}

var unbound = []string{"main", "testkit/edge", "demo", "scripts"}

// testsKnowNot is what tests below api do without: compiling it takes longer than they do.
var testsKnowNot = []string{"api", "testkit/edge"}

func directions(s source) []string {
	if s.test && s.in("model", "service") {
		return testsBelow(s)
	}
	if s.test || s.in(unbound...) {
		return nil
	}
	allowed, known := mayImport[s.dir]
	if !known {
		return []string{s.at(s.file.Name, "package "+s.dir+" is not in the table of directions: find the package that this belongs to, or give it a line in ARCHITECTURE.md and in mayImport")}
	}
	var wrong []string
	s.imports(func(spec *ast.ImportSpec, p string) {
		ours, ok := strings.CutPrefix(p, module+"/")
		if ok && !slices.Contains(allowed, ours) {
			wrong = append(wrong, s.at(spec, fmt.Sprintf("%s must not know %s (api → service → model → fault): let the caller hand in what is needed, or declare a small interface here", s.dir, ours)))
		}
	})
	return wrong
}

func testsBelow(s source) []string {
	var wrong []string
	s.imports(func(spec *ast.ImportSpec, p string) {
		if ours, ok := strings.CutPrefix(p, module+"/"); ok && slices.Contains(testsKnowNot, ours) {
			wrong = append(wrong, s.at(spec, fmt.Sprintf("the tests of %s must not know %s: ask the service, or put the test of a route into api", s.dir, ours)))
		}
	})
	return wrong
}

// knownBy says which packages may know a library. The longest fitting prefix counts.
var knownBy = map[string]struct {
	packages []string
	instead  string
}{
	"gorm.io/gorm":                        {[]string{"model", "service", "service/outbox", "service/ledger", "demo", "testkit", "scripts/benchmark", "scripts/storm"}, "ask a function of model"},
	"gorm.io/driver":                      {[]string{"model", "demo", "testkit"}, "open the database with model.Open"},
	"gorm.io":                             {[]string{"model"}, "ask a function of model"},
	"github.com/go-sql-driver/mysql":      {[]string{"model", "demo", "testkit"}, "let model tell what a database error means"},
	"github.com/jackc/pgx":                {[]string{"model", "demo", "testkit"}, "let model tell what a database error means"},
	"modernc.org/sqlite":                  {[]string{"model", "demo", "testkit", "scripts/benchmark"}, "let model tell what a database error means"},
	"database/sql":                        {[]string{"model", "model/migration", "testkit", "scripts/benchmark"}, "ask a function of model"},
	"github.com/pressly/goose":            {[]string{"model/migration"}, "migrate with model.Open"},
	"github.com/tink-crypto/tink-go":      {[]string{"model"}, "seal with model.Keys"},
	"github.com/sony/gobreaker":           {[]string{"wechat"}, "leaving WeChat alone is package wechat's"},
	"github.com/silenceper/wechat":        {[]string{"wechat"}, "give package wechat a small function for it"},
	"github.com/gin-gonic/gin":            {[]string{"api", "scripts/benchmark"}, "HTTP is api's"},
	"github.com/danielgtaylor/huma":       {[]string{"api", "scripts/benchmark"}, "HTTP is api's"},
	"net/http":                            {[]string{"api", "wechat", "wechat/fake", "blob", "main", "testkit/edge", "scripts"}, "HTTP in is api's, HTTP out is wechat's"},
	"github.com/prometheus/client_golang": {[]string{"api", "main", "testkit/edge", "scripts"}, "count in api, or hand the numbers to main"},
	"go.opentelemetry.io":                 {[]string{"main"}, "tell a Watch, which main traces"},
	"github.com/coreos/go-systemd":        {[]string{"main"}, "systemd is main's business"},
	"encoding/json":                       {[]string{"api", "wechat", "wechat/fake", "testkit/edge", "scripts"}, "JSON is made and read at the edge, in api"},
	"github.com/xuri/excelize":            {[]string{"service/sheet", "scripts/fill"}, "read and write tables with service/sheet"},
	"encoding/csv":                        {[]string{"service/sheet", "scripts/fill"}, "read and write tables with service/sheet"},
	"codeberg.org/go-pdf/fpdf":            {[]string{"service/paper"}, "draw papers with service/paper"},
	"golang.org/x/image/font":             {[]string{"service/paper"}, "draw papers with service/paper"},
	"rsc.io/qr":                           {[]string{"service/paper", "wechat/fake"}, "codes on papers are service/paper's, mini-program codes WeChat's"},
	"github.com/alecthomas/kong":          {[]string{"config"}, "settings come from config"},
	"go.yaml.in/yaml":                     {[]string{"config"}, "settings come from config"},
	"github.com/redis/go-redis":           {[]string{"cache"}, "use package cache"},
	"github.com/alicebob/miniredis":       {[]string{"cache"}, "use package cache"},
	"github.com/minio/minio-go":           {[]string{"blob"}, "bytes are kept by package blob, through service.Blobs"},
	"image":                               {[]string{"service/photo", "wechat/fake", "demo", "testkit"}, "pictures are made by service/photo"},
	"golang.org/x/image":                  {[]string{"service/photo"}, "pictures are made by service/photo"},
}

func libraries(s source) []string {
	if s.test {
		return nil
	}
	var wrong []string
	s.imports(func(spec *ast.ImportSpec, p string) {
		for prefix := p; prefix != "."; prefix = path.Dir(prefix) {
			known, ok := knownBy[prefix]
			if !ok {
				continue
			}
			if !slices.Contains(known.packages, s.dir) && !(strings.HasPrefix(s.dir, "scripts/") && slices.Contains(known.packages, "scripts")) {
				wrong = append(wrong, s.at(spec, fmt.Sprintf("%s must not know %s: %s", s.dir, p, known.instead)))
			}
			break
		}
	})
	return wrong
}

func jsonTags(s source) []string {
	if s.test || s.in("api", "wechat", "scripts") {
		return nil
	}
	var wrong []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Tag != nil && strings.Contains(f.Tag.Value, "json:") {
			wrong = append(wrong, s.at(f, "a json tag outside api: make a …View struct in api instead"))
		}
		return true
	})
	return wrong
}

func oneClock(s source) []string {
	if s.test || s.in("main", "scripts") {
		return nil
	}
	var wrong []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			wrong = append(wrong, s.at(sel, "time."+sel.Sel.Name+" outside main: take t.now in a transaction, the Clock elsewhere, or a time as a parameter"))
		}
		return true
	})
	return wrong
}

// gormWords are the methods of a gorm handle that make or run a query.
var gormWords = strings.Fields(`Where Not Or Select Omit Joins InnerJoins Raw Exec Model Table Clauses Find Take First Last Scan
	Pluck Count Order Group Having Distinct Limit Offset Preload FindInBatches Create CreateInBatches Save FirstOrCreate
	FirstOrInit Update Updates UpdateColumn UpdateColumns Delete Rows Row ScanRows`)

// queryText looks only at calls that take something: t.Count() and the like are nobody's query.
func queryText(s source) []string {
	if s.test || !s.in("api", "service", "main") || s.in("service/outbox", "service/ledger", "service/sheet", "service/fresh", "service/photo") {
		return nil
	}
	var wrong []string
	s.calls(func(call *ast.CallExpr, method *ast.SelectorExpr) {
		if len(call.Args) > 0 && slices.Contains(gormWords, method.Sel.Name) {
			wrong = append(wrong, s.at(method.Sel, "."+method.Sel.Name+"(…) is query text: make it a function in model/<area>.go that takes tx"))
		}
	})
	return wrong
}

func onlyInTx(s source) []string {
	if s.test || s.in("testkit", "demo", "scripts") {
		return nil
	}
	var wrong []string
	switch s.path {
	case "model/copy.go", // no use case: what it writes is no command's, and a half copy is used by nobody
		"model/postgres_begin.go",     // the driver: how each of them begins
		"model/migration/advisory.go": // before anybody is served, and it writes nothing
		return nil
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && (s.path == "service/transaction.go" && f.Name.Name == "commit" || s.path == "model/db.go" && slices.Contains([]string{"Tx", "Snapshot"}, f.Name.Name)) {
			continue
		}
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if m, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Tx", "Transaction", "Begin", "BeginTx"}, m.Sel.Name) {
				wrong = append(wrong, s.at(m.Sel, "."+m.Sel.Name+"(…) opens a transaction: only inTx and inLane do; a function that it calls takes tx"))
			}
			return true
		})
	}
	return wrong
}

const mostLines = 400

func fewScreens(s source) []string {
	if s.lines <= mostLines {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d lines, at most %d: split it by use case", s.path, s.lines, mostLines)}
}

var drawers = []string{"util", "utils", "common", "global", "globals", "store", "helper", "helpers", "misc", "base", "shared", "lib"}

func noDrawers(s source) []string {
	if !slices.Contains(drawers, strings.TrimSuffix(s.file.Name.Name, "_test")) && !slices.Contains(drawers, path.Base(s.dir)) {
		return nil
	}
	return []string{s.at(s.file.Name, "a package called "+s.file.Name.Name+" says nothing about its one job: put this where it is used, or name it after what it guards")}
}

// describedWhole finds the embedded types that the API's description would leave out.
func describedWhole(s source) []string {
	if s.test || !s.in("api") {
		return nil
	}
	var wrong []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		st, ok := n.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range st.Fields.List {
			if name, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && !name.IsExported() {
				wrong = append(wrong, s.at(f, "the fields of "+name.Name+" would be answered and not described: export it"))
			}
		}
		return true
	})
	return wrong
}

// pageName is what a text is that names a page of the mini-program, alone or with a query.
var pageName = regexp.MustCompile(`^/?((?:pages|staff)/[a-z/-]+)(?:\?.*)?$`)

// pagesThere holds what notices and codes open against the pages that the mini-program has: WeChat shows
// people a blank page for any other.
func pagesThere(s source) []string {
	if s.test || !s.in("model", "service", "api") {
		return nil
	}
	var wrong []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(lit.Value)
		if m := pageName.FindStringSubmatch(text); m != nil && !slices.Contains(pages, m[1]) {
			wrong = append(wrong, s.at(lit, m[1]+" is not in client/mini/src/pages.json: build the page, or name the one that people should come to"))
		}
		return true
	})
	return wrong
}

// pages are the mini-program's.
var pages = func() []string {
	var all struct {
		Pages       []struct{ Path string }
		SubPackages []struct {
			Root  string
			Pages []struct{ Path string }
		}
	}
	text, err := os.ReadFile("client/mini/src/pages.json")
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic(err)
	}
	var names []string
	for _, p := range all.Pages {
		names = append(names, p.Path)
	}
	for _, sub := range all.SubPackages {
		for _, p := range sub.Pages {
			names = append(names, path.Join(sub.Root, p.Path))
		}
	}
	return names
}()
