package api_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// square is a unit and its grid with who organises things there.
type square struct {
	*edge.Kit
	o                    testkit.Org
	chief, secretary     string
	chiefWho, branchHead model.Person
}

func newSquare(t testing.TB) *square {
	t.Helper()
	k := edge.New(t)
	s := &square{Kit: k, o: k.Org()}
	s.chiefWho, s.chief = k.Officer(model.UnitChief, s.o.Unit, "王建国")
	s.branchHead, s.secretary = k.Officer(model.BranchSecretary, s.o.Grid, "周书记")
	return s
}

// plan is what an activity is made from: tomorrow for two hours, unless fields say otherwise.
func plan(fields map[string]any) map[string]any {
	b := map[string]any{
		"kind": "environment", "title": "楼道大扫除", "content": "请自带手套", "place": "3栋楼下", "audience": "everybody",
		"starts_at": testkit.Start.Add(26 * time.Hour).Format(time.RFC3339), "ends_at": testkit.Start.Add(28 * time.Hour).Format(time.RFC3339),
	}
	maps.Copy(b, fields)
	return b
}

func (s *square) make(token string, at model.Node, fields map[string]any) string {
	s.Helper()
	var a struct{ ID string }
	s.Post(token, path("/v1/nodes/%d/activities", at.ID), plan(fields)).Expect(200).Into(&a)
	return "/v1/activities/" + a.ID
}

// neighbours adds people to a unit, each with a token.
func (s *square) neighbours(at model.Node, n int) (people []model.Person, tokens []string) {
	s.Helper()
	for i := range n {
		p := s.Person(at, fmt.Sprintf("李%d妹", i))
		people, tokens = append(people, p), append(tokens, s.SignIn(p))
	}
	return people, tokens
}

func bodiesOf(k *edge.Kit, p model.Person) (bodies []string) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ?", p.ID).Order("id").Pluck("body", &bodies).Error
	})
	return bodies
}

// told fails unless exactly so many of a person's notices have the text.
func (s *square) told(p model.Person, text string, times int) {
	s.Helper()
	n := 0
	for _, b := range bodiesOf(s.Kit, p) {
		if strings.Contains(b, text) {
			n++
		}
	}
	if n != times {
		s.Fatalf("%s was told %q %d times, want %d: %q", p.Name, text, n, times, bodiesOf(s.Kit, p))
	}
}

func TestActivity_isMadeByWhoHoldsARoleThereAndSeenByEverybodyWithoutNames(t *testing.T) {
	s := newSquare(t)
	_, community := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	a := s.make(s.chief, s.o.Unit, nil)
	s.make(s.secretary, s.o.Grid, map[string]any{"title": "网格巡逻"})
	s.make(community, s.o.Community, map[string]any{"title": "社区义诊", "audience": "members"})
	s.make(community, s.o.FarUnit, map[string]any{"title": "别处的活动"})
	_, tokens := s.neighbours(s.o.Unit, 1)

	s.Get("", a).Expect(200).Has("楼道大扫除", "请自带手套", `"phase":"upcoming"`, "未开始", "所有居民", `"for_me":false`, `"organiser":false`).HasNot("王建国", "王", "secret")
	s.Get(s.chief, a).Expect(200).Has(`"organiser":true`, `"for_me":true`)
	s.Get(tokens[0], a).Expect(200).Has(`"organiser":false`, `"for_me":true`)
	s.Get(tokens[0], "/v1/activities").Expect(200).Has("楼道大扫除", "网格巡逻", "社区义诊").HasNot("别处的活动")
	s.Get(community, "/v1/activities").Expect(200).Has("社区义诊").HasNot("楼道大扫除", "别处的活动")
	s.Get(s.secretary, path("/v1/nodes/%d/activities", s.o.Grid.ID)).Expect(200).Has("楼道大扫除", "网格巡逻").HasNot("社区义诊")
	s.Get(s.secretary, path("/v1/nodes/%d/activities", s.o.Community.ID)).Refused(404, "node.not_found")
	s.Get("", "/v1/activities/999999").Refused(404, "activity.not_found")
}

func TestActivity_upcomingOnesComeInTheirOrderPageByPage(t *testing.T) {
	s := newSquare(t)
	for i, title := range []string{"丙", "甲", "乙"} {
		at := testkit.Start.Add(time.Duration([]int{9, 3, 3}[i]) * time.Hour)
		s.make(s.chief, s.o.Unit, map[string]any{"title": title, "starts_at": at, "ends_at": at.Add(time.Hour)})
	}
	var page struct {
		Items []struct{ Title string }
		Next  string
	}
	s.Get(s.chief, "/v1/activities?limit=2").Expect(200).Into(&page)
	if len(page.Items) != 2 || page.Items[0].Title != "甲" || page.Items[1].Title != "乙" {
		t.Fatalf("%+v", page)
	}
	next := page.Next
	page.Next = ""
	s.Get(s.chief, "/v1/activities?limit=2&cursor="+next).Expect(200).Into(&page)
	if len(page.Items) != 1 || page.Items[0].Title != "丙" || page.Next != "" {
		t.Fatalf("%+v", page)
	}
	s.Move(5 * time.Hour)
	s.Get(s.chief, "/v1/activities").Expect(200).Has("丙").HasNot("甲", "乙")
}

func TestActivity_isNotMadeWhereOneMayNotNorAtWrongTimes(t *testing.T) {
	s := newSquare(t)
	resident := s.SignIn(s.Person(s.o.Unit, "李小梅"))
	_, foreign := s.Officer(model.UnitChief, s.o.ForeignUnit, "外单元长")
	_, street := s.Officer(model.StreetStaff, s.o.Street, "钱街道")
	unit, grid := path("/v1/nodes/%d/activities", s.o.Unit.ID), path("/v1/nodes/%d/activities", s.o.Grid.ID)
	s.Post("", unit, plan(nil)).Refused(401, "session.required")
	s.Post(s.Stranger("x"), unit, plan(nil)).Refused(403, "binding.required")
	for _, token := range []string{resident, foreign, street} {
		s.Post(token, unit, plan(nil)).Refused(404, "node.not_found")
	}
	s.Post(s.chief, grid, plan(nil)).Refused(404, "node.not_found")
	s.Post(s.chief, unit, plan(map[string]any{"association_id": "999"})).Refused(404, "association.not_found")

	start := testkit.Start
	for what, times := range map[string][2]time.Time{
		"now": {start, start.Add(time.Hour)}, "past": {start.Add(-time.Hour), start.Add(time.Hour)}, "a year and a day": {start.Add(367 * 24 * time.Hour), start.Add(367*24*time.Hour + time.Hour)},
		"empty": {start.Add(time.Hour), start.Add(time.Hour)}, "backwards": {start.Add(2 * time.Hour), start.Add(time.Hour)}, "too long": {start.Add(time.Hour), start.Add(25*time.Hour + time.Second)},
	} {
		t.Run(what, func(t *testing.T) {
			s.In(t).Post(s.chief, unit, plan(map[string]any{"starts_at": times[0], "ends_at": times[1]})).Refused(422, "activity.times_invalid")
		})
	}
	s.Post(s.chief, unit, plan(map[string]any{"starts_at": start.Add(time.Second), "ends_at": start.Add(24*time.Hour + time.Second)})).Expect(200)
	for _, kind := range []string{"nonsense", "卫生"} {
		s.Post(s.chief, unit, plan(map[string]any{"kind": kind})).Refused(422, "hours.unknown_kind")
	}
	s.Post(s.chief, unit, plan(map[string]any{"audience": "nobody"})).Refused(422, "http.invalid")
	s.Post(s.chief, unit, plan(map[string]any{"capacity": -1})).Refused(422, "http.invalid")
	s.Post(s.chief, unit, plan(map[string]any{"title": "  "})).Refused(422, "text.empty")
	s.Post(s.chief, unit, plan(map[string]any{"place": "a\u202eb"})).Refused(422, "text.forbidden_characters")
}

func TestActivity_aChangeTellsEverybodyOnceAndNeverTakesASeat(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 3)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 2})
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	s.Post(s.chief, a+"/change", map[string]any{"capacity": 1}).Refused(409, "activity.capacity_taken").Has("2 人")
	s.Post(s.chief, a+"/change", map[string]any{}).Refused(409, "activity.unchanged")
	s.Post(s.chief, a+"/change", map[string]any{"place": "3栋楼下"}).Refused(409, "activity.unchanged")
	s.Post(s.chief, a+"/change", map[string]any{"ends_at": testkit.Start.Add(60 * time.Hour)}).Refused(422, "activity.times_invalid")
	s.Post(tokens[0], a+"/change", map[string]any{"place": "广场"}).Refused(404, "activity.not_found")
	s.Post(s.chief, a+"/change", map[string]any{"place": "广场", "starts_at": testkit.Start.Add(27 * time.Hour)}).Expect(200).Has("广场", "2026-03-06T12:00:00+08:00")
	s.WorkOff()
	s.WorkOff()
	for _, p := range people {
		s.told(p, "现在是：3月6日12:00到13:00，广场", 1)
	}
	s.Post(s.chief, a+"/change", map[string]any{"capacity": 3}).Expect(200).Has(`"seated":3,"waiting":0`)
	s.told(people[2], "有名额了", 1)
	s.WorkOff()
	s.told(people[0], "有调整", 1) // whoever has a seat has it whatever the capacity
	s.told(s.chiefWho, "调整了", 0)
	s.Post(s.secretary, a+"/change", map[string]any{"place": "小广场"}).Expect(200)
	s.told(s.chiefWho, "由周书记调整了，现在是：3月6日12:00到13:00，小广场", 1)
	s.Move(27 * time.Hour)
	s.Post(s.chief, a+"/change", map[string]any{"place": "别处"}).Refused(409, "activity.started")
}

func TestActivity_cancelledTellsEverybodyOnceAndTakesNobodyAnyMore(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 3)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 2})
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	_, foreign := s.Officer(model.BranchSecretary, s.o.OtherGrid, "外书记")
	s.Post(tokens[0], a+"/cancel", because).Refused(404, "activity.not_found")
	s.Post(foreign, a+"/cancel", because).Refused(404, "activity.not_found")
	s.Post(s.chief, a+"/cancel", map[string]string{"reason": " "}).Refused(422, "text.empty")
	s.Post(s.secretary, a+"/cancel", map[string]string{"reason": "有大雨"}).Expect(200).Has(`"phase":"cancelled"`, "有大雨")
	s.Post(s.chief, a+"/cancel", because).Refused(409, "activity.cancelled")
	s.Post(s.chief, a+"/change", map[string]any{"place": "别处"}).Refused(409, "activity.cancelled")
	s.Post(tokens[0], a+"/sign-up", nil).Refused(409, "activity.cancelled")
	s.Post(tokens[0], a+"/sign-off", nil).Refused(409, "activity.cancelled")
	s.WorkOff()
	s.WorkOff()
	for _, p := range people {
		s.told(p, "已经取消，原因：有大雨", 1)
	}
	s.told(s.chiefWho, "由周书记取消了，原因：有大雨", 1) // who would stand there tomorrow
	s.Move(26 * time.Hour)
	s.WorkOff()
	s.told(people[0], "快到了", 0)
	s.Get(s.chief, a+"/check-in-code?way=in").Refused(409, "activity.cancelled")
	s.Post(tokens[0], a+"/check-in", map[string]string{"code": "1-I-0000000000"}).Refused(409, "activity.cancelled")
	s.Get(tokens[0], "/v1/activities").Expect(200).HasNot("楼道大扫除")
	over := s.make(s.chief, s.o.Unit, map[string]any{"starts_at": s.Clock.Now().Add(time.Hour), "ends_at": s.Clock.Now().Add(2 * time.Hour)})
	s.Move(2 * time.Hour)
	s.Post(s.chief, over+"/cancel", because).Refused(409, "activity.over")
}

func TestActivity_remindsThoseWithASeatTheDayBeforeOnceAlsoWhenItWasMoved(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 2)
	a := s.make(s.chief, s.o.Unit, map[string]any{"capacity": 1, "starts_at": testkit.Start.Add(50 * time.Hour), "ends_at": testkit.Start.Add(51 * time.Hour)})
	for _, token := range tokens {
		s.Post(token, a+"/sign-up", nil).Expect(200)
	}
	s.Post(s.chief, a+"/change", map[string]any{"starts_at": testkit.Start.Add(74 * time.Hour), "ends_at": testkit.Start.Add(75 * time.Hour)}).Expect(200)
	s.Move(26 * time.Hour) // the day before as it was at first
	s.WorkOff()
	s.told(people[0], "快到了", 0)
	s.Move(24 * time.Hour)
	s.WorkOff()
	s.WorkOff()
	s.told(people[0], "快到了：3月8日11:00", 1)
	s.told(people[1], "快到了", 0)
}

func TestActivity_tellsManyInBatchesEachOnceThoughAWorkerDies(t *testing.T) {
	s := newSquare(t)
	a := s.make(s.chief, s.o.Unit, nil)
	var id int64
	if _, err := fmt.Sscanf(a, "/v1/activities/%d", &id); err != nil {
		t.Fatal(err)
	}
	const n = 230
	s.Tx(func(tx *gorm.DB) error {
		people := make([]model.Person, n)
		for i := range people {
			people[i] = model.Person{NodeID: s.o.Unit.ID, Name: "李小梅", Membership: model.NoMember, State: model.PersonHere, CreatedAt: s.Clock.Now(), UpdatedAt: s.Clock.Now()}
		}
		if err := tx.CreateInBatches(&people, 50).Error; err != nil {
			return err
		}
		all := make([]model.SignUp, n)
		for i := range all {
			all[i] = model.SignUp{ActivityID: id, PersonID: people[i].ID, State: model.Seated, Way: model.SignedBySelf, Turn: int64(i + 1), SignedAt: s.Clock.Now()}
		}
		return tx.CreateInBatches(&all, 50).Error
	})
	s.Post(s.chief, a+"/cancel", because).Expect(200)
	s.WorkOff()
	s.Tx(func(tx *gorm.DB) error { // half of it lost, and the job to be done again
		if err := tx.Where("id > ?", 100).Delete(&model.Notice{}).Error; err != nil {
			return err
		}
		return tx.Model(&model.Job{}).Where("kind = ?", "tell_activity_cancelled").Updates(map[string]any{"state": model.JobDue, "due_at": s.Clock.Now()}).Error
	})
	s.WorkOff()
	var notices, people int64
	s.Tx(func(tx *gorm.DB) error {
		q := tx.Model(&model.Notice{}).Where("title = ?", "活动已取消")
		if err := q.Count(&notices).Error; err != nil {
			return err
		}
		return tx.Model(&model.Notice{}).Where("title = ?", "活动已取消").Distinct("person_id").Count(&people).Error
	})
	if notices != n || people != n {
		t.Fatalf("%d notices to %d people, want %d", notices, people, n)
	}
}

func TestUnitPage_showsWhatIsNextAndIsFreshAtTheNextRequest(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	page := "/v1/units/" + s.Kit.Code(s.o.Unit)
	s.Get("", page).Expect(200).Has(`"activities":[]`)
	a := s.make(s.chief, s.o.Unit, nil)
	b := s.make(staff, s.o.Community, map[string]any{"title": "社区义诊", "audience": "members"})
	s.make(staff, s.o.NextDoor, map[string]any{"title": "隔壁的活动"})
	s.Get("", page).Expect(200).Has("楼道大扫除", "社区义诊", "党员").HasNot("隔壁的活动", "陈社工")
	s.Post(staff, b+"/change", map[string]any{"place": "社区服务站"}).Expect(200)
	s.Get("", page).Expect(200).Has("社区服务站")
	s.Post(s.chief, a+"/cancel", because).Expect(200)
	s.Get("", page).Expect(200).HasNot("楼道大扫除")
	s.Move(28 * time.Hour)
	s.WorkOff()
	s.Get("", page).Expect(200).Has(`"activities":[]`)
}

func TestActivity_goesToTheCommunityWhenItsPlaceEnds(t *testing.T) {
	s := newSquare(t)
	_, staff := s.Officer(model.CommunityStaff, s.o.Community, "陈社工")
	empty := s.Node(&s.o.Building, model.Unit, "3单元")
	a := s.make(staff, empty, nil)
	lead := s.Person(s.o.Unit, "李小梅")
	s.association(staff, empty, "空楼合唱队", lead)
	s.Post(staff, path("/v1/nodes/%d/close", empty.ID), map[string]string{"reason": "拆迁"}).Expect(200)
	s.Get("", a).Expect(200).Has("先锋社区", `"phase":"upcoming"`)
	s.told(lead, "已经解散，原因：拆迁", 1)
	s.Post(staff, path("/v1/nodes/%d/activities", empty.ID), plan(nil)).Refused(409, "node.ended")
}
