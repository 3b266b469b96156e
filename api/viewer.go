package api

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed viewer/index.html viewer/start.js viewer/*.gz viewer/LICENSE viewer/NOTICE viewer/swagger-ui-bundle.js.LICENSE.txt
var viewer embed.FS

// viewerPolicy lets the viewer load and call nothing but this server. Its style sheet brings a few
// pictures as data.
const viewerPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// serveViewer shows the API's description at /docs, for people.
func (a *API) serveViewer() {
	for path, file := range map[string]struct{ name, kind string }{
		"/docs":                                  {"index.html", "text/html; charset=utf-8"},
		"/docs/start.js":                         {"start.js", "text/javascript; charset=utf-8"},
		"/docs/swagger-ui-bundle.js":             {"swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8"},
		"/docs/swagger-ui-bundle.js.LICENSE.txt": {"swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8"},
		"/docs/swagger-ui.css":                   {"swagger-ui.css.gz", "text/css; charset=utf-8"},
		"/docs/LICENSE":                          {"LICENSE", "text/plain; charset=utf-8"},
		"/docs/NOTICE":                           {"NOTICE", "text/plain; charset=utf-8"},
	} {
		a.router.GET(path, func(c *gin.Context) { a.showFile(c, file.name, file.kind) })
	}
}

func (a *API) showFile(c *gin.Context, name, kind string) {
	body, err := viewer.ReadFile("viewer/" + name)
	if err == nil && strings.HasSuffix(name, ".gz") {
		c.Header("Vary", "Accept-Encoding")
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			c.Header("Content-Encoding", "gzip")
		} else {
			body, err = unzip(body)
		}
	}
	if err != nil {
		a.refuse(c, "docs", err)
		return
	}
	c.Header("Content-Security-Policy", viewerPolicy)
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("Cache-Control", "public, max-age=3600")
	c.Data(http.StatusOK, kind, body)
}

func unzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
