package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm/schema"

	"danyuan/model"
)

// oneWriter holds that each table is written from one file of model (or from one leaf of service), so
// that whoever asks what may become of a row has one place to read. A file that was split by use case
// counts as one: role.go with role_term.go. It reads the types of what is handed to gorm's writing
// methods, and follows functions that write whatever they are given; reads may join anything.
func oneWriter(house []source) []string {
	var wrong []string
	places := map[string][]string{}
	for _, dir := range []string{"model", "service/outbox", "service/ledger"} {
		p := newWritten(house, dir)
		for _, s := range p.files {
			p.look(s)
		}
		p.follow()
		wrong = append(wrong, p.untold...)
		for table, from := range p.places {
			places[table] = append(places[table], from...)
		}
	}
	for table, from := range places {
		if len(from) > 1 {
			slices.Sort(from)
			wrong = append(wrong, fmt.Sprintf("table %s is written from %s: keep what writes it in one of them (or split that by name, role_term.go of role.go)", table, strings.Join(from, " and ")))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// written is what one package writes.
type written struct {
	dir     string
	files   []source
	info    *types.Info
	funcs   map[string]*ast.FuncDecl
	places  map[string][]string // table → files
	helpers map[string]string   // functions that write what they are given → what is wrong if nobody gives
	untold  []string
}

func newWritten(house []source, dir string) *written {
	p := &written{dir: dir, funcs: map[string]*ast.FuncDecl{}, places: map[string][]string{}, helpers: map[string]string{}}
	for _, s := range house {
		if s.dir != dir || s.test {
			continue
		}
		p.files = append(p.files, s)
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				p.funcs[f.Name.Name] = f
			}
		}
	}
	p.info = typesOf(p.files)
	return p
}

// place is the file, without what it was split off by.
func (p *written) place(s source) string {
	if p.dir != "model" {
		return p.dir
	}
	stem := strings.TrimSuffix(path.Base(s.path), ".go")
	for i := range stem {
		if stem[i] == '_' && slices.ContainsFunc(p.files, func(o source) bool { return o.path == "model/"+stem[:i]+".go" }) {
			return "model/" + stem[:i] + ".go"
		}
	}
	return s.path
}

func (p *written) add(s source, tables []string) {
	for _, t := range tables {
		if place := p.place(s); !slices.Contains(p.places[t], place) {
			p.places[t] = append(p.places[t], place)
		}
	}
}

// look finds what a file's functions write themselves.
func (p *written) look(s source) {
	for _, d := range s.file.Decls {
		within, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		s.calls(func(call *ast.CallExpr, method *ast.SelectorExpr) {
			if call.Pos() < within.Pos() || call.End() > within.End() {
				return
			}
			tables, isWrite := p.writtenBy(within, call, method)
			if isWrite && len(tables) == 0 {
				p.helpers[within.Name.Name] = s.at(method.Sel, "."+method.Sel.Name+"(…) writes a table that can't be told: say Model(&T{}), or hand over a value of a record's type")
			}
			p.add(s, tables)
		})
	}
}

// follow looks at who calls the functions that write what they are given.
func (p *written) follow() {
	given := map[string]bool{}
	for _, s := range p.files {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			called := call.Fun
			if index, ok := called.(*ast.IndexExpr); ok {
				called = index.X
			}
			name, ok := called.(*ast.Ident)
			if !ok || p.helpers[name.Name] == "" {
				return true
			}
			for _, arg := range call.Args {
				tables := p.tableOf(arg)
				p.add(s, tables)
				given[name.Name] = given[name.Name] || len(tables) > 0
			}
			return true
		})
	}
	for name, wrong := range p.helpers {
		if !given[name] {
			p.untold = append(p.untold, wrong)
		}
	}
}

// typesOf finds the types of our own records. Imports are left empty: what they give has no type, and
// nothing here asks for it.
func typesOf(files []source) *types.Info {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if len(files) == 0 {
		return info
	}
	var asts []*ast.File
	for _, f := range files {
		asts = append(asts, f.file)
	}
	conf := types.Config{Importer: emptyImporter{}, Error: func(error) {}, DisableUnusedImportCheck: true}
	_, _ = conf.Check(module+"/"+files[0].dir, positions, asts, info)
	return info
}

type emptyImporter struct{}

// Import gives a package without anything in it, except for model's records.
func (emptyImporter) Import(p string) (*types.Package, error) {
	pkg := types.NewPackage(p, path.Base(p))
	if p == module+"/model" {
		for record := range tableNames() {
			name := types.NewTypeName(token.NoPos, pkg, record, nil)
			types.NewNamed(name, types.NewStruct(nil, nil), nil)
			pkg.Scope().Insert(name)
		}
	}
	pkg.MarkComplete()
	return pkg, nil
}

// tableNames gives each record's table.
var tableNames = sync.OnceValue(func() map[string]string {
	names, parsed := map[string]string{}, &sync.Map{}
	for _, record := range model.Tables() {
		if s, err := schema.Parse(record, parsed, schema.NamingStrategy{}); err == nil {
			names[s.Name] = s.Table
		}
	}
	return names
})

var (
	writes   = []string{"Create", "CreateInBatches", "Save", "FirstOrCreate", "Update", "Updates", "UpdateColumn", "UpdateColumns", "Delete"}
	rawWrite = regexp.MustCompile(`(?i)\b(?:INSERT\s+(?:IGNORE\s+|OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)`)
)

// writtenBy gives the tables that a call writes. isWrite says that it writes something at all.
func (p *written) writtenBy(within *ast.FuncDecl, call *ast.CallExpr, method *ast.SelectorExpr) (tables []string, isWrite bool) {
	if len(call.Args) == 0 {
		return nil, false
	}
	if method.Sel.Name == "Exec" || method.Sel.Name == "Raw" {
		for _, text := range texts(call) {
			for _, m := range rawWrite.FindAllStringSubmatch(text, -1) {
				tables = append(tables, strings.ToLower(m[1]))
			}
		}
		return tables, len(tables) > 0
	}
	if !slices.Contains(writes, method.Sel.Name) {
		return nil, false
	}
	if tables = p.named(within, method.X); len(tables) == 0 {
		tables = p.tableOf(call.Args[0])
	}
	return tables, true
}

// named finds Model(…) or Table(…) in what a query was built from: the chain itself, the variable that
// holds it, or the function of ours that made it.
func (p *written) named(within *ast.FuncDecl, query ast.Expr) (tables []string) {
	ast.Inspect(query, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if sel, ok := x.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Model" && len(x.Args) == 1 {
				tables = append(tables, p.tableOf(x.Args[0])...)
			} else if ok && sel.Sel.Name == "Table" && len(x.Args) > 0 {
				tables = append(tables, texts(x)...)
			}
			if name, ok := x.Fun.(*ast.Ident); ok && p.funcs[name.Name] != nil && p.funcs[name.Name] != within {
				ast.Inspect(p.funcs[name.Name].Body, func(n ast.Node) bool {
					if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) > 0 {
						tables = append(tables, p.named(p.funcs[name.Name], ret.Results[0])...)
					}
					return true
				})
			}
		case *ast.Ident:
			ast.Inspect(within.Body, func(n ast.Node) bool {
				set, ok := n.(*ast.AssignStmt)
				if ok && set.Tok == token.DEFINE && len(set.Lhs) == 1 && isIdent(set.Lhs[0], x.Name) && !contains(set, query) {
					tables = append(tables, p.named(within, set.Rhs[0])...)
				}
				return true
			})
		}
		return true
	})
	return tables
}

func isIdent(x ast.Expr, name string) bool { i, ok := x.(*ast.Ident); return ok && i.Name == name }

func contains(outer, inner ast.Node) bool {
	return outer.Pos() <= inner.Pos() && inner.End() <= outer.End()
}

// texts gives the string literals within an expression.
func texts(in ast.Node) []string {
	var out []string
	ast.Inspect(in, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			out = append(out, strings.Trim(lit.Value, "`\""))
		}
		return true
	})
	return out
}

// tableOf gives the table of a record, of a pointer to one or of many; none for what is no record.
func (p *written) tableOf(record ast.Expr) []string {
	t := p.info.TypeOf(record)
	for t != nil {
		switch u := types.Unalias(t).(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			t = u.Elem()
		case *types.Named:
			if table, ok := tableNames()[u.Obj().Name()]; ok {
				return []string{table}
			}
			if _, ok := u.Underlying().(*types.Slice); !ok {
				return nil
			}
			t = u.Underlying()
		default:
			return nil
		}
	}
	return nil
}
