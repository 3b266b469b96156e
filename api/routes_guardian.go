package api

import "danyuan/model"

// guardianRoutes is the part of the route table about those under 14 and their guardians.
func guardianRoutes() []route {
	return []route{
		// guardian.go
		area("未满14周岁的孩子"),
		get("/v1/me/children", "list-my-children", "我的孩子，我作为监护人的同意", Bound, (*API).myChildren),
		post("/v1/guardianships", "ask-for-child", "申请登记为自己孩子的监护人，并同意规则", Bound, (*API).askForChild, viewGuardianship).limited(10).hourly(30),
		post("/v1/guardianships/{id}/agree", "agree-for-child", "监护人同意未满14周岁孩子的个人信息处理规则", Bound, (*API).agreeForChild, viewGuardianship),
		post("/v1/guardianships/{id}/withdraw", "withdraw-for-child", "监护人撤回同意，立即生效", Bound, (*API).withdrawForChild, viewGuardianship),
		get("/v1/children/{id}/data", "view-child-data", "系统里关于孩子的全部数据，每次都有记录", Bound, (*API).childData).limited(20).hourly(60),
		childDataFile("/v1/children/{id}/data/pdf", "download-child-data", "下载系统里关于孩子的全部数据（PDF），每次都有记录", Bound).limited(20).hourly(60),
		get("/v1/children/{id}/record", "view-child-record", "孩子的志愿服务记录，每次都有记录", Bound, (*API).childRecord).limited(20).hourly(60),
		post("/v1/children/{id}/erase", "erase-child", "删除孩子的信息：撤回同意，注销孩子的账号", Bound, (*API).eraseChild, viewErasedChild),

		// guardian_office.go
		get("/v1/nodes/{id}/guardianships", "list-guardianships", "一个地方的孩子和监护人", With(model.ChangePeople), (*API).guardianships),
		post("/v1/people/{id}/guardians", "name-guardian", "登记孩子的监护人，请监护人决定是否同意", With(model.ChangePeople), (*API).nameGuardian, viewGuardianship),
		post("/v1/guardianships/{id}/confirm", "confirm-guardian", "核实申请人是孩子的监护人", With(model.ChangePeople), (*API).confirmGuardian, viewGuardianship),
		post("/v1/guardianships/{id}/end", "end-guardianship", "结束监护登记，或不予登记", With(model.ChangePeople), (*API).endGuardianship, viewGuardianship),
	}
}
