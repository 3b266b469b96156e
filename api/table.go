package api

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// RouteInfo is one line of the route table, as documents are printed from it and as tests walk it.
type RouteInfo struct {
	Method, Path string // Path as the table writes it: "/v1/units/{code}"
	ID, Summary  string
	Area         string // what it is grouped under
	Who          Who
	MaxBody      int64 // bytes that a body may have
}

// Routes gives the route table, in its order.
func (a *API) Routes() []RouteInfo {
	var lines []RouteInfo
	for _, r := range a.routes() {
		lines = append(lines, RouteInfo{r.method, r.path, r.id, r.summary, r.area, r.who, r.maxBody()})
	}
	return lines
}

// area is a line of the table that is no route: the name of what follows.
func area(name string) route { return route{area: name} }

// grouped gives the routes, each with its area.
func grouped(table []route) []route {
	var routes []route
	name := ""
	for _, r := range table {
		if r.mount == nil {
			name = r.area
			continue
		}
		r.area = name
		routes = append(routes, r)
	}
	return routes
}

// areas are the groups of the API's description, in the table's order.
func areas(routes []route) []*huma.Tag {
	var tags []*huma.Tag
	for _, r := range routes {
		if !slices.ContainsFunc(tags, func(t *huma.Tag) bool { return t.Name == r.area }) {
			tags = append(tags, &huma.Tag{Name: r.area})
		}
	}
	return tags
}
