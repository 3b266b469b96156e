package api

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"danyuan/model"
)

// Permissions prints who may do what, as Markdown in Chinese, from the route table, the actions and the
// table of roles. docs/permissions.md is this text.
func (a *API) Permissions() string {
	var b strings.Builder
	b.WriteString("# 谁能做什么\n\n" +
		"本页由程序从路由表、权限表和职务表生成，不要手工修改；更新：`go test ./api -run Permissions -update`。\n\n" +
		"职务只在任职的地方和它下面的范围内有效；范围以外的人和事，回答和“没有”一样。\n\n" +
		"## 接口\n\n| 方法 | 地址 | 用途 | 可以使用的人 | 需要的权限 |\n|---|---|---|---|---|\n")
	for _, r := range a.Routes() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", r.Method, r.Path, cell(r.Summary), r.Who, code(string(r.Who.Action())))
	}
	b.WriteString("\n## 职务的权限\n\n| 职务 | 任职的层级 | 由谁任命 | 权限 |\n|---|---|---|---|\n")
	for _, spec := range model.Roles {
		fmt.Fprintf(&b, "| %s `%s` | %s | %s | %s |\n", spec.Title, spec.Role, levels(spec.At), titlesOf(spec.AppointedBy), actionsOf(spec.Role))
	}
	b.WriteString("\n## 权限给谁\n\n| 权限 | 职务 |\n|---|---|\n")
	for _, action := range model.Actions() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", action, titlesOf(action.PermittedRoles()))
	}
	return b.String()
}

// nodeTitles are what the levels of the org tree are called.
var nodeTitles = map[model.NodeKind]string{
	model.Province: "省", model.City: "市", model.District: "区", model.Street: "街道（乡）", model.Community: "社区（村）",
	model.Grid: "网格", model.Building: "楼栋", model.Unit: "单元",
}

func levels(kinds []model.NodeKind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, nodeTitles[k])
	}
	return strings.Join(names, "、")
}

func titlesOf(roles []model.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, r.Title())
	}
	return cmp.Or(strings.Join(names, "、"), "无人")
}

func actionsOf(r model.Role) string {
	var names []string
	for _, action := range model.Actions() {
		if slices.Contains(action.PermittedRoles(), r) {
			names = append(names, code(string(action)))
		}
	}
	return cmp.Or(strings.Join(names, " "), "–")
}

func code(s string) string {
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}

// cell keeps a text inside its cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
