package api

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// description is the head of the OpenAPI document.
func description() huma.Config {
	cfg := huma.DefaultConfig("单元 danyuan", "1.0.0")
	cfg.Info.Description = "迎江区“单元长”系统的接口。所有拒绝都是 application/problem+json:detail 给人看，code 给机器看。"
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.DocsPath = ""     // huma's own page loads its script from elsewhere
	cfg.SchemasPath = ""
	cfg.Formats = strictJSON()
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "POST /v1/login 得到的登录凭证"},
	}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "View")
	})
	return cfg
}

// addErrors describes an operation's refusals where huma does not do it by itself.
func (a *API) addErrors(op *huma.Operation) {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: titles[status], Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
}
