package api_test

import (
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestHours_nobodyDecidesAboutTheirOwn(t *testing.T) {
	c := newCrew(t)
	// The chief is branch secretary and community staff as well: no role helps with one's own hours.
	c.Appoint(c.who, model.UnitChief, c.o.Unit)
	c.Appoint(c.who, model.BranchSecretary, c.o.Grid)
	c.Appoint(c.who, model.CommunityStaff, c.o.Community)
	c.volunteer = c.SignIn(c.who)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	c.Post(c.volunteer, url+"/confirm", map[string]any{}).Refused(403, "hours.own")
	c.Post(c.volunteer, url+"/refuse", because).Refused(403, "hours.own")
	c.Post(c.volunteer, url+"/void", because).Refused(403, "hours.own")
	c.Get(c.volunteer, "/v1/hours/to-confirm").Expect(200).HasNot("张卫东")
	// Nor by filing it as somebody's proxy who is oneself.
	c.Post(c.volunteer, path("/v1/people/%d/hours", c.who.ID), onDay(3, "09:00", "10:00")).Expect(200).HasNot("entered_by")
	c.Post(c.chief, url+"/confirm", map[string]any{}).Expect(200)
}

// TestHours_areConfirmedAsTheyWereSeen: a log that was changed meanwhile is read again first.
func TestHours_areConfirmedAsTheyWereSeen(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).Has(`"minutes":60`, `"changed":0`)
	c.Post(c.volunteer, url+"/change", onDay(4, "06:00", "18:00")).Expect(200)
	c.Post(c.chief, url+"/confirm", map[string]any{"seen": 0}).Refused(409, "hours.changed").Has("刷新")
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).Has(`"minutes":720`, `"changed":1`)
	c.Post(c.chief, url+"/confirm", map[string]any{"seen": 1}).Expect(200)
}

func TestHours_areDecidedByWhoKnowsTheVolunteerBest(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	for _, early := range []string{c.secretary, c.staff} {
		c.Post(early, url+"/confirm", map[string]any{}).Refused(409, "hours.not_your_turn").Has("单元长")
		c.Post(early, url+"/refuse", because).Refused(409, "hours.not_your_turn")
		c.Get(early, "/v1/hours/to-confirm").Expect(200).Has(`"your_turn":false`)
		c.Get(early, path("/v1/nodes/%d/hours", c.o.Unit.ID)).Expect(200).Has("张", `"your_turn":false`)
	}
	c.Get(c.chief, path("/v1/nodes/%d/hours?state=claimed", c.o.Unit.ID)).Expect(200).Has("张卫东", `"your_turn":true`)
	c.file(c.chief, onDay(4, "14:00", "15:00")) // their own is not theirs to decide about
	c.Get(c.chief, path("/v1/nodes/%d/hours", c.o.Unit.ID)).Expect(200).Has("王建国", `"your_turn":false`, `"your_turn":true`)
	c.Post(c.volunteer, url+"/confirm", map[string]any{}).Refused(403, "role.not_allowed")
	c.Post(c.admin, url+"/confirm", map[string]any{}).Refused(403, "role.not_allowed")
	for _, other := range []string{c.foreignChief, c.foreignStaff} {
		c.Post(other, url+"/confirm", map[string]any{}).Refused(404, "hours.not_found")
		c.Post(other, url+"/refuse", because).Refused(404, "hours.not_found")
		c.Get(other, "/v1/hours/to-confirm").Expect(200).HasNot("张卫东")
	}
	c.Get(c.foreignChief, path("/v1/nodes/%d/hours", c.o.Unit.ID)).Refused(404, "node.not_found")
	c.Post(c.foreignStaff, url+"/void", because).Refused(404, "hours.not_found")
	c.Post(c.chief, url+"/void", because).Refused(403, "role.not_allowed")
	c.Post(c.chief, "/v1/hours/999999/confirm", map[string]any{}).Refused(404, "hours.not_found")
	c.Post(c.chief, url+"/refuse", map[string]string{"reason": " "}).Refused(422, "text.empty")
	c.Post(c.chief, url+"/confirm", map[string]string{"evaluation": "a\x00"}).Refused(422, "text.forbidden_characters")

	// After a week without an answer the levels above may help.
	c.Move(7*24*time.Hour - time.Second)
	c.Post(c.secretary, url+"/confirm", map[string]any{}).Refused(409, "hours.not_your_turn")
	c.Move(time.Second)
	c.Get(c.secretary, "/v1/hours/to-confirm").Expect(200).Has(`"your_turn":true`)
	c.Post(c.secretary, url+"/confirm", map[string]any{}).Expect(200)
}

func TestHours_theSecretaryDecidesForTheChiefAndTheCommunityForBoth(t *testing.T) {
	c := newCrew(t)
	home := c.Person(c.o.Unit, "家里人")
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Person{}).Where("id = ?", c.secretaryWho.ID).Updates(map[string]any{"node_id": c.o.Unit.ID, "household_id": *home.HouseholdID}).Error
	})
	url := c.file(c.chief, onDay(4, "09:00", "10:00"))
	c.Post(c.staff, url+"/confirm", map[string]any{}).Refused(409, "hours.not_your_turn").Has("党支部书记")
	c.Post(c.secretary, url+"/confirm", map[string]any{}).Expect(200)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", c.chiefWho.ID).Updates(map[string]any{"ends_at": c.Clock.Now().Add(time.Second), "open_key": nil}).Error
	})
	c.Move(time.Second)
	own := c.file(c.secretary, onDay(4, "09:00", "10:00")) // no chief, and the secretary is the volunteer
	c.Post(c.secretary, own+"/confirm", map[string]any{}).Refused(403, "hours.own")
	c.Post(c.chief, own+"/confirm", map[string]any{}).Refused(403, "role.not_allowed") // the role has ended
	c.Post(c.staff, own+"/confirm", map[string]any{}).Expect(200)
}

func TestHours_everyMoveThatTheTableDoesNotNameIsRefused(t *testing.T) {
	verbs := map[model.HoursState]string{model.HoursConfirmed: "confirm", model.HoursRefused: "refuse", model.HoursVoid: "void"}
	for _, from := range []model.HoursState{model.HoursOpen, model.HoursClaimed, model.HoursConfirmed, model.HoursRefused, model.HoursVoid} {
		for to, verb := range verbs {
			t.Run(string(from)+" "+verb, func(t *testing.T) {
				c := newCrew(t)
				url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
				c.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Hours{}).Where("1 = 1").Update("state", from).Error })
				token, body := c.chief, any(because)
				if verb == "void" {
					token = c.staff
				}
				if verb == "confirm" {
					body = map[string]any{}
				}
				if a := c.Post(token, url+"/"+verb, body); from.MayBecome(to) {
					a.Expect(200).Has(`"state":"` + string(to) + `"`)
				} else {
					a.Refused(409, "hours.wrong_state").Has(from.Title())
				}
			})
		}
	}
}

func TestHours_refusedTellsWhy(t *testing.T) {
	c := newCrew(t)
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	c.Post(c.chief, url+"/refuse", because).Expect(200).Has(`"state":"refused"`, "材料不齐")
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("服务记录未通过", "材料不齐")
	c.Get(c.volunteer, url).Expect(200).Has("材料不齐", `"points":0`)
	c.holds(0)
}

func TestHours_madeVoidGiveBackTheirPoints(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "17:00"))
	_, second := c.confirmed(onDay(4, "18:00", "20:00"))
	if second.Points != 0 {
		t.Fatalf("the cap let %d points through", second.Points)
	}
	c.holds(80)
	c.Post(c.staff, url+"/void", because).Expect(200).Has(`"state":"void"`, `"points":0`, "材料不齐")
	c.holds(0)
	c.Get(c.volunteer, "/v1/me/points/statement").Expect(200).Has(`"amount":-80`, "原积分冲回", `"balance":0`)
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("服务记录已作废")
	c.Get(c.volunteer, url).Expect(200).Has(`"what":"void"`, `"points":80`)
	if _, third := c.confirmed(onDay(4, "09:00", "10:00")); third.Points != 10 { // the day is free again
		t.Fatalf("%d points", third.Points)
	}
	c.holds(10)
	c.Post(c.staff, url+"/void", because).Refused(409, "hours.wrong_state")
}

func TestHours_pointsThatAreSpentAreNotTakenBack(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "10:00"))
	c.spend(5)
	c.Post(c.staff, url+"/void", because).Refused(409, "hours.points_spent")
	c.Get(c.volunteer, url).Expect(200).Has(`"state":"confirmed"`, `"points":10`)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"balance":5`)
}

// spend takes points away from the volunteer, as redeeming does.
func (c *crew) spend(points int64) {
	c.Helper()
	from, to := ledger.PersonPoints(c.who.ID), ledger.PointsRedeemed(c.o.Community.ID)
	c.Tx(func(tx *gorm.DB) error {
		b := ledger.NewBook()
		if err := b.Open(tx, c.Clock.Now(), from, to); err != nil {
			return err
		}
		id := model.NewID(c.Clock.Now())
		made := model.Transfer{ID: id, Kind: "test", Subject: "test", SubjectID: id, At: c.Clock.Now()}
		if err := b.Transfer(made, ledger.Leg{Key: from, Amount: -points}, ledger.Leg{Key: to, Amount: points}); err != nil {
			return err
		}
		return b.Write(tx)
	})
}

func TestHours_activitysAreDecidedInTheActivity(t *testing.T) {
	c := newCrew(t)
	activity := int64(77)
	until := testkit.Start.Add(-time.Hour)
	h := model.Hours{
		PersonID: c.who.ID, Source: model.FromActivity, ActivityID: &activity, NodeID: c.o.Unit.ID, Kind: "patrol", StartsAt: testkit.Start.Add(-2 * time.Hour),
		EndsAt: &until, Minutes: 60, State: model.HoursClaimed, CreatedAt: testkit.Start,
	}
	c.Tx(func(tx *gorm.DB) error { return tx.Create(&h).Error })
	url := path("/v1/hours/%d", h.ID)
	c.Post(c.chief, url+"/confirm", map[string]any{}).Refused(409, "hours.of_activity")
	c.Post(c.chief, url+"/refuse", because).Refused(409, "hours.of_activity")
	c.Post(c.volunteer, url+"/withdraw", nil).Refused(409, "hours.of_activity")
	c.Post(c.volunteer, url+"/change", onDay(4, "09:00", "10:00")).Refused(409, "hours.of_activity")
	c.Get(c.chief, "/v1/hours/to-confirm").Expect(200).HasNot("张卫东")
}

func TestHours_confirmedTwiceAtOnceGiveOnce(t *testing.T) {
	c := newCrew(t)
	other := c.Person(c.o.Unit, "又一长")
	c.Appoint(other, model.UnitChief, c.o.Unit)
	tokens := []string{c.chief, c.SignIn(other)}
	url := c.file(c.volunteer, onDay(4, "09:00", "10:00"))
	answers := make([]edge.Answer, 6)
	c.Race(len(answers), func(i int) { answers[i] = c.Do(c.API, tokens[i%2], "POST", url+"/confirm", map[string]any{}) })
	if won := c.won(answers, 409, "hours.wrong_state"); won != 1 {
		t.Fatalf("%d confirmations", won)
	}
	c.holds(10)
}

func TestHours_confirmedAndWithdrawnAtOnceIsOneOfThem(t *testing.T) {
	c := newCrew(t)
	for day := 1; day <= 4; day++ {
		url := c.file(c.volunteer, onDay(day, "09:00", "10:00"))
		answers := make([]edge.Answer, 4)
		c.Race(len(answers), func(i int) {
			if i%2 == 0 {
				answers[i] = c.Do(c.API, c.chief, "POST", url+"/confirm", map[string]any{})
			} else {
				answers[i] = c.Do(c.API, c.volunteer, "POST", url+"/withdraw", nil)
			}
		})
		if won := c.won(answers, 409, "hours.wrong_state"); won != 1 {
			t.Fatalf("%d of them", won)
		}
	}
	c.bookBalances()
}

// TestHours_theCapOfADayHoldsWhenManyAreConfirmedAtOnce: eight records of two hours each, of one day
// whose cap is eight hours.
func TestHours_theCapOfADayHoldsWhenManyAreConfirmedAtOnce(t *testing.T) {
	c := newCrew(t)
	urls := make([]string, 8)
	for i := range urls {
		urls[i] = c.file(c.volunteer, onDay(4, clock(i*2), clock(i*2+2)))
	}
	c.Race(len(urls), func(i int) { c.Do(c.API, c.chief, "POST", urls[i]+"/confirm", map[string]any{}) })
	c.holds(80)
}

func clock(hour int) string { return path("%02d:00", hour) }

func TestHours_hostileTextIsTextOnly(t *testing.T) {
	c := newCrew(t)
	text := "'; DROP TABLE hours;-- <script>😀"
	url := c.file(c.volunteer, but(onDay(4, "09:00", "10:00"), "content", text))
	var h struct{ Content string }
	c.Get(c.volunteer, url).Expect(200).Into(&h)
	if h.Content != text || !strings.Contains(h.Content, "DROP") {
		t.Fatal(h.Content)
	}
}
