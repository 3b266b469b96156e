package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// ward is a crew with a grid chief, and what a reported matter shows.
type ward struct {
	*crew
	gridChiefWho  model.Person
	gridChief     string
	nextDoorChief string
	nextDoorWho   model.Person
	neighbour     string // of the next unit, same grid
}

func newWard(t *testing.T) *ward {
	w := &ward{crew: newCrew(t)}
	w.gridChiefWho, w.gridChief = w.Officer(model.GridChief, w.o.Grid, "赵网格")
	w.nextDoorWho, w.nextDoorChief = w.Officer(model.UnitChief, w.o.NextDoor, "钱楼长")
	w.neighbour = w.SignIn(w.Person(w.o.NextDoor, "孙邻居"))
	return w
}

type matter struct {
	ID, State, Step, Outcome, Handler, Reporter, Words, As string
	Seen, Joined, Reopened                                 int64
	DueAt                                                  *time.Time `json:"due_at"`
	Paused                                                 int64      `json:"paused_left_seconds"`
	May                                                    []string
	Events                                                 []struct {
		Move, By, Role, For, Words string
		Photos                     []struct{ ID string }
	}
}

func lamp(anonymity model.Anonymity) map[string]any {
	return map[string]any{"category": "repair", "words": "三楼的楼道灯坏了，晚上老人上下楼看不见", "anonymity": string(anonymity)}
}

func (w *ward) report(token string, body map[string]any) matter {
	w.Helper()
	var m matter
	w.Post(token, "/v1/matters", body).Expect(200).Into(&m)
	return m
}

// do makes a move on what was seen last.
func (w *ward) do(token string, m *matter, move string, more ...string) edge.Answer {
	w.Helper()
	body := map[string]any{"seen": m.Seen}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	a := w.Post(token, "/v1/matters/"+m.ID+"/"+move, body)
	if a.Status == 200 {
		*m = matter{}
		a.Into(m)
	}
	return a
}

func (w *ward) verified() {
	w.Helper()
	_, err := w.S.Verify(w.Context(), func(d service.Difference) { w.Errorf("%s: %s", d.Where, d.What) })
	if err != nil {
		w.Error(err)
	}
}

// TestMatter_hiddenFromTheChiefStaysHiddenWhenTheyAreChiefNoMore: also from who is branch secretary by then.
func TestMatter_hiddenFromTheChiefStaysHiddenWhenTheyAreChiefNoMore(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.HiddenFromChief))
	w.Tx(func(tx *gorm.DB) error {
		now := w.Clock.Now()
		return tx.Model(&model.Appointment{}).Where("person_id = ? OR role = ?", w.chiefWho.ID, model.BranchSecretary).Update("ends_at", now.Add(time.Second)).Error
	})
	w.Move(time.Minute)
	w.Appoint(w.chiefWho, model.BranchSecretary, w.o.Grid)
	next := w.Person(w.o.Unit, "新单元长")
	w.Appoint(next, model.UnitChief, w.o.Unit)
	w.Move(time.Minute)
	later := w.report(w.volunteer, but(lamp(model.HiddenFromChief), "words", "新单元长态度不好"))
	old, staff := w.SignIn(w.chiefWho), w.SignIn(w.staffWho)
	w.Get(old, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")
	w.Get(old, "/v1/matters/"+later.ID).Expect(200)
	for url, shown := range map[string]string{"/v1/matters/waiting": later.ID, nodePath(w.o.Grid, "/matters"): later.ID, nodePath(w.o.Grid, "/matter-counts"): `"open":1`} {
		w.Get(old, url).Expect(200).Has(shown).HasNot(m.ID)
	}
	w.Get(w.SignIn(next), nodePath(w.o.Unit, "/matters")).Expect(200).HasNot(m.ID, later.ID)
	w.seen(staff, &m)
	w.Get(staff, nodePath(w.o.Grid, "/matter-counts")).Expect(200).Has(`"open":2`)
	w.tick(10 * 24 * time.Hour)
	w.tick(time.Minute)
	w.seen(staff, &m)
	if m.Step != "community" {
		t.Errorf("it waits at the %s, where nobody may know of it", m.Step)
	}
	for _, b := range bodiesOf(w.Kit, w.chiefWho) {
		if strings.Contains(b, m.ID) {
			t.Errorf("told %q", b)
		}
	}
	w.verified()
}

func TestMatter_fromReportToCloseOut(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	if m.State != "reported" || m.Step != "chief" || m.Seen != 1 || m.DueAt == nil || !m.DueAt.Equal(testkit.Start.Add(24*time.Hour)) {
		t.Fatalf("%+v", m)
	}
	w.Get(w.chief, "/v1/notices").Expect(200).Has("有新的事项待受理")
	w.do(w.chief, &m, "accept").Expect(200)
	if !m.DueAt.Equal(testkit.Start.Add(72 * time.Hour)) {
		t.Errorf("accepted, and due at %v", m.DueAt)
	}
	w.Move(time.Hour)
	asked := map[string]any{"seen": m.Seen, "words": "是三楼哪一侧的灯?", "photos": []string{w.UploadPhoto(w.chief)}}
	answer := w.Post(w.chief, "/v1/matters/"+m.ID+"/ask", asked).Expect(200)
	m = matter{}
	answer.Into(&m)
	if n := len(m.Events[len(m.Events)-1].Photos); n != 1 {
		t.Errorf("a question with %d photos", n)
	}
	if m.DueAt != nil || m.Paused != 71*3600 {
		t.Errorf("the clock goes on: %v, %d", m.DueAt, m.Paused)
	}
	w.Move(100 * time.Hour)
	w.WorkOff()
	w.do(w.volunteer, &m, "answer", "words", "东侧楼梯口").Expect(200)
	if want := testkit.Start.Add(172 * time.Hour); m.State != "accepted" || !m.DueAt.Equal(want) {
		t.Errorf("answered: %s, due %v, want %v", m.State, m.DueAt, want)
	}
	photo := w.UploadPhoto(w.chief)
	var after matter
	w.Post(w.chief, "/v1/matters/"+m.ID+"/resolve", map[string]any{"seen": m.Seen, "words": "换了新灯泡", "photos": []string{photo}}).Expect(200).Into(&after)
	m = after
	w.Get(w.volunteer, "/v1/notices").Expect(200).Has("请评价")
	w.do(w.volunteer, &m, "rate", "words", "").Refused(422, "http.invalid") // solved and satisfied are asked for
	w.Post(w.volunteer, "/v1/matters/"+m.ID+"/rate", map[string]any{"seen": m.Seen, "solved": true, "satisfied": false}).Refused(422, "text.empty")
	thanks := w.UploadPhoto(w.volunteer)
	w.Post(w.volunteer, "/v1/matters/"+m.ID+"/rate", map[string]any{"seen": m.Seen, "solved": true, "satisfied": true, "photos": []string{thanks}}).Expect(200).Into(&after)
	if after.State != "closed" || after.Outcome != "satisfied" || len(after.Events) != 6 || after.Events[4].By != "王建国" || after.Events[4].Role != "单元长" || len(after.Events[4].Photos) != 1 || len(after.Events[5].Photos) != 1 {
		t.Errorf("%+v", after)
	}
	w.Get(w.volunteer, "/v1/me/matters").Expect(200).Has("楼道灯")
	w.verified()
}

func TestMatter_notSatisfiedReopensOneStepUpAndAtTheTopStays(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	for _, step := range []struct{ who, at string }{{w.chief, "branch"}, {w.secretary, "community"}, {w.staff, "community"}} {
		w.do(step.who, &m, "resolve", "words", "修好了").Expect(200)
		var after matter
		w.Post(w.volunteer, "/v1/matters/"+m.ID+"/rate", map[string]any{"seen": m.Seen, "solved": false, "satisfied": false, "words": "还是不亮"}).Expect(200).Into(&after)
		if m = after; m.State != "reported" || m.Step != step.at {
			t.Fatalf("%s at %s, want reported at %s", m.State, m.Step, step.at)
		}
	}
	if m.Reopened != 3 {
		t.Errorf("reopened %d times", m.Reopened)
	}
	w.verified()
}

func TestMatter_isPrivateToItsReporterAndThePath(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	url := "/v1/matters/" + m.ID
	for name, token := range map[string]string{"chief": w.chief, "secretary": w.secretary, "staff": w.staff, "reporter": w.volunteer} {
		if a := w.Get(token, url); a.Status != 200 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for name, token := range map[string]string{
		"neighbour": w.mei, "the next unit's chief": w.nextDoorChief, "grid chief": w.gridChief, "another community": w.foreignStaff, "district": w.admin, "next unit": w.neighbour,
	} {
		if a := w.Get(token, url); a.Status != 404 || !strings.Contains(string(a.Body), "matter.not_found") {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	w.Get(w.mei, "/v1/matters/4711").Refused(404, "matter.not_found")
}

func TestMatter_hiddenFromTheChiefNeverReachesThem(t *testing.T) {
	w := newWard(t)
	// The chief is branch secretary of the grid as well: no other role shows it to them.
	w.Appoint(w.chiefWho, model.BranchSecretary, w.o.Grid)
	w.chief = w.SignIn(w.chiefWho)
	m := w.report(w.volunteer, lamp(model.HiddenFromChief))
	if m.Step != "branch" {
		t.Fatalf("it begins at %s", m.Step)
	}
	w.WorkOff()
	url := "/v1/matters/" + m.ID
	seen := func() {
		t.Helper()
		w.Get(w.chief, url).Refused(404, "matter.not_found")
		w.Get(w.chief, "/v1/notices").Expect(200).HasNot("事项")
		w.Get(w.chief, "/v1/me/matters").Expect(200).HasNot("楼道灯")
		w.Post(w.chief, "/v1/matters/similar", map[string]any{"category": "repair", "words": "楼道灯坏了,看不见"}).Expect(200).HasNot("楼道灯")
		w.Post(w.chief, url+"/join", map[string]any{}).Refused(404, "matter.not_found")
		w.Post(w.chief, url+"/accept", map[string]any{"seen": m.Seen}).Refused(404, "matter.not_found")
	}
	seen()
	w.do(w.secretary, &m, "return", "words", "请单元长办").Refused(409, "matter.hidden_from_chief")
	w.do(w.secretary, &m, "accept").Expect(200)
	w.do(w.secretary, &m, "pass-up", "words", "需要社区出面").Expect(200)
	w.do(w.staff, &m, "return", "words", "请支部先了解").Expect(200)
	if m.Step != "branch" {
		t.Errorf("returned to %s", m.Step)
	}
	seen()
	w.do(w.secretary, &m, "resolve", "words", "已经处理").Expect(200)
	seen()
	w.Post(w.chief, path("/v1/people/%d/matters", w.meiWho.ID), lamp(model.HiddenFromChief)).Refused(403, "matter.hidden_from_you")

	// Where the chief is all that the branch has, it begins at the community.
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", w.secretaryWho.ID).Updates(map[string]any{"ends_at": w.Clock.Now(), "open_key": nil}).Error
	})
	w.Move(time.Second)
	if m := w.report(w.mei, lamp(model.HiddenFromChief)); m.Step != "community" {
		t.Errorf("it begins at %s", m.Step)
	}
	seen()
	w.verified()
}

// TestMatter_nobodySpeaksForAReporterWhoHasAnAccount: by proxy is for who has no phone.
func TestMatter_nobodySpeaksForAReporterWhoHasAnAccount(t *testing.T) {
	w := newWard(t)
	var m matter
	w.Post(w.chief, path("/v1/people/%d/matters", w.meiWho.ID), lamp(model.Named)).Expect(200).Into(&m)
	w.do(w.chief, &m, "withdraw").Refused(409, "matter.reporter_has_account")
	w.do(w.chief, &m, "ask", "words", "住几楼？").Expect(200)
	w.do(w.chief, &m, "answer", "words", "三楼").Refused(409, "matter.reporter_has_account")
	w.do(w.mei, &m, "answer", "words", "三楼").Expect(200)
	w.do(w.chief, &m, "resolve", "words", "已经处理").Expect(200)
	rated := map[string]any{"seen": m.Seen, "solved": true, "satisfied": true}
	w.Post(w.staff, "/v1/matters/"+m.ID+"/rate", rated).Refused(409, "matter.reporter_has_account")
	var seen matter
	if w.Get(w.staff, "/v1/matters/"+m.ID).Expect(200).Into(&seen); slices.Contains(seen.May, "satisfy") {
		t.Errorf("staff may %v", seen.May)
	}
	w.Post(w.mei, "/v1/me/unbind", nil).Expect(200) // from now on they have no phone
	w.Post(w.staff, "/v1/matters/"+m.ID+"/rate", rated).Expect(200)
}

func TestMatter_aQuestionOfDangerStopsTheForm(t *testing.T) {
	w := newWard(t)
	body := map[string]any{"category": "safety", "words": "楼道里有煤气味", "anonymity": "named"}
	w.Post(w.volunteer, "/v1/matters", body).Refused(422, "matter.unanswered_question")
	body["answers"] = []map[string]any{{"place": 1, "answer": "yes"}, {"place": 2, "answer": "no"}}
	w.Post(w.volunteer, "/v1/matters", body).Refused(409, "matter.call_first").Has("119")
	body["answers"] = []map[string]any{{"place": 1, "answer": "也许"}, {"place": 2, "answer": "no"}}
	w.Post(w.volunteer, "/v1/matters", body).Refused(422, "matter.unknown_answer")
	body["answers"] = []map[string]any{{"place": 1, "answer": "no"}, {"place": 2, "answer": "no"}}
	w.Post(w.volunteer, "/v1/matters", body).Expect(200).Has("有没有人受伤")
	w.Post(w.volunteer, "/v1/matters", but(body, "category", "nothing")).Refused(422, "matter.unknown_category")
	w.Post(w.staff, "/v1/matters", lamp(model.Named)).Refused(409, "matter.no_home")
}

func TestMatter_byProxyForSomebodyWithoutAPhone(t *testing.T) {
	w := newWard(t)
	old := w.Person(w.o.Unit, "周奶奶")
	var m matter
	w.Post(w.chief, path("/v1/people/%d/matters", old.ID), lamp(model.Named)).Expect(200).Has("代上报人").Has("周奶奶").Into(&m)
	w.Post(w.foreignChief, path("/v1/people/%d/matters", old.ID), lamp(model.Named)).Refused(404, "person.not_found")
	w.do(w.chief, &m, "ask", "words", "哪一层?").Expect(200)
	w.do(w.chief, &m, "answer", "words", "奶奶说是三楼").Expect(200)
	if last := m.Events[len(m.Events)-1]; last.For != "周奶奶" || last.By != "王建国" || last.Role != "代上报人" {
		t.Errorf("%+v", last)
	}
	w.do(w.chief, &m, "resolve", "words", "换好了").Expect(200)
	rate := map[string]any{"seen": m.Seen, "solved": true, "satisfied": true}
	w.Post(w.chief, "/v1/matters/"+m.ID+"/rate", rate).Refused(403, "matter.not_your_report")
	w.Post(w.secretary, "/v1/matters/"+m.ID+"/rate", rate).Expect(200).Has(`"closed"`)
	w.Get(w.SignIn(old), "/v1/notices").Expect(200).Has("王建国代您上报了一件事") // they have a phone now
	w.verified()
}

func TestMatter_isGivenToAnotherWhenTheChiefIsAway(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	give := func(token string, to model.Person) edge.Answer {
		return w.do(token, &m, "give", "words", "单元长外出", "person_id", digits(to.ID))
	}
	give(w.chief, w.nextDoorWho).Refused(403, "role.not_allowed")
	w.Get(w.chief, "/v1/matters/"+m.ID+"/handlers").Refused(403, "role.not_allowed")
	w.Get(w.secretary, "/v1/matters/"+m.ID+"/handlers").Expect(200).Has(`"name":"钱楼长"`).Has(`"name":"王建国"`).HasNot(digits(w.who.ID) + `"`)
	give(w.secretary, w.who).Refused(422, "matter.not_in_grid")
	give(w.secretary, w.nextDoorWho).Expect(200)
	w.Get(w.chief, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")
	w.do(w.nextDoorChief, &m, "accept").Expect(200)
	w.do(w.secretary, &m, "resolve", "words", "好了").Refused(403, "matter.not_at_your_step").Has("钱楼长")
	w.do(w.nextDoorChief, &m, "pass-up", "words", "办不了").Expect(200)
	w.Get(w.nextDoorChief, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")
	w.do(w.secretary, &m, "accept").Expect(200)
	give(w.staff, w.nextDoorWho).Refused(409, "matter.not_at_chief")
	w.verified()
}

func TestMatter_nobodyMovesTheirOwn(t *testing.T) {
	w := newWard(t)
	w.Appoint(w.who, model.UnitChief, w.o.Unit)
	w.Appoint(w.who, model.BranchSecretary, w.o.Grid)
	w.volunteer = w.SignIn(w.who)
	m := w.report(w.volunteer, lamp(model.Named))
	w.Get(w.volunteer, "/v1/matters/"+m.ID+"/handlers").Refused(403, "matter.own")
	w.do(w.volunteer, &m, "accept").Refused(403, "matter.own")
	w.do(w.volunteer, &m, "give", "words", "x", "person_id", digits(w.nextDoorWho.ID)).Refused(403, "matter.own")
	w.do(w.chief, &m, "resolve", "words", "修好了").Expect(200)
}

func TestMatter_isFollowedWhenItsUnitMovesToAnotherGrid(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.chief, &m, "pass-up", "words", "请支部协调").Expect(200)
	_, other := w.Officer(model.BranchSecretary, w.o.OtherGrid, "吴书记")
	w.Post(w.staff, path("/v1/nodes/%d/move", w.o.Building.ID), map[string]any{"parent_id": digits(w.o.OtherGrid.ID), "reason": "调整网格"}).Expect(200)
	w.Get(w.secretary, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")
	w.do(other, &m, "accept").Expect(200)
	w.verified()
}

func TestMatter_whoReportsTooMuchIsToldSo(t *testing.T) {
	w := newWard(t)
	for range model.MostMattersADay {
		w.report(w.volunteer, lamp(model.Named))
	}
	w.Post(w.volunteer, "/v1/matters", lamp(model.Named)).Refused(429, "matter.too_many_today")
	w.Move(24 * time.Hour)
	w.report(w.volunteer, lamp(model.Named))
}

// TestMatter_whatIsEnteredForSomebodyKeepsNobodyFromReporting: else a chief could fill the day of who complains of them.
func TestMatter_whatIsEnteredForSomebodyKeepsNobodyFromReporting(t *testing.T) {
	w := newWard(t)
	url := path("/v1/people/%d/matters", w.who.ID)
	for range model.MostMattersADay {
		w.Post(w.chief, url, lamp(model.Named)).Expect(200)
	}
	w.Post(w.chief, url, lamp(model.Named)).Refused(429, "matter.too_many_today")
	for range model.MostMattersADay {
		w.report(w.volunteer, lamp(model.HiddenFromChief))
	}
	w.Post(w.volunteer, "/v1/matters", lamp(model.HiddenFromChief)).Refused(429, "matter.too_many_today")
	w.Move(24 * time.Hour)
	w.Post(w.chief, url, lamp(model.Named)).Expect(200)
}

func TestMatter_aUnitWithOpenOnesIsNotClosed(t *testing.T) {
	w := newWard(t)
	empty := w.Node(&w.o.Building, model.Unit, "3单元")
	left := w.Person(empty, "吴已迁")
	m := w.report(w.SignIn(left), lamp(model.Named))
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", left.ID).Updates(map[string]any{"state": model.PersonLeft, "household_id": nil, "node_id": w.o.Community.ID}).Error
	})
	w.Tx(func(tx *gorm.DB) error { return tx.Where("unit_id = ?", empty.ID).Delete(&model.Household{}).Error })
	url := path("/v1/nodes/%d/close", empty.ID)
	w.Post(w.staff, url, because).Refused(409, "node.not_empty")
	w.do(w.secretary, &m, "pass-up", "words", "没有单元长").Expect(200)
	w.Post(w.SignIn(left), "/v1/matters/"+m.ID+"/withdraw", map[string]any{"seen": m.Seen}).Expect(200)
	w.Post(w.staff, url, because).Expect(200)
}
