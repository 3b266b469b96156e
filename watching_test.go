package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"go.yaml.in/yaml/v3"

	"danyuan/config"
)

// shownMetrics gives what a server that has done a little of everything shows: names, with their labels.
func shownMetrics(t *testing.T) map[string]map[string]bool {
	t.Helper()
	h, c := servingHouse(t)
	a, err := c.api(h)
	if err != nil {
		t.Fatal(err)
	}
	call(t, a, http.MethodPost, "/v1/login", `{"code":"demo:chief"}`)
	call(t, a, http.MethodGet, "/metrics", "")
	tamper(t, h, stuckJob)
	tamper(t, h, dueSweep)
	if err := h.s.WorkOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	families, err := h.watch.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]map[string]bool{"up": {"job": true, "instance": true}} // Prometheus itself makes that one
	for _, f := range families {
		labels := map[string]bool{"job": true, "instance": true, "le": f.GetType() == dto.MetricType_HISTOGRAM}
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels[l.GetName()] = true
		}
		names := []string{f.GetName()}
		if f.GetType() == dto.MetricType_HISTOGRAM {
			names = []string{f.GetName(), f.GetName() + "_bucket", f.GetName() + "_count", f.GetName() + "_sum"}
		}
		for _, n := range names {
			shown[n] = labels
		}
	}
	return shown
}

// servingHouse is a filled demo with the command that would serve it.
func servingHouse(t *testing.T) (*house, *serve) {
	t.Helper()
	dir := filledCopy(t)
	c := &serve{config.Serve{Settings: config.Settings{DataDir: dir, LogLevel: "error"}}}
	h, err := open(t.Context(), c.Settings, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h, c
}

func call(t *testing.T, h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "a-key-of-a-test")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

// What stands in an expression beside metrics.
var (
	quoted    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	selector  = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{[^}]*\})?`)
	matchers  = regexp.MustCompile(`\{[^}]*\}`)
	windows   = regexp.MustCompile(`\[[^\]]*\]`)
	groupings = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)`)
	word      = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)
	number    = regexp.MustCompile(`\b[0-9][0-9a-z.]*`)
	function  = regexp.MustCompile(`[a-zA-Z_]+\s*\(`)
	operators = []string{"and", "or", "unless", "bool", "offset"}
)

// named gives the metrics in an expression of PromQL, each with the labels that are asked for beside it.
func named(expr string) map[string][]string {
	expr = quoted.ReplaceAllString(expr, `""`)
	var grouped []string
	for _, g := range groupings.FindAllStringSubmatch(expr, -1) {
		grouped = append(grouped, word.FindAllString(g[1], -1)...)
	}
	expr = groupings.ReplaceAllString(windows.ReplaceAllString(expr, ""), "")
	expr = function.ReplaceAllString(number.ReplaceAllString(expr, ""), "(")
	found := map[string][]string{}
	for _, text := range selector.FindAllString(expr, -1) {
		name := word.FindString(text)
		if slices.Contains(operators, name) {
			continue
		}
		labels := slices.Clone(grouped)
		for _, m := range matchers.FindAllString(text, -1) {
			labels = append(labels, word.FindAllString(m, -1)...)
		}
		found[name] = append(found[name], labels...)
	}
	return found
}

func TestNamed_readsExpressions(t *testing.T) {
	got := named(`histogram_quantile(0.99, sum by (le, route) (rate(a_bucket{m!="G E{T}", class=~"2.*"}[10m]))) > 0.25 * 1e9 and max(b) or c{x="y"} offset 5m`)
	want := map[string][]string{"a_bucket": {"le", "route", "m", "class"}, "b": {"le", "route"}, "c": {"le", "route", "x"}}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v", got)
	}
}

type alert struct {
	Alert, Expr string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) (all []alert) {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alert } }
	if err := yaml.Unmarshal(textOf(t, "deploy/prometheus/alerts.yml"), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

func textOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMetrics_whatDashboardAlertsAndDocumentsNameIsShown(t *testing.T) {
	shown := shownMetrics(t)
	asks := func(where, expr string) {
		t.Helper()
		metrics := named(expr)
		if len(metrics) == 0 {
			t.Errorf("%s: no metric in %s", where, expr)
		}
		for name, labels := range metrics {
			if shown[name] == nil {
				t.Errorf("%s: the server shows no %s", where, name)
				continue
			}
			for _, l := range labels {
				if !shown[name][l] {
					t.Errorf("%s: %s has no label %s", where, name, l)
				}
			}
		}
	}
	for _, a := range alerts(t) {
		asks(a.Alert, a.Expr)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(textOf(t, "deploy/grafana/danyuan.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	panels := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			asks(p.Title, target.Expr)
			panels++
		}
	}
	if panels < 20 {
		t.Errorf("%d expressions were read of the dashboard", panels)
	}
	for page := range runbooks {
		doc := string(textOf(t, page))
		for _, name := range regexp.MustCompile("`((?:danyuan|go|process)_[a-z_]+[a-z])").FindAllStringSubmatch(doc, -1) {
			if shown[name[1]] == nil {
				t.Errorf("%s: the server shows no %s", page, name[1])
			}
		}
		for name := range shown {
			if base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count"), "_sum"); strings.HasPrefix(name, "danyuan_") && !strings.Contains(doc, "`"+base+"`") {
				t.Errorf("%s does not explain %s", page, base)
			}
		}
	}
}

func TestAlerts_eachHasItsRunbookAndNoRunbookIsWithoutOne(t *testing.T) {
	for page, under := range runbooks {
		_, text, ok := strings.Cut(string(textOf(t, page)), "\n## "+under+"\n")
		if !ok {
			t.Fatalf("%s has no runbooks", page)
		}
		have := map[string]bool{}
		for _, h := range regexp.MustCompile(`(?m)^### (\w+)\n\n\S`).FindAllStringSubmatch(text, -1) {
			have[h[1]] = true
		}
		for _, a := range alerts(t) {
			if !have[a.Alert] {
				t.Errorf("%s has no runbook in %s", a.Alert, page)
			}
			delete(have, a.Alert)
		}
		for name := range have {
			t.Errorf("%s: a runbook for %s, which is no alert", page, name)
		}
	}
	for _, a := range alerts(t) { // its summary is Chinese
		if want := "docs/operations.zh-CN.md#" + strings.ToLower(a.Alert); a.Annotations["runbook"] != want {
			t.Errorf("%s points at %q", a.Alert, a.Annotations["runbook"])
		}
		if s := a.Labels["severity"]; s != "page" && s != "ticket" || a.Annotations["summary"] == "" {
			t.Errorf("%s has severity %q and summary %q", a.Alert, s, a.Annotations["summary"])
		}
	}
}

func TestPrivate_metricsAndProfilesAreNotAtThePublicPort(t *testing.T) {
	h, c := servingHouse(t)
	c.PrivateAddress, c.MetricsToken = "127.0.0.1:0", "a-token-of-the-test"
	a, err := c.api(h)
	if err != nil {
		t.Fatal(err)
	}
	private := a.Private()
	status := func(h http.Handler, path, token string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "127.0.0.1"
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine", "/debug/pprof/profile?seconds=1", "/debug/pprof/symbol"} {
		if s := status(a, path, c.MetricsToken); s != http.StatusNotFound {
			t.Errorf("%s is at the public port: %d", path, s)
		}
		if s := status(private, path, ""); s != http.StatusUnauthorized {
			t.Errorf("%s without the token: %d", path, s)
		}
		if s := status(private, path, c.MetricsToken); s != http.StatusOK {
			t.Errorf("%s with the token: %d", path, s)
		}
	}
	for path, want := range map[string]int{"/debug/pprof/cmdline": 404, "/v1/me": 404, "/docs": 404, "/healthz": 200, "/readyz": 200} {
		if s := status(private, path, c.MetricsToken); s != want {
			t.Errorf("%s at the private address: %d, want %d", path, s, want)
		}
	}
}
