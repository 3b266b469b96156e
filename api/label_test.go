package api_test

import (
	"strings"
	"testing"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// What is wrong with a field is said in the words of the form that a person fills in.
func TestProblem_namesFieldsInChinese(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	who := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	token := k.SignIn(who)
	_, secretary := k.Officer(model.CommunitySecretary, o.Community, "孙书记")
	k.Post(token, "/v1/check-ins", body{"community_code": "7K2M9QX4T1AB"}).Refused(422, "http.invalid").Has("缺少“工作单位的全称”，请填写").HasNot("缺少 work_unit")
	k.Post(token, "/v1/displays", form(map[string]any{"name_form": "loud"})).Refused(422, "http.invalid").Has("“", "”只能是：surname、full")
	k.Post(secretary, nodePath(o.Grid, "/split"), body{"reason": "太大", "parts": []body{{"name": "东片"}, {"child_ids": []string{"1"}}}}).Refused(422, "http.invalid").HasNot("缺少 name", "缺少 child_ids")
	k.Get(secretary, nodePath(o.Unit, "/plaques?state=nonsense")).Refused(422, "http.invalid").Has("”只能是：applied、approved")
	k.Post(token, "/v1/check-ins", body{"community_code": "7K2M9QX4T1AB", "work_unit": ""}).Refused(422, "http.invalid").Has("“工作单位的全称”太短")
	if a := k.Post("", "/v1/login", body{"code": "不 对"}).Refused(422, "http.invalid"); !strings.Contains(string(a.Body), "应为：wx.login 给的 code") {
		t.Errorf("%s", a.Body)
	}
}
