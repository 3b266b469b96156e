package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"danyuan/model"
	"danyuan/testkit/edge"
)

// sink is a ResponseWriter that keeps nothing but the status.
type sink struct {
	header http.Header
	status int
}

// Header gives the one header map.
func (s *sink) Header() http.Header { return s.header }

// Write forgets.
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader notes the status.
func (s *sink) WriteHeader(status int) { s.status = status }

func serveTo(b *testing.B, h http.Handler, path, token string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	r.Host = "127.0.0.1:8080" // the testkit's house is a demo, which answers to no other name
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
		if w.status != http.StatusOK && w.status != 0 {
			b.Fatalf("%s answers %d", path, w.status)
		}
	}
}

func BenchmarkUnitPage_signedIn(b *testing.B) {
	k := edge.New(b)
	o := k.Org()
	chief := k.Person(o.Unit, "王建国")
	k.Appoint(chief, model.UnitChief, o.Unit)
	serveTo(b, k.API, "/v1/units/"+k.Code(o.Unit), k.SignIn(chief))
}

func BenchmarkUnitPage_constantJSONOfGin(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	body := make([]byte, 600)
	r.GET("/", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", body) })
	serveTo(b, r, "/", "")
}
