package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/api"
	"danyuan/client"
	"danyuan/testkit/edge"
)

// builtPages are a client as small as one can be.
var builtPages = fstest.MapFS{
	"index.html":                        {Data: []byte("<!doctype html><title>单元</title>")},
	"assets/index-Bq3x_9Zk.js":          {Data: []byte(strings.Repeat("console.log('单元');\n", 200))},
	"assets/uni.7f3a90bc.css":           {Data: []byte("body{margin:0}")},
	"assets/pages-unit-overview.js":     {Data: []byte("1")},
	"static/mark.svg":                   {Data: []byte("<svg/>")},
	"static/photo/Abcd1234.png":         {Data: []byte("\x89PNG")},
	"assets/deep/unit.page-0a1B2c3d.js": {Data: []byte("2")},
}

func withPages(t *testing.T, pages fs.FS) (*edge.Kit, *api.API) {
	t.Helper()
	k := edge.New(t)
	a, err := api.New(api.Options{Service: k.S, Limits: unlimited{}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Pages: pages})
	if err != nil {
		t.Fatal(err)
	}
	return k, a
}

func TestPages_theFirstIsAskedForEachTimeAndWhatIsNamedByItsContentOnce(t *testing.T) {
	k, a := withPages(t, builtPages)
	get := func(path string, headers ...string) edge.Answer {
		t.Helper()
		return k.Do(a, "", http.MethodGet, path, nil, headers...)
	}
	for path, want := range map[string]struct{ kept, kind string }{
		"/":                                  {"no-cache", "text/html; charset=utf-8"},
		"/assets/index-Bq3x_9Zk.js":          {"public, max-age=31536000, immutable", "text/javascript; charset=utf-8"},
		"/assets/deep/unit.page-0a1B2c3d.js": {"public, max-age=31536000, immutable", "text/javascript; charset=utf-8"},
		"/assets/uni.7f3a90bc.css":           {"public, max-age=31536000, immutable", "text/css; charset=utf-8"},
		"/assets/pages-unit-overview.js":     {"no-cache", "text/javascript; charset=utf-8"},
		"/static/mark.svg":                   {"no-cache", "image/svg+xml"},
		"/static/photo/Abcd1234.png":         {"no-cache", "image/png"},
	} {
		got := get(path).Expect(200)
		if kept, kind := got.Header["Cache-Control"], got.Header.Get("Content-Type"); !slices.Equal(kept, []string{want.kept}) || kind != want.kind {
			t.Errorf("%s: %q, %q", path, kept, kind)
		}
		tag := got.Header.Get("ETag")
		if again := get(path, "If-None-Match", tag); tag == "" || again.Status != http.StatusNotModified || len(again.Body) > 0 {
			t.Errorf("%s again with %q: %d", path, tag, again.Status)
		}
		if other := get(path, "If-None-Match", `"of-yesterday"`); other.Status != 200 {
			t.Errorf("%s with another tag: %d", path, other.Status)
		}
		if head := k.Do(a, "", http.MethodHead, path, nil); head.Status != 200 || head.Header.Get("ETag") != tag {
			t.Errorf("HEAD %s: %d %v", path, head.Status, head.Header)
		}
	}
}

func TestPages_arePackedForWhoTakesItAndWhereItSaves(t *testing.T) {
	k, a := withPages(t, builtPages)
	const script = "/assets/index-Bq3x_9Zk.js"
	plain := k.Do(a, "", http.MethodGet, script, nil).Expect(200)
	packed := k.Do(a, "", http.MethodGet, script, nil, "Accept-Encoding", "br, gzip;q=0.8").Expect(200)
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v, %v", packed.Header, plain.Header)
	}
	if packed.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Error("one tag for two bodies")
	}
	r, err := gzip.NewReader(bytes.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain.Body) || len(packed.Body) > len(plain.Body)/4 {
		t.Errorf("%d bytes packed, %d plain, %v", len(packed.Body), len(plain.Body), err)
	}
	if again := k.Do(a, "", http.MethodGet, script, nil, "Accept-Encoding", "gzip", "If-None-Match", packed.Header.Get("ETag")); again.Status != http.StatusNotModified {
		t.Errorf("packed again: %d", again.Status)
	}
	for accepted, path := range map[string]string{"gzip;q=0, br": script, "identity": script, "gzip": "/static/photo/Abcd1234.png"} {
		if got := k.Do(a, "", http.MethodGet, path, nil, "Accept-Encoding", accepted).Expect(200); got.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s with %q comes packed", path, accepted)
		}
	}
}

// TestPages_eachIsHeldToThisServer looks at every file of the client as it is delivered.
func TestPages_eachIsHeldToThisServer(t *testing.T) {
	k := edge.New(t)
	paths := []string{"/", "/no-such-page", "/assets/no-such-file.js", "/console/", "/console/no-such-file.js"}
	for at, built := range delivered {
		for _, name := range builtNames(t, built) {
			if name != "index.html" {
				paths = append(paths, at+name)
			}
		}
	}
	for _, path := range paths {
		got := k.Get("", path)
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if all := got.Header.Values(header); !slices.Equal(all, []string{want}) {
				t.Errorf("%s: %s is %q", path, header, all)
			}
		}
		if may := got.Header.Get("Permissions-Policy"); !strings.Contains(may, "camera=()") || !strings.Contains(may, "geolocation=()") || strings.Contains(may, "*") {
			t.Errorf("%s may use %q", path, may)
		}
		if len(got.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

// TestPages_nameNoOtherServerAndHoldNoScript: what is built works under its policy, and calls nobody.
func TestPages_nameNoOtherServerAndHoldNoScript(t *testing.T) {
	host := regexp.MustCompile(`(?i)\b(?:https?|wss?):\\?/\\?/([a-z0-9-]+(?:\.[a-z0-9-]+)+)`)
	names := []string{"www.w3.org", "vuejs.org", "element-plus.org"} // of XML's namespaces, and in words of an error
	for at, built := range delivered {
		for _, name := range builtNames(t, built) {
			holdsNothingForeign(t, built, at, name, host, names)
		}
	}
}

func holdsNothingForeign(t *testing.T, built fs.FS, at, name string, host *regexp.Regexp, names []string) {
	t.Helper()
	text, err := fs.ReadFile(built, name)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range host.FindAllSubmatch(text, -1) {
		if !slices.Contains(names, string(found[1])) {
			t.Errorf("%s%s names %s", at, name, found[0])
		}
	}
	if !strings.HasSuffix(name, ".html") {
		return
	}
	if inline := regexp.MustCompile(`(?is)<script[^>]*>\s*[^<\s]|\son[a-z]+\s*=|javascript:`).Find(text); inline != nil {
		t.Errorf("%s%s holds a script of its own: %s", at, name, inline)
	}
}

// delivered is what is built for people, by where it is served.
var delivered = map[string]fs.FS{"/": client.H5(), "/console/": client.Console()}

func builtNames(t *testing.T, built fs.FS) (names []string) {
	t.Helper()
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil || !slices.Contains(names, "index.html") {
		t.Fatalf("%v, %v", names, err)
	}
	return names
}

func TestPages_theConsoleIsAFolderOfItsOwn(t *testing.T) {
	k := edge.New(t)
	a, err := api.New(api.Options{Service: k.S, Limits: unlimited{}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Console: builtPages})
	if err != nil {
		t.Fatal(err)
	}
	if to := k.Do(a, "", http.MethodGet, "/console", nil).Expect(301).Header.Get("Location"); to != "/console/" {
		t.Errorf("/console leads to %q", to)
	}
	k.Do(a, "", http.MethodGet, "/console/", nil).Expect(200)
	kept := k.Do(a, "", http.MethodGet, "/console/assets/index-Bq3x_9Zk.js", nil).Expect(200).Header.Get("Cache-Control")
	if !strings.Contains(kept, "immutable") {
		t.Errorf("its files are kept as %q", kept)
	}
	for _, path := range []string{"/console/no-such-file", "/console/assets", "/console/../index.html"} {
		k.Do(a, "", http.MethodGet, path, nil).Expect(404)
	}
}

func TestPages_anUnknownPageIsRefusedInPlainWordsAndAnUnknownCallByAProblem(t *testing.T) {
	k, a := withPages(t, builtPages)
	for _, path := range []string{"/no-such-page", "/index.html", "/assets/", "/assets/gone-Bq3x_9Zk.js", "/assets/../index.html", "/static", "/.git/config", "/pages/unit/index", "/demo/codes"} {
		got := k.Do(a, "", http.MethodGet, path, nil).Expect(404).Has("没有这个页面")
		if kind, kept := got.Header.Get("Content-Type"), got.Header.Get("Cache-Control"); kind != "text/plain; charset=utf-8" || kept != "no-store" {
			t.Errorf("%s: %q, %q", path, kind, kept)
		}
	}
	for _, path := range []string{"/no-such-page", "/index.html", "/static", "/v1/no-such-call"} {
		k.Do(a, "", http.MethodPost, path, `{}`).Refused(404, "http.no_such_address")
	}
	for _, path := range []string{"/v1/no-such-call", "/v1", "/docs/no-such-file", "/healthz/x"} {
		k.Do(a, "", http.MethodGet, path, nil).Refused(404, "http.no_such_address")
	}
	k.Do(a, "", http.MethodPost, "/", `{}`).Refused(404, "http.no_such_method")
	k.Do(a, "", http.MethodDelete, "/assets/index-Bq3x_9Zk.js", nil).Refused(404, "http.no_such_method")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/docs": 200, "/openapi.json": 200, "/certificates": 200, "/v1/me": 401} {
		k.Do(a, "", http.MethodGet, path, nil).Expect(want)
	}
}

func TestPages_whatNobodyKnowsIsNotServed(t *testing.T) {
	for name, pages := range map[string]fstest.MapFS{
		"a file of an unknown kind": {"index.html": {}, "assets/index.js.map": {}},
		"no first page":             {"assets/index-Bq3x_9Zk.js": {}},
	} {
		if _, err := api.New(api.Options{Metrics: prometheus.NewRegistry(), Pages: pages}); err == nil {
			t.Errorf("%s is served", name)
		}
	}
}
