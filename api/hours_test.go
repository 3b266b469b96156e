package api_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// crew is a volunteer with everybody who may have to do with their hours.
type crew struct {
	*edge.Kit
	o                               testkit.Org
	who, chiefWho, secretaryWho     model.Person
	staffWho, adminWho              model.Person
	volunteer                       string
	chief, secretary, staff, admin  string
	foreignChief, foreignStaff, mei string
	meiWho                          model.Person
}

func newCrew(t *testing.T) *crew {
	k := edge.New(t)
	c := &crew{Kit: k, o: k.Org()}
	c.who = k.Person(c.o.Unit, "张卫东")
	c.volunteer = k.SignIn(c.who)
	c.meiWho = k.Person(c.o.Unit, "李小梅")
	c.mei = k.SignIn(c.meiWho)
	c.chiefWho, c.chief = k.Officer(model.UnitChief, c.o.Unit, "王建国")
	c.secretaryWho, c.secretary = k.Officer(model.BranchSecretary, c.o.Grid, "周书记")
	c.staffWho, c.staff = k.Officer(model.CommunityStaff, c.o.Community, "陈社工")
	c.adminWho, c.admin = k.Officer(model.DistrictAdmin, c.o.District, "区管理")
	_, c.foreignChief = k.Officer(model.UnitChief, c.o.NextDoor, "隔壁长")
	_, c.foreignStaff = k.Officer(model.CommunityStaff, c.o.OtherCommunity, "外社工")
	return c
}

// onDay is a claim of service on a day of March 2026, Beijing time.
func onDay(day int, from, until string) map[string]any {
	return map[string]any{
		"kind": "environment", "content": fmt.Sprintf("打扫楼道和门前的落叶,第%s次", []string{"一", "二", "三"}[day%3]), "place": "3栋门前",
		"starts_at": fmt.Sprintf("2026-03-%02dT%s:00+08:00", day, from), "ends_at": fmt.Sprintf("2026-03-%02dT%s:00+08:00", day, until),
	}
}

func but(body map[string]any, key string, value any) map[string]any {
	body = maps.Clone(body)
	body[key] = value
	return body
}

type hours struct {
	ID              string
	State           string
	Minutes, Points int64
}

func (c *crew) file(token string, body map[string]any) string {
	c.Helper()
	var h hours
	c.Post(token, "/v1/hours", body).Expect(200).Into(&h)
	return "/v1/hours/" + h.ID
}

func (c *crew) confirmed(body map[string]any) (url string, got hours) {
	c.Helper()
	url = c.file(c.volunteer, body)
	c.Post(c.chief, url+"/confirm", map[string]any{}).Expect(200).Into(&got)
	return url, got
}

// holds fails unless the volunteer has so many points, and the book is sound.
func (c *crew) holds(want int64) {
	c.Helper()
	var p struct{ Balance int64 }
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Into(&p)
	if p.Balance != want {
		c.Fatalf("%d points, want %d", p.Balance, want)
	}
	c.bookBalances()
}

func (c *crew) bookBalances() {
	c.Helper()
	_, err := c.S.Verify(c.Context(), func(d service.Difference) { c.Errorf("%s: %s", d.Where, d.What) })
	if err != nil {
		c.Fatal(err)
	}
}

func TestHours_filedConfirmedEarned(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:30"))
	c.Get(c.volunteer, url).Expect(200).Has(`"state":"claimed"`, "待确认", `"minutes":90`, "张卫东", "环境整治", `"points":0`)
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).Has("张卫东", `"your_turn":true`)
	c.holds(0)
	c.Post(c.chief, url+"/confirm", map[string]string{"evaluation": "认真负责"}).Expect(200).Has(`"state":"confirmed"`, `"points":15`, "认真负责")
	c.holds(15)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"minutes":90`, `"records":1`, `"waiting":0`, `"per_hour":10`, `"cap_points":80`, `"cap_minutes":480`)
	c.Get(c.volunteer, "/v1/me/points/statement").Expect(200).Has(`"amount":15`, `"balance":15`, "志愿服务得积分", `"about":"hours"`)
	c.Get(c.volunteer, "/v1/me/hours?state=confirmed").Expect(200).Has("认真负责")
	c.Get(c.volunteer, "/v1/me/hours?state=claimed").Expect(200).HasNot("认真负责")
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).HasNot("张卫东")
	c.Get(c.chief, path("/v1/nodes/%d/hours?state=confirmed", c.o.Unit.ID)).Expect(200).Has("张卫东")
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("服务时长已确认", "计1小时30分钟", "得15积分")
	c.Get(c.chief, "/v1/notices").Expect(200).Has("有新的服务记录待确认", "张**").HasNot("张卫东")
	c.Get(c.secretary, "/v1/notices").Expect(200).HasNot("有新的服务记录")
}

func TestHours_whatCannotBeTrueIsRefused(t *testing.T) {
	c := newCrew(t)
	good := onDay(4, "09:00", "10:00")
	file := func(body map[string]any) edge.Answer { c.Helper(); return c.Post(c.volunteer, "/v1/hours", body) }
	file(onDay(4, "10:00", "10:00")).Refused(422, "hours.too_short")
	file(onDay(4, "10:00", "09:00")).Refused(422, "hours.too_short")
	file(but(onDay(4, "10:00", "10:00"), "ends_at", "2026-03-04T10:00:59+08:00")).Refused(422, "hours.too_short")
	file(onDay(4, "06:00", "18:01")).Refused(422, "hours.too_long")
	file(onDay(5, "08:30", "09:01")).Refused(422, "hours.future")
	file(but(good, "ends_at", "2036-03-04T10:00:00+08:00")).Refused(422, "hours.too_long")
	file(but(but(good, "starts_at", "2026-02-03T08:59:00+08:00"), "ends_at", "2026-02-03T10:00:00+08:00")).Refused(422, "hours.too_late")
	file(but(good, "kind", "idleness")).Refused(422, "hours.unknown_kind")
	file(but(good, "content", "  ")).Refused(422, "text.empty")
	file(but(good, "content", "a\x00b")).Refused(422, "text.forbidden_characters")
	file(but(good, "content", strings.Repeat("扫", 501))).Refused(422, "http.invalid")
	file(but(good, "place", "　")).Refused(422, "text.empty")
	file(but(good, "starts_at", "昨天")).Refused(422, "http.invalid")
	c.Post("", "/v1/hours", good).Refused(401, "session.required")
	c.Post(c.Stranger("x"), "/v1/hours", good).Refused(403, "binding.required")
	c.Post(c.admin, "/v1/hours", good).Refused(409, "hours.no_home")
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", c.meiWho.ID).Update("state", model.PersonLeft).Error
	})
	c.Post(c.mei, "/v1/hours", good).Refused(409, "hours.no_home")

	file(onDay(4, "06:00", "18:00")).Expect(200).Has(`"minutes":720`)
	file(onDay(5, "08:00", "09:00")).Expect(200).Has(`"minutes":60`)
	file(but(but(good, "starts_at", "2026-02-03T09:00:00+08:00"), "ends_at", "2026-02-03T10:00:00+08:00")).Expect(200)
	file(but(onDay(3, "09:00", "10:00"), "content", strings.Repeat("扫", 500))).Expect(200)
}

func TestHours_overlapIsRefusedAndTouchingIsNot(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	for _, span := range [][2]string{{"09:00", "10:00"}, {"08:00", "09:01"}, {"09:59", "11:00"}, {"09:10", "09:20"}, {"08:00", "11:00"}} {
		c.Post(c.volunteer, "/v1/hours", onDay(4, span[0], span[1])).Refused(409, "hours.overlap")
	}
	c.file(c.volunteer, onDay(4, "08:00", "09:00"))
	c.file(c.volunteer, onDay(4, "10:00", "11:00"))
	c.file(c.mei, onDay(4, "09:00", "10:00")) // somebody else's time is their own
	c.Post(c.volunteer, url+"/change", onDay(4, "09:00", "10:30")).Refused(409, "hours.overlap")
	c.Post(c.volunteer, url+"/change", onDay(4, "09:10", "09:50")).Expect(200).Has(`"minutes":40`)
	c.Post(c.volunteer, url+"/withdraw", nil).Expect(200).Has(`"state":"void"`)
	again := c.file(c.volunteer, onDay(4, "09:00", "10:00")) // what was withdrawn counts no more
	c.Post(c.chief, again+"/refuse", because).Expect(200)
	c.file(c.volunteer, onDay(4, "09:00", "10:00")) // nor what was refused
	// A record in another community counts as well, and so does an attendance that has no end yet.
	c.add(model.Hours{NodeID: c.o.ForeignUnit.ID, State: model.HoursConfirmed}, onDay(3, "09:00", "10:00"))
	c.Post(c.volunteer, "/v1/hours", onDay(3, "09:30", "10:30")).Refused(409, "hours.overlap")
	open := model.Hours{NodeID: c.o.ForeignUnit.ID, State: model.HoursOpen, Source: model.FromActivity}
	until := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC) // noon
	open.UntilAt = &until
	c.add(open, onDay(2, "09:00", "09:00"))
	c.Post(c.volunteer, "/v1/hours", onDay(2, "11:00", "12:30")).Refused(409, "hours.overlap")
	c.file(c.volunteer, onDay(2, "12:00", "13:00"))
}

func TestHours_timesOfAnActivityAreMetToTheMinute(t *testing.T) {
	c := newCrew(t)
	at := func(from, until string) map[string]any {
		return but(but(onDay(4, "09:00", "10:00"), "starts_at", "2026-03-04T"+from+"+08:00"), "ends_at", "2026-03-04T"+until+"+08:00")
	}
	attended := model.Hours{NodeID: c.o.Unit.ID, State: model.HoursConfirmed}
	c.add(attended, at("08:00:10", "09:30:40")) // people read 08:00 to 09:30
	c.Post(c.volunteer, "/v1/hours", onDay(4, "09:29", "10:00")).Refused(409, "hours.overlap")
	c.Post(c.volunteer, "/v1/hours", onDay(4, "07:00", "08:01")).Refused(409, "hours.overlap")
	c.file(c.volunteer, onDay(4, "09:30", "10:00"))
	c.file(c.volunteer, onDay(4, "07:00", "08:00"))
}

// add stores hours of the volunteer past the use cases.
func (c *crew) add(h model.Hours, body map[string]any) {
	c.Helper()
	from, _ := time.Parse(time.RFC3339, body["starts_at"].(string))
	until, _ := time.Parse(time.RFC3339, body["ends_at"].(string))
	h.PersonID, h.Kind, h.StartsAt, h.CreatedAt = c.who.ID, "environment", from.UTC(), c.Clock.Now()
	if h.State != model.HoursOpen {
		end := until.UTC()
		h.Source, h.EndsAt, h.Minutes = model.FromLog, &end, int64(until.Sub(from)/time.Minute)
	}
	c.Tx(func(tx *gorm.DB) error { return tx.Create(&h).Error })
}

func TestHours_filedTwiceAtOnceIsOne(t *testing.T) {
	c := newCrew(t)
	answers := make([]edge.Answer, 6)
	spans := [][2]string{{"09:00", "10:00"}, {"09:30", "10:30"}}
	c.Race(len(answers), func(i int) {
		answers[i] = c.Do(c.API, c.volunteer, "POST", "/v1/hours", onDay(4, spans[i%2][0], spans[i%2][1]))
	})
	if won := c.won(answers, 409, "hours.overlap"); won != 1 {
		t.Fatalf("%d records of one hour", won)
	}
}

// won counts the successes; all others must have been refused so.
func (c *crew) won(answers []edge.Answer, status int, code string) (n int) {
	c.Helper()
	for _, a := range answers {
		if a.Status == 200 {
			n++
		} else {
			a.Refused(status, code)
		}
	}
	return n
}

func TestHours_filedByProxySayWhoAndForWhom(t *testing.T) {
	c := newCrew(t)
	logs := path("/v1/people/%d/hours", c.who.ID)
	c.Post(c.volunteer, logs, onDay(4, "09:00", "10:00")).Refused(403, "role.not_allowed")
	c.Post(c.secretary, logs, onDay(4, "09:00", "10:00")).Refused(403, "role.not_allowed")
	c.Post(c.foreignChief, logs, onDay(4, "09:00", "10:00")).Refused(404, "person.not_found")
	c.Post(c.foreignStaff, logs, onDay(4, "09:00", "10:00")).Refused(404, "person.not_found")
	c.Post(c.chief, "/v1/people/999999/hours", onDay(4, "09:00", "10:00")).Refused(404, "person.not_found")
	var h hours
	c.Post(c.chief, logs, onDay(4, "09:00", "10:00")).Expect(200).Has("张卫东", `"entered_by":"王建国"`).Into(&h)
	url := "/v1/hours/" + h.ID
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("有人代您填报了志愿服务", "王建国")
	c.Get(c.secretary, "/v1/notices").Expect(200).Has("有新的服务记录待确认") // the chief can't, so it is their turn
	c.Get(c.secretary, "/v1/hours/to-confirm").Expect(200).Has(`"your_turn":true`)
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).HasNot("张卫东")
	c.Post(c.chief, url+"/confirm", map[string]any{}).Refused(403, "hours.entered_by_you")
	c.Post(c.chief, url+"/refuse", because).Refused(403, "hours.entered_by_you")
	c.Appoint(c.chiefWho, model.BranchSecretary, c.o.Grid) // nor through a second role
	c.chief = c.SignIn(c.chiefWho)
	c.Post(c.chief, url+"/confirm", map[string]any{}).Refused(403, "hours.entered_by_you")
	c.Post(c.chief, url+"/change", onDay(4, "09:00", "10:30")).Expect(200).Has(`"minutes":90`)
	c.Post(c.secretary, url+"/confirm", map[string]any{"seen": 1}).Expect(200).Has(`"points":15`)
	c.holds(15)
	c.Post(c.staff, logs, onDay(3, "09:00", "10:00")).Expect(200).Has(`"entered_by":"陈社工"`).Into(&h)
	c.Post(c.staff, "/v1/hours/"+h.ID+"/withdraw", nil).Expect(200).Has(`"state":"void"`)
	c.Tx(func(tx *gorm.DB) error {
		var details []string
		err := tx.Model(&model.Audit{}).Where("action = ?", "hours.file").Pluck("detail", &details).Error
		if err == nil && (len(details) != 2 || details[0] != "by proxy") {
			t.Errorf("audit: %q", details)
		}
		return err
	})
}

func TestHours_whatBecomesOfThemHearsWhoHasEnteredThemForSomebodyWithoutAPhone(t *testing.T) {
	c := newCrew(t)
	old := c.Person(c.o.Unit, "赵奶奶")
	enter := func(from, until string) string {
		var h hours
		c.Post(c.chief, path("/v1/people/%d/hours", old.ID), onDay(4, from, until)).Expect(200).Into(&h)
		return "/v1/hours/" + h.ID
	}
	heard := func(p model.Person, words ...string) {
		t.Helper()
		all := strings.Join(bodiesOf(c.Kit, p), "\n")
		for _, w := range words {
			if !strings.Contains(all, w) {
				t.Errorf("%s has not heard %q: %s", p.Name, w, all)
			}
		}
		if strings.Contains(all, "赵奶奶") {
			t.Errorf("%s was told the whole name: %s", p.Name, all)
		}
	}
	c.Post(c.secretary, enter("09:00", "10:00")+"/refuse", map[string]string{"reason": "那天没有来"}).Expect(200)
	heard(c.chiefWho, "赵**", "没有通过确认", "那天没有来")
	wrong := enter("11:00", "12:00")
	c.Post(c.secretary, wrong+"/confirm", map[string]any{}).Expect(200)
	var asked struct{ ID string }
	c.Post(c.chief, wrong+"/corrections", right(onDay(4, "11:00", "12:30"))).Expect(200).Into(&asked)
	c.Post(c.secretary, "/v1/corrections/"+asked.ID+"/refuse", map[string]string{"reason": "只有一小时"}).Expect(200)
	heard(c.chiefWho, "更正申请没有通过", "只有一小时")
	// Who has entered it holds no office any more: who looks after her now hears of it.
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", c.chiefWho.ID).Update("ends_at", c.Clock.Now()).Error
	})
	next, nextChief := c.Officer(model.UnitChief, c.o.Unit, "孙接任")
	before := len(bodiesOf(c.Kit, c.chiefWho))
	c.Post(c.staff, wrong+"/void", map[string]string{"reason": "查实没有参加"}).Expect(200)
	heard(next, "赵**", "已作废", "查实没有参加")
	if now := len(bodiesOf(c.Kit, c.chiefWho)); now != before {
		t.Errorf("who holds no office any more was told")
	}
	// Who has an account hears of it themselves.
	var mine hours
	c.Post(c.staff, path("/v1/people/%d/hours", c.who.ID), onDay(3, "09:00", "10:00")).Expect(200).Into(&mine)
	c.Post(nextChief, "/v1/hours/"+mine.ID+"/refuse", because).Expect(200)
	if all := strings.Join(bodiesOf(c.Kit, c.staffWho), ""); strings.Contains(all, "没有通过") {
		t.Errorf("told of hours of somebody with an account: %s", all)
	}
}

func TestHours_changedAndWithdrawnByWhoseTheyAreOnly(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	for _, other := range []string{c.mei, c.chief, c.staff, c.foreignChief} {
		c.Post(other, url+"/change", onDay(4, "09:00", "11:00")).Refused(404, "hours.not_found")
		c.Post(other, url+"/withdraw", nil).Refused(404, "hours.not_found")
	}
	for _, other := range []string{c.mei, c.foreignChief, c.foreignStaff, c.admin} {
		c.Get(other, url).Refused(404, "hours.not_found")
	}
	c.Get(c.mei, "/v1/me/hours").Expect(200).HasNot("张卫东")
	c.Post(c.volunteer, url+"/change", onDay(5, "08:30", "09:01")).Refused(422, "hours.future")
	c.Post(c.volunteer, url+"/change", but(onDay(4, "09:00", "11:00"), "kind", "none")).Refused(422, "hours.unknown_kind")
	c.Post(c.volunteer, url+"/change", onDay(4, "09:00", "11:00")).Expect(200)
	c.Get(c.volunteer, url).Expect(200).Has(`"what":"change"`, `"minutes":60`, `"minutes":120`)
	c.Post(c.chief, url+"/confirm", map[string]any{"seen": 1}).Expect(200)
	c.Post(c.volunteer, url+"/change", onDay(4, "09:00", "10:00")).Refused(409, "hours.wrong_state").Has("已确认")
	c.Post(c.volunteer, url+"/withdraw", nil).Refused(409, "hours.wrong_state")
	c.Post(c.volunteer, "/v1/hours/999999/withdraw", nil).Refused(404, "hours.not_found")
}
