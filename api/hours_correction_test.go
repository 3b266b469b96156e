package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// right is what hours should say.
func right(body map[string]any) map[string]any { return but(body, "why", "时间填错了") }

func (c *crew) ask(url string, body map[string]any) string {
	c.Helper()
	var made struct{ ID string }
	c.Post(c.volunteer, url+"/corrections", right(body)).Expect(200).Has(`"state":"asked"`).Into(&made)
	return "/v1/corrections/" + made.ID
}

func TestCorrection_grantedGivesAnewAndKeepsWhatWas(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	correction := c.ask(url, onDay(4, "09:00", "12:00"))
	c.Get(c.chief, "/v1/corrections").Expect(200).Has("张卫东", "时间填错了", `"now_points":10`)
	c.Get(c.secretary, "/v1/notices").Expect(200).Has("有服务记录申请更正", "张**").HasNot("张卫东")
	c.Post(c.chief, correction+"/grant", nil).Expect(200).Has(`"state":"granted"`, `"now_points":30`)
	c.holds(30)
	c.Get(c.volunteer, url).Expect(200).Has(`"state":"confirmed"`, `"minutes":180`, `"points":30`, `"what":"correct"`, `"minutes":60`, `"state":"granted"`)
	c.Get(c.volunteer, "/v1/me/points/statement").Expect(200).Has(`"amount":10,"balance":10`, `"amount":30,"balance":40`, `"amount":-10,"balance":30`)
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("服务记录已更正", "积分由10变为30")
	c.Get(c.chief, "/v1/corrections").Expect(200).HasNot("张卫东")
	c.Post(c.chief, correction+"/grant", nil).Refused(409, "correction.wrong_state").Has("已更正")
	// The corrected time is taken, what was given up is free.
	again := c.ask(url, onDay(4, "11:00", "12:00"))
	c.Post(c.staff, again+"/grant", nil).Expect(200)
	c.holds(10)
	c.file(c.volunteer, onDay(4, "09:00", "11:00"))
	c.Post(c.volunteer, "/v1/hours", onDay(4, "11:30", "12:30")).Refused(409, "hours.overlap")
}

func TestCorrection_ofSpentPointsNeedsOnlyTheDifference(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "12:00"))
	c.spend(25) // of 30
	less := c.ask(url, onDay(4, "09:00", "11:00"))
	c.Post(c.chief, less+"/grant", nil).Refused(409, "hours.points_spent")
	c.Get(c.volunteer, url).Expect(200).Has(`"minutes":180`, `"points":30`, `"state":"asked"`)
	c.Post(c.volunteer, less+"/withdraw", nil).Expect(200).Has(`"state":"withdrawn"`)
	nearly := c.ask(url, onDay(4, "09:00", "11:30"))
	c.Post(c.chief, nearly+"/grant", nil).Expect(200)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"balance":0`)
	c.Post(c.chief, c.ask(url, onDay(4, "09:00", "12:00"))+"/grant", nil).Expect(200)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"balance":5`)
}

func TestCorrection_ofWordsAloneLeavesTheTransfer(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	c.spend(10)
	c.Post(c.chief, c.ask(url, but(onDay(4, "09:00", "10:00"), "content", "扫雪"))+"/grant", nil).Expect(200).Has(`"now_points":10`)
	c.Get(c.volunteer, url).Expect(200).Has("扫雪", "打扫楼道", `"points":10`)
	c.Get(c.volunteer, "/v1/me/points/statement").Expect(200).HasNot("hours.reversed")
	c.holds(0)
}

func TestCorrection_ofWordsAloneLeavesTheSecondsOfAnAttendance(t *testing.T) {
	c := newCrew(t)
	from, until := testkit.Start.Add(-2*time.Hour).Add(30*time.Second), testkit.Start.Add(-time.Hour).Add(50*time.Second)
	activity := int64(77)
	h := model.Hours{
		ID: model.NewID(testkit.Start), PersonID: c.who.ID, Source: model.FromActivity, ActivityID: &activity, NodeID: c.o.Unit.ID, Kind: "environment", Content: "巡逻", Place: "3栋",
		StartsAt: from, EndsAt: &until, Minutes: 60, State: model.HoursConfirmed, CreatedAt: testkit.Start,
	}
	c.Tx(func(tx *gorm.DB) error { return tx.Create(&h).Error })
	url := path("/v1/hours/%d", h.ID)
	said := onDay(4, "09:00", "10:00")
	said["starts_at"], said["ends_at"] = from.Truncate(time.Minute).Format(time.RFC3339), from.Truncate(time.Minute).Add(time.Hour).Format(time.RFC3339)
	c.Post(c.chief, c.ask(url, said)+"/grant", nil).Expect(200)
	c.Tx(func(tx *gorm.DB) error {
		now, err := model.HoursByID(tx, h.ID)
		if !now.StartsAt.Equal(from) || !now.EndsAt.Equal(until) || now.Minutes != 60 || now.Place != "3栋门前" || now.TransferID != nil {
			t.Errorf("the hours are %+v", now)
		}
		return err
	})
}

func TestHours_whatIsOfferedWithARecordIsWhatIsNotRefused(t *testing.T) {
	c := newCrew(t)
	filed := func(day int) string {
		var h hours
		c.Post(c.chief, path("/v1/people/%d/hours", c.who.ID), onDay(day, "09:00", "10:00")).Expect(200).Into(&h)
		return "/v1/hours/" + h.ID
	}
	hers, his, theirs := filed(4), c.file(c.volunteer, onDay(3, "09:00", "10:00")), filed(2)
	sure := c.file(c.volunteer, onDay(2, "14:00", "15:00"))
	c.Post(c.chief, sure+"/confirm", map[string]any{}).Expect(200)
	c.Post(c.secretary, theirs+"/confirm", map[string]any{}).Expect(200)
	correction := c.ask(theirs, onDay(2, "09:00", "11:00"))
	tokens := map[string]string{"volunteer": c.volunteer, "chief": c.chief, "secretary": c.secretary, "staff": c.staff}
	for name, token := range tokens {
		for _, url := range []string{hers, his, theirs, sure} {
			var may struct {
				Change  bool `json:"may_change"`
				Correct bool `json:"may_correct"`
				Unask   bool `json:"may_unask"`
			}
			c.Get(token, url).Expect(200).Into(&may)
			for what, try := range map[string]struct {
				offered bool
				on, url string
				body    any
			}{
				"change":  {may.Change, url, "/change", onDay(1, "09:00", "10:00")},
				"correct": {may.Correct, url, "/corrections", right(onDay(1, "12:00", "13:00"))},
				"unask":   {may.Unask, correction, "/withdraw", nil},
			} {
				if what == "unask" && url != theirs {
					continue
				}
				done := false
				t.Run(name+" "+what+" "+url, func(t *testing.T) { // on a copy: nothing of it is there for the next
					on := c.Copies()(t)
					done = on.Do(on.API, token, "POST", try.on+try.url, try.body, "Idempotency-Key", "tried-once-1").Status == 200
				})
				if done != try.offered {
					t.Errorf("%s is offered %v to %s of %s, and done %v", what, try.offered, name, url, done)
				}
			}
		}
	}
}

func TestCorrection_refusedAndWithdrawn(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	first := c.ask(url, onDay(4, "09:00", "11:00"))
	c.Post(c.volunteer, url+"/corrections", right(onDay(4, "09:00", "12:00"))).Refused(409, "correction.open_already")
	c.Post(c.chief, first+"/refuse", map[string]string{"reason": " "}).Refused(422, "text.empty")
	c.Post(c.chief, first+"/refuse", because).Expect(200).Has(`"state":"refused"`, "材料不齐")
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("更正申请未通过", "材料不齐")
	second := c.ask(url, onDay(4, "09:00", "11:00"))
	c.Post(c.volunteer, second+"/withdraw", nil).Expect(200)
	c.Post(c.volunteer, second+"/withdraw", nil).Refused(409, "correction.wrong_state")
	c.Post(c.chief, second+"/refuse", because).Refused(409, "correction.wrong_state").Has("已撤回")
	c.holds(10)
}

func TestCorrection_refusesWhatCannotBeAndWhoMayNot(t *testing.T) {
	c := newCrew(t)
	claimed := c.file(c.volunteer, onDay(3, "09:00", "10:00"))
	c.Post(c.volunteer, claimed+"/corrections", right(onDay(3, "09:00", "11:00"))).Refused(409, "hours.wrong_state").Has("待确认")
	c.file(c.volunteer, onDay(4, "14:00", "15:00"))
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	ask := func(body map[string]any) edge.Answer {
		c.Helper()
		return c.Post(c.volunteer, url+"/corrections", body)
	}
	ask(right(onDay(4, "13:00", "14:01"))).Refused(409, "hours.overlap")
	ask(right(onDay(4, "10:00", "10:00"))).Refused(422, "hours.too_short")
	ask(right(onDay(4, "00:00", "12:01"))).Refused(422, "hours.too_long")
	ask(right(onDay(6, "09:00", "10:00"))).Refused(422, "hours.future")
	ask(but(right(onDay(4, "09:00", "10:00")), "kind", "none")).Refused(422, "hours.unknown_kind")
	ask(but(onDay(4, "09:00", "10:00"), "why", " ")).Refused(422, "text.empty")
	old := but(but(right(onDay(4, "09:00", "10:00")), "starts_at", "2026-01-03T09:00:00+08:00"), "ends_at", "2026-01-03T10:00:00+08:00")
	ask(old).Refused(422, "hours.too_late")
	for _, other := range []string{c.mei, c.foreignChief, c.secretary} {
		c.Post(other, url+"/corrections", right(onDay(4, "09:00", "11:00"))).Refused(404, "hours.not_found")
	}
	c.Post(c.volunteer, "/v1/hours/999999/corrections", right(onDay(4, "09:00", "11:00"))).Refused(404, "hours.not_found")

	correction := c.ask(url, onDay(4, "09:00", "11:00"))
	for _, verb := range []string{"grant", "refuse"} {
		var body any
		if verb == "refuse" {
			body = because
		}
		c.Post(c.volunteer, correction+"/"+verb, body).Refused(403, "role.not_allowed")
		c.Post(c.foreignChief, correction+"/"+verb, body).Refused(404, "correction.not_found")
		c.Post(c.foreignStaff, correction+"/"+verb, body).Refused(404, "correction.not_found")
		c.Post(c.chief, "/v1/corrections/999999/"+verb, body).Refused(404, "correction.not_found")
	}
	c.Get(c.foreignChief, "/v1/corrections").Expect(200).HasNot("张卫东")
	for _, other := range []string{c.mei, c.chief, c.foreignChief} {
		c.Post(other, correction+"/withdraw", nil).Refused(404, "correction.not_found")
	}
	// A time that was taken meanwhile, and hours that are void meanwhile.
	c.file(c.volunteer, onDay(4, "10:30", "11:30"))
	c.Post(c.chief, correction+"/grant", nil).Refused(409, "hours.overlap")
	c.Post(c.staff, url+"/void", because).Expect(200)
	c.Get(c.chief, "/v1/corrections").Expect(200).HasNot("张卫东")
	c.Post(c.chief, correction+"/grant", nil).Refused(409, "correction.wrong_state").Has("未更正")
	c.Post(c.chief, correction+"/refuse", because).Refused(409, "correction.wrong_state")
}

func TestCorrection_isNotDecidedByWhoAskedNorByWhoseHoursTheyAre(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	var made struct{ ID string }
	c.Post(c.chief, url+"/corrections", right(onDay(4, "09:00", "11:00"))).Expect(200).Into(&made) // for somebody without a phone
	c.Post(c.chief, "/v1/corrections/"+made.ID+"/grant", nil).Refused(403, "correction.asked_by_you")
	c.Get(c.chief, "/v1/corrections").Expect(200).HasNot("张卫东")
	c.Appoint(c.who, model.CommunityStaff, c.o.Community)
	own := c.SignIn(c.who)
	c.Post(own, "/v1/corrections/"+made.ID+"/grant", nil).Refused(403, "hours.own")
	c.Post(own, "/v1/corrections/"+made.ID+"/refuse", because).Refused(403, "hours.own")
	c.Post(c.chief, "/v1/corrections/"+made.ID+"/withdraw", nil).Expect(200)
	c.holds(10)
}

func TestCorrection_grantedTwiceAtOnceIsOnce(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	correction := c.ask(url, onDay(4, "09:00", "11:00"))
	tokens := []string{c.chief, c.secretary, c.staff}
	answers := make([]edge.Answer, 6)
	c.Race(len(answers), func(i int) { answers[i] = c.Do(c.API, tokens[i%3], "POST", correction+"/grant", nil) })
	if won := c.won(answers, 409, "correction.wrong_state"); won != 1 {
		t.Fatalf("granted %d times", won)
	}
	c.holds(20)
	c.Tx(func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&model.Transfer{}).Where("reverses_id IS NOT NULL").Count(&n).Error
		if n != 1 {
			t.Errorf("%d reversals", n)
		}
		return err
	})
}

func TestCorrection_askedTwiceAtOnceIsOne(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	answers := make([]edge.Answer, 4)
	c.Race(len(answers), func(i int) {
		answers[i] = c.Do(c.API, c.volunteer, "POST", url+"/corrections", right(onDay(4, "09:00", "11:00")))
	})
	if won := c.won(answers, 409, "correction.open_already"); won != 1 {
		t.Fatalf("%d requests", won)
	}
}

func TestCorrection_grantedAndMadeVoidAtOnceLeavesASoundBook(t *testing.T) {
	c := newCrew(t)
	for day := 1; day <= 4; day++ {
		url, _ := c.confirmed(onDay(day, "09:00", "10:00"))
		correction := c.ask(url, onDay(day, "09:00", "11:00"))
		answers := make([]edge.Answer, 4)
		c.Race(len(answers), func(i int) {
			if i%2 == 0 {
				answers[i] = c.Do(c.API, c.chief, "POST", correction+"/grant", nil)
			} else {
				answers[i] = c.Do(c.API, c.staff, "POST", url+"/void", because)
			}
		})
		c.Get(c.volunteer, url).Expect(200).Has(`"state":"void"`)
		c.holds(0)
	}
}
