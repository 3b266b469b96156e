package api_test

import (
	"testing"
	"time"
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
