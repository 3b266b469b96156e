package api_test

import (
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestMatterReview_staffOfTheCommunityDecide(t *testing.T) {
	c := newWordsCrew(t)
	one, two := c.inReview(c.volunteer, "灯坏了一次"), c.inReview(c.volunteer, "灯坏了两次")
	passed := c.saying(c.volunteer, "别的事情")
	c.WorkOff()
	var list struct {
		Items []struct{ ID string }
		Next  string `json:"next"`
	}
	c.Get(c.staff, c.reviews).Expect(200).Has("灯坏了一次", "灯坏了两次", `"label":"辱骂"`).HasNot("别的事情", "张卫东").Into(&list)
	if len(list.Items) != 2 || "/v1/matters/"+list.Items[0].ID != one {
		t.Errorf("the oldest is not first: %+v", list.Items)
	}
	c.Get(c.staff, c.reviews+"?limit=1").Expect(200).Has("灯坏了一次").HasNot("灯坏了两次")
	c.Get(c.staff, path("/v1/nodes/%d/matter-reviews", c.o.Unit.ID)).Expect(200).Has("灯坏了一次")
	c.Get(c.staff, path("/v1/nodes/%d/matter-reviews", c.o.FarUnit.ID)).Expect(200).Has(`"items":[]`)
	c.Get(c.foreignStaff, c.reviews).Refused(404, "node.not_found")
	for _, token := range []string{c.chief, c.secretary, c.mei, c.volunteer, c.admin} {
		c.Get(token, c.reviews).Refused(403, "role.not_allowed")
		c.Post(token, one+"/pass-words", nil).Refused(403, "role.not_allowed")
	}
	c.Post(c.foreignStaff, one+"/pass-words", nil).Refused(404, "matter.not_found")
	c.Post(c.staff, "/v1/matters/4711/pass-words", nil).Refused(404, "matter.not_found")
	c.Post(c.staff, passed+"/reject-words", body{"reason": "不好"}).Refused(409, "matter.not_in_review")
	c.Post(c.staff, two+"/reject-words", body{"reason": " "}).Refused(422, "text.empty")

	c.Post(c.staff, one+"/pass-words", nil).Expect(200).Has(`"check_state":"pass"`)
	c.Post(c.staff, one+"/pass-words", nil).Refused(409, "matter.not_in_review")
	c.Post(c.staff, two+"/reject-words", body{"reason": "写了别人的姓名"}).Expect(200).Has(`"check_state":"rejected"`, "写了别人的姓名")
	c.Post(c.second, two+"/pass-words", nil).Refused(409, "matter.not_in_review")
	c.Get(c.staff, c.reviews).Has(`"items":[]`)
	c.offered("灯坏了两次").Has("灯坏了一次").HasNot("灯坏了两次")
	c.Get(c.volunteer, two).Has(`"check_reason":"写了别人的姓名"`)
	c.Get(c.volunteer, "/v1/notices").Has("原因：写了别人的姓名。事项照常办理。")
	c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Has("matter.words_review", "matter.words_pass", "matter.words_rejected").HasNot("别人的姓名")
	c.bookBalances()
}

func TestMatterReview_nobodyDecidesAboutTheirOwn(t *testing.T) {
	c := newWordsCrew(t)
	lives := c.Person(c.o.Unit, "吴社工")
	c.Appoint(lives, model.CommunityStaff, c.o.Community)
	wu := c.SignIn(lives)
	own := c.inReview(wu, "自己家的事情")
	c.Post(wu, own+"/pass-words", nil).Refused(403, "matter.own")
	c.Post(wu, own+"/reject-words", body{"reason": "试试"}).Refused(403, "matter.own")

	c.WeChat.Find("代写的话", "review", 21000)
	var m struct{ ID string }
	c.Post(c.staff, path("/v1/people/%d/matters", c.meiWho.ID), body{"category": "repair", "words": "代写的话", "anonymity": "named"}).Expect(200).Into(&m)
	c.WorkOff()
	c.Post(c.staff, "/v1/matters/"+m.ID+"/pass-words", nil).Refused(403, "matter.own")
	c.Post(c.second, "/v1/matters/"+m.ID+"/pass-words", nil).Expect(200)

	redacted := c.saying(c.volunteer, "原来的话")
	c.WeChat.Find("改过的话", "review", 21000)
	c.Post(c.staff, redacted+"/redact", body{"seq": 1, "words": "改过的话", "reason": "写了姓名"}).Expect(200)
	c.WorkOff()
	c.is(redacted, model.FileReview)
	c.Post(c.staff, redacted+"/pass-words", nil).Refused(403, "matter.own")
	c.Post(c.second, redacted+"/pass-words", nil).Expect(200)
}

func TestMatterReview_whatIsHiddenFromTheChiefIsNotShownToAChiefWhoIsStaffToo(t *testing.T) {
	c := newWordsCrew(t)
	c.Appoint(c.chiefWho, model.CommunityStaff, c.o.Community)
	c.chief = c.SignIn(c.chiefWho)
	hidden := c.inReview(c.volunteer, "对单元长的意见", "anonymity", "chief")
	c.Get(c.staff, c.reviews).Expect(200).Has("对单元长的意见")
	for _, node := range []model.Node{c.o.Community, c.o.Grid, c.o.Unit} {
		c.Get(c.chief, path("/v1/nodes/%d/matter-reviews", node.ID)).Expect(200).Has(`"items":[]`)
	}
	c.Post(c.chief, hidden+"/pass-words", nil).Refused(404, "matter.not_found")
	c.Post(c.chief, hidden+"/reject-words", body{"reason": "试试"}).Refused(404, "matter.not_found")
	if told := notices(c.Kit, c.chiefWho); len(told) != 0 {
		t.Errorf("the chief was told %v", told)
	}
	open := c.inReview(c.volunteer, "不用瞒着的事")
	c.Get(c.chief, c.reviews).Expect(200).Has("不用瞒着的事").HasNot("对单元长")
	c.Post(c.chief, open+"/pass-words", nil).Expect(200)
}

func TestMatterReview_photosOfWhatIsHiddenFromTheChiefAreNotShownToAChiefWhoIsStaffToo(t *testing.T) {
	c := newWordsCrew(t)
	c.Appoint(c.chiefWho, model.CommunityStaff, c.o.Community)
	c.chief = c.SignIn(c.chiefWho)
	photo, reviews := c.UploadPhoto(c.volunteer), path("/v1/nodes/%d/photo-reviews", c.o.Community.ID)
	c.WorkOff() // no callback: a person looks
	c.Post(c.volunteer, "/v1/matters", body{"category": "conduct", "words": "对单元长的意见", "anonymity": "chief", "photos": []string{photo}}).Expect(200)
	c.Get(c.staff, reviews).Expect(200).Has(`"id":"` + photo + `"`)
	c.Get(c.chief, reviews).Expect(200).Has(`"items":[]`)
	c.Post(c.chief, "/v1/files/"+photo+"/pass", nil).Refused(404, "file.not_found")
	if told := notices(c.Kit, c.chiefWho); len(told) != 0 {
		t.Errorf("the chief was told %v", told)
	}
	c.Get(c.staff, "/v1/notices").Expect(200).Has("有照片等待审核")
	other := c.UploadPhoto(c.volunteer)
	c.WorkOff()
	c.Post(c.volunteer, "/v1/matters", body{"category": "repair", "words": "楼道灯坏了", "anonymity": "named", "photos": []string{other}}).Expect(200)
	c.Get(c.chief, reviews).Expect(200).Has(`"id":"` + other + `"`).HasNot(`"id":"` + photo + `"`)
	c.Post(c.staff, "/v1/files/"+photo+"/pass", nil).Expect(200)
}

func TestMatterReview_theCommunityIsToldOnceADay(t *testing.T) {
	c := newWordsCrew(t)
	told := func(token string) int {
		c.Helper()
		return strings.Count(string(c.Get(token, "/v1/notices").Expect(200).Body), "有事项的文字等待审核")
	}
	c.inReview(c.volunteer, "灯坏了一次")
	c.inReview(c.volunteer, "灯坏了两次")
	if n := told(c.staff); n != 1 {
		t.Errorf("told %d times a day", n)
	}
	c.Move(24 * time.Hour)
	c.inReview(c.volunteer, "灯坏了三次")
	if n, m := told(c.staff), told(c.second); n != 2 || m != 2 {
		t.Errorf("told %d and %d times in two days", n, m)
	}
	for _, token := range []string{c.chief, c.secretary, c.foreignStaff, c.admin} {
		if told(token) != 0 {
			t.Error("who does not review was told")
		}
	}
}

func TestMatterReview_oneDecisionOfMany(t *testing.T) {
	c := newWordsCrew(t)
	_, replica := c.Replica()
	for i := range 8 {
		url := c.inReview(c.volunteer, "灯坏了"+strings.Repeat("又", i+1)+"坏了")
		answers := make([]edge.Answer, 4)
		c.Race(len(answers), func(i int) {
			way, server := "/pass-words", c.API
			var b any
			if i%2 == 1 {
				way, b, server = "/reject-words", body{"reason": "写了姓名"}, replica
			}
			answers[i] = c.Do(server, []string{c.staff, c.second}[i/2], "POST", url+way, b)
		})
		won := 0
		for _, a := range answers {
			if a.Status == 200 {
				won++
			} else {
				a.Refused(409, "matter.not_in_review")
			}
		}
		if won != 1 {
			t.Fatalf("%d decisions about the same words", won)
		}
	}
}
