package api_test

import (
	"slices"
	"strings"
	"testing"

	"danyuan/testkit/edge"
)

type operation struct {
	OperationID string `json:"operationId"`
	Summary     string
	Tags        []string
	Description string
	Security    []map[string][]string
	Parameters  []struct {
		Name     string
		Required bool
	}
	Responses map[string]struct {
		Content map[string]struct {
			Schema struct {
				Ref string `json:"$ref"`
			}
		}
	}
}

func TestOpenAPI_saysOfEachOperationWhatItIsWhoMayAndHowItRefuses(t *testing.T) {
	k := edge.New(t)
	var doc struct {
		OpenAPI string
		Tags    []struct{ Name string }
		Paths   map[string]map[string]operation
	}
	k.Get("", "/openapi.json").Expect(200).Into(&doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Fatalf("OpenAPI %s", doc.OpenAPI)
	}
	if len(doc.Paths) == 0 {
		t.Fatal("no paths")
	}
	var ids []string
	for path, operations := range doc.Paths {
		if !strings.HasPrefix(path, "/v1/") && !strings.HasPrefix(path, "/demo/") {
			t.Errorf("%s has another prefix", path)
		}
		for method, op := range operations {
			name := method + " " + path
			if op.OperationID == "" || slices.Contains(ids, op.OperationID) {
				t.Errorf("%s: operationId %q is empty or taken", name, op.OperationID)
			}
			ids = append(ids, op.OperationID)
			if !chinese(op.Summary) {
				t.Errorf("%s: summary %q is not Chinese", name, op.Summary)
			}
			if len(op.Tags) != 1 || !chinese(op.Tags[0]) || !slices.ContainsFunc(doc.Tags, func(tag struct{ Name string }) bool { return tag.Name == op.Tags[0] }) {
				t.Errorf("%s stands in no area of the description: %v", name, op.Tags)
			}
			checkWho(t, name, op)
			checkRefusals(t, name, method, path, op)
		}
	}
}

func checkWho(t *testing.T, name string, op operation) {
	t.Helper()
	who, ok := strings.CutPrefix(op.Description, "可以使用的人：")
	switch {
	case !ok || who == "" || strings.HasPrefix(who, "无人"):
		t.Errorf("%s does not say who may use it: %q", name, op.Description)
	case strings.HasPrefix(who, "任何人"):
		if len(op.Security) != 0 {
			t.Errorf("%s is for anyone and asks for %v", name, op.Security)
		}
	default:
		if len(op.Security) != 1 || op.Security[0]["session"] == nil {
			t.Errorf("%s is for %s and asks for %v", name, who, op.Security)
		}
	}
}

func checkRefusals(t *testing.T, name, method, path string, op operation) {
	t.Helper()
	want := []string{"422", "429", "500", "503"}
	if len(op.Security) > 0 {
		want = append(want, "401", "403")
	}
	if strings.Contains(path, "{") {
		want = append(want, "404", "410")
	}
	if method != "get" {
		want = append(want, "400", "409", "413", "415")
		if !slices.ContainsFunc(op.Parameters, func(p struct {
			Name     string
			Required bool
		}) bool {
			return p.Name == "Idempotency-Key" && p.Required
		}) {
			t.Errorf("%s needs no Idempotency-Key", name)
		}
	}
	for _, status := range want {
		if op.Responses[status].Content["application/problem+json"].Schema.Ref != "#/components/schemas/Problem" {
			t.Errorf("%s: its %s is no problem", name, status)
		}
	}
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}
