package api_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// moving gives a person with an account, a stranger who asks to be them, and the request's id.
func moving(k *edge.Kit, o testkit.Org) (p model.Person, old, fresh, request string) {
	k.Helper()
	p = k.Person(o.Unit, "李小梅", testkit.Phone("13900000001"))
	old, fresh = k.SignIn(p), k.Stranger("new-phone")
	var v struct {
		ID string `json:"request_id"`
	}
	k.Post(fresh, "/v1/bindings", proof("13900000001")).Expect(200).Has(`"pending"`, `"wait_for_community"`).Into(&v)
	return p, old, fresh, v.ID
}

func TestRebind_theCommunityMovesThePersonAndTheOldAccountIsNobodysAtOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	staff, staffToken := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	chief, chiefToken := k.Officer(model.UnitChief, o.Unit, "王建国")
	p, old, fresh, request := moving(k, o)
	s2, other := k.Replica()
	k.Do(other, old, http.MethodGet, "/v1/me", nil).Expect(200).Has(`"bound":true`)
	if len(notices(k, p)) != 1 || len(notices(k, staff)) != 1 || len(notices(k, chief)) != 0 {
		t.Fatalf("%v, %v, %v", notices(k, p), notices(k, staff), notices(k, chief))
	}
	k.Get(fresh, "/v1/me").Expect(200).Has(`"bound":false`)
	k.Get(staffToken, "/v1/rebinding-requests").Expect(200).Has("李小梅", "139****0001").HasNot("13900000001")
	k.Get(chiefToken, "/v1/binding-requests").Expect(200).Has(`"items":[]`)
	k.Get(chiefToken, "/v1/units/"+k.Code(o.Unit)).Expect(200).Has(`"pending_bindings":0`) // none that the chief decides

	k.Post(staffToken, "/v1/rebinding-requests/"+request+"/approve", nil).Expect(200).Has(`"active"`)
	k.Get(old, "/v1/me").Expect(200).Has(`"bound":false`).HasNot("李小梅")
	k.Get(old, "/v1/me/binding").Expect(200).Has(`"ended"`, "换绑")
	k.Get(fresh, "/v1/me").Expect(200).Has(`"bound":true`, "李小梅")
	if err := s2.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(other, old, http.MethodGet, "/v1/me", nil).Expect(200).Has(`"bound":false`)
	if len(notices(k, p)) != 2 {
		t.Fatal(notices(k, p))
	}
	k.Post(staffToken, "/v1/rebinding-requests/"+request+"/approve", nil).Refused(409, "binding.request_decided")
	k.Get(fresh, "/v1/me/consents").Expect(200).HasNot("withdrawn_at")
}

func TestRebind_isForTheCommunityOfThePersonOnly(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, _, _, request := moving(k, o)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	path := "/v1/rebinding-requests/" + request
	k.Post(chief, path+"/approve", nil).Refused(403, "role.not_allowed")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Refused(409, "binding.request_decided")
	k.Post(foreign, path+"/approve", nil).Refused(404, "binding.request_not_found")
	k.Post(foreign, path+"/refuse", map[string]any{"reason": "不行"}).Refused(404, "binding.request_not_found")
	k.Get(foreign, "/v1/rebinding-requests").Expect(200).Has(`"items":[]`)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	plain := askedChief(k, k.Stranger("plain"), k.Code(o.Unit), "钱多多", "501", "13900000009")
	k.Post(staff, "/v1/rebinding-requests/"+plain+"/approve", nil).Refused(404, "binding.request_not_found")
	k.Post(staff, path+"/refuse", map[string]any{"reason": "请本人到社区办理"}).Expect(200).Has(`"refused"`)
}

func TestRebind_nobodyApprovesTheirOwn(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Community, "赵社工", testkit.Phone("13900000001"))
	k.Appoint(p, model.CommunityStaff, o.Community)
	token := k.SignIn(p)
	var v struct {
		ID string `json:"request_id"`
	}
	k.Post(k.Stranger("second-phone"), "/v1/bindings", proof("13900000001")).Expect(200).Into(&v)
	k.Post(token, "/v1/rebinding-requests/"+v.ID+"/approve", nil).Refused(409, "binding.own_request")
	_, colleague := k.Officer(model.CommunityStaff, o.Community, "钱社工")
	k.Post(colleague, "/v1/rebinding-requests/"+v.ID+"/approve", nil).Expect(200)
	k.Get(token, "/v1/rebinding-requests").Refused(403, "binding.required")
}

func TestRebind_aChiefsChoiceOfSomebodyWithAnAccountGoesOnToTheCommunity(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	k.SignIn(p)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	user := k.Stranger("mei")
	request := askedChief(k, user, k.Code(o.Unit), "李小梅", "301", "13900000001")
	k.Get(chief, "/v1/binding-requests/"+request).Expect(200).Has(`"bound":true`)
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Expect(200).Has(`"pending"`, `"wait_for_community"`)
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"wait_for_community"`)
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Refused(409, "binding.request_decided")
	k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Expect(200).Has(`"active"`)
	k.Get(user, "/v1/me").Expect(200).Has("李小梅")
}

func TestRebind_staffWhoRecogniseSomebodyWithAnAccountMoveThemAtOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	old := k.SignIn(p)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	user := k.Stranger("mei")
	request := askedChief(k, user, k.Code(o.Unit), "李小梅", "301", "13900000001")
	k.Post(staff, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Expect(200).Has(`"active"`)
	k.Get(old, "/v1/me").Expect(200).Has(`"bound":false`)
	k.Get(user, "/v1/me").Expect(200).Has("李小梅")
}

func TestRebind_followsAPersonWhoMovesAndStopsWhenTheyLeave(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, admin := k.Officer(model.CommunitySecretary, o.Community, "书记")
	p, _, _, request := moving(k, o)
	k.Post(admin, "/v1/people/"+id(p.ID)+"/move", map[string]any{"unit_id": id(o.FarUnit.ID), "room": "201", "reason": "换房"}).Expect(200)
	k.Get(admin, "/v1/rebinding-requests").Expect(200).Has(`"id":"` + id(o.FarUnit.ID) + `"`)
	k.Post(admin, "/v1/people/"+id(p.ID)+"/leave", map[string]any{"reason": "搬走"}).Expect(200)
	k.Post(admin, "/v1/rebinding-requests/"+request+"/approve", nil).Refused(409, "binding.person_left")
}

func TestEndBinding_theCommunityEndsItForAReasonThatTheUserReads(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	token := k.SignIn(p)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	path, reason := "/v1/people/"+strconv.FormatInt(p.ID, 10)+"/unbind", map[string]any{"reason": "手机遗失,本人要求"}
	k.Post(foreign, path, reason).Refused(404, "person.not_found")
	k.Post(chief, path, reason).Refused(403, "role.not_allowed")
	k.Post(staff, path, map[string]any{"reason": "\u202e"}).Refused(422, "text.forbidden_characters")
	k.Post(staff, path, reason).Expect(200)
	k.Get(token, "/v1/me").Expect(200).Has(`"bound":false`)
	k.Get(token, "/v1/me/binding").Expect(200).Has("手机遗失")
	k.Post(staff, path, reason).Refused(409, "binding.not_bound")
}

func TestRebindRace_approvedTwiceHappensOnce(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, _, fresh, request := moving(k, o)
	statuses := make([]int, 4)
	k.Race(4, func(i int) { statuses[i] = k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Status })
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409, 409, 409}) {
		t.Fatal(statuses)
	}
	k.Get(fresh, "/v1/me").Expect(200).Has("李小梅")
}

func TestRebindRace_withTheOldAccountUnbindingNothingIsLost(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	_, old, fresh, request := moving(k, o)
	var approved int
	k.Race(2, func(i int) {
		if i == 0 {
			approved = k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Status
			return
		}
		k.Post(old, "/v1/me/unbind", nil)
	})
	if approved != 200 {
		t.Fatal(approved)
	}
	k.Get(fresh, "/v1/me").Expect(200).Has("李小梅")
	k.Get(old, "/v1/me").Expect(200).Has(`"bound":false`)
}

// TestRebind_onAProofThatHoldsNoMoreIsRefusedInWords: the number was all that spoke for who asks, and it was wrong.
func TestRebind_onAProofThatHoldsNoMoreIsRefusedInWords(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p, old, fresh, request := moving(k, o)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("name", "李晓梅")).Expect(200)
	k.Get(fresh, "/v1/me/binding").Expect(200).Has(`"wait_for_community"`)
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("phone", "13900000007")).Expect(200)
	k.Get(fresh, "/v1/me/binding").Expect(200).Has(`"refused"`, "登记的手机号已经改了", `"prove_phone"`)
	k.Get(staff, "/v1/rebinding-requests").Expect(200).Has(`"items":[]`)
	k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Refused(409, "binding.request_decided")
	k.Get(old, "/v1/me").Expect(200).Has(`"bound":true`, "李晓梅")
	k.Get(fresh, "/v1/me/consents").Expect(200).Has("withdrawn_at")
	k.Post(fresh, "/v1/bindings", proof("13900000007")).Expect(200).Has(`"wait_for_community"`)
}

func TestRebind_whomAChiefHasRecognisedWaitsOnWhenTheNumberChanges(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", testkit.Phone("13900000008"))
	k.SignIn(p)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	user := k.Stranger("mei")
	request := askedChief(k, user, k.Code(o.Unit), "李小梅", "301", "13900000001")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Expect(200).Has(`"wait_for_community"`)
	k.Post(staff, path("/v1/people/%d/correct", p.ID), correction("phone", "13900000007")).Expect(200)
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"wait_for_community"`)
	k.Post(staff, "/v1/rebinding-requests/"+request+"/approve", nil).Expect(200).Has(`"active"`)
}
