package api

import (
	"reflect"

	"danyuan/model"
)

// routes is the whole surface: method, path, who, handler, one line each. docs/permissions.md is
// printed from it, and a test walks every line as everybody.
func (a *API) routes() []route {
	all := []route{
		// login.go
		post("/v1/login", "login", "登录", Anyone, (*API).login, viewSession).limited(120),
		get("/v1/me", "view-me", "我是谁", SignedIn, (*API).me),

		// unit_page.go
		unitPage("/v1/units/{code}", "view-unit-page", "扫单元码看单元页", Anyone),

		// session.go
		post("/v1/logout", "logout", "退出登录", SignedIn, (*API).logout, done[struct{}]),
		post("/v1/logout-everywhere", "logout-everywhere", "在所有设备上退出登录", SignedIn, (*API).logoutEverywhere, viewEnded),
		get("/v1/me/sessions", "list-my-sessions", "我在哪些设备上登录", SignedIn, (*API).mySessions),

		// consent.go
		get("/v1/consents/{purpose}", "view-consent-text", "看一项授权说明的现行版本", Anyone, (*API).consentText),
		get("/v1/me/consents", "list-my-consents", "我同意过的授权", SignedIn, (*API).myConsents),

		// binding.go
		post("/v1/bindings", "bind-by-phone", "用手机号绑定居民身份", SignedIn, (*API).bindByPhone, viewBinding).limited(10),
		post("/v1/binding-requests", "ask-chief", "手机号对不上时,向单元长申请确认", SignedIn, (*API).askChief, viewBinding).limited(10),
		post("/v1/binding-requests/{id}/withdraw", "withdraw-binding", "撤回自己的绑定申请", SignedIn, (*API).withdrawBinding, viewBinding),
		get("/v1/me/binding", "view-my-binding", "我的绑定办到哪一步", SignedIn, (*API).myBinding),
		post("/v1/me/unbind", "unbind", "解除自己的绑定", Bound, (*API).unbind, viewBinding),

		// binding_request.go
		get("/v1/binding-requests", "list-binding-requests", "等我确认的居民", With(model.ApproveBindings), (*API).bindingRequests),
		get("/v1/binding-requests/{id}", "view-binding-request", "看一份申请和名册里可能的居民", With(model.ApproveBindings), (*API).bindingRequest),
		post("/v1/binding-requests/{id}/approve", "approve-binding", "确认申请人是哪位居民", With(model.ApproveBindings), (*API).approveBinding, viewBinding),
		post("/v1/binding-requests/{id}/refuse", "refuse-binding", "退回申请", With(model.ApproveBindings), (*API).refuseBinding, viewBinding),
		get("/v1/rebinding-requests", "list-rebinding-requests", "等社区核实的换绑", With(model.ApproveRebinding), (*API).rebindingRequests),
		post("/v1/rebinding-requests/{id}/approve", "approve-rebinding", "同意换绑", With(model.ApproveRebinding), (*API).approveRebinding, viewBinding),
		post("/v1/rebinding-requests/{id}/refuse", "refuse-rebinding", "退回换绑", With(model.ApproveRebinding), (*API).refuseRebinding, viewBinding),
		post("/v1/people/{id}/unbind", "end-binding", "解除一位居民的绑定", With(model.ApproveRebinding), (*API).endBinding, viewBinding),

		// my_data.go
		get("/v1/me/data", "view-my-data", "系统里关于我的全部数据", SignedIn, (*API).myData),

		// people.go
		get("/v1/nodes/{id}/people", "list-people", "一个地方的居民", With(model.ListPeople), (*API).people),
		get("/v1/people/{id}", "read-person", "看一位居民的完整信息,每次都有记录", With(model.ReadWholePeople), (*API).readPerson),
		post("/v1/people/search", "find-people", "按手机号或身份证号查找居民,每次都有记录", With(model.ReadWholePeople), (*API).findPeople, viewFound),

		// people_change.go
		post("/v1/people/{id}/membership", "change-membership", "登记党员情况", With(model.ChangePeople), (*API).changeMembership, viewChanged),
		post("/v1/people/{id}/leave", "register-left", "登记迁出", With(model.ChangePeople), (*API).registerLeft, viewChanged),
		post("/v1/people/{id}/move", "move-person", "登记迁居", With(model.ChangePeople), (*API).movePerson, viewChanged),
	}
	if a.Demo {
		// persona.go
		all = append(all, get("/demo/personas", "list-personas", "演示里可以成为的人", Anyone, (*API).personas))
	}
	return all
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
