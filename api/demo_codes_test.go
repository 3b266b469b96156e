package api_test

import (
	"net/http"
	"strings"
	"testing"

	"danyuan/testkit/edge"
)

func TestDemoCodes_eachOpensItsUnitsPage(t *testing.T) {
	k := edge.New(t)
	k.Get("", "/demo/codes").Expect(200).Has("没有有效的单元码")
	o := k.Org()
	code := k.Code(o.Unit)
	got := k.Get("", "/demo/codes", "Host", "localhost:8123").Expect(200).Has(code, o.Unit.Name, `href="/#/pages/unit/index?scene=`+code+`"`, "size: A4")
	if n := strings.Count(string(got.Body), "<svg"); n != 1 {
		t.Errorf("%d QR codes for one unit", n)
	}
	if policy := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'unsafe-inline'; ") {
		t.Errorf("policy %q", policy)
	}
	k.Get("", "/demo/codes", "Host", "evil.example").Refused(403, "demo.foreign_host")
}

func TestDemoCodes_doNotExistOutsideADemo(t *testing.T) {
	k, a := withPages(t, builtPages)
	code := k.Code(k.Org().Unit)
	k.Do(a, "", http.MethodGet, "/demo/codes", nil).Expect(404).HasNot(code)
}
