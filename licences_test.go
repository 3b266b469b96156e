package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/licences.md anew")

// licences are those under which a library may be part of danyuan, by a sentence that each of them has.
// What asks that danyuan's own source be given away with it is none of them.
var licences = []struct{ name, sentence, without string }{
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy", ""},
	{"Apache-2.0", "Apache License Version 2.0, January 2004", ""},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from", ""},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms", "may be used to endorse or promote products derived from"},
	{"ISC", "to use, copy, modify, and/or distribute this software for any purpose with or without fee", ""},
	{"MPL-2.0", "Mozilla Public License Version 2.0", ""},
	{"MPL-2.0", "Mozilla Public License, version 2.0", ""},
}

const licencesHead = `# Licences of what is linked

Every Go module that a binary of danyuan contains, printed from the build and from the modules' own files; update: ` + "`go test . -run Licences -update`" + `. A licence that is not in the list of ` + "`licences_test.go`" + ` fails the test. Files that are no Go: the fonts of certificates (` + "`service/paper/font/README.md`" + `) and the API viewer (` + "`api/viewer`" + `, Apache-2.0) bring theirs along.

| module | version | licence |
|---|---|---|
`

// TestLicences_areKnownAndListed fails for a library under a licence that nobody has looked at, and when
// docs/licences.md is not what is linked.
func TestLicences_areKnownAndListed(t *testing.T) {
	text := licencesHead
	modules := linked(t)
	if len(modules) < 30 {
		t.Fatalf("only %d modules are linked", len(modules))
	}
	for _, m := range modules {
		names, err := licencesIn(m.dir)
		if err != nil {
			t.Errorf("%s: %v", m.path, err)
		}
		text += fmt.Sprintf("| %s | %s | %s |\n", m.path, m.version, strings.Join(names, ", "))
	}
	const page = "docs/licences.md"
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if was, err := os.ReadFile(page); err != nil || string(was) != text {
		t.Errorf("docs/licences.md is not what is linked: go test . -run Licences -update (%v)", err)
	}
}

func TestLicences_oneThatBindsIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	if _, err := licencesIn(dir); err == nil {
		t.Error("a module without a licence was taken")
	}
	for text, want := range map[string]string{
		"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3": "", "All rights reserved.": "",
		"Permission is hereby granted, free of charge,\n to any person obtaining a copy": "MIT",
	} {
		if err := os.WriteFile(filepath.Join(dir, "LICENSE"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		names, err := licencesIn(dir)
		if got := strings.Join(names, ","); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %s %v", text, got, err)
		}
	}
}

type linkedModule struct{ path, version, dir string }

// linked gives the modules of the binary, as it is built for use.
func linked(t *testing.T) (all []linkedModule) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "nomsgpack", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("%v: %s", err, failed.Stderr)
		}
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			all = append(all, linkedModule{f[0], f[1], f[2]})
		}
	}
	slices.SortFunc(all, func(a, b linkedModule) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(all)
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`)

// licencesIn gives the licences in a module's folder.
func licencesIn(dir string) (names []string, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for _, l := range licences {
			if strings.Contains(text, l.sentence) && (l.without == "" || !strings.Contains(text, l.without)) {
				names = append(names, l.name)
			}
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		err = errors.New("has no licence that danyuan may link: leave it out, or let somebody read it and add it to licences_test.go")
	}
	return names, err
}
