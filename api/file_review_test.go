package api_test

import (
	"strconv"
	"testing"

	"danyuan/model"
)

// pictured files hours of the volunteer's with a photo of the filer's, and gives the photo's id. Nobody has
// told WeChat where to answer, so a person looks at photos.
func (c *crew) pictured(token, from, until string) (photo string) {
	c.Helper()
	photo = c.UploadPhoto(token)
	body := but(onDay(4, from, until), "photos", []string{photo})
	if token == c.volunteer {
		c.file(token, body)
	} else {
		c.Post(token, path("/v1/people/%d/hours", c.who.ID), body).Expect(200)
	}
	return photo
}

func TestReview_staffOfThePlaceDecide(t *testing.T) {
	c := newCrew(t)
	first, second, third := c.pictured(c.volunteer, "09:00", "10:00"), c.pictured(c.volunteer, "10:00", "11:00"), c.pictured(c.volunteer, "11:00", "12:00")
	c.UploadPhoto(c.volunteer) // in no record: not worth anybody's time
	c.WorkOff()
	list := path("/v1/nodes/%d/photo-reviews", c.o.Community.ID)
	var page struct {
		Items []struct {
			ID, URL string
			Seen    bool `json:"seen_by_wechat"`
		}
	}
	c.Get(c.staff, list).Expect(200).Has(`"uploader":"张**"`, `"subject":"hours"`).HasNot("张卫东").Into(&page)
	if len(page.Items) != 3 || page.Items[0].ID != first || page.Items[0].Seen {
		t.Fatalf("got %+v", page.Items)
	}
	c.Get("", page.Items[0].URL).Expect(200)
	c.Get(c.foreignStaff, list).Refused(404, "node.not_found")
	c.Get(c.volunteer, list).Refused(403, "role.not_allowed")

	pass, reject := "/v1/files/"+first+"/pass", "/v1/files/"+second+"/reject"
	c.Post(c.foreignStaff, pass, nil).Refused(404, "file.not_found")
	c.Post(c.volunteer, pass, nil).Refused(403, "role.not_allowed")
	c.Post(c.staff, pass, nil).Expect(200).Has(`"state":"pass"`)
	c.Post(c.staff, pass, nil).Refused(409, "file.not_in_review")
	c.Post(c.staff, reject, map[string]string{"reason": " "}).Expect(422)
	c.Post(c.staff, reject, map[string]string{"reason": "照片里有别人的证件"}).Expect(200).Has(`"state":"rejected"`)
	c.Post(c.staff, "/v1/files/4711/pass", nil).Refused(404, "file.not_found")
	c.Post(c.admin, "/v1/files/"+third+"/pass", nil).Expect(200)
	c.Get(c.volunteer, "/v1/notices").Has("照片里有别人的证件")
	c.Get(c.staff, list).Has(`"items":[]`)
	c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Has("file.upload", "file.attach", "file.review", "file.pass", "file.rejected").HasNot("别人的证件")
}

func TestReview_nobodyDecidesAboutTheirOwn(t *testing.T) {
	c := newCrew(t)
	own := c.pictured(c.staff, "09:00", "10:00")
	c.WorkOff()
	c.Post(c.staff, "/v1/files/"+own+"/pass", nil).Refused(403, "file.own")
	c.Post(c.staff, "/v1/files/"+own+"/reject", map[string]string{"reason": "试试"}).Refused(403, "file.own")
	id, _ := strconv.ParseInt(own, 10, 64)
	if f, err := model.FileByID(c.DB.Read(c.Context()), id); err != nil || f.State != model.FileReview {
		t.Fatalf("the photo is %s (%v)", f.State, err)
	}
}
