package api

import "reflect"

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

		// consent.go
		get("/v1/consents/{purpose}", "view-consent-text", "看一项授权说明的现行版本", Anyone, (*API).consentText),
		get("/v1/me/consents", "list-my-consents", "我同意过的授权", SignedIn, (*API).myConsents),
	}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
