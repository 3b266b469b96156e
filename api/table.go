package api

// RouteInfo is one line of the route table, as documents are printed from it and as tests walk it.
type RouteInfo struct {
	Method, Path string // Path as the table writes it: "/v1/units/{code}"
	ID, Summary  string
	Who          Who
	MaxBody      int64 // bytes that a body may have
}

// Routes gives the route table, in its order.
func (a *API) Routes() []RouteInfo {
	var lines []RouteInfo
	for _, r := range a.routes() {
		lines = append(lines, RouteInfo{r.method, r.path, r.id, r.summary, r.who, r.maxBody()})
	}
	return lines
}
