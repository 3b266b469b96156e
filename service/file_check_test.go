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

// opens fails the test unless a signed link shows a picture.
func (a *atPhotos) opens(link string) {
	a.Helper()
	if p, err := a.S.Picture(a.Context(), link); err != nil || len(p.JPEG) == 0 {
		a.Fatalf("the link shows %d bytes: %v", len(p.JPEG), err)
	}
}

// inbox gives the notices of whoever holds a token, as one text.
func inbox(k *testkit.Kit, token string) string {
	k.Helper()
	all, err := k.S.Notices(k.Context(), as(k, token).By, false, model.Slice{Limit: 100})
	if err != nil {
		k.Fatal(err)
	}
	var text strings.Builder
	for _, n := range all {
		text.WriteString(n.Title + "\n" + n.Body + "\n")
	}
	return text.String()
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
		a.opens(strings.TrimPrefix(c.Link, testkit.PublicURL+service.PhotoPath))
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
	a.opens(read[1][0].Link(model.WholePhoto, false))
	other := a.attached(a.token)
	a.WorkOff()
	_, c = a.asked()
	a.answer("2", c.Trace, "risky")
	a.wantState(other, model.FileRejected)
	if told := inbox(a.Kit, a.token); !strings.Contains(told, "一张照片没有通过审核") || !strings.Contains(told, "您的记录不受影响") {
		t.Errorf("the uploader was told %q", told)
	}
	if told := inbox(a.Kit, a.nextDoor); strings.Contains(told, "照片") {
		t.Errorf("the neighbour was told %q", told)
	}
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
	if told := inbox(a.Kit, a.staff); !strings.Contains(told, "有照片等待审核") {
		t.Errorf("the community was told %q", told)
	}
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

func TestReview_whatAPersonDecidedStays(t *testing.T) {
	a := photos(t)
	one := a.attached(a.token)
	a.WorkOff()
	_, c := a.asked()
	for range 3 {
		a.Move(31 * time.Minute)
		a.duty("chase_photos")
	}
	if _, err := a.S.RejectPhoto(a.Context(), a.as(a.staff), one, "看不清"); err != nil {
		t.Fatal(err)
	}
	a.answer("1", c.Trace, "pass")
	a.wantState(one, model.FileRejected)
}

func TestReview_oneDecisionOfMany(t *testing.T) {
	a := photos(t)
	a.S.PublicURL = ""
	_, second := a.Officer(model.CommunitySecretary, a.Community, "社书记")
	officers := []service.Command{a.as(a.staff), a.as(second)}
	for range 10 {
		one := a.attached(a.token)
		a.WorkOff()
		errs := make([]error, 4)
		a.Race(len(errs), func(i int) { _, errs[i] = a.S.PassPhoto(a.Context(), officers[i%2], one) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				a.wantRefused(err, model.ErrFileNoReview)
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
	if n := strings.Count(inbox(a.Kit, a.staff), "有照片等待审核"); n != 1 {
		t.Errorf("told %d times", n)
	}
	if told := inbox(a.Kit, a.admin); strings.Contains(told, "有照片等待审核") {
		t.Errorf("the district was told %q", told)
	}
}
