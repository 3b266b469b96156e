package api_test

import (
	"strconv"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
)

// seen gives the photos of hours as somebody sees them.
func (c *crew) seen(token, url string) (ids []string) {
	c.Helper()
	var r struct{ Photos []shownPhoto }
	c.Get(token, url).Expect(200).Into(&r)
	for _, p := range r.Photos {
		ids = append(ids, p.ID)
		c.Get("", p.URL).Expect(200)
	}
	return ids
}

// pass lets a photo through, as WeChat does.
func (c *crew) pass(id string) {
	c.Helper()
	n, _ := strconv.ParseInt(id, 10, 64)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.File{}).Where("id = ?", n).Update("state", model.FilePassed).Error
	})
}

func TestHours_photosAreSeenByWhoSeesTheRecord(t *testing.T) {
	c := newCrew(t)
	one, two := c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer)
	url := c.file(c.volunteer, but(onDay(4, "09:00", "10:00"), "photos", []string{one, two}))
	if got := c.seen(c.volunteer, url); len(got) != 2 || got[0] != one {
		t.Fatalf("the volunteer sees %v", got)
	}
	if got := c.seen(c.chief, url); got != nil { // nobody has looked at them yet
		t.Fatalf("the chief sees %v", got)
	}
	c.pass(one)
	if got := c.seen(c.chief, url); len(got) != 1 || got[0] != one {
		t.Fatalf("the chief sees %v", got)
	}
	if got := c.seen(c.staff, url); len(got) != 2 { // they review
		t.Fatalf("the community sees %v", got)
	}
	c.Get(c.mei, url).Refused(404, "hours.not_found")

	// A change names all that stay; without the word nothing changes.
	three := c.UploadPhoto(c.volunteer)
	c.Post(c.volunteer, url+"/change", onDay(4, "09:00", "10:30")).Expect(200)
	if got := c.seen(c.volunteer, url); len(got) != 2 {
		t.Fatalf("%v", got)
	}
	c.Post(c.volunteer, url+"/change", but(onDay(4, "09:00", "10:30"), "photos", []string{two, three})).Expect(200)
	if got := c.seen(c.volunteer, url); len(got) != 2 || got[0] != two || got[1] != three {
		t.Fatalf("%v", got)
	}
	c.Post(c.volunteer, url+"/withdraw", nil).Expect(200)
	if got := c.seen(c.volunteer, url); got != nil {
		t.Fatalf("%v", got)
	}
}

func TestHours_photosOfOthersAreRefused(t *testing.T) {
	c := newCrew(t)
	mine, theirs := c.UploadPhoto(c.volunteer), c.UploadPhoto(c.mei)
	c.Post(c.volunteer, "/v1/hours", but(onDay(4, "09:00", "10:00"), "photos", []string{mine, theirs})).Refused(404, "file.not_found")
	c.Post(c.volunteer, "/v1/hours", but(onDay(4, "09:00", "10:00"), "photos", []string{"999999"})).Refused(404, "file.not_found")
	c.Get(c.volunteer, "/v1/me/hours").Expect(200).Has(`"items":[]`)
	c.file(c.volunteer, but(onDay(4, "09:00", "10:00"), "photos", []string{mine}))
	c.Post(c.volunteer, "/v1/hours", but(onDay(4, "11:00", "12:00"), "photos", []string{mine})).Refused(409, "file.attached")
	ten := make([]string, 10)
	for i := range ten {
		ten[i] = "1"
	}
	c.Post(c.volunteer, "/v1/hours", but(onDay(4, "11:00", "12:00"), "photos", ten)).Refused(422, "http.invalid")
	// Who files for somebody names their own photos.
	photo := c.UploadPhoto(c.chief)
	c.Post(c.chief, path("/v1/people/%d/hours", c.who.ID), but(onDay(4, "13:00", "14:00"), "photos", []string{photo})).Expect(200)
}
