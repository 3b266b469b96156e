package api_test

import (
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func rule(from string, with map[string]any) map[string]any {
	body := map[string]any{"per_hour": 20, "cap_points": 100, "cap_minutes": 480, "from": from}
	for k, v := range with {
		body[k] = v
	}
	return body
}

// rules posts a rule for the district.
func (c *crew) rules(body map[string]any) edge.Answer {
	c.Helper()
	return c.Post(c.admin, path("/v1/nodes/%d/points-rules", c.o.District.ID), body)
}

// keep lets sessions last through a test that moves the clock far.
func (c *crew) keep() {
	c.Helper()
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Session{}).Where("1 = 1").Update("expires_at", c.Clock.Now().AddDate(1, 0, 0)).Error
	})
}

func TestPoints_theRuleThatRanWhenTheServiceBeganCounts(t *testing.T) {
	c := newCrew(t)
	c.keep()
	before, got := c.confirmed(onDay(4, "09:00", "10:00"))
	if got.Points != 10 {
		t.Fatalf("%+v", got)
	}
	late := c.file(c.volunteer, onDay(5, "08:00", "09:00"))
	c.rules(rule("2026-03-07", nil)).Expect(200).Has(`"from":"2026-03-07T00:00:00+08:00"`)
	c.rules(rule("2026-03-07", map[string]any{"kind": "elderly", "per_hour": 30})).Expect(200)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"coming":[{`, `"per_hour":20`, `"per_hour":30`)
	c.Move(72 * time.Hour) // Sunday the 8th
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"coming":[]`, `"running":[{`, `"per_hour":20`, `"kind":"elderly"`).HasNot(`"per_hour":10`)
	// Served before, confirmed after: the old rule. What was earned stays as it is.
	c.Post(c.chief, late+"/confirm", map[string]any{}).Expect(200).Has(`"points":10`)
	c.Get(c.volunteer, before).Expect(200).Has(`"points":10`)
	// From midnight on the new one, and the kind's own.
	over := but(onDay(6, "23:00", "23:00"), "ends_at", "2026-03-07T01:00:00+08:00")
	if _, got := c.confirmed(over); got.Points != 20 { // it began under the old rule: two hours on two days
		t.Fatalf("%+v", got)
	}
	if _, got := c.confirmed(onDay(7, "08:00", "09:00")); got.Points != 20 {
		t.Fatalf("%+v", got)
	}
	if _, got := c.confirmed(but(onDay(7, "10:00", "11:00"), "kind", "elderly")); got.Points != 30 {
		t.Fatalf("%+v", got)
	}
	// A correction is settled by the rule of its own date.
	corrected := c.ask(before, onDay(4, "09:00", "11:00"))
	c.Post(c.chief, corrected+"/grant", nil).Expect(200).Has(`"now_points":20`)
	c.holds(20 + 10 + 20 + 20 + 30)
}

func TestPoints_rulesAreForTheFutureAndOfOneDistrict(t *testing.T) {
	c := newCrew(t)
	for _, from := range []string{"2026-03-05", "2026-03-04", "2020-01-01"} { // today has begun
		c.rules(rule(from, nil)).Refused(422, "points_rule.not_in_future")
	}
	for _, from := range []string{"", "2026-13-01", "2026-02-30", "tomorrow"} {
		c.rules(rule(from, nil)).Refused(422, "http.invalid")
	}
	c.rules(rule("2026-03-06", map[string]any{"per_hour": 1001})).Refused(422, "http.invalid")
	c.rules(rule("2026-03-06", map[string]any{"per_hour": -1})).Refused(422, "http.invalid")
	c.rules(rule("2026-03-06", map[string]any{"kind": "none"})).Refused(422, "hours.unknown_kind")
	c.Post(c.admin, path("/v1/nodes/%d/points-rules", c.o.Community.ID), rule("2026-03-06", nil)).Refused(404, "node.not_found")
	c.Post(c.staff, path("/v1/nodes/%d/points-rules", c.o.District.ID), rule("2026-03-06", nil)).Refused(403, "role.not_allowed")
	far := c.Node(nil, model.District, "宜秀区")
	_, elsewhere := c.Officer(model.DistrictAdmin, far, "外管理")
	c.Post(elsewhere, path("/v1/nodes/%d/points-rules", c.o.District.ID), rule("2026-03-06", nil)).Refused(404, "node.not_found")
	c.Get(elsewhere, path("/v1/nodes/%d/points-rules", c.o.District.ID)).Refused(404, "node.not_found")

	var made struct{ ID string }
	c.rules(rule("2026-03-06", nil)).Expect(200).Into(&made)
	c.rules(rule("2026-03-06", map[string]any{"per_hour": 7})).Refused(409, "points_rule.date_taken")
	withdraw := "/v1/points-rules/" + made.ID + "/withdraw"
	c.Post(elsewhere, withdraw, nil).Refused(404, "points_rule.not_found")
	c.Post(c.staff, withdraw, nil).Refused(403, "role.not_allowed")
	c.Post(c.admin, "/v1/points-rules/999999/withdraw", nil).Refused(404, "points_rule.not_found")
	c.Post(c.admin, withdraw, nil).Expect(200).Has("withdrawn_at")
	c.Post(c.admin, withdraw, nil).Refused(409, "points_rule.begun")
	c.rules(rule("2026-03-06", map[string]any{"per_hour": 7})).Expect(200).Into(&made)
	c.Post(elsewhere, path("/v1/nodes/%d/points-rules", far.ID), rule("2026-03-06", map[string]any{"per_hour": 99})).Expect(200)
	c.Get(c.admin, path("/v1/nodes/%d/points-rules", c.o.District.ID)).Expect(200).Has(`"per_hour":10`, `"per_hour":7`, "withdrawn_at").HasNot(`"per_hour":99`)
	c.Post(c.admin, "/v1/points-rules/1/withdraw", nil).Refused(404, "points_rule.not_found") // the one for everywhere
	c.Move(24 * time.Hour)
	c.Post(c.admin, "/v1/points-rules/"+made.ID+"/withdraw", nil).Refused(409, "points_rule.begun")
	if _, got := c.confirmed(onDay(6, "08:00", "09:00")); got.Points != 7 {
		t.Fatalf("%+v", got)
	}
}

func TestPoints_twoRulesOfOneDayAtOnceAreOne(t *testing.T) {
	c := newCrew(t)
	answers := make([]edge.Answer, 4)
	c.Race(len(answers), func(i int) {
		answers[i] = c.Do(c.API, c.admin, "POST", path("/v1/nodes/%d/points-rules", c.o.District.ID), rule("2026-03-06", map[string]any{"per_hour": i + 1}))
	})
	if won := c.won(answers, 409, "points_rule.date_taken"); won != 1 {
		t.Fatalf("%d rules", won)
	}
}

// TestPoints_aDayIsOneWhole: in whatever order and pieces, a day earns what it earns at once.
func TestPoints_aDayIsOneWhole(t *testing.T) {
	c := newCrew(t)
	sum := func(spans ...[2]string) (points int64) {
		t.Helper()
		for _, s := range spans {
			_, got := c.confirmed(onDay(4, s[0], s[1]))
			points += got.Points
		}
		return points
	}
	// Three times 25 minutes are 75: 12 points, where each alone rounded down would be 4.
	if got := sum([2]string{"09:00", "09:25"}, [2]string{"10:00", "10:25"}, [2]string{"08:00", "08:25"}); got != 12 {
		t.Errorf("%d points for 75 minutes in three pieces", got)
	}
	if got := sum([2]string{"11:00", "11:05"}); got != 1 { // 80 minutes are 13⅓
		t.Errorf("%d more points for five more minutes", got)
	}
	if got := sum([2]string{"12:00", "23:00"}); got != 67 { // the cap is 80
		t.Errorf("%d points up to the cap", got)
	}
	if got := sum([2]string{"06:00", "07:00"}); got != 0 {
		t.Errorf("%d points beyond the cap", got)
	}
	c.holds(80)
	c.Get(c.volunteer, "/v1/me/points").Expect(200).Has(`"minutes":800`) // time counts all the same
}

func TestPoints_midnightPartsTheDays(t *testing.T) {
	c := newCrew(t)
	// Seven hours on the third, then a night from 22:00 to 08:00: two hours of the third, of which one
	// is left, and eight of the fourth.
	c.confirmed(onDay(3, "08:00", "15:00"))
	night := but(onDay(3, "22:00", "22:00"), "ends_at", "2026-03-04T08:00:00+08:00")
	if _, got := c.confirmed(night); got.Minutes != 600 || got.Points != 90 {
		t.Fatalf("%+v, want 10 of the third and 80 of the fourth", got)
	}
	if _, got := c.confirmed(onDay(4, "09:00", "10:00")); got.Points != 0 {
		t.Fatalf("%+v: the fourth is full", got)
	}
	c.holds(160)
}

func TestPoints_statementIsPagedAndOnlyMine(t *testing.T) {
	c := newCrew(t)
	for i := range 5 {
		c.confirmed(onDay(4, fmt.Sprintf("%02d:00", 8+i), fmt.Sprintf("%02d:30", 8+i)))
	}
	var page struct {
		Items []struct{ Number, Amount, Balance int64 }
		Next  string
	}
	var numbers []int64
	for cursor := ""; ; cursor = page.Next {
		page.Next, page.Items = "", nil
		c.Get(c.volunteer, "/v1/me/points/statement?limit=2&cursor="+cursor).Expect(200).Into(&page)
		for _, l := range page.Items {
			if l.Balance != l.Number*5 || l.Amount != 5 {
				t.Errorf("%+v", l)
			}
			numbers = append(numbers, l.Number)
		}
		if page.Next == "" {
			break
		}
	}
	if fmt.Sprint(numbers) != "[5 4 3 2 1]" {
		t.Errorf("%v", numbers)
	}
	c.Get(c.mei, "/v1/me/points/statement").Expect(200).Has(`"items":[]`)
	c.Get(c.mei, "/v1/me/points").Expect(200).Has(`"balance":0`, `"minutes":0`)
	c.Get(c.volunteer, "/v1/me/points/statement?cursor=x").Refused(422, "cursor.invalid")
	c.Get(c.Stranger("x"), "/v1/me/points").Refused(403, "binding.required")
}

func TestPoints_areIssuedByTheCommunity(t *testing.T) {
	c := newCrew(t)
	c.confirmed(onDay(4, "09:00", "10:00"))
	issued, err := model.BalanceOf(c.DB.Read(c.Context()), fmt.Sprintf("points/issued/%d", c.o.Community.ID))
	if err != nil || issued != -10 {
		t.Fatalf("issued %d %v", issued, err)
	}
}
