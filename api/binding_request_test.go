package api_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

func TestApprove_theChiefChoosesAPersonOfTheUnit(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	chief, chiefToken := k.Officer(model.UnitChief, o.Unit, "王建国")
	staff, _ := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	stranger := k.Person(o.Unit, "张三")
	p := k.Person(o.Unit, "李小梅")
	user := k.Stranger("mei")
	request := askedChief(k, user, code, "李小梅", "9-99", "13900000001")
	for _, decider := range []model.Person{chief, staff} {
		if got := notices(k, decider); len(got) != 1 || !strings.Contains(got[0], "李**") || strings.Contains(got[0], "李小梅") {
			t.Fatalf("notices of %s: %v", decider.Name, got)
		}
	}
	k.Get(chiefToken, "/v1/units/"+code).Expect(200).Has(`"pending_bindings":1`)

	k.Get(chiefToken, "/v1/binding-requests").Expect(200).Has("李小梅", "9-99", "139****0001").HasNot("13900000001")
	a := k.Get(chiefToken, "/v1/binding-requests/"+request).Expect(200).HasNot("13900000001")
	var v struct {
		Candidates []struct {
			ID       string `json:"person_id"`
			SameName bool   `json:"same_name"`
		}
	}
	a.Into(&v)
	if len(v.Candidates) != 3 || v.Candidates[0].ID != id(p.ID) || !v.Candidates[0].SameName || v.Candidates[2].ID != id(stranger.ID) {
		t.Fatalf("%s", a.Body)
	}
	if n := audits(k, "binding.read"); n != 2 {
		t.Fatalf("%d readings in the audit log", n)
	}

	k.Post(chiefToken, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Expect(200).Has(`"active"`)
	k.Get(user, "/v1/me").Expect(200).Has(`"bound":true`, "李小梅")
	k.Get(chiefToken, "/v1/units/"+code).Expect(200).Has(`"pending_bindings":0`)
	k.Get(user, "/v1/me/data").Expect(200).Has(`"phone":"13900000001"`) // the roster lacked it
	k.Post(chiefToken, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Refused(409, "binding.request_decided")
	k.Get(chiefToken, "/v1/binding-requests/"+request).Refused(409, "binding.request_decided")
	k.Get(chiefToken, "/v1/binding-requests").Expect(200).Has(`"items":[]`)
}

func TestApprove_underAKeyThatWasUsedTheKeyComesFirst(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	p := k.Person(o.Unit, "李小梅")
	approve := "/v1/binding-requests/" + askedChief(k, k.Stranger("mei"), k.Code(o.Unit), "李小梅", "102", "13900000001") + "/approve"
	k.Post(chief, approve, body{}).Refused(422, "binding.person_choice")
	first := k.Post(chief, approve, body{"person_id": idText(p.ID)}, "Idempotency-Key", "approve-1").Expect(200)
	again := k.Post(chief, approve, body{"person_id": idText(p.ID)}, "Idempotency-Key", "approve-1").Expect(200)
	if string(again.Body) != string(first.Body) {
		t.Fatalf("%s, then %s", first.Body, again.Body)
	}
	k.Post(chief, approve, body{"person_id": idText(p.ID), "new_person": true}, "Idempotency-Key", "approve-1").Refused(409, "idempotency.key_reused")
}

func TestApprove_newPersonEntersTheRosterInTheRoomNamed(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国") // their household is room 101
	k.Person(o.Unit, "李小梅")                               // 102
	request := askedChief(k, k.Stranger("mei"), code, "李小梅", "102室", "13900000001")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Refused(409, "binding.person_listed")
	k.Post(chief, "/v1/binding-requests/"+request+"/refuse", map[string]any{"reason": "请用本人的微信"}).Expect(200)

	child := k.Stranger("child")
	request = askedChief(k, child, code, "李小小", "102室", "13900000002")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Expect(200).Has(`"active"`)
	k.Get(child, "/v1/me/data").Expect(200).Has(`"name":"李小小"`, `"room":"102"`, `"phone":"13900000002"`, `"membership":"none"`)

	newcomer := k.Stranger("newcomer")
	request = askedChief(k, newcomer, code, "钱多多", "501", "13900000003")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Expect(200)
	k.Get(newcomer, "/v1/me/data").Expect(200).Has(`"room":"501"`)
}

func TestApprove_isForApproversInScopeOnly(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	request := askedChief(k, k.Stranger("mei"), k.Code(o.Unit), "李小梅", "301", "13900000001")
	path := "/v1/binding-requests/" + request
	body := map[string]any{"person_id": id(p.ID)}
	reason := map[string]any{"reason": "不是"}
	resident := k.SignIn(p)
	_, nextDoor := k.Officer(model.UnitChief, o.NextDoor, "钱单元")
	_, foreign := k.Officer(model.CommunityStaff, o.OtherCommunity, "孙社工")
	_, gridChief := k.Officer(model.GridChief, o.Grid, "周网格")
	for _, wrong := range []struct {
		token  string
		status int
		code   string
	}{
		{"", 401, "session.required"}, {k.Stranger("nobody"), 403, "binding.required"}, {resident, 403, "role.not_allowed"},
		{gridChief, 403, "role.not_allowed"}, {nextDoor, 404, "binding.request_not_found"}, {foreign, 404, "binding.request_not_found"},
	} {
		k.Get(wrong.token, path).Refused(wrong.status, wrong.code)
		k.Post(wrong.token, path+"/approve", body).Refused(wrong.status, wrong.code)
		k.Post(wrong.token, path+"/refuse", reason).Refused(wrong.status, wrong.code)
		if wrong.status == 404 {
			k.Get(wrong.token, "/v1/binding-requests").Expect(200).Has(`"items":[]`)
			k.Get(wrong.token, "/v1/binding-requests/999999").Refused(404, "binding.request_not_found")
		}
	}
}

func TestApprove_asksForOnePersonOfThisUnit(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	chiefPerson, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	elsewhere := k.Person(o.NextDoor, "李小梅")
	request := askedChief(k, k.Stranger("mei"), k.Code(o.Unit), "李小梅", "301", "13900000001")
	path := "/v1/binding-requests/" + request + "/approve"
	k.Post(chief, path, map[string]any{}).Refused(422, "binding.person_choice")
	k.Post(chief, path, map[string]any{"person_id": id(elsewhere.ID), "new_person": true}).Refused(422, "binding.person_choice")
	k.Post(chief, path, map[string]any{"person_id": id(elsewhere.ID)}).Refused(404, "person.not_found")
	k.Post(chief, path, map[string]any{"person_id": "999999"}).Refused(404, "person.not_found")
	k.Post(chief, path, map[string]any{"person_id": id(chiefPerson.ID)}).Refused(409, "binding.own_request")
	k.Post(chief, path, map[string]any{"person_id": 1}).Refused(422, "http.invalid")
}

func TestApprove_nobodyIsEnteredIntoAUnitThatIsNoMore(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	user := k.Stranger("mei")
	request := askedChief(k, user, k.Code(o.Unit), "李小梅", "301", "13900000001")
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Node{}).Where("id = ?", o.Unit.ID).Updates(map[string]any{"state": model.NodeMerged, "ended_at": k.Clock.Now()}).Error
	})
	k.Post(staff, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Refused(409, "node.ended")
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"pending"`)
}

func TestRefuse_theUserReadsWhyAndMayBeginAgain(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	user := k.Stranger("mei")
	request := askedChief(k, user, code, "李小梅", "301", "13900000001")
	k.Post(chief, "/v1/binding-requests/"+request+"/refuse", map[string]any{"reason": " "}).Refused(422, "text.empty")
	k.Post(chief, "/v1/binding-requests/"+request+"/refuse", map[string]any{"reason": "三楼没有这一户"}).Expect(200)
	k.Get(user, "/v1/me/binding").Expect(200).Has(`"refused"`, "三楼没有这一户", `"prove_phone"`)
	k.Post(chief, "/v1/binding-requests/"+request+"/refuse", map[string]any{"reason": "又一次"}).Refused(409, "binding.request_decided")
	k.Post(user, "/v1/binding-requests/"+request+"/withdraw", nil).Refused(409, "binding.request_decided")
	askedChief(k, user, code, "李小梅", "302", "13900000001")
}

func TestApproveRace_onceOnly(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	request := askedChief(k, k.Stranger("mei"), k.Code(o.Unit), "李小梅", "301", "13900000001")
	statuses := make([]int, 4)
	k.Race(4, func(i int) {
		statuses[i] = k.Post([]string{chief, staff}[i%2], "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Status
	})
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409, 409, 409}) || audits(k, "binding.bind") != 1 {
		t.Fatal(statuses)
	}
}

func TestApproveRace_withWithdrawalOneOfThemHappens(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	user := k.Stranger("mei")
	request := askedChief(k, user, k.Code(o.Unit), "李小梅", "301", "13900000001")
	var approved, withdrawn int
	k.Race(2, func(i int) {
		if i == 0 {
			approved = k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"person_id": id(p.ID)}).Status
			return
		}
		withdrawn = k.Post(user, "/v1/binding-requests/"+request+"/withdraw", nil).Status
	})
	if approved+withdrawn != 200+409 {
		t.Fatalf("approve %d, withdraw %d", approved, withdrawn)
	}
	k.Get(user, "/v1/me").Expect(200).Has(fmt.Sprintf(`"bound":%t`, approved == 200))
}

func TestApproveRace_twoClaimsToOnePersonOneAccount(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "李小梅")
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	users := []string{k.Stranger("a"), k.Stranger("b")}
	requests := []string{askedChief(k, users[0], code, "李小梅", "301", "13900000001"), askedChief(k, users[1], code, "李小梅", "301", "13900000002")}
	bodies := make([]string, 2)
	k.Race(2, func(i int) {
		bodies[i] = string(k.Post(chief, "/v1/binding-requests/"+requests[i]+"/approve", map[string]any{"person_id": id(p.ID)}).Body)
	})
	if got := strings.Join(bodies, ""); strings.Count(got, `"active"`) != 1 || strings.Count(got, `"wait_for_community"`) != 1 {
		t.Fatal(bodies)
	}
}

func TestBindingRequests_pageOldestFirst(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	for i := range 3 {
		askedChief(k, k.Stranger(fmt.Sprint("user", i)), code, fmt.Sprint("申请人", i), "301", "1390000000"+strconv.Itoa(i))
	}
	var page struct{ Next string }
	k.Get(chief, "/v1/binding-requests?limit=2").Expect(200).Has("申请人0", "申请人1").HasNot("申请人2").Into(&page)
	k.Get(chief, "/v1/binding-requests?limit=2&cursor="+page.Next).Expect(200).Has("申请人2").HasNot("申请人1", "next")
	k.Get(chief, "/v1/binding-requests?cursor=!!!").Refused(422, "cursor.invalid")
	k.Get(chief, "/v1/binding-requests?limit=1000").Refused(422, "http.invalid")
	if n := audits(k, "binding.read"); n != 3 {
		t.Fatalf("%d readings in the audit log, want one for each request shown", n)
	}
}

func TestBinding_nothingPersonalIsInTheAuditLogOrTheQueue(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, chief := k.Officer(model.UnitChief, o.Unit, "王建国")
	request := askedChief(k, k.Stranger("mei"), k.Code(o.Unit), "李小梅", "301", "13900000001")
	k.Post(chief, "/v1/binding-requests/"+request+"/approve", map[string]any{"new_person": true}).Expect(200)
	k.Tx(func(tx *gorm.DB) error {
		var details []string
		if err := tx.Model(&model.Audit{}).Pluck("detail", &details).Error; err != nil {
			return err
		}
		for _, d := range details {
			if strings.Contains(d, "李") || strings.Contains(d, "139") || strings.Contains(d, "301") {
				t.Errorf("audit detail %q", d)
			}
		}
		return nil
	})
}
