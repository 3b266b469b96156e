package service_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/service/outbox"
	"danyuan/testkit"
)

// The adapter's refusals, as service knows them: by kind and code.
var (
	refused  = fault.New(fault.Conflict, "wechat.subscription_refused", "对方没有订阅这类消息。")
	down     = fault.New(fault.Unavailable, "wechat.unavailable", "微信暂时没有回应。")
	badData  = fault.New(fault.Internal, "wechat.template_data", "通知内容不符合消息模板的要求。")
	stranger = fault.New(fault.Internal, "wechat.openid_invalid", "对方不是这个小程序的用户。")
)

// someone is a bound person who has given n accepts for notices about binding.
func someone(k *testkit.Kit, accepts int) (model.Person, int64) {
	k.Helper()
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	k.SignIn(p)
	var user int64
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.ReceiverOf(tx, p.ID)
		user = u.ID
		return err
	})
	give(k, user, accepts)
	return p, user
}

func give(k *testkit.Kit, user int64, n int) {
	k.Helper()
	cmd := service.Command{By: model.Actor{UserID: user}}
	for range n {
		if _, err := k.S.GiveAccepts(k.Context(), cmd, []service.AcceptReport{{Template: "binding", Accepted: true}}); err != nil {
			k.Fatal(err)
		}
	}
}

func tell(k *testkit.Kit, p model.Person, once string) {
	k.Helper()
	if err := k.S.Notify(k.Context(), p.ID, service.NoticeBinding, "身份已确认", "您已确认为3栋1单元的居民。", once); err != nil {
		k.Fatal(err)
	}
}

func accepts(k *testkit.Kit) (all []model.Accept) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error { return tx.Order("id").Find(&all).Error })
	return all
}

func left(k *testkit.Kit, user int64) int64 {
	k.Helper()
	n, err := model.CountAccepts(k.DB.Read(k.Context()), user)
	if err != nil {
		k.Fatal(err)
	}
	return n[testkit.Templates["binding"]]
}

func sent(k *testkit.Kit, want int) []testkit.Sent {
	k.Helper()
	all := k.WeChat.Sent()
	if len(all) != want {
		k.Fatalf("%d messages went out, want %d: %v", len(all), want, all)
	}
	return all
}

// job gives the only job of sending a notice.
func job(k *testkit.Kit) (j model.Job) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error { return tx.Where("kind = ?", "send_notice").Take(&j).Error })
	return j
}

func TestSendNotice_oneAcceptIsOneMessage(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 2)
	tell(k, p, "a")
	tell(k, p, "a") // the same news
	k.WorkOff()
	m := sent(k, 1)[0]
	if m.OpenID != "openid-"+strconv.FormatInt(p.ID, 10) || m.Template != "tpl-binding" || m.Page != "pages/me/index" ||
		m.Data["thing1"] != "身份已确认" || m.Data["thing2"] != "您已确认为3栋1单元的居民。" || m.Data["time3"] != "2026年03月05日 09:00" {
		t.Fatalf("sent %+v", m)
	}
	if a := accepts(k)[0]; a.SpentAt == nil || a.Outcome != "sent" {
		t.Fatalf("accept %+v", a)
	}
	tell(k, p, "b")
	tell(k, p, "c")
	k.WorkOff()
	sent(k, 2)
	if n := left(k, user); n != 0 {
		t.Fatalf("%d left", n)
	}
	unread, err := k.S.CountUnread(k.Context(), model.Actor{PersonID: p.ID})
	if err != nil || unread != 3 {
		t.Fatalf("%d in the inbox, want 3 (%v)", unread, err)
	}
}

func TestSendNotice_kindWithoutTemplateStaysInTheInbox(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 1)
	if err := k.S.Notify(k.Context(), p.ID, service.NoticeRole, "您已担任单元长", "", "a"); err != nil {
		t.Fatal(err)
	}
	var owed int64
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Job{}).Where("kind = ?", "send_notice").Count(&owed).Error
	})
	if owed != 0 {
		t.Fatalf("%d jobs are owed for what is never sent", owed)
	}
	tell(k, p, "b")
	k.S.Templates = nil // it was replaced by none since
	k.WorkOff()
	sent(k, 0)
	if job(k).State != model.JobDone || left(k, user) != 1 {
		t.Fatal("the job is not done, or an accept was used")
	}
}

func TestSendNotice_personWithoutUserIsLeftToTheInbox(t *testing.T) {
	k := testkit.New(t)
	tell(k, k.Person(k.Org().Unit, "赵六"), "a")
	k.WorkOff()
	sent(k, 0)
	if job(k).State != model.JobDone {
		t.Fatal("the job is not done")
	}
}

func TestSendNotice_whatWasReadIsNotSent(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 1)
	tell(k, p, "a")
	if _, err := k.S.ReadAllNotices(k.Context(), service.Command{By: model.Actor{PersonID: p.ID}}); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	sent(k, 0)
	if left(k, user) != 1 {
		t.Fatal("an accept was used for news that was read")
	}
}

// TestSendNotice_whatIsReadMeanwhileLeavesItsAcceptToOthers: WeChat was down, and the person has looked themselves.
func TestSendNotice_whatIsReadMeanwhileLeavesItsAcceptToOthers(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 1)
	k.WeChat.Fail(down)
	tell(k, p, "a")
	k.WorkOff()
	k.WeChat.Fail(nil)
	if _, err := k.S.ReadAllNotices(k.Context(), service.Command{By: model.Actor{PersonID: p.ID}}); err != nil {
		t.Fatal(err)
	}
	k.Move(time.Minute)
	k.WorkOff()
	sent(k, 0)
	if j := job(k); j.State != model.JobDone || left(k, user) != 1 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, user))
	}
	tell(k, p, "b")
	k.WorkOff()
	sent(k, 1)
}

func TestSendNotice_acceptIsSpentOnceWhenTwoNoticesRace(t *testing.T) {
	k := testkit.New(t)
	p, _ := someone(k, 1)
	tell(k, p, "a")
	tell(k, p, "b")
	other := k.Replica()
	k.Race(2, func(i int) {
		if err := []*service.Service{k.S, other}[i].WorkOff(k.Context()); err != nil {
			t.Error(err)
		}
	})
	sent(k, 1)
	if a := accepts(k); len(a) != 1 || a[0].SpentAt == nil {
		t.Fatalf("accepts %+v", a)
	}
}

func TestSendNotice_refusalVoidsWhatWeBelievedToBeLeft(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 3)
	k.Move(time.Minute)
	k.WeChat.Fail(refused)
	tell(k, p, "a")
	k.WorkOff()
	k.WeChat.Fail(nil)
	if j := job(k); j.State != model.JobDone || j.LastError != refused.Code || j.Attempts != 1 {
		t.Fatalf("job %+v", j)
	}
	for _, a := range accepts(k) {
		if a.VoidAt == nil || a.Outcome != refused.Code {
			t.Fatalf("accept %+v", a)
		}
	}
	give(k, user, 1) // and says yes again
	tell(k, p, "b")
	k.WorkOff()
	sent(k, 1)
}

func TestSendNotice_outageIsSatOutWithTheSameAccept(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 2)
	k.WeChat.Fail(down)
	tell(k, p, "a")
	k.WorkOff()
	if j := job(k); j.State != model.JobDue || j.LastError != down.Code || left(k, user) != 1 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, user))
	}
	k.Move(time.Minute)
	k.WorkOff()
	k.WeChat.Fail(nil)
	k.Move(2 * time.Minute)
	k.WorkOff()
	sent(k, 1)
	if j := job(k); j.State != model.JobDone || j.Attempts != 3 || j.LastError != "" || left(k, user) != 1 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, user))
	}
}

func TestSendNotice_stuckOneIsSentWhenAnOperatorSaysAgain(t *testing.T) {
	k := testkit.New(t)
	p, _ := someone(k, 1)
	k.WeChat.Fail(down)
	tell(k, p, "a")
	for range outbox.Tries {
		k.WorkOff()
		k.Move(30 * time.Hour)
	}
	j := job(k)
	if j.State != model.JobStuck {
		t.Fatalf("job %+v", j)
	}
	k.WeChat.Fail(nil)
	admin := model.Actor{PersonID: p.ID, Grants: []model.Grant{{Role: model.DistrictAdmin, Path: "1/"}}}
	if _, err := k.S.DoAgain(k.Context(), service.Command{By: admin}, j.ID); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	sent(k, 1)
}

func TestSendNotice_ourOwnMistakeGivesTheAcceptBack(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 1)
	k.WeChat.Fail(badData)
	tell(k, p, "a")
	k.WorkOff()
	if j := job(k); j.State != model.JobDone || j.LastError != badData.Code || left(k, user) != 1 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, user))
	}
}

func TestSendNotice_acceptsOfAUserWhomWeChatHasForgottenAreVoid(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 2)
	k.Move(time.Minute)
	k.WeChat.Fail(stranger)
	tell(k, p, "a")
	k.WorkOff()
	if j := job(k); j.State != model.JobDone || j.LastError != stranger.Code || left(k, user) != 0 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, user))
	}
}

// outlets does something in the middle of a sending.
type outlets struct {
	*testkit.WeChat
	meanwhile func()
}

func (o outlets) Send(ctx context.Context, openID, template, page string, data map[string]string) error {
	err := o.WeChat.Send(ctx, openID, template, page, data)
	o.meanwhile()
	return err
}

func TestSendNotice_crashBeforeTheRecordResendsThatOneOnly(t *testing.T) {
	k := testkit.New(t)
	p, user := someone(k, 2)
	tell(k, p, "a")
	tell(k, p, "b")
	crashed := false
	k.S.Outlets = outlets{k.WeChat, func() {
		if !crashed {
			crashed = true
			panic("the power is gone")
		}
	}}
	k.WorkOff()
	if all := accepts(k); all[0].SpentAt != nil || all[0].NoticeID == nil || all[1].SpentAt == nil {
		t.Fatalf("accepts %+v", all)
	}
	k.Move(time.Minute)
	k.WorkOff()
	sent(k, 3) // the first one twice
	if all := accepts(k); len(all) != 2 || all[0].SpentAt == nil || left(k, user) != 0 {
		t.Fatalf("accepts %+v", all)
	}
}

func TestSendNotice_newsNeverGoesToAnAccountThatThePersonHasLeft(t *testing.T) {
	k := testkit.New(t)
	p, old := someone(k, 1)
	k.WeChat.Fail(down)
	tell(k, p, "a")
	k.WorkOff()
	k.Stranger("new-phone")
	k.Tx(func(tx *gorm.DB) error { // the community moves the person to another account
		u, err := model.UserByOpenID(tx, "new-phone")
		if err != nil {
			return err
		}
		return tx.Model(&model.Binding{}).Where("active_user_id = ?", old).Updates(map[string]any{"user_id": u.ID, "active_user_id": u.ID}).Error
	})
	k.WeChat.Fail(nil)
	k.Move(time.Minute)
	k.WorkOff()
	sent(k, 0)
	if j := job(k); j.State != model.JobDone || left(k, old) != 1 {
		t.Fatalf("job %+v, %d accepts left", j, left(k, old))
	}
}

func TestSendNotice_fieldsFitWeChatsLimits(t *testing.T) {
	k := testkit.New(t)
	p, _ := someone(k, 2)
	long := strings.Repeat("长", 80)
	if err := k.S.Notify(k.Context(), p.ID, service.NoticeBinding, long, "第一行\n第二行", "a"); err != nil {
		t.Fatal(err)
	}
	if err := k.S.Notify(k.Context(), p.ID, service.NoticeBinding, "短", "", "b"); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	all := sent(k, 2)
	if title := all[0].Data["thing1"]; utf8.RuneCountInString(title) != 20 || !strings.HasSuffix(title, "…") {
		t.Fatalf("thing1 %q", title)
	}
	if all[0].Data["thing2"] != "第一行 第二行" || all[1].Data["thing2"] != "短" {
		t.Fatalf("thing2 %q and %q", all[0].Data["thing2"], all[1].Data["thing2"])
	}
}

func TestSendNotice_errorThatSaysNothingIsTriedAgain(t *testing.T) {
	k := testkit.New(t)
	p, _ := someone(k, 1)
	k.WeChat.Fail(errors.New("something broke"))
	tell(k, p, "a")
	k.WorkOff()
	if j := job(k); j.State != model.JobDue || j.LastError != "internal" {
		t.Fatalf("job %+v", j)
	}
}
