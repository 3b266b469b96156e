package api_test

import (
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

type raised struct {
	ID, Rule, Detail string
}

// flags gives those that are not cleared, as the branch secretary sees them.
func (c *crew) flags() (list []raised) {
	c.Helper()
	var page struct{ Items []raised }
	c.Get(c.secretary, path("/v1/nodes/%d/flags", c.o.Grid.ID)).Expect(200).Into(&page)
	return page.Items
}

// flagged fails unless exactly these rules have fired, the last first.
func (c *crew) flagged(rules ...string) {
	c.Helper()
	var have []string
	for _, f := range c.flags() {
		have = append(have, f.Rule)
	}
	if fmt.Sprint(have) != fmt.Sprint(rules) {
		c.Fatalf("flags %v, want %v", have, rules)
	}
}

func TestFlag_lateEntry(t *testing.T) {
	c := newCrew(t)
	from := testkit.Start.Add(-15 * 24 * time.Hour)
	c.file(c.volunteer, but(but(onDay(1, "09:00", "10:00"), "starts_at", from.Add(24*time.Hour)), "ends_at", from.Add(25*time.Hour)))
	c.flagged()
	c.file(c.volunteer, but(but(onDay(1, "09:00", "10:00"), "starts_at", from.Add(-time.Hour)), "ends_at", from))
	c.flagged("late_entry")
	c.Get(c.secretary, "/v1/notices").Expect(200).Has("有服务记录需要核对", "补记过晚")
	c.Get(c.staff, "/v1/notices").Expect(200).Has("补记过晚")
	c.Get(c.chief, "/v1/notices").Expect(200).HasNot("补记过晚")
	c.Get(c.volunteer, "/v1/notices").Expect(200).HasNot("补记过晚")
	c.Get(c.secretary, path("/v1/nodes/%d/flags", c.o.Grid.ID)).Expect(200).Has("张卫东", "15天后填报")
	c.Get(c.secretary, "/v1/flag-rules").Expect(200).Has("long_week", "copied_text", "late_entry", "over_cap", "near_cap", "few_confirmed", "mutual")
}

func TestFlag_logFiledInTimeAndChangedLaterIsNoLateEntry(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	c.Move(16 * 24 * time.Hour)
	c.Post(c.volunteer, url+"/change", but(onDay(4, "09:00", "10:00"), "place", "4栋门前")).Expect(200)
	c.flagged()
	long := but(but(onDay(4, "09:00", "10:00"), "starts_at", "2026-02-18T09:00:00+08:00"), "ends_at", "2026-02-18T10:00:00+08:00")
	c.Post(c.volunteer, url+"/change", long).Expect(200)
	c.flagged("late_entry")
}

func TestFlag_longWeekIsRaisedOnceForTheWeek(t *testing.T) {
	c := newCrew(t)
	for day := 2; day <= 4; day++ { // Monday to Wednesday
		c.file(c.volunteer, onDay(day, "06:00", "18:00"))
	}
	c.file(c.volunteer, onDay(4, "19:00", "23:00"))
	c.flagged() // forty hours are not more than forty
	c.file(c.volunteer, onDay(5, "08:00", "08:01"))
	c.flagged("long_week")
	c.file(c.volunteer, onDay(5, "08:30", "08:40"))
	c.flagged("long_week")
	c.file(c.volunteer, onDay(1, "08:30", "08:40")) // Sunday belongs to the week before
	c.flagged("long_week")
	c.Tx(func(tx *gorm.DB) error {
		var told int64
		err := tx.Model(&model.Audit{}).Where("action = ?", "flag.raise").Count(&told).Error
		if told != 1 {
			t.Errorf("raised %d times", told)
		}
		return err
	})
}

func TestFlag_longWeekThatCorrectionsMake(t *testing.T) {
	c := newCrew(t)
	c.Move(4 * 24 * time.Hour) // Monday
	var urls []string
	for day := 2; day <= 7; day++ { // of the week before
		url, _ := c.confirmed(onDay(day, "09:00", "10:00"))
		urls = append(urls, url)
	}
	for i, url := range urls[:5] {
		c.grant(url, onDay(2+i, "09:00", "16:45"))
		c.clear("near_cap")
		c.flagged()
	}
	c.grant(urls[5], onDay(7, "09:00", "10:16")) // forty hours and a minute
	c.flagged("long_week")
	c.Appoint(c.chiefWho, model.BranchSecretary, c.o.Grid)
	c.Post(c.SignIn(c.chiefWho), "/v1/flags/"+c.flags()[0].ID+"/clear", map[string]string{"note": "属实"}).Refused(403, "flag.own")
	c.Post(c.secretary, "/v1/flags/"+c.flags()[0].ID+"/clear", map[string]string{"note": "属实"}).Expect(200)
}

func TestFlag_isNotClearedByWhoGrantedACorrection(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	late := but(but(onDay(4, "09:00", "10:00"), "starts_at", "2026-02-10T09:00:00+08:00"), "ends_at", "2026-02-10T10:00:00+08:00")
	c.Post(c.staff, c.ask(url, late)+"/grant", nil).Expect(200)
	c.flagged("late_entry")
	clearing, note := "/v1/flags/"+c.flags()[0].ID+"/clear", map[string]string{"note": "属实"}
	c.Post(c.staff, clearing, note).Refused(403, "flag.own")
	c.Post(c.secretary, clearing, note).Expect(200)
}

func TestFlag_copiedText(t *testing.T) {
	c := newCrew(t)
	texts := []string{"3.1 打扫楼道。", "打扫楼道", "打扫 楼道!", "打扫楼道2", "(打扫楼道)"}
	for i, text := range texts {
		c.flagged()
		token := c.volunteer
		if i%2 == 1 {
			token = c.mei
		}
		c.file(token, but(onDay(4, clock(8+i), clock(9+i)), "content", text))
	}
	c.flagged("copied_text")
	c.file(c.volunteer, but(onDay(3, "08:00", "09:00"), "content", "打扫楼道"))
	c.flagged("copied_text")
	// The same words next door are nobody's copy.
	_, far := c.Officer(model.BranchSecretary, c.o.OtherGrid, "外书记")
	c.file(c.SignIn(c.Person(c.o.FarUnit, "远人")), but(onDay(4, "08:00", "09:00"), "content", "打扫楼道"))
	c.Get(far, path("/v1/nodes/%d/flags", c.o.OtherGrid.ID)).Expect(200).Has(`"items":[]`)
}

func TestFlag_dayOverTheCapIsRaisedOnceForTheDay(t *testing.T) {
	c := newCrew(t)
	c.confirmed(onDay(4, "01:00", "09:00"))
	c.flagged() // eight hours are not more than eight
	c.confirmed(onDay(4, "12:00", "23:00"))
	c.flagged("over_cap")
	c.Get(c.secretary, path("/v1/nodes/%d/flags", c.o.Grid.ID)).Expect(200).Has("2026-03-04共19小时，超过每日上限")
	c.confirmed(onDay(4, "10:00", "11:00"))
	c.flagged("over_cap")
	c.confirmed(onDay(2, "15:59", "23:00"))
	c.confirmed(but(onDay(2, "23:00", "23:30"), "ends_at", "2026-03-03T00:30:00+08:00"))
	c.flagged("over_cap", "over_cap") // the second of March has an hour of the night: eight and a minute
}

func TestFlag_alwaysNearTheCap(t *testing.T) {
	c := newCrew(t)
	days := []time.Time{}
	for i := range 6 {
		days = append(days, testkit.Start.AddDate(0, 0, -3*(i+1)).Truncate(time.Minute)) // 09:00, in different weeks
	}
	spend := []time.Duration{8 * time.Hour, 7*time.Hour + 30*time.Minute, 8*time.Hour + time.Minute, 7*time.Hour + 12*time.Minute, 8 * time.Hour, 8 * time.Hour}
	for i, day := range days {
		if i == 5 {
			c.clear("late_entry")
			c.clear("over_cap")
			c.flagged()
		}
		body := but(but(but(onDay(1, "09:00", "10:00"), "starts_at", day), "ends_at", day.Add(spend[i])), "content", fmt.Sprintf("巡逻%c号楼", '甲'+rune(i)))
		c.confirmed(body)
	}
	c.clear("late_entry")
	c.flagged("near_cap")
}

// clear takes flags of a rule off the list that a test is not about.
func (c *crew) clear(rule string) {
	c.Helper()
	for _, f := range c.flags() {
		if f.Rule == rule {
			c.Post(c.secretary, "/v1/flags/"+f.ID+"/clear", map[string]string{"note": "属实"}).Expect(200)
		}
	}
}

func TestFlag_confirmerOfFew(t *testing.T) {
	c := newCrew(t)
	for i := range 9 {
		token := c.volunteer
		if i%2 == 1 {
			token = c.mei
		}
		url := c.file(token, but(onDay(4, clock(8+i), path("%02d:30", 8+i)), "content", fmt.Sprintf("巡逻%c号楼", '甲'+rune(i))))
		c.Post(c.chief, url+"/confirm", map[string]any{}).Expect(200)
	}
	c.flagged()
	c.confirmed(but(onDay(3, "08:00", "09:00"), "content", "修水管"))
	c.flagged("few_confirmed")
}

func TestFlag_mutualConfirmation(t *testing.T) {
	c := newCrew(t)
	// Two chiefs of one unit who confirm each other.
	home := c.Person(c.o.Unit, "又一长")
	c.Appoint(home, model.UnitChief, c.o.Unit)
	other := c.SignIn(home)
	first := c.file(other, onDay(4, "09:00", "10:00"))
	c.Post(c.chief, first+"/confirm", map[string]any{}).Expect(200)
	c.flagged()
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", c.chiefWho.ID).Update("node_id", c.o.Unit.ID).Error
	})
	second := c.file(c.chief, onDay(3, "09:00", "10:00"))
	c.Post(other, second+"/confirm", map[string]any{}).Expect(200).Has(`"points":10`) // a flag blocks nothing
	c.flagged("mutual")
}

func TestFlag_isNotClearedByWhoConfirmedHoursThatAreVoidNow(t *testing.T) {
	c := newCrew(t)
	from := testkit.Start.Add(-20 * 24 * time.Hour)
	url := c.file(c.volunteer, but(but(onDay(1, "09:00", "10:00"), "starts_at", from.Add(-time.Hour)), "ends_at", from))
	c.Move(8 * 24 * time.Hour)
	c.Post(c.secretary, url+"/confirm", map[string]any{}).Expect(200)
	clearing := "/v1/flags/" + c.flags()[0].ID + "/clear"
	note := map[string]string{"note": "已核实"}
	c.Post(c.secretary, clearing, note).Refused(403, "flag.own")
	c.Post(c.staff, url+"/void", because).Expect(200)
	c.Post(c.secretary, clearing, note).Refused(403, "flag.own")
	c.Post(c.staff, clearing, note).Expect(200)
}

func TestFlag_clearedOnceWithANoteAndByNobodyConcerned(t *testing.T) {
	c := newCrew(t)
	from := testkit.Start.Add(-20 * 24 * time.Hour)
	url := c.file(c.volunteer, but(but(onDay(1, "09:00", "10:00"), "starts_at", from.Add(-time.Hour)), "ends_at", from))
	c.Post(c.chief, url+"/confirm", map[string]any{}).Expect(200)
	clearing := "/v1/flags/" + c.flags()[0].ID + "/clear"
	note := map[string]string{"note": "已电话核实,情况属实"}
	c.Post(c.volunteer, clearing, note).Refused(403, "role.not_allowed")
	c.Post(c.chief, clearing, note).Refused(403, "role.not_allowed")
	c.Post(c.foreignStaff, clearing, note).Refused(404, "flag.not_found")
	c.Get(c.foreignStaff, path("/v1/nodes/%d/flags", c.o.Grid.ID)).Refused(404, "node.not_found")
	c.Post(c.secretary, "/v1/flags/999999/clear", note).Refused(404, "flag.not_found")
	c.Post(c.secretary, clearing, map[string]string{"note": " "}).Refused(422, "text.empty")
	for _, p := range []model.Person{c.who, c.chiefWho} { // the volunteer, and who confirmed it
		c.Appoint(p, model.BranchSecretary, c.o.Grid)
		c.Post(c.SignIn(p), clearing, note).Refused(403, "flag.own")
	}
	answers := make([]edge.Answer, 4)
	c.Race(len(answers), func(i int) { answers[i] = c.Do(c.API, []string{c.secretary, c.staff}[i%2], "POST", clearing, note) })
	if won := c.won(answers, 409, "flag.cleared_already"); won != 1 {
		t.Fatalf("cleared %d times", won)
	}
	c.flagged()
	c.Get(c.secretary, path("/v1/nodes/%d/flags?cleared=true", c.o.Grid.ID)).Expect(200).Has("已电话核实")
	c.Tx(func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&model.Audit{}).Where("action IN ?", []string{"flag.raise", "flag.clear"}).Count(&n).Error
		if n != 2 {
			t.Errorf("%d audit entries", n)
		}
		return err
	})
}
