package service_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// answer pushes WeChat's answer, as the callback does after it has checked the signature.
func (a *atPhotos) answer(id, trace, suggest string) {
	a.Helper()
	e := service.CallbackEvent{ID: id, Kind: "wxa_media_check", TraceID: trace, Suggest: suggest, Label: 100}
	if err := a.S.TakeCallback(a.Context(), e); err != nil {
		a.Fatal(err)
	}
}

// asked gives how often WeChat was asked, and the trace of the last time.
func (a *atPhotos) asked() (int, testkit.Checked) {
	a.Helper()
	all := a.WeChat.Checked()
	if len(all) == 0 {
		a.Fatal("WeChat was not asked")
	}
	return len(all), all[len(all)-1]
}

func TestCheck_theAnswerIsTheState(t *testing.T) {
	for suggest, want := range map[string]model.FileState{"pass": model.FilePassed, "review": model.FileReview, "risky": model.FileRejected} {
		a := photos(t)
		id := a.attached(a.token)
		a.WorkOff()
		a.wantState(id, model.FilePending)
		_, c := a.asked()
		if !strings.HasPrefix(c.Link, testkit.PublicURL+"/v1/photos/") || !strings.HasPrefix(c.OpenID, "openid-") {
			t.Errorf("asked %+v", c)
		}
		a.Get("", strings.TrimPrefix(c.Link, testkit.PublicURL)).Expect(200)
		a.answer("1", c.Trace, suggest)
		a.wantState(id, want)
		a.answer("1", c.Trace, "pass")
		a.answer("2", c.Trace, "pass")
		a.wantState(id, want)
	}
}

func TestCheck_anAnswerThatIsFasterThanWeIsNotLost(t *testing.T) {
	a := photos(t)
	id := a.upload(a.token)
	a.answer("1", "trace-1", "pass")
	a.wantState(id, model.FilePending)
	a.WorkOff()
	a.wantState(id, model.FilePassed)
}

func TestCheck_answerAndOfferAtOnceMeet(t *testing.T) {
	a := photos(t)
	for i := range 20 {
		id := a.upload(a.token)
		trace := "trace-" + strconv.Itoa(i+1)
		errs := make([]error, 2)
		a.Race(2, func(n int) {
			if n == 0 {
				errs[0] = a.S.WorkOff(a.Context())
				return
			}
			errs[1] = a.S.TakeCallback(a.Context(), service.CallbackEvent{ID: trace, Kind: "wxa_media_check", TraceID: trace, Suggest: "pass"})
		})
		if errs[0] != nil || errs[1] != nil {
			t.Fatal(errs)
		}
		a.wantState(id, model.FilePassed)
		a.attach(a.token, int64(i), id)
	}
}

func TestCheck_whatIsNoAnswerChangesNothing(t *testing.T) {
	a := photos(t)
	id := a.upload(a.token)
	a.WorkOff()
	_, c := a.asked()
	a.answer("1", c.Trace, "")
	a.answer("2", c.Trace, "splendid")
	a.answer("3", "", "pass")
	a.answer("4", "很长的编号", "pass")
	a.answer("5", "trace-of-nobody", "pass")
	a.wantState(id, model.FilePending)
}

func TestCheck_aRejectedPhotoIsTakenBackAndItsUploaderTold(t *testing.T) {
	a := photos(t)
	id := a.attached(a.token)
	a.WorkOff()
	_, c := a.asked()
	a.answer("1", c.Trace, "pass")
	read, _, err := a.S.FilesOf(a.Context(), "test", 1)
	if err != nil {
		t.Fatal(err)
	}
	link := "/v1/photos/" + read[1][0].Link(model.WholePhoto, false)
	a.Get("", link).Expect(200)
	other := a.attached(a.token)
	a.WorkOff()
	_, c = a.asked()
	a.answer("2", c.Trace, "risky")
	a.wantState(other, model.FileRejected)
	a.Get(a.token, "/v1/notices").Has("一张照片没有通过审核", "您的记录不受影响")
	a.Get(a.nextDoor, "/v1/notices").HasNot("照片")
	a.wantState(id, model.FilePassed)
}

func TestCheck_WeChatDownLeavesItPendingAndIsTriedAgain(t *testing.T) {
	a := photos(t)
	a.WeChat.Fail(down)
	id := a.upload(a.token)
	a.WorkOff()
	a.wantState(id, model.FilePending)
	a.WeChat.Fail(nil)
	a.Move(time.Minute)
	a.WorkOff()
	if n, _ := a.asked(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestCheck_whatWeChatRefusesForGoodAPersonLooksAt(t *testing.T) {
	a := photos(t)
	a.WeChat.Fail(fault.New(fault.Internal, "wechat.user_away", "对方已经两个小时没有打开小程序。"))
	id := a.attached(a.token)
	a.WorkOff()
	a.wantState(id, model.FileReview)
	if f := a.file(id); f.Reason != "wechat.user_away" {
		t.Errorf("because %q", f.Reason)
	}
	a.Get(a.staff, "/v1/notices").Has("有照片等待审核")
}

func TestCheck_whereWeChatCannotReachUsAPersonLooks(t *testing.T) {
	for name, unset := range map[string]func(s *service.Service){
		"no address": func(s *service.Service) { s.PublicURL = "" }, "no callback": func(s *service.Service) { s.Callbacks = nil },
	} {
		a := photos(t)
		unset(a.S)
		id := a.upload(a.token)
		a.WorkOff()
		a.wantState(id, model.FileReview)
		if len(a.WeChat.Checked()) != 0 {
			t.Errorf("%s, and WeChat was asked", name)
		}
	}
}

func TestChase_asksThreeTimesAndThenAPerson(t *testing.T) {
	a := photos(t)
	id := a.attached(a.token)
	a.WorkOff()
	for want := 2; want <= 3; want++ {
		a.Move(29 * time.Minute)
		a.duty("chase_photos")
		if n, _ := a.asked(); n != want-1 {
			t.Fatalf("asked %d times before the half hour is over", n)
		}
		a.Move(2 * time.Minute)
		a.duty("chase_photos")
		a.duty("chase_photos")
		if n, _ := a.asked(); n != want {
			t.Fatalf("asked %d times, want %d", n, want)
		}
	}
	a.Move(31 * time.Minute)
	a.duty("chase_photos")
	a.wantState(id, model.FileReview)
	_, c := a.asked()
	a.answer("1", c.Trace, "pass") // late, and welcome: nobody has looked yet
	a.wantState(id, model.FilePassed)
}

func TestChase_nothingStaysPendingForEver(t *testing.T) {
	a := photos(t)
	a.WeChat.Fail(down)
	id := a.attached(a.token)
	for range 60 {
		a.Move(time.Hour)
		a.duty("chase_photos")
	}
	a.wantState(id, model.FileReview)
}

func TestReview_staffOfThePlaceDecide(t *testing.T) {
	a := photos(t)
	a.S.PublicURL = ""
	first, second, third := a.attached(a.token), a.attached(a.token), a.attached(a.token)
	a.upload(a.token) // in no record: not worth anybody's time
	a.WorkOff()
	list := "/v1/nodes/" + digits(a.Community.ID) + "/photo-reviews"
	var page struct {
		Items []struct {
			ID, URL string
			Seen    bool `json:"seen_by_wechat"`
		}
	}
	a.Get(a.staff, list).Expect(200).Has(`"uploader":"李**"`, `"subject":"test"`).HasNot("李小梅").Into(&page)
	if len(page.Items) != 3 || page.Items[0].ID != digits(first) || page.Items[0].Seen {
		t.Fatalf("got %+v", page.Items)
	}
	a.Get("", page.Items[0].URL).Expect(200)
	a.Get(a.foreign, list).Refused(404, "node.not_found")
	a.Get(a.token, list).Refused(403, "role.not_allowed")

	pass, reject := "/v1/files/"+digits(first)+"/pass", "/v1/files/"+digits(second)+"/reject"
	a.Post(a.foreign, pass, nil).Refused(404, "file.not_found")
	a.Post(a.token, pass, nil).Refused(403, "role.not_allowed")
	a.Post(a.staff, pass, nil).Expect(200).Has(`"state":"pass"`)
	a.Post(a.staff, pass, nil).Refused(409, "file.not_in_review")
	a.Post(a.staff, reject, map[string]string{"reason": " "}).Expect(422)
	a.Post(a.staff, reject, map[string]string{"reason": "照片里有别人的证件"}).Expect(200).Has(`"state":"rejected"`)
	a.Post(a.staff, "/v1/files/4711/pass", nil).Refused(404, "file.not_found")
	a.Post(a.admin, "/v1/files/"+digits(third)+"/pass", nil).Expect(200)
	a.Get(a.token, "/v1/notices").Has("照片里有别人的证件")
	a.Get(a.staff, list).Has(`"items":[]`)
	a.Get(a.admin, "/v1/nodes/"+digits(a.District.ID)+"/audit?limit=100").Has("file.upload", "file.attach", "file.review", "file.pass", "file.rejected").HasNot("别人的证件")
}

func TestReview_nobodyDecidesAboutTheirOwn(t *testing.T) {
	a := photos(t)
	a.S.PublicURL = ""
	own := a.attached(a.staff)
	a.WorkOff()
	a.Post(a.staff, "/v1/files/"+digits(own)+"/pass", nil).Refused(403, "file.own")
	a.Post(a.staff, "/v1/files/"+digits(own)+"/reject", map[string]string{"reason": "试试"}).Refused(403, "file.own")
	a.wantState(own, model.FileReview)
}

func TestReview_whatAPersonDecidedStays(t *testing.T) {
	a := photos(t)
	one := a.attached(a.token)
	a.WorkOff()
	_, c := a.asked()
	for range 3 {
		a.Move(31 * time.Minute)
		a.duty("chase_photos")
	}
	a.Post(a.staff, "/v1/files/"+digits(one)+"/reject", map[string]string{"reason": "看不清"}).Expect(200)
	a.answer("1", c.Trace, "pass")
	a.wantState(one, model.FileRejected)
}

func TestReview_oneDecisionOfMany(t *testing.T) {
	a := photos(t)
	a.S.PublicURL = ""
	_, second := a.Officer(model.CommunitySecretary, a.Community, "社书记")
	for range 10 {
		one := a.attached(a.token)
		a.WorkOff()
		answers := make([]testkit.Answer, 4)
		a.Race(len(answers), func(i int) {
			answers[i] = a.Post([]string{a.staff, second}[i%2], "/v1/files/"+digits(one)+"/pass", nil)
		})
		won := 0
		for _, r := range answers {
			if r.Status == 200 {
				won++
			} else {
				r.Refused(409, "file.not_in_review")
			}
		}
		if won != 1 {
			t.Fatalf("%d decisions", won)
		}
		if err := a.S.ReleaseFiles(a.Context(), a.as(a.token), "test", 1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReview_theCommunityIsToldOnceADay(t *testing.T) {
	a := photos(t)
	a.S.PublicURL = ""
	a.attached(a.token)
	a.WorkOff()
	a.attached(a.token)
	a.WorkOff()
	late := a.upload(a.token)
	a.WorkOff()
	a.attach(a.token, 2, late)
	body := string(a.Get(a.staff, "/v1/notices").Expect(200).Body)
	if n := strings.Count(body, "有照片等待审核"); n != 1 {
		t.Errorf("told %d times", n)
	}
	a.Get(a.admin, "/v1/notices").HasNot("有照片等待审核")
}
