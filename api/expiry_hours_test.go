package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// expire lets what was earned before a moment expire 40 days from now, and signs everybody in again.
func (c *crew) expire(before time.Time) {
	c.Helper()
	effective := c.Clock.Now().Add(40 * 24 * time.Hour)
	c.Post(c.admin, path("/v1/nodes/%d/expiry-policies", c.o.District.ID), expiry(before, effective)).Expect(200)
	c.Move(effective.Sub(c.Clock.Now()))
	c.WorkOff()
	c.volunteer, c.chief, c.staff, c.admin = c.SignIn(c.who), c.SignIn(c.chiefWho), c.SignIn(c.staffWho), c.SignIn(c.adminWho)
}

// grant has a correction asked for and granted.
func (c *crew) grant(url string, body map[string]any) {
	c.Helper()
	c.Post(c.chief, c.ask(url, body)+"/grant", nil).Expect(200)
}

func TestExpiry_correctedWordsKeepTheAgeOfPoints(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "11:00"))
	c.Move(24 * time.Hour)
	cutOff := c.Clock.Now()
	c.Move(24 * time.Hour)
	c.grant(url, but(onDay(4, "09:00", "11:00"), "place", "4栋门前"))
	c.holds(20)
	c.expire(cutOff)
	c.holds(0)
}

func TestExpiry_whatACorrectionGivesIsAsOldAsWhatItTakesBack(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "11:00"))
	c.Move(24 * time.Hour)
	cutOff := c.Clock.Now()
	c.Move(24 * time.Hour)
	c.grant(url, onDay(4, "10:00", "13:00"))
	c.holds(30)
	c.expire(cutOff)
	c.holds(10)
}

// inApril is a claim of service on April 14th, after the points of March have expired.
func inApril(from, until string) map[string]any {
	return but(but(onDay(4, from, until), "starts_at", "2026-04-14T"+from+":00+08:00"), "ends_at", "2026-04-14T"+until+":00+08:00")
}

func TestExpiry_hoursMadeVoidAfterwardsCostNoPointTwice(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "11:00"))
	alone, _ := c.confirmed(onDay(3, "09:00", "10:00"))
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now())
	c.holds(0)
	c.Post(c.staff, alone+"/void", reasoned("查实没有参加")).Expect(200)
	c.holds(0)
	c.confirmed(inApril("09:00", "11:00"))
	c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Expect(200)
	c.holds(20)
	c.Get(c.volunteer, "/v1/me/points/statement").Expect(200).Has("已到期的积分退回", "原积分冲回")
	if all := c.Holds(ledger.PointsExpired(c.o.District.ID)); all[0] != 0 {
		t.Errorf("%d points are said to have expired that were never due", all[0])
	}
}

func TestExpiry_hoursCorrectedAfterwardsCostNoPointTwice(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "12:00"))
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now())
	c.confirmed(inApril("09:00", "11:00"))
	for _, until := range []string{"11:00", "10:00"} {
		c.grant(url, onDay(4, "09:00", until))
		c.holds(20)
	}
	if all := c.Holds(ledger.PointsExpired(c.o.District.ID)); all[0] != 10 {
		t.Errorf("%d points have expired, want those of the hour that is left", all[0])
	}
	c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Expect(200)
	c.holds(20)
}

func TestExpiry_whatIsCorrectedDownAndUpAgainAfterwardsStaysExpired(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "11:00"))
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now())
	c.grant(url, onDay(4, "09:00", "10:00"))
	c.holds(0)
	c.grant(url, onDay(4, "09:00", "12:00"))
	c.holds(10) // the third hour is new
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("退回的积分已过期", "有 10 积分")
	c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Expect(200)
	c.holds(0)
}

func TestExpiry_whatWasSpentBeforeIsMissingWhenHoursAreMadeVoid(t *testing.T) {
	c := newCrew(t)
	url, _ := c.confirmed(onDay(4, "09:00", "12:00"))
	c.spend(20)
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now()) // takes the other ten
	c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Refused(409, "hours.points_spent")
	c.confirmed(inApril("09:00", "11:30"))
	c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Expect(200)
	c.holds(5)
}

func TestExpiry_eachPolicyGivesBackWhatItTook(t *testing.T) {
	c := newCrew(t)
	march, _ := c.confirmed(onDay(4, "09:00", "11:00"))
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now())
	april, _ := c.confirmed(inApril("09:00", "12:00"))
	c.Move(24 * time.Hour)
	c.expire(c.Clock.Now())
	for _, url := range []string{march, april} {
		c.Post(c.staff, url+"/void", reasoned("查实没有参加")).Expect(200)
		c.holds(0)
	}
	c.Tx(func(tx *gorm.DB) error {
		var lost []int64
		err := tx.Model(&model.ExpiredPoints{}).Where("person_id = ?", c.who.ID).Pluck("points", &lost).Error
		if len(lost) != 2 || lost[0] != 0 || lost[1] != 0 {
			t.Errorf("lost %v", lost)
		}
		return err
	})
}
