package api

import (
	"danyuan/model"
	"danyuan/service"
)

// matterRoutes is the part of the route table about matters.
func matterRoutes() []route {
	return []route{
		// matter.go
		area("事项"),
		get("/v1/matter-categories", "list-matter-categories", "可以上报哪些事，要回答哪些问题", Bound, (*API).matterCategories),
		post("/v1/matters", "report-matter", "上报一件事", Bound, (*API).reportMatter, viewMatterRecord),
		post("/v1/people/{id}/matters", "report-matter-for", "代没有手机的居民上报", With(model.ReportForOthers), (*API).reportMatterFor, viewMatterRecord),
		get("/v1/matters/{id}", "view-matter", "一件事和它的每一步", Bound, (*API).matter),

		// matter_list.go
		get("/v1/me/matters", "list-my-matters", "我上报的事", Bound, (*API).myMatters),
		get("/v1/me/joined-matters", "list-joined-matters", "我加入的事", Bound, (*API).joinedMatters),
		get("/v1/nodes/{id}/matters", "list-matters", "一个地方的民情账本", With(model.HandleMatters), (*API).areaMatters),
		post("/v1/matters/similar", "find-similar-matters", "上报以前看看邻居有没有报过", Bound, (*API).similarMatters, viewSimilarMatters),
		post("/v1/matters/{id}/join", "join-matter", "加入邻居上报的事", Bound, (*API).joinMatter, viewMatterRecord),
		post("/v1/matters/{id}/leave", "leave-matter", "不再加入", Bound, (*API).leaveMatter, done[struct{}]),

		// matter_waiting.go
		get("/v1/matters/waiting", "list-waiting-matters", "等我办理的事", With(model.HandleMatters), (*API).mattersWaiting),

		// matter_counts.go
		get("/v1/nodes/{id}/matter-counts", "count-matters", "一个地方的事项各有几件", With(model.HandleMatters), (*API).matterCounts),

		// matter_export.go
		downloadTable("/v1/nodes/{id}/matters.xlsx", "export-matters", "导出民情账本（Excel），每次都有记录", With(model.HandleMatters), service.XLSX, (*API).exportMatters).limited(6).hourly(60),

		// matter_note.go
		post("/v1/matters/{id}/notes", "note-matter", "写办理备注，上报人看不到", With(model.HandleMatters), (*API).noteMatter, viewMatterRecord),

		// reply_template.go
		get("/v1/nodes/{id}/reply-templates", "list-reply-templates", "这里能用的常用回复", With(model.HandleMatters), (*API).replyTemplates),
		post("/v1/nodes/{id}/reply-templates", "add-reply-template", "添加常用回复", With(model.GiveMatters), (*API).addReplyTemplate, viewReplyTemplate),
		del("/v1/reply-templates/{id}", "delete-reply-template", "删除常用回复", With(model.GiveMatters), (*API).deleteReplyTemplate, done[struct{}]),

		// matter_move.go
		post("/v1/matters/{id}/accept", "accept-matter", "受理", With(model.HandleMatters), plainMove(model.MoveAccept), viewMatterRecord),
		post("/v1/matters/{id}/resolve", "resolve-matter", "办结，请上报人评价", With(model.HandleMatters), workMove(model.MoveResolve), viewMatterRecord),
		post("/v1/matters/{id}/pass-up", "pass-up-matter", "办不了的转交上一级", With(model.HandleMatters), workMove(model.MovePassUp), viewMatterRecord),
		post("/v1/matters/{id}/return", "return-matter", "退回下一级", With(model.HandleMatters), workMove(model.MoveReturn), viewMatterRecord),
		post("/v1/matters/{id}/ask", "ask-reporter", "请上报人补充，时限暂停", With(model.HandleMatters), workMove(model.MoveAsk), viewMatterRecord),
		get("/v1/matters/{id}/handlers", "list-matter-handlers", "可以改派给谁", With(model.GiveMatters), (*API).matterHandlers),
		post("/v1/matters/{id}/give", "give-matter", "改派给本网格的另一位同志", With(model.GiveMatters), (*API).giveMatter, viewMatterRecord),
		post("/v1/matters/{id}/answer", "answer-matter", "补充", Bound, workMove(model.MoveAnswer), viewMatterRecord),
		post("/v1/matters/{id}/withdraw", "withdraw-matter", "撤回", Bound, plainMove(model.MoveWithdraw), viewMatterRecord),
		post("/v1/matters/{id}/rate", "rate-matter", "评价：解决了吗，满意吗", Bound, (*API).rateMatter, viewMatterRecord),

		// matter_review.go
		get("/v1/nodes/{id}/matter-reviews", "list-matter-reviews", "文字等待人工审核的事项", With(model.ReviewMatters), (*API).matterReviews),
		post("/v1/matters/{id}/pass-words", "pass-words", "文字通过审核，可以给邻居看到", With(model.ReviewMatters), (*API).passWords, viewMatterRecord),
		post("/v1/matters/{id}/reject-words", "reject-words", "文字不通过审核，邻居看不到；事项照常办理", With(model.ReviewMatters), (*API).rejectWords, viewMatterRecord),

		// matter_redact.go
		post("/v1/matters/{id}/redact", "redact-matter", "隐去一步里不宜公开的文字", With(model.RedactMatters), (*API).redactWords, viewMatterRecord),
		post("/v1/matters/{id}/redact-photo", "redact-matter-photo", "隐去或替换一张照片", With(model.RedactMatters), (*API).redactPhoto, viewMatterRecord),
		get("/v1/matters/{id}/original", "read-matter-original", "看隐去以前的文字和照片，每次都有记录", With(model.RedactMatters), (*API).matterOriginal).hourly(300),

		// matter_category.go
		get("/v1/matter-categories/all", "list-all-matter-categories", "所有类别和时限，包括停用的", With(model.ManageCategories), (*API).allMatterCategories),
		post("/v1/matter-categories", "change-matter-category", "新建或修改一类事项；已经上报的不受影响", With(model.ManageCategories), (*API).changeMatterCategory, viewManagedCategory),
		post("/v1/matter-categories/{code}/end", "end-matter-category", "停用一类事项", With(model.ManageCategories), (*API).endMatterCategory, viewManagedCategory),
		post("/v1/matter-categories/{code}/begin", "begin-matter-category", "重新启用一类事项", With(model.ManageCategories), (*API).beginMatterCategory, viewManagedCategory),
		post("/v1/matter-limits", "change-matter-limit", "修改一级的受理和办结时限；已经开始的时限不变", With(model.ManageCategories), (*API).changeMatterLimit, viewMatterLimit),
		post("/v1/matter-limits/drop", "drop-matter-limit", "取消一类在一级的单独时限，改用通用的；已经开始的时限不变", With(model.ManageCategories), (*API).dropMatterLimit, viewMatterLimit),

		// reporter_limit.go
		post("/v1/people/{id}/report-limits", "limit-reporter", "限制一位居民每天上报的件数，至少留一件，紧急的不限", With(model.LimitReporters), (*API).limitReporter, viewListedReporterLimit),
		get("/v1/nodes/{id}/report-limits", "list-reporter-limits", "一个地方的上报限制和异议", With(model.LimitReporters), (*API).reporterLimits),
		get("/v1/me/report-limits", "list-my-reporter-limits", "我的上报限制", Bound, (*API).myReporterLimits),
		post("/v1/report-limits/{id}/object", "object-to-reporter-limit", "对自己的上报限制提一次异议", Bound, (*API).objectToLimit, viewReporterLimit),
		post("/v1/report-limits/{id}/lift", "lift-reporter-limit", "解除上报限制，由不是作出限制的同志办理", With(model.LimitReporters), (*API).liftLimit, viewListedReporterLimit),
		post("/v1/report-limits/{id}/uphold", "uphold-reporter-limit", "异议不成立，维持上报限制", With(model.LimitReporters), (*API).upholdLimit, viewListedReporterLimit),
	}
}
