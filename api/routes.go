package api

import (
	"danyuan/model"
	"danyuan/service"
)

// routes is the whole surface: method, path, who, handler, one line each. docs/permissions.md is
// printed from it, and a test walks every line as everybody. An area holds until the next one.
func (a *API) routes() []route { //nolint:funlen // it is a table
	all := []route{
		// login.go
		area("登录"),
		post("/v1/login", "login", "登录", Anyone, (*API).login, viewSession).limited(120).in(outside),
		get("/v1/me", "view-me", "我是谁", SignedIn, (*API).me),

		// console_login.go
		area("管理台登录"),
		post("/v1/console-logins", "open-console-login", "在电脑上打开一个登录二维码", Anyone, (*API).openConsoleLogin, viewOpenedConsoleLogin).limited(60),
		get("/v1/console-logins/mine", "view-own-console-login", "这台电脑的登录办到哪一步", Anyone, (*API).myConsoleLogin),
		post("/v1/console-logins/mine/session", "enter-console", "手机确认以后进入管理台", Anyone, (*API).enterConsole, viewEntered).limited(60),
		get("/v1/console-logins/{scene}", "view-console-login", "手机扫码以后看要确认什么", Bound, (*API).consoleLogin).limited(20).opening("scene"),
		post("/v1/console-logins/{scene}/approve", "approve-console-login", "手机上确认登录管理台", Bound, (*API).approveConsoleLogin, viewConsoleLoginState).limited(20).opening("scene"),
		post("/v1/console-logins/{scene}/refuse", "refuse-console-login", "手机上拒绝登录管理台", Bound, (*API).refuseConsoleLogin, viewConsoleLoginState).limited(20).opening("scene"),
		get("/v1/console-session", "view-console-session", "这台电脑上管理台的登录，和提交用的凭证", Anyone, (*API).consoleSession),

		// unit_page.go
		area("单元页"),
		unitPage("/v1/units/{code}", "view-unit-page", "扫单元码看单元页", Anyone).opening("code"),

		// notice.go
		area("消息"),
		get("/v1/notices", "list-notices", "我的消息", Bound, (*API).notices),
		get("/v1/notices/unread-count", "count-unread-notices", "未读消息数", Bound, (*API).unreadCount),
		post("/v1/notices/{id}/read", "read-notice", "标为已读", Bound, (*API).readNotice, viewNotice),
		post("/v1/notices/read-all", "read-all-notices", "全部标为已读", Bound, (*API).readAllNotices, viewMarkedRead),

		// accept.go
		area("微信订阅消息"),
		get("/v1/me/accepts", "list-accepts", "还能收到几条微信通知", SignedIn, (*API).acceptsLeft),
		post("/v1/me/accepts", "give-accepts", "记录订阅消息的授权", SignedIn, (*API).giveAccepts, viewAccepts),

		// job.go
		area("后台任务"),
		get("/v1/jobs", "list-jobs", "查看待办和卡住的任务", With(model.OperateOutbox), (*API).jobs),
		get("/v1/jobs/backlog", "view-backlog", "各类任务积压了多少", With(model.OperateOutbox), (*API).backlog),
		post("/v1/jobs/{id}/again", "do-job-again", "重新执行卡住的任务", With(model.OperateOutbox), (*API).doJobAgain, viewJob),

		// audit.go
		area("操作记录"),
		get("/v1/nodes/{id}/audit", "list-audit", "查看操作记录", With(model.ReadAudit), (*API).audit),
		get("/v1/nodes/{id}/audit-chain", "view-audit-chain", "查看操作记录的链头，记下来供以后核对", With(model.ReadAudit), (*API).auditChain),

		// session.go
		area("登录"),
		post("/v1/logout", "logout", "退出登录", SignedIn, (*API).logout, done[struct{}]),
		post("/v1/logout-everywhere", "logout-everywhere", "在所有设备上退出登录", SignedIn, (*API).logoutEverywhere, viewEnded),
		post("/v1/session/renew", "renew-session", "换新登录凭证；旧的一分钟以后不能再用", SignedIn, (*API).renewSession, viewSession).limited(10),
		post("/v1/me/sessions/{id}/end", "end-my-session", "退出另一处登录", SignedIn, (*API).endMySession, done[struct{}]),
		get("/v1/me/sessions", "list-my-sessions", "我在哪些设备上登录", SignedIn, (*API).mySessions),

		// consent.go
		area("授权说明"),
		get("/v1/consents/{purpose}", "view-consent-text", "看一项授权说明的现行版本", Anyone, (*API).consentText),
		get("/v1/me/consents", "list-my-consents", "我同意过的授权", SignedIn, (*API).myConsents),

		// code.go
		area("单元码"),
		post("/v1/nodes/{id}/codes", "make-code", "做单元码或社区码；已有有效的就给那一个", With(model.ManageCodes), (*API).makeCode, viewCode),
		get("/v1/nodes/{id}/codes", "list-codes", "一个单元或社区的码", With(model.PrintCodes), (*API).codes),
		get("/v1/nodes/{id}/posters", "list-posters", "下面的单元和社区，各有没有可以打印的码", With(model.PrintCodes), (*API).posters),
		codePicture("/v1/codes/{code_id}/image", "view-code-image", "海报用的小程序码图片", With(model.PrintCodes)).in(outside),
		post("/v1/codes/{code_id}/replace", "replace-code", "作废一个码并换新", With(model.ManageCodes), (*API).replaceCode, viewCode),
		post("/v1/codes/{code_id}/revoke", "revoke-code", "只作废一个码，不换新", With(model.ManageCodes), (*API).revokeCode, viewCode),
		get("/v1/scenes/{scene}", "view-scene", "扫到的是什么码", Anyone, (*API).scene).limited(120).opening("scene"),

		// display.go
		area("亮身份"),
		post("/v1/displays", "show-identity", "亮身份，或修改亮出的内容", Bound, (*API).showIdentity, viewDisplay),
		post("/v1/displays/withdraw", "withdraw-display", "撤回亮身份", Bound, (*API).withdrawDisplay, done[struct{}]),
		get("/v1/displays/mine", "view-my-display", "我亮出的身份，别人看到什么", Bound, (*API).myDisplay),

		// group.go
		area("微信群"),
		post("/v1/nodes/{id}/group", "bind-group", "绑定单元的微信群", With(model.BindGroup), (*API).bindGroup, viewGroup),
		del("/v1/nodes/{id}/group", "unbind-group", "解除单元的微信群", With(model.BindGroup), (*API).unbindGroup, done[struct{}]),
		post("/v1/group-entries", "enter-group", "从单元微信群里打开了小程序", Bound, (*API).enterGroup, viewGroupEntered),
		get("/v1/nodes/{id}/group/members", "list-group-members", "在单元微信群里亮身份的党员", Bound, (*API).groupMembers),

		// plaque.go
		area("门牌"),
		post("/v1/plaques", "apply-for-plaque", "为自己家申请“共产党员户”门牌", Bound, (*API).applyForPlaque, viewPlaque),
		post("/v1/plaques/{id}/approve", "approve-plaque", "通过门牌申请", With(model.DecidePlaques), (*API).approvePlaque, viewPlaque),
		post("/v1/plaques/{id}/refuse", "refuse-plaque", "退回门牌申请", With(model.DecidePlaques), (*API).refusePlaque, viewPlaque),
		post("/v1/plaques/{id}/install", "install-plaque", "门牌已装好", With(model.InstallPlaques), (*API).installPlaque, viewPlaque),
		post("/v1/plaques/{id}/remove", "remove-plaque", "摘除门牌", With(model.InstallPlaques), (*API).removePlaque, viewPlaque),
		get("/v1/nodes/{id}/plaques", "list-plaques", "一个地方的门牌", With(model.InstallPlaques), (*API).plaques),
		get("/v1/plaques/mine", "view-my-plaque", "我家的门牌", Bound, (*API).myPlaque),
		get("/v1/plaques/scan/{code}", "check-plaque", "扫门牌验真伪", Anyone, (*API).checkPlaque).limited(120).opening("code"),

		// check_in.go
		area("在职党员报到"),
		post("/v1/check-ins", "check-in", "在职党员向居住的社区报到", Bound, (*API).checkIn, viewOwnCheckIn).limited(10),
		get("/v1/check-ins/mine", "list-my-check-ins", "我的报到和回执", Bound, (*API).myCheckIns),
		get("/v1/check-ins/{id}", "view-receipt", "一份报到和它的回执", Bound, (*API).receipt),
		post("/v1/check-ins/{id}/accept", "accept-check-in", "接收报到，出具回执", With(model.AcceptCheckIns), (*API).acceptCheckIn, viewReceipt),
		post("/v1/check-ins/{id}/refuse", "refuse-check-in", "不接收报到", With(model.AcceptCheckIns), (*API).refuseCheckIn, viewListedCheckIn),
		post("/v1/check-ins/{id}/end", "end-check-in", "结束报到", Bound, (*API).endCheckIn, viewListedCheckIn),
		get("/v1/nodes/{id}/check-ins", "list-check-ins", "一个社区的报到", With(model.AcceptCheckIns), (*API).checkIns),
		get("/v1/nodes/{id}/check-ins/counts", "count-check-ins", "报到人数，按社区和工作单位", With(model.CountCheckIns), (*API).checkInCounts),

		// receipt.go
		post("/v1/receipts/verify", "verify-receipt", "验证报到回执的真伪", Anyone, (*API).verifyReceipt, viewVerified).limited(30),

		// record.go
		area("志愿服务记录和证明"),
		get("/v1/me/record", "view-my-record", "我的志愿服务记录和总时长", Bound, (*API).myRecord),
		get("/v1/people/{id}/record", "read-record", "看一位居民的志愿服务记录，每次都有记录", With(model.ReadRecords), (*API).readRecord).limited(60).hourly(300),

		// certificate.go
		post("/v1/certificates", "ask-certificate", "向社区申请志愿服务记录证明", Bound, (*API).askCertificate, viewOwnCertificate),
		get("/v1/certificates/mine", "list-my-certificates", "我的证明", Bound, (*API).myCertificates),
		get("/v1/certificates/{id}", "view-certificate", "一份证明的编号和验证码", Bound, (*API).certificate),
		certificateFile("/v1/certificates/{id}/pdf", "download-certificate", "下载证明（PDF）", Bound).limited(20).hourly(300).in(long),
		post("/v1/certificates/{id}/withdraw", "withdraw-certificate", "撤回证明申请", Bound, (*API).withdrawCertificate, viewOwnCertificate),
		post("/v1/certificates/{id}/issue", "issue-certificate", "出具证明", With(model.CertifyService), (*API).issueCertificate, viewCertificate),
		post("/v1/certificates/{id}/refuse", "refuse-certificate", "不出具证明", With(model.CertifyService), (*API).refuseCertificate, viewListedCertificate),
		post("/v1/certificates/{id}/revoke", "revoke-certificate", "撤销已出具的证明", With(model.CertifyService), (*API).revokeCertificate, viewListedCertificate),
		get("/v1/nodes/{id}/certificates", "list-certificates", "一个社区的证明", With(model.CertifyService), (*API).certificates),

		// certificate_verify.go
		post("/v1/certificates/verify", "verify-certificate", "查验证明的真伪", Anyone, (*API).verifyCertificate, viewVerifiedCertificate).limited(30),

		// public_notice.go
		area("公示"),
		get("/v1/nodes/{id}/public-notice-draft", "draft-public-notice", "预览一个季度的公示", With(model.PublishNotices), (*API).draftNotice),
		post("/v1/nodes/{id}/public-notices", "publish-public-notice", "发布一个季度的公示", With(model.PublishNotices), (*API).publishNotice, viewPublicNotice),
		get("/v1/nodes/{id}/public-notices", "list-public-notices", "一个社区发布的公示", Anyone, (*API).publicNotices),
		get("/v1/public-notices/{id}", "view-public-notice", "一份公示和更正说明", Anyone, (*API).publicNotice),
		get("/v1/public-notices/{id}/lines", "list-public-notice-lines", "公示里逐笔的兑换", Anyone, (*API).noticeLines),

		// objection.go
		post("/v1/public-notices/{id}/objections", "object", "对公示提出异议", Bound, (*API).raiseObjection, viewOwnObjection),
		get("/v1/me/objections", "list-my-objections", "我提的异议和答复", Bound, (*API).myObjections),
		post("/v1/objections/{id}/uphold", "uphold-objection", "答复异议：属实，公开更正说明", With(model.PublishNotices), (*API).upholdObjection, viewObjection),
		post("/v1/objections/{id}/reject", "reject-objection", "答复异议：不属实", With(model.PublishNotices), (*API).rejectObjection, viewObjection),
		get("/v1/nodes/{id}/objections", "list-objections", "一个社区的公示收到的异议", With(model.PublishNotices), (*API).objections),

		// identity_counts.go, area_counts.go
		area("统计"),
		get("/v1/nodes/{id}/counts", "count-area", "每个社区的服务、积分、亮身份和事项，逐月", With(model.CountArea), (*API).areaCounts).limited(30).in(long),
		get("/v1/nodes/{id}/identity-counts", "count-identity", "亮身份的进度", With(model.CountMembers), (*API).identityCounts),

		// hours.go
		area("志愿服务时长"),
		get("/v1/service-kinds", "list-service-kinds", "志愿服务的类别", SignedIn, (*API).serviceKinds),
		post("/v1/hours", "file-hours", "填报自己的志愿服务", Bound, (*API).fileHours, viewHours),
		post("/v1/people/{id}/hours", "file-hours-for", "代没有手机的居民填报志愿服务", With(model.EnterHours), (*API).fileHoursFor, viewHours),
		post("/v1/hours/{id}/change", "change-hours", "确认前修改一条填报", Bound, (*API).changeHours, viewHours),
		post("/v1/hours/{id}/withdraw", "withdraw-hours", "确认前撤回一条填报", Bound, (*API).withdrawHours, viewHours),
		post("/v1/hours/{id}/confirm", "confirm-hours", "确认一条填报，志愿者得积分", With(model.ConfirmHours), (*API).confirmHours, viewHours),
		post("/v1/hours/{id}/refuse", "refuse-hours", "不通过一条填报", With(model.ConfirmHours), (*API).refuseHours, viewHours),
		post("/v1/hours/{id}/void", "void-hours", "作废不实的服务记录，冲回积分", With(model.VoidHours), (*API).voidHours, viewHours),

		// hours_list.go
		get("/v1/me/hours", "list-my-hours", "我的志愿服务", Bound, (*API).myHours),
		get("/v1/hours/to-confirm", "list-hours-to-confirm", "等我确认的填报，等得最久的在前", With(model.ConfirmHours), (*API).hoursToConfirm),
		get("/v1/nodes/{id}/hours", "list-hours", "一个地方的志愿服务", With(model.ConfirmHours), (*API).hoursAt),
		get("/v1/hours/{id}", "view-hours", "一条服务记录和它的历史", Bound, (*API).hoursRecord),

		// hours_correction.go
		post("/v1/hours/{id}/corrections", "ask-correction", "申请更正已确认的服务记录", Bound, (*API).askCorrection, viewCorrection),
		get("/v1/corrections", "list-corrections", "等我办理的更正申请", With(model.ConfirmHours), (*API).correctionsToDecide),
		post("/v1/corrections/{id}/grant", "grant-correction", "同意更正，积分按当时的规则重算", With(model.ConfirmHours), (*API).grantCorrection, viewCorrection),
		post("/v1/corrections/{id}/refuse", "refuse-correction", "不同意更正", With(model.ConfirmHours), (*API).refuseCorrection, viewCorrection),
		post("/v1/corrections/{id}/withdraw", "withdraw-correction", "撤回更正申请", Bound, (*API).withdrawCorrection, viewCorrection),

		// hours_flag.go
		get("/v1/flag-rules", "list-flag-rules", "哪些情况会提醒核对", With(model.WatchHours), (*API).flagRules),
		get("/v1/nodes/{id}/flags", "list-flags", "需要核对的服务记录", With(model.WatchHours), (*API).flags),
		post("/v1/flags/{id}/clear", "clear-flag", "填写核对的结果", With(model.WatchHours), (*API).clearFlag, viewFlag),

		// points.go
		area("积分"),
		get("/v1/me/points", "view-my-points", "我的积分、时长和积分规则", Bound, (*API).myPoints),
		get("/v1/me/points/statement", "list-my-statement", "我的积分明细", Bound, (*API).myStatement),
		get("/v1/nodes/{id}/points-rules", "list-points-rules", "一个区的积分规则", With(model.MakePointsRules), (*API).pointsRules),
		post("/v1/nodes/{id}/points-rules", "make-points-rule", "新增从以后某天开始的积分规则", With(model.MakePointsRules), (*API).makePointsRule, viewPointsRule),
		post("/v1/points-rules/{id}/withdraw", "withdraw-points-rule", "撤回还没有开始的积分规则", With(model.MakePointsRules), (*API).withdrawPointsRule, viewPointsRule),

		// binding.go
		area("绑定"),
		post("/v1/bindings", "bind-by-phone", "用手机号绑定居民身份", SignedIn, (*API).bindByPhone, viewBinding).limited(10).hourly(30).in(outside),
		post("/v1/binding-requests", "ask-chief", "手机号对不上时，向单元长申请确认", SignedIn, (*API).askChief, viewBinding).limited(10).hourly(30),
		post("/v1/binding-requests/{id}/withdraw", "withdraw-binding", "撤回自己的绑定申请", SignedIn, (*API).withdrawBinding, viewBinding),
		get("/v1/me/binding", "view-my-binding", "我的绑定办到哪一步", SignedIn, (*API).myBinding),
		post("/v1/me/unbind", "unbind", "解除自己的绑定", SignedIn, (*API).unbind, viewBinding),

		// binding_request.go
		get("/v1/binding-requests", "list-binding-requests", "等我确认的居民", With(model.ApproveBindings), (*API).bindingRequests),
		get("/v1/binding-requests/{id}", "view-binding-request", "看一份申请和名册里可能的居民", With(model.ApproveBindings), (*API).bindingRequest).hourly(300),
		post("/v1/binding-requests/{id}/approve", "approve-binding", "确认申请人是哪位居民", With(model.ApproveBindings), (*API).approveBinding, viewBinding),
		post("/v1/binding-requests/{id}/refuse", "refuse-binding", "退回申请", With(model.ApproveBindings), (*API).refuseBinding, viewBinding),
		get("/v1/rebinding-requests", "list-rebinding-requests", "等社区核实的换绑", With(model.ApproveRebinding), (*API).rebindingRequests),
		post("/v1/rebinding-requests/{id}/approve", "approve-rebinding", "同意换绑", With(model.ApproveRebinding), (*API).approveRebinding, viewBinding),
		post("/v1/rebinding-requests/{id}/refuse", "refuse-rebinding", "退回换绑", With(model.ApproveRebinding), (*API).refuseRebinding, viewBinding),
		post("/v1/people/{id}/unbind", "end-binding", "解除一位居民的绑定", With(model.ApproveRebinding), (*API).endBinding, viewBinding),

		// my_data.go
		area("我的数据"),
		get("/v1/me/data", "view-my-data", "系统里关于我的全部数据", SignedIn, (*API).myData),
		myDataFile("/v1/me/data/pdf", "download-my-data", "下载系统里关于我的全部数据（PDF）", SignedIn).limited(20),

		// rectification.go
		post("/v1/me/rectifications", "ask-rectification", "请社区改正登记的信息", Bound, (*API).askRectification, viewRectification).limited(10),
		get("/v1/me/rectifications", "list-my-rectifications", "我的改正申请和答复", Bound, (*API).myRectifications),
		post("/v1/rectifications/{id}/withdraw", "withdraw-rectification", "撤回改正申请", Bound, (*API).withdrawRectification, viewRectification),
		get("/v1/nodes/{id}/rectifications", "list-rectifications", "一个地方的改正申请", With(model.ChangePeople), (*API).rectifications),
		post("/v1/rectifications/{id}/done", "do-rectification", "答复改正申请：已经改正", With(model.ChangePeople), answerRectification(model.RectificationDone), viewListedRectification),
		post("/v1/rectifications/{id}/refuse", "refuse-rectification", "答复改正申请：不改，写明原因", With(model.ChangePeople), answerRectification(model.RectificationRefused), viewListedRectification),

		// account.go
		get("/v1/me/kept-data", "list-kept-data", "注销账号以后还会保留什么、为什么", SignedIn, (*API).keptData),
		post("/v1/me/close-account", "close-account", "注销自己的账号", SignedIn, (*API).closeAccount, viewClosedAccount),

		// people.go
		area("居民"),
		get("/v1/nodes/{id}/people", "list-people", "一个地方的居民", With(model.ListPeople), (*API).people),
		get("/v1/people/{id}", "read-person", "看一位居民的完整信息，每次都有记录", With(model.ReadWholePeople), (*API).readPerson).limited(60).hourly(300),
		post("/v1/people/search", "find-people", "按手机号或身份证号查找居民，每次都有记录", With(model.ReadWholePeople), (*API).findPeople, viewFound).limited(20).hourly(200),

		// people_change.go
		post("/v1/people/{id}/membership", "change-membership", "登记党员情况", With(model.ChangePeople), (*API).changeMembership, viewChanged),
		post("/v1/people/{id}/leave", "register-left", "登记迁出", With(model.ChangePeople), (*API).registerLeft, viewChanged),
		post("/v1/people/{id}/move", "move-person", "登记迁居", With(model.ChangePeople), (*API).movePerson, viewChanged),
		post("/v1/people/{id}/correct", "correct-person", "改正姓名、手机号、身份证号、出生日期或户籍地址", With(model.ChangePeople), (*API).correctPerson, viewChanged).limited(20).hourly(200),
		post("/v1/officers/{id}/correct", "correct-officer", "改正自己任命的人的姓名、手机号或身份证号", With(model.CorrectOfficers), (*API).correctOfficer, viewChanged).limited(20).hourly(200),

		// budget.go
		area("兑换经费"),
		post("/v1/nodes/{id}/fund", "change-fund", "区拨入或收回一年的兑换经费", With(model.ManageBudgets), (*API).changeFund, viewBudget),
		post("/v1/nodes/{id}/budget", "change-budget", "把经费分配给社区，或收回没有用的", With(model.ManageBudgets), (*API).changeBudget, viewBudget),
		get("/v1/nodes/{id}/budgets", "view-budgets", "一年的兑换经费：分配、剩余、占用、花掉", With(model.ViewBudgets), (*API).budgets),

		// reward.go
		area("兑换品"),
		get("/v1/rewards", "list-offers", "我的社区现在可以兑换什么", Bound, (*API).catalogue),
		get("/v1/people/{id}/rewards", "list-offers-for", "没有手机的居民在自己的社区可以兑换什么", With(model.RedeemForOthers), (*API).catalogueFor),
		get("/v1/rewards/{id}", "view-offer", "看一件兑换品", Bound, (*API).offer),
		get("/v1/nodes/{id}/rewards", "list-rewards", "社区的兑换品和库存", With(model.ManageRewards), (*API).rewards),
		post("/v1/nodes/{id}/rewards", "make-reward", "发布兑换品", With(model.ManageRewards), (*API).makeReward, viewReward),
		post("/v1/rewards/{id}/change", "change-reward", "修改兑换品；已经兑换的不受影响", With(model.ManageRewards), (*API).changeReward, viewReward),
		post("/v1/rewards/{id}/withdraw", "withdraw-reward", "下架兑换品", With(model.ManageRewards), (*API).withdrawReward, viewReward),
		post("/v1/rewards/{id}/offer", "offer-reward", "重新上架兑换品", With(model.ManageRewards), (*API).offerReward, viewReward),
		post("/v1/rewards/{id}/stock", "change-stock", "补货，或减少库存", With(model.ManageRewards), (*API).changeStock, viewReward),

		// redemption.go
		area("兑换"),
		post("/v1/redemptions", "redeem", "用志愿积分兑换", Bound, (*API).redeem, viewRedemption),
		post("/v1/people/{id}/redemptions", "redeem-for", "为没有手机的居民代办兑换", With(model.RedeemForOthers), (*API).redeemFor, viewRedemption),
		get("/v1/redemptions/mine", "list-my-redemptions", "我的兑换和领取码", Bound, (*API).myRedemptions),
		get("/v1/redemptions/{id}", "view-redemption", "看一次兑换", Bound, (*API).redemption),
		post("/v1/redemptions/{id}/cancel", "cancel-redemption", "取消自己的兑换，退回积分", Bound, (*API).cancelRedemption, viewListedRedemption),
		post("/v1/redemptions/{id}/call-off", "call-off-redemption", "社区取消一次兑换，退回积分", With(model.PickUp), (*API).callOffRedemption, viewListedRedemption),
		post("/v1/nodes/{id}/pick-ups", "hand-out", "核对领取码，发放兑换品", With(model.PickUp), (*API).handOut, viewListedRedemption).limited(30),
		get("/v1/nodes/{id}/redemptions", "list-redemptions", "社区的兑换", With(model.PickUp), (*API).redemptions),

		// expiry.go
		area("积分过期"),
		get("/v1/expiry-policies/mine", "list-my-expiries", "我的积分什么时候过期", Bound, (*API).myExpiries),
		post("/v1/nodes/{id}/expiry-policies", "announce-expiry", "公告积分过期", With(model.ManageExpiry), (*API).announceExpiry, viewExpiry),
		get("/v1/nodes/{id}/expiry-policies", "list-expiries", "积分过期的公告", With(model.ManageExpiry), (*API).expiries),
		post("/v1/expiry-policies/{id}/revoke", "revoke-expiry", "生效前撤回积分过期的公告", With(model.ManageExpiry), (*API).revokeExpiry, viewExpiry),

		// division.go
		area("区划"),
		post("/v1/divisions/import", "import-divisions", "导入区划文件", With(model.ManageDivisions), (*API).importDivisions, viewDivisionReport).taking(divisionBytes),

		// org.go
		area("网格、楼栋、单元"),
		get("/v1/nodes", "list-roots", "最上一级的区划", SignedIn, (*API).roots),
		get("/v1/nodes/{id}", "view-node", "看一个网格、单元或区划", SignedIn, (*API).nodeCard),
		get("/v1/nodes/{id}/children", "list-children", "直接下级", SignedIn, (*API).children),
		get("/v1/nodes/{id}/find", "find-nodes", "按名称查找下面的网格、楼栋、单元", SignedIn, (*API).findNodes).limited(60).in(long),
		get("/v1/nodes/{id}/history", "list-node-history", "调整的历史", With(model.ManageGrids), (*API).nodeHistory),
		post("/v1/nodes", "add-node", "新建网格、楼栋或单元", With(model.ManageGrids), (*API).addNode, viewOrgNode),
		post("/v1/nodes/{id}/rename", "rename-node", "给网格、楼栋或单元改名", With(model.ManageGrids), (*API).renameNode, viewOrgNode),
		post("/v1/nodes/{id}/move", "move-node", "把楼栋或单元移到另一个网格", With(model.ManageGrids), (*API).moveNode, viewOrgNode),
		post("/v1/nodes/{id}/close", "close-node", "撤销空的网格、楼栋或单元", With(model.ManageGrids), (*API).closeNode, viewOrgNode),

		// grid.go
		post("/v1/nodes/{id}/split", "split-grid", "拆分网格", With(model.ManageGrids), (*API).splitGrid, viewGrids),
		post("/v1/grids/merge", "merge-grids", "合并网格", With(model.ManageGrids), (*API).mergeGrids, viewOrgNode),

		// household.go
		area("住户"),
		get("/v1/nodes/{id}/households", "list-households", "单元里的住户", With(model.CountMembers), (*API).households),
		post("/v1/nodes/{id}/households", "add-household", "添加住户", With(model.ChangePeople), (*API).addHousehold, viewHousehold),

		// party.go
		area("党组织"),
		get("/v1/nodes/{id}/party-orgs", "list-party-orgs", "下属的党组织", With(model.CountMembers), (*API).partyOrgs),
		get("/v1/nodes/{id}/party-orgs/count", "count-party-orgs", "下属的党组织各有几个", With(model.CountMembers), (*API).countPartyOrgs),
		post("/v1/nodes/{id}/party-orgs", "found-party-org", "成立党组织", With(model.ManagePartyOrgs), (*API).foundPartyOrg, viewPartyOrg),
		post("/v1/party-orgs/{id}/rename", "rename-party-org", "给党组织改名", With(model.ManagePartyOrgs), (*API).renamePartyOrg, viewPartyOrg),
		post("/v1/party-orgs/{id}/dissolve", "dissolve-party-org", "撤销党组织", With(model.ManagePartyOrgs), (*API).dissolvePartyOrg, viewPartyOrg),

		// role.go
		area("任职"),
		post("/v1/roles", "appoint", "任命", With(model.AppointOfficers), (*API).appoint, viewRole).limited(30).hourly(200),
		post("/v1/roles/{id}/end", "end-role", "结束任职：由能任命的人办理，本人也可以辞去", Bound, (*API).endRole, viewRole),
		get("/v1/nodes/{id}/roles", "list-roles", "在这里任职的人", With(model.AppointOfficers), (*API).rolesAt),
		get("/v1/me/roles", "list-own-roles", "我的任职", Bound, (*API).ownRoles),

		// file.go
		area("照片"),
		post("/v1/files", "upload-photo", "上传一张照片，之后填到记录里", Bound, (*API).uploadPhoto, viewPhoto).
			taking(photoBytes).limited(60).streaming(fileForm("JPEG 或 PNG 照片，最大 10 MB、5000 万像素；一次一张")),
		get("/v1/files/{id}", "view-photo", "看自己上传的一张照片", Bound, (*API).ownPhoto),
		picture("/v1/photos/{link}", "load-picture", "按链接看照片", Anyone).limited(6000).in(pictures),
		get("/v1/nodes/{id}/photo-reviews", "list-photo-reviews", "等待人工审核的照片", With(model.ReviewPhotos), (*API).photoReviews),
		post("/v1/files/{id}/pass", "pass-photo", "照片通过审核", With(model.ReviewPhotos), (*API).passPhoto, viewPhoto),
		post("/v1/files/{id}/reject", "reject-photo", "照片不通过审核", With(model.ReviewPhotos), (*API).rejectPhoto, viewPhoto),

		// import.go
		area("导入"),
		downloadTable("/v1/imports/templates/{kind}", "download-import-template", "下载导入模板", With(model.ImportRoster), service.XLSX, (*API).importTemplate),
		post("/v1/nodes/{id}/imports", "hand-in-import", "上传表格导入", With(model.ImportRoster), (*API).handIn, viewImport).
			taking(importBytes).limited(20).hourly(60).receiving(fileForm("Excel（.xlsx）或 CSV 表格，最大 10 MB、50000 行")),
		get("/v1/nodes/{id}/imports", "list-imports", "导入记录", With(model.ImportRoster), (*API).listImports),
		get("/v1/imports/{id}", "view-import", "看导入的进度和结果", With(model.ImportRoster), (*API).viewImport),
		post("/v1/imports/{id}/cancel", "cancel-import", "取消导入", With(model.ImportRoster), (*API).cancelImport, viewImport),
		get("/v1/imports/{id}/faults", "list-import-faults", "看表格里要改正的地方", With(model.ImportRoster), (*API).listImportFaults),
		downloadTable("/v1/imports/{id}/faults.xlsx", "download-import-faults", "下载错误清单（Excel）", With(model.ImportRoster), service.XLSX, importFaultTable(service.XLSX)),
		downloadTable("/v1/imports/{id}/faults.csv", "download-import-faults-csv", "下载错误清单（CSV）", With(model.ImportRoster), service.CSV, importFaultTable(service.CSV)),

		// association.go
		area("联谊会"),
		post("/v1/nodes/{id}/associations", "found-association", "成立联谊会", With(model.ManageAssociations), (*API).foundAssociation, viewAssociation),
		get("/v1/nodes/{id}/associations", "list-associations", "一个地方的联谊会", Bound, (*API).associations),
		get("/v1/associations/mine", "list-my-associations", "我负责的联谊会", Bound, (*API).myAssociations),
		post("/v1/associations/{id}/hand-over", "hand-over-association", "换联谊会的负责人", With(model.ManageAssociations), (*API).handOverAssociation, viewAssociation),
		post("/v1/associations/{id}/end", "end-association", "解散联谊会", With(model.ManageAssociations), (*API).endAssociation, viewAssociation),

		// activity.go
		area("活动"),
		get("/v1/associations/{id}/activities", "list-association-activities", "联谊会的活动", Bound, (*API).associationActivities),
		get("/v1/activities", "list-upcoming-activities", "我所在的地方将有的活动", Bound, (*API).upcomingActivities),
		get("/v1/activities/{id}", "view-activity", "看一个活动", Anyone, (*API).activity),
		get("/v1/nodes/{id}/activities", "list-activities", "一个地方的活动", With(model.MakeActivities), (*API).activities),
		post("/v1/nodes/{id}/activities", "make-activity", "发起活动", Bound, (*API).makeActivity, viewChangedActivity),
		post("/v1/activities/{id}/change", "change-activity", "调整活动", Bound, (*API).changeActivity, viewChangedActivity),
		post("/v1/activities/{id}/cancel", "cancel-activity", "取消活动", Bound, (*API).cancelActivity, viewChangedActivity),

		// activity_sign_up.go
		post("/v1/activities/{id}/sign-up", "sign-up", "报名；名额满了就候补", Bound, (*API).signUp, viewSignedUp),
		post("/v1/activities/{id}/sign-off", "sign-off", "退出活动或候补", Bound, (*API).signOff, viewSignedUp),
		get("/v1/activities/mine", "list-my-sign-ups", "我报过名的活动", Bound, (*API).mySignUps),
		get("/v1/activities/{id}/sign-ups", "list-sign-ups", "活动的报名和签到名单", Bound, (*API).signUps),
		post("/v1/activities/{id}/people/{person_id}/sign-up", "sign-up-for", "替没有手机的居民报名", With(model.ListPeople), (*API).signUpFor, viewSignedUp),
		post("/v1/activities/{id}/people/{person_id}/sign-off", "sign-off-for", "替没有手机的居民退出", With(model.ListPeople), (*API).signOffFor, viewSignedUp),

		// activity_attend.go
		get("/v1/activities/{id}/check-in-code", "view-check-in-code", "组织者屏幕上的签到码、签退码", Bound, (*API).checkInCode),
		post("/v1/activities/{id}/check-in", "check-in-at-activity", "扫码签到", Bound, (*API).checkInAt, viewAttending).limited(20),
		post("/v1/activities/{id}/check-out", "check-out-of-activity", "扫码签退", Bound, (*API).checkOutOf, viewAttending).limited(20),
		post("/v1/activities/{id}/people/{person_id}/check-in", "check-in-by-hand", "组织者替没有手机的人签到", Bound, (*API).checkInByHand, viewAttending),
		post("/v1/activities/{id}/people/{person_id}/check-out", "check-out-by-hand", "组织者替没有手机的人签退", Bound, (*API).checkOutByHand, viewAttending),
		post("/v1/activities/{id}/people/{person_id}/void-attendance", "void-attendance", "组织者作废一个人的签到", Bound, (*API).voidAttendance, viewAttending),
		post("/v1/activities/{id}/settle", "settle-attendance", "补上没有签退的人离开的时间", Bound, (*API).settleAttendance, viewSettled),
		post("/v1/activities/{id}/confirm", "confirm-activity", "确认活动里所有人的时长", Bound, (*API).confirmActivity, viewConfirmedActivity),
	}
	all = append(all, matterRoutes()...)
	all = append(all, guardianRoutes()...)
	if a.Demo {
		// persona.go
		all = append(all, area("演示"), get("/demo/personas", "list-personas", "演示里可以成为的人", Anyone, (*API).personas))
	}
	return grouped(all)
}
