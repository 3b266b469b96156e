package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"danyuan/api"
	"danyuan/testkit/edge"
)

// request is one call of a route, filled in from the description's examples and the fixtures.
type request struct {
	route  api.RouteInfo
	path   map[string]string
	query  map[string]string
	body   map[string]any // nil: the route takes none
	names  bool           // whether it names a thing of the world
	schema map[string]any // of the body
	upload *upload        // a body that is no JSON
}

// upload is what a route takes that is no JSON.
type upload struct{ contentType, body string }

// call sends it, with a key of its own unless headers give one.
func (q request) call(w *world, token string, headers ...string) edge.Answer {
	w.Helper()
	switch {
	case q.upload != nil:
		return w.Do(w.API, token, q.route.Method, q.url(), q.upload.body, append([]string{"Content-Type", q.upload.contentType}, headers...)...)
	case q.body == nil:
		return w.Do(w.API, token, q.route.Method, q.url(), nil, headers...)
	}
	return w.Do(w.API, token, q.route.Method, q.url(), q.body, headers...)
}

func (q request) url() string {
	path := q.route.Path
	for name, value := range q.path {
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	values := url.Values{}
	for name, value := range q.query {
		values.Set(name, value)
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// request builds a valid call of a route in this world.
func (w *world) request(r api.RouteInfo) request {
	w.Helper()
	q := request{route: r, path: map[string]string{}, query: map[string]string{}}
	operation := w.operation(r)
	parameters, _ := operation["parameters"].([]any)
	for _, p := range parameters {
		param := p.(map[string]any)
		name, schema := param["name"].(string), w.resolve(param["schema"])
		switch param["in"] {
		case "path":
			q.path[name] = w.pathFixture(r, name)
			q.names = q.names || r.Who != api.Anyone
		case "query":
			value, ok := w.fixture(r.ID+"/"+name, name)
			if !ok && param["required"] == true {
				value, ok = fmt.Sprint(w.example(r, name, schema)), true
			}
			if ok {
				q.query[name] = value
				q.names = true
			}
		}
	}
	if body, ok := operation["requestBody"].(map[string]any); ok {
		content := body["content"].(map[string]any)
		if media, ok := content["application/json"].(map[string]any); ok {
			q.schema = w.resolve(media["schema"])
			q.body = w.example(r, "", q.schema).(map[string]any)
			for name := range q.body {
				q.names = q.names || isID(name)
			}
		} else {
			build, ok := uploads[r.ID]
			if !ok {
				w.Fatalf("%s takes a body that is no JSON: add a line %q to uploads in api/rig_fixtures_test.go that gives one", r.ID, r.ID)
			}
			q.upload = build(w)
		}
	}
	return q
}

func (w *world) operation(r api.RouteInfo) map[string]any {
	w.Helper()
	item, _ := w.document["paths"].(map[string]any)[r.Path].(map[string]any)
	op, ok := item[strings.ToLower(r.Method)].(map[string]any)
	if !ok {
		w.Fatalf("%s %s is in the route table and not in the OpenAPI description", r.Method, r.Path)
	}
	return op
}

func (w *world) resolve(schema any) map[string]any {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		all := w.document["components"].(map[string]any)["schemas"].(map[string]any)
		return all[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	return s
}

var idName = regexp.MustCompile(`(^|_)ids?$`)

func isID(name string) bool { return idName.MatchString(name) }

// fixture gives the first of the keys' fixtures, made once in a world.
func (w *world) fixture(keys ...string) (string, bool) {
	w.Helper()
	for _, key := range keys {
		if made, ok := w.things[key]; ok {
			return made, true
		}
		if build, ok := fixtures[key]; ok {
			w.things[key] = build(w)
			return w.things[key], true
		}
	}
	return "", false
}

func (w *world) pathFixture(r api.RouteInfo, name string) string {
	w.Helper()
	before, _, _ := strings.Cut(r.Path, "/{"+name+"}")
	key := before[strings.LastIndex(before, "/")+1:] + "/{" + name + "}"
	value, ok := w.fixture(r.ID+"/{"+name+"}", key)
	if !ok {
		w.Fatalf("nothing to put into %s %s: add a line %q (or %q) to fixtures in api/rig_fixtures_test.go that gives one that is in w.Unit or belongs to w.Resident",
			r.Method, r.Path, key, r.ID+"/{"+name+"}")
	}
	return value
}

// example gives a valid value for a part of a body.
func (w *world) example(r api.RouteInfo, name string, schema map[string]any) any {
	w.Helper()
	typed := typeOf(schema)
	if value, ok := w.fixture(r.ID+"/"+name, name); ok && name != "" {
		if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") {
			var parsed any
			if err := json.Unmarshal([]byte(value), &parsed); err != nil {
				w.Fatalf("%s: the fixture of %q is no JSON: %v", r.ID, name, err)
			}
			return parsed
		}
		if value == leftOut {
			return value
		}
		switch typed {
		case "array":
			var list []any
			for one := range strings.SplitSeq(value, ",") {
				list = append(list, one)
			}
			return list
		case "boolean":
			return value == "true"
		case "integer", "number":
			var n float64
			_, _ = fmt.Sscan(value, &n)
			return n
		}
		return value
	}
	if isID(name) {
		w.Fatalf("%s: no id for the field %q: add a line %q (or %q) to fixtures in api/rig_fixtures_test.go", r.ID, name, name, r.ID+"/"+name)
	}
	if all, ok := schema["examples"].([]any); ok && len(all) > 0 {
		return all[0]
	}
	switch typed {
	case "object":
		object := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		for field, of := range properties {
			if value := w.example(r, field, w.resolve(of)); value != any(leftOut) {
				object[field] = value
			}
		}
		return object
	case "array":
		return []any{w.example(r, strings.TrimSuffix(name, "s"), w.resolve(schema["items"]))}
	case "boolean":
		return true
	}
	if all, ok := schema["enum"].([]any); ok {
		return all[0]
	}
	if value, ok := schema["default"]; ok {
		return value
	}
	w.Fatalf("%s: the field %q has no example: give it `example:\"…\"` that is a valid value", r.ID, name)
	return nil
}

// typeOf gives a schema's type; what may be null as well is still of it.
func typeOf(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if one != "null" {
				return one.(string)
			}
		}
	}
	return ""
}

// isCommand tells whether a route changes something.
func isCommand(r api.RouteInfo) bool { return r.Method != http.MethodGet }

// poor names the routes that nobody in the world can use with success, and says what that would take.
var poor = map[string]string{
	"view-own-console-login": "it takes a cookie: TestConsole",
	"enter-console":          "it takes a cookie: TestConsole",
}
