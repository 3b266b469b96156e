package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestEveryRoute_noAnswerIsKeptOnItsWay: proxies and browsers keep nothing, or only for the one who asked;
// and nobody guesses what kind of thing an answer is.
func TestEveryRoute_noAnswerIsKeptOnItsWay(t *testing.T) {
	base := newWorld(t)
	for _, r := range base.API.Routes() {
		if poor[r.ID] != "" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			w := base.again(t)
			q := w.request(r)
			_, good := w.succeed(q)
			for what, a := range map[string]http.Header{"an answer": good.Header, "a refusal": q.call(w, "", "Authorization", "Bearer of-nobody").Header} {
				kept := a.Get("Cache-Control")
				if !strings.Contains(kept, "no-store") && !strings.Contains(kept, "private") {
					t.Errorf("%s may be kept: Cache-Control %q", what, kept)
				}
				if a.Get("X-Content-Type-Options") != "nosniff" || len(a.Values("Cache-Control")) != 1 {
					t.Errorf("%s has the headers %v", what, a)
				}
			}
		})
	}
}
