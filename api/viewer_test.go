package api_test

import (
	"regexp"
	"strings"
	"testing"

	"danyuan/testkit/edge"
)

func TestViewer_loadsNothingFromElsewhere(t *testing.T) {
	k := edge.New(t)
	foreign := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9-]+\.[a-z]`)
	for _, path := range []string{"/docs", "/docs/start.js"} {
		a := k.Get("", path).Expect(200)
		if found := foreign.Find(a.Body); found != nil {
			t.Errorf("%s names another host: %s", path, found)
		}
	}
	page := string(k.Get("", "/docs").Body)
	for _, ref := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(ref[1], "data:") {
			k.Get("", "/"+ref[1]).Expect(200)
		}
	}
	if strings.Contains(page, "<style") || strings.Contains(page, " style=") || strings.Contains(page, "onload") || strings.Contains(page, "<script>") {
		t.Error("the page holds a script or style of its own, which its policy forbids")
	}
}

func TestViewer_isHeldToThisServer(t *testing.T) {
	k := edge.New(t)
	for _, path := range []string{"/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/LICENSE", "/docs/NOTICE", "/docs/swagger-ui-bundle.js.LICENSE.txt"} {
		a := k.Get("", path).Expect(200)
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if len(a.Body) == 0 {
			t.Errorf("%s is empty", path)
		}
	}
	plain := k.Get("", "/docs/swagger-ui.css").Has(".swagger-ui")
	packed := k.Get("", "/docs/swagger-ui.css", "Accept-Encoding", "br, gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" || len(packed.Body) > len(plain.Body)/4 {
		t.Errorf("packed: %d bytes of %d as %q", len(packed.Body), len(plain.Body), packed.Header.Get("Content-Encoding"))
	}
}
