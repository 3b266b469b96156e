package api

import (
	"reflect"

	"danyuan/model"
)

// routes is the whole surface: method, path, who, handler, one line each. docs/permissions.md is
// printed from it, and a test walks every line as everybody.
func (a *API) routes() []route {
	return []route{
		// login.go
		post("/v1/login", "login", "登录", Anyone, (*API).login, viewSession).limited(120),
		post("/v1/logout", "logout", "退出登录", SignedIn, (*API).logout, done[struct{}]),
		get("/v1/me", "view-me", "我是谁", SignedIn, (*API).me),

		// unit_page.go
		unitPage("/v1/units/{code}", "view-unit-page", "扫单元码看单元页", Anyone),

		// division.go
		post("/v1/divisions/import", "import-divisions", "导入区划文件", With(model.ManageDivisions), (*API).importDivisions, viewDivisionReport).taking(divisionBytes),

		// org.go
		get("/v1/nodes", "list-roots", "最上一级的区划", SignedIn, (*API).roots),
		get("/v1/nodes/{id}", "view-node", "看一个网格、单元或区划", SignedIn, (*API).nodeCard),
		get("/v1/nodes/{id}/children", "list-children", "直接下级", SignedIn, (*API).children),
		get("/v1/nodes/{id}/history", "list-node-history", "调整的历史", With(model.ManageGrids), (*API).nodeHistory),
		post("/v1/nodes", "add-node", "新建网格、楼栋或单元", With(model.ManageGrids), (*API).addNode, viewOrgNode),
		post("/v1/nodes/{id}/rename", "rename-node", "给网格、楼栋或单元改名", With(model.ManageGrids), (*API).renameNode, viewOrgNode),
		post("/v1/nodes/{id}/move", "move-node", "把楼栋或单元移到另一个网格", With(model.ManageGrids), (*API).moveNode, viewOrgNode),
		post("/v1/nodes/{id}/close", "close-node", "撤销空的网格、楼栋或单元", With(model.ManageGrids), (*API).closeNode, viewOrgNode),

		// grid.go
		post("/v1/nodes/{id}/split", "split-grid", "拆分网格", With(model.ManageGrids), (*API).splitGrid, viewGrids),
		post("/v1/grids/merge", "merge-grids", "合并网格", With(model.ManageGrids), (*API).mergeGrids, viewOrgNode),

		// household.go
		get("/v1/nodes/{id}/households", "list-households", "单元里的住户", With(model.CountMembers), (*API).households),
		post("/v1/nodes/{id}/households", "add-household", "添加住户", With(model.ChangePeople), (*API).addHousehold, viewHousehold),

		// party.go
		get("/v1/nodes/{id}/party-orgs", "list-party-orgs", "下属的党组织", With(model.CountMembers), (*API).partyOrgs),
		get("/v1/nodes/{id}/party-orgs/count", "count-party-orgs", "下属的党组织各有几个", With(model.CountMembers), (*API).countPartyOrgs),
		post("/v1/nodes/{id}/party-orgs", "found-party-org", "成立党组织", With(model.ManagePartyOrgs), (*API).foundPartyOrg, viewPartyOrg),
		post("/v1/party-orgs/{id}/rename", "rename-party-org", "给党组织改名", With(model.ManagePartyOrgs), (*API).renamePartyOrg, viewPartyOrg),
		post("/v1/party-orgs/{id}/dissolve", "dissolve-party-org", "撤销党组织", With(model.ManagePartyOrgs), (*API).dissolvePartyOrg, viewPartyOrg),

		// role.go
		post("/v1/roles", "appoint", "任命", With(model.AppointOfficers), (*API).appoint, viewRole),
		post("/v1/roles/{id}/end", "end-role", "结束任职", With(model.AppointOfficers), (*API).endRole, viewRole),
		get("/v1/nodes/{id}/roles", "list-roles", "在这里任职的人", With(model.AppointOfficers), (*API).rolesAt),
		get("/v1/me/roles", "list-own-roles", "我的任职", Bound, (*API).ownRoles),
	}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
