package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// limited is a crew whose volunteer may be limited, with a second officer who decides.
type limitedCrew struct {
	*crew
	boss    string // the community's secretary
	bossWho model.Person
}

func newLimited(t *testing.T) *limitedCrew {
	l := &limitedCrew{crew: newCrew(t)}
	l.bossWho, l.boss = l.Officer(model.CommunitySecretary, l.o.Community, "刘书记")
	return l
}

func aRepair(words string) map[string]any {
	return map[string]any{"category": "repair", "words": words, "anonymity": "named"}
}

var aLimit = map[string]any{"a_day": 1, "days": 7, "reason": "一天内九次上报同一盏灯"}

// limit makes one, and gives where it is.
func (l *limitedCrew) limit(body map[string]any) string {
	l.Helper()
	var made struct{ ID string }
	l.Post(l.staff, l.of(l.who), body).Expect(200).Into(&made)
	return "/v1/report-limits/" + made.ID
}

func (l *limitedCrew) of(p model.Person) string { return path("/v1/people/%d/report-limits", p.ID) }

func saying(text string) map[string]string   { return map[string]string{"words": text} }
func reasoned(text string) map[string]string { return map[string]string{"reason": text} }

func TestReporterLimit_refusesByNameReasonEndAndHowToObjectAndNeverSilently(t *testing.T) {
	l := newLimited(t)
	l.limit(aLimit)
	l.Get(l.volunteer, "/v1/notices").Expect(200).Has("您上报的次数有了限制", "每天最多上报1件事", "一天内九次上报同一盏灯", "2026年3月11日（含当天）", "提出一次异议", "紧急")
	l.Get(l.volunteer, "/v1/me/report-limits").Expect(200).
		Has(`"a_day":1`, "一天内九次上报同一盏灯", `"ends_at":"2026-03-12T00:00:00+08:00"`, `"state":"running"`, "执行中", `"counts":true`, `"may_object":true`).HasNot("陈社工")
	l.Get(l.staff, path("/v1/nodes/%d/report-limits", l.o.Grid.ID)).Expect(200).Has("张卫东", "陈社工", "1单元")
	l.Get(l.mei, "/v1/me/report-limits").Expect(200).Has(`"items":[]`)
	l.Post(l.volunteer, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)
	l.Post(l.volunteer, "/v1/matters", aRepair("四楼的灯坏了")).Refused(429, "matter.limited").
		Has("每天最多上报1件事", "一天内九次上报同一盏灯", "2026年3月11日（含当天）", "提出一次异议", "紧急")
	l.Post(l.mei, "/v1/matters", aRepair("五楼的灯坏了")).Expect(200) // nobody else is
	l.Move(15 * time.Hour)                                      // Beijing's midnight
	l.Post(l.volunteer, "/v1/matters", aRepair("四楼的灯坏了")).Expect(200)
}

func TestReporterLimit_isOverByItsDateWithoutAnybody(t *testing.T) {
	l := newLimited(t)
	url := l.limit(aLimit)
	l.Clock.Move(7*24*time.Hour - 10*time.Hour) // 23:00 of the last day
	who := l.SignIn(l.who)
	l.Post(who, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)
	l.Post(who, "/v1/matters", aRepair("四楼的灯坏了")).Refused(429, "matter.limited")
	l.Move(time.Hour + time.Second)
	l.Get(who, "/v1/me/report-limits").Expect(200).Has("已到期", `"counts":false`, `"may_object":false`)
	for range 2 {
		l.Post(who, "/v1/matters", aRepair("四楼的灯坏了")).Expect(200)
	}
	l.Post(who, url+"/object", saying("不同意")).Refused(409, "reporter_limit.over")
	l.Post(l.SignIn(l.bossWho), url+"/lift", reasoned("不必")).Refused(409, "reporter_limit.over")
	_, staff := l.Officer(model.CommunityStaff, l.o.Community, "新社工")
	l.Post(staff, l.of(l.who), aLimit).Expect(200) // another one can begin
}

func TestReporterLimit_urgentPassesUpToWhatAnybodyMayReport(t *testing.T) {
	l := newLimited(t)
	l.limit(aLimit)
	l.Post(l.volunteer, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)
	urgent := but(aRepair("楼道里有煤气味"), "urgent", true)
	for range model.MostMattersADay - 1 {
		l.Post(l.volunteer, "/v1/matters", urgent).Expect(200)
	}
	l.Post(l.volunteer, "/v1/matters", urgent).Refused(429, "matter.too_many_today")
}

func TestReporterLimit_boundsAndWhoMayMakeOne(t *testing.T) {
	l := newLimited(t)
	for name, bad := range map[string]any{"a_day": 0, "days": 0, "reason": ""} {
		l.Post(l.staff, l.of(l.who), but(aLimit, name, bad)).Expect(422)
	}
	l.Post(l.staff, l.of(l.who), but(aLimit, "a_day", model.MostMattersADay)).Expect(422) // would limit nothing
	l.Post(l.staff, l.of(l.who), but(aLimit, "days", model.MostLimitDays+1)).Expect(422)
	l.Post(l.staff, l.of(l.who), but(aLimit, "reason", " ")).Refused(422, "text.empty")
	for _, token := range []string{l.volunteer, l.chief, l.secretary, l.admin} {
		l.Post(token, l.of(l.meiWho), aLimit).Refused(403, "role.not_allowed")
	}
	l.Post(l.foreignStaff, l.of(l.who), aLimit).Refused(404, "person.not_found")
	l.Post(l.boss, l.of(l.bossWho), aLimit).Refused(403, "reporter_limit.own")
	l.Get(l.foreignStaff, path("/v1/nodes/%d/report-limits", l.o.Unit.ID)).Refused(404, "node.not_found")
	err := l.DB.Tx(l.Context(), func(tx *gorm.DB) error {
		return tx.Create(&model.ReporterLimit{PersonID: l.who.ID, NodeID: l.o.Unit.ID, ADay: 0, StartsAt: testkit.Start, EndsAt: testkit.Start, State: model.LimitRunning}).Error
	})
	if err == nil {
		t.Error("the database holds a limit of none a day: somebody would be cut off")
	}
}

func TestReporterLimit_objectedToOnceAndDecidedBySomebodyElse(t *testing.T) {
	l := newLimited(t)
	url := l.limit(aLimit)
	l.Post(l.staff, url+"/uphold", reasoned("维持")).Refused(403, "reporter_limit.made_by_you")
	l.Post(l.boss, url+"/uphold", reasoned("维持")).Refused(409, "reporter_limit.wrong_state") // nobody objects
	l.Post(l.mei, url+"/object", saying("不同意")).Refused(404, "reporter_limit.not_found")
	l.Post(l.volunteer, url+"/object", saying(" ")).Refused(422, "text.empty")
	l.Post(l.volunteer, url+"/object", saying("九盏灯不是同一盏")).Expect(200).Has(`"state":"objected"`, "九盏灯不是同一盏", `"may_object":false`)
	l.Post(l.volunteer, url+"/object", saying("再说一次")).Refused(409, "reporter_limit.objected_already")
	l.Get(l.boss, "/v1/notices").Expect(200).Has("上报限制有新的异议", "张**")
	l.Get(l.chief, "/v1/notices").Expect(200).HasNot("上报限制")
	l.Get(l.boss, path("/v1/nodes/%d/report-limits?state=objected", l.o.Community.ID)).Expect(200).Has("九盏灯不是同一盏")
	for _, do := range []string{"/lift", "/uphold"} {
		l.Post(l.staff, url+do, reasoned("维持")).Refused(403, "reporter_limit.made_by_you")
		l.Post(l.foreignStaff, url+do, reasoned("维持")).Refused(404, "reporter_limit.not_found")
		l.Post(l.chief, url+do, reasoned("维持")).Refused(403, "role.not_allowed")
		l.Post(l.boss, url+do, reasoned(" ")).Refused(422, "text.empty")
	}
	l.Post(l.boss, url+"/uphold", reasoned("查过照片，确是同一盏")).Expect(200).Has(`"state":"upheld"`, `"decided_by":"刘书记"`)
	l.Get(l.volunteer, "/v1/notices").Expect(200).Has("维持不变", "查过照片，确是同一盏")
	l.Get(l.volunteer, "/v1/me/report-limits").Expect(200).Has("查过照片，确是同一盏", `"counts":true`, `"may_object":false`)
	l.Post(l.volunteer, url+"/object", saying("还是不同意")).Refused(409, "reporter_limit.objected_already")
	l.Post(l.volunteer, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200)
	l.Post(l.volunteer, "/v1/matters", aRepair("四楼的灯坏了")).Refused(429, "matter.limited").Has("查过照片，确是同一盏")
	l.Post(l.boss, url+"/lift", reasoned("已经改正")).Expect(200).Has(`"state":"lifted"`)
	l.Get(l.volunteer, "/v1/notices").Expect(200).Has("已解除", "已经改正")
	l.Post(l.volunteer, "/v1/matters", aRepair("四楼的灯坏了")).Expect(200)
	l.Post(l.boss, url+"/lift", reasoned("再解除")).Refused(409, "reporter_limit.wrong_state")
	l.Tx(func(tx *gorm.DB) error {
		var actions []string
		err := tx.Model(&model.Audit{}).Where("subject = ? AND node_id = ?", "reporter_limit", l.o.Unit.ID).Order("id").Pluck("action", &actions).Error
		if want := "[reporter_limit.make reporter_limit.object reporter_limit.upheld reporter_limit.lifted]"; fmt.Sprint(actions) != want {
			t.Errorf("audited %v, want %s", actions, want)
		}
		return err
	})
}

func TestReporterLimit_liftedWithoutAnObjectionMakesRoomForAnother(t *testing.T) {
	l := newLimited(t)
	url := l.limit(aLimit)
	l.Post(l.boss, l.of(l.who), aLimit).Refused(409, "reporter_limit.open_already")
	l.Post(l.boss, url+"/lift", reasoned("说清楚了")).Expect(200)
	l.Post(l.volunteer, url+"/object", saying("不同意")).Refused(409, "reporter_limit.wrong_state")
	l.limit(aLimit)
}

func TestReporterLimit_anOfficerWhoIsLimitedDecidesNothingOfTheirOwn(t *testing.T) {
	l := newLimited(t)
	var made struct{ ID string }
	l.Post(l.staff, l.of(l.bossWho), aLimit).Expect(200).Into(&made)
	l.Post(l.boss, "/v1/report-limits/"+made.ID+"/object", saying("不同意")).Expect(200)
	l.Post(l.boss, "/v1/report-limits/"+made.ID+"/lift", reasoned("解除")).Refused(403, "reporter_limit.own")
}

func TestReporterLimit_aReportByProxyCountsForThePersonAndTellsNoReasonToWhoMayNotRead(t *testing.T) {
	l := newLimited(t)
	l.limit(aLimit)
	by := path("/v1/people/%d/matters", l.who.ID)
	l.Post(l.chief, by, aRepair("三楼的灯坏了")).Expect(200)
	l.Post(l.volunteer, "/v1/matters", aRepair("四楼的灯坏了")).Refused(429, "matter.limited")
	l.Post(l.chief, by, aRepair("四楼的灯坏了")).Refused(429, "matter.limited").Has("每天最多上报1件事", "已经告诉本人").HasNot("九次上报")
	l.Post(l.staff, by, aRepair("四楼的灯坏了")).Refused(429, "matter.limited").Has("九次上报")
	l.Post(l.chief, by, but(aRepair("有煤气味"), "urgent", true)).Expect(200)
}

// What somebody reported today that is hidden from their chief must not show by what the chief is refused.
func TestReporterLimit_tellsNoChiefByARefusalOfWhatIsHiddenFromThem(t *testing.T) {
	l := newLimited(t)
	l.limit(aLimit)
	hidden := but(but(aRepair("单元长收了钱不办事"), "anonymity", "chief"), "category", "conduct")
	l.Post(l.volunteer, "/v1/matters", hidden).Expect(200)
	l.Post(l.volunteer, "/v1/matters", aRepair("三楼的灯坏了")).Refused(429, "matter.limited")
	by := path("/v1/people/%d/matters", l.who.ID)
	l.Post(l.staff, by, aRepair("三楼的灯坏了")).Refused(429, "matter.limited")
	l.Post(l.chief, by, aRepair("三楼的灯坏了")).Expect(200)
	l.Post(l.chief, by, aRepair("四楼的灯坏了")).Refused(429, "matter.limited")
}

func TestReporterLimit_raceOfTwoWhoLimitTheSamePersonMakesOne(t *testing.T) {
	l := newLimited(t)
	_, replica := l.Replica()
	answers := make([]edge.Answer, 6)
	l.Race(len(answers), func(i int) {
		answers[i] = l.Do([]http.Handler{l.API, replica}[i%2], []string{l.staff, l.boss}[i%2], "POST", l.of(l.who), aLimit)
	})
	if won := l.won(answers, 409, "reporter_limit.open_already"); won != 1 {
		t.Errorf("%d limits of one person run", won)
	}
}

func TestReporterLimit_raceOfReportsPassesNoMoreThanTheLimit(t *testing.T) {
	l := newLimited(t)
	l.limit(but(aLimit, "a_day", 2))
	_, replica := l.Replica()
	answers := make([]edge.Answer, 6)
	l.Race(len(answers), func(i int) {
		answers[i] = l.Do([]http.Handler{l.API, replica}[i%2], l.volunteer, "POST", "/v1/matters", aRepair(fmt.Sprintf("%d楼的灯坏了", i)))
	})
	if won := l.won(answers, 429, "matter.limited"); won != 2 {
		t.Errorf("%d reports under a limit of two", won)
	}
}

func TestReporterLimit_raceOfDecisionsDecidesOnce(t *testing.T) {
	l := newLimited(t)
	url := l.limit(aLimit)
	l.Post(l.volunteer, url+"/object", saying("不同意")).Expect(200)
	_, other := l.Officer(model.CommunityStaff, l.o.Community, "钱社工")
	answers := make([]edge.Answer, 6)
	l.Race(len(answers), func(i int) {
		answers[i] = l.Do(l.API, []string{l.boss, other}[i%2], "POST", url+"/uphold", reasoned("维持"))
	})
	if won := l.won(answers, 409, "reporter_limit.wrong_state"); won != 1 {
		t.Errorf("upheld %d times", won)
	}
}
