package api

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// pagesHeaders hold the client's pages to this server: they load, call, show and frame nothing else, run
// no script that stands in a page, and ask for nothing that a phone guards. Only styles may stand in a
// page: the framework sets them element by element.
var pagesHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
	"Permissions-Policy":      "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
}

// pageKinds are the kinds of files that a client is built of. The machine's own table is not asked: it
// differs from one to the next.
var pageKinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon",
	".json": "application/json", ".txt": "text/plain; charset=utf-8",
}

// consolePath is where the console is.
const consolePath = "/console/"

// servePages serves what is built for people beside the API: the client with its index.html at /, and the
// console at /console/.
func (a *API) servePages() error {
	if a.Pages != nil {
		files, err := pageFiles(a.Pages)
		if err != nil {
			return err
		}
		a.serveAtTop(files)
	}
	if a.Console != nil {
		files, err := pageFiles(a.Console)
		if err != nil {
			return err
		}
		a.serveConsole(files)
	}
	return nil
}

// pageFiles gives the files of something built, by name.
func pageFiles(in fs.FS) (map[string]*pageFile, error) {
	files := map[string]*pageFile{}
	err := fs.WalkDir(in, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = newPageFile(in, name)
		return err
	})
	if err == nil && files["index.html"] == nil {
		err = errors.New("the client has no index.html")
	}
	return files, err
}

// serveConsole serves one folder, under which the addresses of its files are read as they stand.
func (a *API) serveConsole(files map[string]*pageFile) {
	a.router.GET(strings.TrimSuffix(consolePath, "/"), func(c *gin.Context) { c.Redirect(http.StatusMovedPermanently, consolePath) })
	a.router.Match([]string{http.MethodGet, http.MethodHead}, consolePath+"*file", func(c *gin.Context) {
		a.showPage(c, files[cmp.Or(strings.TrimPrefix(c.Param("file"), "/"), "index.html")])
	})
}

func (a *API) serveAtTop(files map[string]*pageFile) {
	for top := range tops(files) {
		at := "/" + top
		switch {
		case top == "index.html":
			at = "/"
		case files[top] == nil:
			at += "/*file"
		}
		a.router.Match([]string{http.MethodGet, http.MethodHead}, at, func(c *gin.Context) {
			a.showPage(c, files[strings.TrimPrefix(top+c.Param("file"), "/")])
		})
	}
}

// tops are the names at the top, of files and folders: each is one route, however many files are built.
func tops(files map[string]*pageFile) map[string]bool {
	all := map[string]bool{}
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		all[top] = true
	}
	return all
}

func (a *API) showPage(c *gin.Context, f *pageFile) {
	if f == nil {
		noPage(c)
		return
	}
	body, err := f.read()
	if err != nil {
		a.refuse(c, "pages", err)
		return
	}
	for name, value := range pagesHeaders {
		c.Header(name, value)
	}
	c.Header("Content-Type", f.kind)
	c.Header("Cache-Control", f.kept)
	bytesOf, tag := body.plain, body.tag
	if body.packed != nil {
		c.Header("Vary", "Accept-Encoding")
		if takesGzip(c.GetHeader("Accept-Encoding")) {
			c.Header("Content-Encoding", "gzip")
			bytesOf, tag = body.packed, body.tag+"-gzip"
		}
	}
	c.Header("ETag", `"`+tag+`"`)
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(bytesOf))
}

// takesGzip tells whether a client takes gzip; one that says q=0 does not.
func takesGzip(accepted string) bool {
	for one := range strings.SplitSeq(accepted, ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(one, " ", ""), ";")
		if name == "gzip" {
			return !strings.HasPrefix(q, "q=0") || strings.Trim(q, "q=0.") != ""
		}
	}
	return false
}

// pageFile is one file of the client. It is read and packed when it is first asked for: tests build many
// APIs, of which few are.
type pageFile struct {
	kind, kept string
	read       func() (pageBody, error)
}

type pageBody struct {
	plain, packed []byte // packed is nil where it would save nothing
	tag           string
}

// named is what a build puts into a name that changes with what is in the file.
var named = regexp.MustCompile(`^assets/(?:.*/)?[^/]*[.-]([0-9A-Za-z_-]{8})\.[0-9a-z]+$`)

// hashed tells whether a file has a name of its own for each content. A word is no hash: one has a digit
// or a capital in all but a thousandth of cases, and then the file is only asked for more often.
func hashed(name string) bool {
	found := named.FindStringSubmatch(name)
	return found != nil && strings.ContainsAny(found[1], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

func newPageFile(in fs.FS, name string) (*pageFile, error) {
	kind := pageKinds[path.Ext(name)]
	if kind == "" {
		return nil, fmt.Errorf("the client has %s, and nobody knows what kind of file that is: give pageKinds a line", name)
	}
	kept := "no-cache"
	if hashed(name) {
		kept = "public, max-age=31536000, immutable"
	}
	return &pageFile{kind, kept, sync.OnceValues(func() (pageBody, error) {
		plain, err := fs.ReadFile(in, name)
		if err != nil {
			return pageBody{}, err
		}
		sum := sha256.Sum256(plain)
		return pageBody{plain, packed(plain), base64.RawURLEncoding.EncodeToString(sum[:12])}, nil
	})}, nil
}

// packed gives a file as gzip, nil where that is hardly shorter, as with pictures.
func packed(plain []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err = errors.Join(err, w.Close()); err != nil || b.Len() > len(plain)*9/10 {
		return nil
	}
	return b.Bytes()
}

// noPage answers a browser that asks for a page that is not there.
func noPage(c *gin.Context) {
	for name, value := range pagesHeaders {
		c.Header(name, value)
	}
	c.String(http.StatusNotFound, "没有这个页面。请检查地址，或者重新扫楼道里的单元码。\n")
}

// noRoute refuses an address that nobody serves: to a browser that asks for a page in plain words, to
// whoever calls the API with its problem. The API's addresses are those below a name that it has.
func (a *API) noRoute(c *gin.Context) {
	top, _, _ := strings.Cut(strings.TrimPrefix(c.Request.URL.Path, "/"), "/")
	reads := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
	if a.Pages != nil && reads && !a.own[top] {
		noPage(c)
		return
	}
	writeProblem(c, errNoRoute)
}

// ownNames are the first names of what the router serves so far.
func ownNames(routes gin.RoutesInfo) map[string]bool {
	own := map[string]bool{}
	for _, r := range routes {
		top, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		own[top] = true
	}
	return own
}
