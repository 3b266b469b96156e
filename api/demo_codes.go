package api

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
)

// demoCodesPath is where who tries the demo finds codes to scan. It exists in a demo only: who holds a
// code sees its unit's page.
const demoCodesPath = "/demo/codes"

//go:embed demo_page/codes.html
var demoCodesText string

var demoCodesPage = template.Must(template.New("codes").Parse(demoCodesText))

// demoCodesPolicy lets the page have its own styles and nothing else.
const demoCodesPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type demoCodeView struct {
	Place, Code, Link, Path string
	Side                    int
}

// quiet is the white border around a QR code, in squares, on both sides together.
const quiet = 8

// demoCodes shows units' codes, to be printed or tapped. Their QR codes name this server as whoever asks
// has named it, which in a demo is this machine.
func (a *API) demoCodes(c *gin.Context) {
	page := func(code string) string { return "/#/pages/unit/index?scene=" + code }
	codes, err := a.s.DemoCodes(c.Request.Context(), func(code string) string { return "http://" + c.Request.Host + page(code) })
	views := make([]demoCodeView, len(codes))
	for i, d := range codes {
		views[i] = demoCodeView{d.Place, d.Code, page(d.Code), d.QR.Path, d.QR.Size + quiet}
	}
	var b bytes.Buffer
	if err == nil {
		err = demoCodesPage.Execute(&b, views)
	}
	if err != nil {
		a.refuse(c, "demo-codes", err)
		return
	}
	c.Header("Content-Security-Policy", demoCodesPolicy)
	c.Header("Referrer-Policy", "no-referrer")
	c.Data(http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}
