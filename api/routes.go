package api

import "danyuan/model"

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

		// notice.go
		get("/v1/notices", "list-notices", "我的消息", Bound, (*API).notices),
		get("/v1/notices/unread-count", "count-unread-notices", "未读消息数", Bound, (*API).unreadCount),
		post("/v1/notices/{id}/read", "read-notice", "标为已读", Bound, (*API).readNotice, viewNotice),
		post("/v1/notices/read-all", "read-all-notices", "全部标为已读", Bound, (*API).readAllNotices, viewMarkedRead),

		// accept.go
		get("/v1/me/accepts", "list-accepts", "还能收到几条微信通知", SignedIn, (*API).acceptsLeft),
		post("/v1/me/accepts", "give-accepts", "记录订阅消息的授权", SignedIn, (*API).giveAccepts, viewAccepts),

		// job.go
		get("/v1/jobs", "list-jobs", "查看待办和卡住的任务", With(model.OperateOutbox), (*API).jobs),
		get("/v1/jobs/backlog", "view-backlog", "各类任务积压了多少", With(model.OperateOutbox), (*API).backlog),
		post("/v1/jobs/{id}/again", "do-job-again", "重新执行卡住的任务", With(model.OperateOutbox), (*API).doJobAgain, viewJob),

		// audit.go
		get("/v1/nodes/{id}/audit", "list-audit", "查看操作记录", With(model.ReadAudit), (*API).audit),
	}
}
