package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

func TestMatterCounts_countWhatIsOpenAndWhatHappened(t *testing.T) {
	c := newCrew(t)
	at := "/v1/nodes/" + digits(c.o.Unit.ID) + "/matter-counts"
	c.Get(c.chief, at).Expect(200).Has(`"from":"2026-02-04","until":"2026-03-05"`, `"open":0`, `"categories":[]`)
	solved, lapsed := c.report(c.volunteer, says("灯坏了甲", "named")), c.report(c.volunteer, says("灯坏了乙", "named"))
	gone, asked := c.report(c.mei, says("灯坏了丙", "named")), c.report(c.mei, but(says("吵得睡不着", "named"), "category", "noise"))
	c.report(c.mei, says("灯坏了丁", "named"))
	c.moves(c.chief, solved, "resolve", 1, map[string]any{"words": "换好了"}).Expect(200)
	c.moves(c.volunteer, solved, "rate", 2, map[string]any{"solved": true, "satisfied": true}).Expect(200)
	c.moves(c.chief, lapsed, "resolve", 1, map[string]any{"words": "换好了"}).Expect(200)
	c.moves(c.mei, gone, "withdraw", 1, nil).Expect(200)
	c.moves(c.chief, asked, "ask", 1, map[string]any{"words": "几点?"}).Expect(200)
	c.Get(c.chief, at).Expect(200).Has(`"open":3,"overdue":0,"reported":5,"satisfied":1,"unanswered":0,"withdrawn":1`,
		`{"state":"asked","title":"待补充","count":1}`, `{"state":"resolved","title":"待评价","count":1}`, `{"step":"chief","title":"单元长","count":3}`,
		`{"category":"noise","name":"噪声扰民","open":1,"overdue":0,"reported":1,"satisfied":0,"unanswered":0,"withdrawn":0}`)
	c.Move(25 * time.Hour)
	c.Get(c.chief, at).Expect(200).Has(`"open":3,"overdue":1,`)
	c.Move(7 * 24 * time.Hour)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.Job{Kind: "watch_matters", SubjectID: 1, State: model.JobDue, DueAt: c.Clock.Now(), OwedAt: c.Clock.Now()}).Error
	})
	c.WorkOff()
	c.Get(c.staff, "/v1/nodes/"+digits(c.o.Community.ID)+"/matter-counts").Expect(200).Has(`"satisfied":1,"unanswered":1,"withdrawn":1`)
	c.Get(c.chief, at+"?from=2026-03-06").Expect(200).Has(`"reported":0,"satisfied":0,"unanswered":1,"withdrawn":0`)
	c.Get(c.chief, at+"?until=2026-03-05").Expect(200).Has(`"from":"2026-02-04"`, `"reported":5,"satisfied":1,"unanswered":0,"withdrawn":1`)
	for _, days := range []string{"?from=2020-01-01", "?from=2026-03-05&until=2026-03-04", "?from=2027-01-01", "?until=x", "?until=2099-12-31", "?from=2027-01-01&until=2027-01-31", "?from=9999-12-01&until=9999-12-31"} {
		c.Get(c.chief, at+days).Refused(422, "matter.days_invalid")
	}
}
