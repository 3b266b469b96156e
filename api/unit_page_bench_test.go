package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"danyuan/model"
	"danyuan/testkit"
)

// sink is a ResponseWriter that keeps nothing.
type sink struct{ header http.Header }

// Header gives the one header map.
func (s *sink) Header() http.Header { return s.header }

// Write forgets.
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader forgets.
func (s *sink) WriteHeader(int) {}

func serveTo(b *testing.B, h http.Handler, path, token string) {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := &sink{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}

func BenchmarkUnitPage_signedIn(b *testing.B) {
	k := testkit.New(b)
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
