package api_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// wordsCrew is a crew in whose unit matters are reported.
type wordsCrew struct {
	*crew
	second  string // of the community's staff, too
	reviews string // the list of the community
}

func newWordsCrew(t *testing.T) *wordsCrew {
	c := &wordsCrew{crew: newCrew(t)}
	_, c.second = c.Officer(model.CommunitySecretary, c.o.Community, "孙书记")
	c.reviews = path("/v1/nodes/%d/matter-reviews", c.o.Community.ID)
	return c
}

// saying reports a matter with these words and gives its address.
func (c *wordsCrew) saying(token, words string, fields ...string) string {
	c.Helper()
	b := body{"category": "repair", "words": words, "anonymity": "named"}
	for i := 0; i+1 < len(fields); i += 2 {
		b[fields[i]] = fields[i+1]
	}
	var m struct{ ID string }
	c.Post(token, "/v1/matters", b).Expect(200).Into(&m)
	return "/v1/matters/" + m.ID
}

// is fails unless the words of a matter have come so far.
func (c *wordsCrew) is(url string, want model.FileState) model.Matter {
	c.Helper()
	var m model.Matter
	c.Tx(func(tx *gorm.DB) error {
		return tx.Where("id = ?", strings.TrimPrefix(url, "/v1/matters/")).Take(&m).Error
	})
	if m.CheckState != want {
		c.Fatalf("the words are %s (%s), want %s", m.CheckState, m.CheckReason, want)
	}
	return m
}

// offered tells whether a neighbour is offered to join what says this.
func (c *wordsCrew) offered(words string) edge.Answer {
	c.Helper()
	return c.Post(c.mei, "/v1/matters/similar", body{"category": "repair", "words": words}).Expect(200)
}

// inReview reports something that WeChat wants a person to look at.
func (c *wordsCrew) inReview(token, words string, fields ...string) string {
	c.Helper()
	c.WeChat.Find(words, "review", 20003)
	url := c.saying(token, words, fields...)
	c.WorkOff()
	c.is(url, model.FileReview)
	return url
}

// job owes one now.
func (c *wordsCrew) job(kind string, subject int64) {
	c.Helper()
	c.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.Job{Kind: kind, SubjectID: subject, State: model.JobDue, DueAt: c.Clock.Now(), OwedAt: c.Clock.Now()}).Error
	})
}

// meanwhile is a WeChat that takes its time: something happens before its first answer.
type meanwhile struct {
	service.Outlets
	once sync.Once
	do   func()
}

func (m *meanwhile) CheckText(ctx context.Context, openID, text string) (suggest string, label int, err error) {
	suggest, label, err = m.Outlets.CheckText(ctx, openID, text)
	m.once.Do(m.do)
	return suggest, label, err
}

var wechatDown = fault.New(fault.Unavailable, "wechat.unavailable", "微信暂时没有回应,请过一会儿再试")

func TestMatterWords_passAtOnceWithoutAnyCallback(t *testing.T) {
	c := newWordsCrew(t)
	c.S.PublicURL = ""
	url := c.saying(c.volunteer, "三楼的楼道灯坏了", "place", "3栋门口")
	c.offered("楼道灯坏了").Has(`"matters":[]`)
	c.WorkOff()
	c.is(url, model.FilePassed)
	if asked := c.WeChat.CheckedTexts(); len(asked) != 1 || asked[0] != (testkit.CheckedText{OpenID: path("openid-%d", c.who.ID), Text: "三楼的楼道灯坏了\n3栋门口"}) {
		t.Errorf("asked %+v", asked)
	}
	c.offered("楼道灯坏了").Has("三楼的楼道灯坏了", "3栋门口")
	c.Get(c.volunteer, "/v1/notices").HasNot("审核")
}

func TestMatterWords_ofAProxyAreLookedAtForWhoWroteThem(t *testing.T) {
	c := newWordsCrew(t)
	c.Post(c.chief, path("/v1/people/%d/matters", c.meiWho.ID), body{"category": "repair", "words": "水管漏水", "anonymity": "named"}).Expect(200)
	c.WorkOff()
	if asked := c.WeChat.CheckedTexts(); len(asked) != 1 || asked[0].OpenID != path("openid-%d", c.chiefWho.ID) {
		t.Errorf("asked %+v", asked)
	}
}

func TestMatterWords_WeChatDownDelaysShowingAndNothingElse(t *testing.T) {
	c := newWordsCrew(t)
	c.WeChat.Fail(wechatDown)
	url := c.saying(c.volunteer, "三楼的楼道灯坏了")
	c.WorkOff()
	c.is(url, model.FilePending)
	c.Get(c.chief, url).Expect(200).Has("三楼的楼道灯坏了")
	c.Post(c.chief, url+"/accept", body{"seen": 1}).Expect(200)
	c.offered("楼道灯坏了").Has(`"matters":[]`)
	c.Post(c.mei, url+"/join", nil).Refused(404, "matter.not_found")
	c.Move(10 * time.Second)
	c.WorkOff()
	c.WeChat.Fail(nil)
	c.Move(2 * time.Minute)
	c.WorkOff()
	c.is(url, model.FilePassed)
	c.offered("楼道灯坏了").Has("三楼的楼道灯坏了")
	c.Post(c.mei, url+"/join", nil).Expect(200).Has("三楼的楼道灯坏了")
}

func TestMatterWords_pendingForTwoDaysGoToAPerson(t *testing.T) {
	c := newWordsCrew(t)
	c.WeChat.Fail(wechatDown)
	url := c.saying(c.volunteer, "三楼的楼道灯坏了")
	for _, d := range []time.Duration{48 * time.Hour, time.Second} {
		c.is(url, model.FilePending)
		c.Move(d)
		c.job("chase_words", 0)
		c.WorkOff()
	}
	if m := c.is(url, model.FileReview); m.CheckReason != "matter.unanswered" {
		t.Errorf("because of %q", m.CheckReason)
	}
	c.Get(c.staff, c.reviews).Expect(200).Has("三楼的楼道灯坏了", `"seen_by_wechat":false`, "matter.unanswered")
	c.WeChat.Fail(nil)
	c.Move(48 * time.Hour)
	c.WorkOff() // a try that was due still
	c.is(url, model.FileReview)
}

func TestMatterWords_whatWeChatRefusesForGoodGoesToAPersonAtOnce(t *testing.T) {
	c := newWordsCrew(t)
	for _, why := range []*fault.Fault{
		fault.New(fault.Internal, "wechat.openid_invalid", "对方不是这个小程序的用户"), fault.New(fault.Internal, "wechat.user_away", "两个小时没有打开小程序"),
		fault.New(fault.Internal, "wechat.unexpected", "微信拒绝了这个请求"), fault.New(fault.Invalid, "wechat.scene_invalid", "场景不对"),
	} {
		c.WeChat.Fail(why)
		url := c.saying(c.volunteer, "三楼的楼道灯坏了")
		c.WorkOff()
		if m := c.is(url, model.FileReview); m.CheckReason != why.Code {
			t.Errorf("because of %q, want %s", m.CheckReason, why.Code)
		}
	}
	c.WeChat.Fail(nil)
	url := c.saying(c.volunteer, "没有账号")
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Matter{}).Where("words = ?", "没有账号").Update("user_id", 4711).Error
	})
	c.WorkOff()
	if m := c.is(url, model.FileReview); m.CheckReason != "user.not_found" {
		t.Errorf("because of %q", m.CheckReason)
	}
}

func TestMatterWords_politicsGoToAPersonWhateverWeChatSuggests(t *testing.T) {
	c := newWordsCrew(t)
	for _, suggest := range []string{"risky", "review", "pass"} {
		words := "时政的话" + suggest
		c.WeChat.Find(words, suggest, model.PoliticalLabel)
		url := c.saying(c.volunteer, words)
		c.WorkOff()
		if m := c.is(url, model.FileReview); m.CheckLabel != model.PoliticalLabel || m.CheckReason != "" {
			t.Errorf("%s: label %d because of %q", suggest, m.CheckLabel, m.CheckReason)
		}
	}
	c.Get(c.staff, c.reviews).Expect(200).Has(`"label":"时政"`, `"seen_by_wechat":true`)
	c.WeChat.Find("奇怪的回答", "splendid", 7)
	url := c.saying(c.volunteer, "奇怪的回答")
	c.WorkOff()
	c.is(url, model.FileReview)
}

func TestMatterWords_rejectedAreNeverOfferedWhileTheMatterGoesOn(t *testing.T) {
	c := newWordsCrew(t)
	c.WeChat.Find("骂人的话", "risky", 20003)
	url := c.saying(c.volunteer, "楼道灯坏了,骂人的话")
	c.WorkOff()
	if m := c.is(url, model.FileRejected); m.CheckLabel != 20003 {
		t.Errorf("label %d", m.CheckLabel)
	}
	c.offered("楼道灯坏了").Has(`"matters":[]`)
	c.Post(c.mei, url+"/join", nil).Refused(404, "matter.not_found")
	if told := notices(c.Kit, c.who); len(told) != 1 || !strings.Contains(told[0], "事项照常办理") {
		t.Errorf("the reporter was told %v", told)
	}
	for _, officer := range []string{c.chief, c.secretary, c.staff} {
		c.Get(officer, url).Expect(200).Has("骂人的话", `"check_state":"rejected"`)
	}
	c.Post(c.chief, url+"/accept", body{"seen": 1}).Expect(200)
	c.Post(c.chief, url+"/resolve", body{"seen": 2, "words": "换好了"}).Expect(200)
	c.Post(c.volunteer, url+"/rate", body{"seen": 3, "solved": true, "satisfied": true}).Expect(200).Has(`"state":"closed"`)
	c.bookBalances()
}

func TestMatterWords_ofWhoJoinedAreHiddenWhileTheyWait(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "三楼的楼道灯坏了", "place", "老张家门口")
	c.WorkOff()
	c.Post(c.mei, url+"/join", nil).Expect(200)
	c.WeChat.Fail(wechatDown)
	c.Post(c.staff, url+"/redact", body{"seq": 1, "words": "楼道灯坏了", "reason": "写了住处"}).Expect(200)
	c.Get(c.mei, url).Expect(200).HasNot("楼道灯坏了", "老张家")
	c.Get(c.mei, "/v1/me/joined-matters").Expect(200).HasNot("楼道灯坏了", "老张家")
}

func TestMatterWords_anAnswerAboutOlderWordsSaysNothingOfThoseShownNow(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "原来的话")
	c.WeChat.Find("改过的话", "risky", 20003)
	c.S.Outlets = &meanwhile{Outlets: c.WeChat, do: func() {
		c.Post(c.staff, url+"/redact", body{"seq": 1, "words": "改过的话", "reason": "写了姓名"}).Expect(200)
	}}
	c.WorkOff()
	c.is(url, model.FileRejected)
	if asked := c.WeChat.CheckedTexts(); len(asked) != 2 {
		t.Errorf("asked %+v", asked)
	}
	c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Has("matter.words_rejected").HasNot("matter.words_pass")
}

func TestMatterWords_twoJobsAtOnceWriteOneAnswer(t *testing.T) {
	c := newWordsCrew(t)
	c.WeChat.Find("骂人的话", "risky", 20003)
	other, _ := c.Replica()
	for range 5 {
		url := c.saying(c.volunteer, "骂人的话")
		for range 3 {
			c.job("check_matter", c.is(url, model.FilePending).ID)
		}
		errs := make([]error, 4)
		c.Race(len(errs), func(i int) { errs[i] = []*service.Service{c.S, other}[i%2].WorkOff(c.Context()) })
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		c.is(url, model.FileRejected)
	}
	if told := notices(c.Kit, c.who); len(told) != 5 {
		t.Errorf("the reporter was told %d times of five rejections", len(told))
	}
	log := c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Expect(200)
	if n := strings.Count(string(log.Body), "matter.words_rejected"); n != 5 {
		t.Errorf("five rejections were written %d times", n)
	}
}
