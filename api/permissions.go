package api

import (
	"fmt"
	"strings"
)

// Permissions prints who may do what, as docs/permissions.md holds it.
func (a *API) Permissions() string {
	var b strings.Builder
	b.WriteString(`# 谁可以做什么

由路由表(api/routes.go)生成,请不要手工修改:` + "`DANYUAN_WRITE_DOCS=1 go test ./api -run TestPermissions`" + `。

这里写的是能不能使用一个操作;具体到哪个单元、哪一户、哪个人,还要在自己的职务管辖的范围里,范围外的一律回答“没有找到”。
`)
	last := ""
	for _, r := range a.Routes() {
		if r.Area != last {
			last = r.Area
			fmt.Fprintf(&b, "\n## %s\n\n| 做什么 | 请求 | 谁 |\n|---|---|---|\n", last)
		}
		fmt.Fprintf(&b, "| %s | `%s %s` | %s |\n", r.Summary, r.Method, r.Path, r.Who)
	}
	return b.String()
}
