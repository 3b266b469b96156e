package api

import (
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// TestLabel_readsWellInASentence: whatever somebody may get wrong is named between quotes, “…”太短.
func TestLabel_readsWellInASentence(t *testing.T) {
	a, err := New(Options{Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	schemas, looked := a.huma.OpenAPI().Components.Schemas, 0
	for path, at := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{at.Get, at.Post, at.Put, at.Patch, at.Delete} {
			if op == nil {
				continue
			}
			for _, place := range placesOf(op, schemas) {
				looked++
				label := labelAt(op, schemas, place)
				if label == "" || strings.ContainsAny(label, "“”‘’,") || strings.HasSuffix(label, "wx") {
					t.Errorf("%s %s: %s is called %q", op.Method, path, place, label)
				}
			}
		}
	}
	if looked < 300 {
		t.Errorf("only %d were looked at", looked)
	}
}

// placesOf names what an operation takes.
func placesOf(op *huma.Operation, schemas huma.Registry) (places []string) {
	for _, p := range op.Parameters {
		if p.In == "path" || p.In == "query" {
			places = append(places, p.In+"."+p.Name)
		}
	}
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return places
	}
	var under func(place string, s *huma.Schema)
	under = func(place string, s *huma.Schema) {
		s = resolved(s, schemas)
		for name, field := range s.Properties {
			if name == "$schema" {
				continue
			}
			places = append(places, place+"."+name)
			under(place+"."+name, field)
		}
	}
	under("body", op.RequestBody.Content["application/json"].Schema)
	return places
}
