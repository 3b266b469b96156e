package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// pushes reads callbacks that are signed with the word "yes" and carry an event as JSON.
type pushes struct{}

var (
	errSignature = fault.New(fault.Forbidden, "wechat.signature_invalid", "签名不对,这个请求不是微信发来的。")
	errEvent     = fault.New(fault.Invalid, "wechat.event_invalid", "看不懂微信推送的内容。")
)

func (pushes) Echo(query url.Values) (string, error) {
	if query.Get("signature") != "yes" {
		return "", errSignature
	}
	return query.Get("echostr"), nil
}

func (pushes) Event(query url.Values, body []byte) (service.CallbackEvent, error) {
	var e service.CallbackEvent
	if query.Get("signature") != "yes" {
		return e, errSignature
	}
	if json.Unmarshal(body, &e) != nil {
		return e, errEvent
	}
	return e, nil
}

const callback = "/wechat/callback?signature=yes"

func push(k *edge.Kit, id, kind string, at time.Time, statuses ...service.TemplateStatus) {
	k.Helper()
	a := k.Post("", callback, service.CallbackEvent{ID: id, Kind: kind, OpenID: "x", At: at, Templates: statuses}).Expect(200)
	if string(a.Body) != "success" {
		k.Fatalf("answered %q", a.Body)
	}
}

func TestCallback_echoesWhenTheAddressIsSetUp(t *testing.T) {
	k := edge.New(t)
	k.Get("", callback+"&echostr=4711").Refused(404, "http.no_such_address")
	k.Post("", callback, `{}`).Refused(404, "http.no_such_address")
	k.S.Callbacks = pushes{}
	if a := k.Get("", callback+"&echostr=4711").Expect(200); string(a.Body) != "4711" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
		t.Fatalf("answered %q as %s", a.Body, a.Header.Get("Content-Type"))
	}
	k.Get("", "/wechat/callback?signature=no&echostr=4711").Refused(403, "wechat.signature_invalid").HasNot("4711")
}

func TestCallback_whatWeChatDidNotSendIsRefused(t *testing.T) {
	k := edge.New(t)
	k.S.Callbacks = pushes{}
	k.Post("", "/wechat/callback", `{}`).Refused(403, "wechat.signature_invalid")
	k.Post("", callback, "😀\x00").Refused(422, "wechat.event_invalid")
	k.Post("", callback, strings.Repeat("a", 64<<10+1)).Refused(413, "http.too_large")
}

func TestCallback_unknownEventsAreFine(t *testing.T) {
	k := edge.New(t)
	k.S.Callbacks = pushes{}
	push(k, "", strings.Repeat("很", 64), testkit.Start)
	push(k, "1", "wxa_media_check", testkit.Start)
	push(k, "2", "subscribe_msg_change_event", testkit.Start, service.TemplateStatus{Template: "tpl-binding", Status: "reject"}) // of a user whom we don't know
}

func TestCallback_switchedOffTemplateVoidsItsAcceptsOnce(t *testing.T) {
	k := edge.New(t)
	k.S.Callbacks = pushes{}
	token := k.Stranger("x")
	k.Post(token, "/v1/me/accepts", asked("binding", true, "plaque", true)).Expect(200)
	k.Move(time.Minute)
	off := service.TemplateStatus{Template: "tpl-binding", Status: "reject"}
	push(k, "1", "subscribe_msg_popup_event", k.Clock.Now(), off) // the client tells that itself
	push(k, "2", "subscribe_msg_change_event", k.Clock.Now(), service.TemplateStatus{Template: "tpl-binding", Status: "accept"})
	k.Get(token, "/v1/me/accepts").Has(`"template":"tpl-binding","left":1`)
	push(k, "3", "subscribe_msg_change_event", k.Clock.Now(), off)
	k.Get(token, "/v1/me/accepts").Has(`"template":"tpl-binding","left":0`, `"template":"tpl-plaque","left":1`)
	k.Move(time.Minute)
	k.Post(token, "/v1/me/accepts", asked("binding", true)).Expect(200)
	push(k, "3", "subscribe_msg_change_event", k.Clock.Now(), off)                   // pushed again
	push(k, "4", "subscribe_msg_change_event", k.Clock.Now().Add(-time.Second), off) // come late
	k.Get(token, "/v1/me/accepts").Has(`"template":"tpl-binding","left":1`)
}

func TestCallback_undeliveredMessageIsNotedOnItsAccept(t *testing.T) {
	k := edge.New(t)
	k.S.Callbacks = pushes{}
	k.Stranger("x")
	notice, at := int64(3), testkit.Start
	var a model.Accept
	k.Tx(func(tx *gorm.DB) error {
		u, err := model.UserByOpenID(tx, "x")
		if err != nil {
			return err
		}
		a = model.Accept{UserID: u.ID, Template: "tpl-binding", GivenAt: at, NoticeID: &notice}
		return model.AddAccept(tx, &a)
	})
	push(k, "1", "subscribe_msg_sent_event", at, service.TemplateStatus{Template: "tpl-binding", Status: "success"})
	push(k, "2", "subscribe_msg_sent_event", at, service.TemplateStatus{Template: "tpl-binding", Status: "failed:user block", ErrorCode: 43004})
	k.Tx(func(tx *gorm.DB) error { return model.SpendAccept(tx, a.ID, notice, at) }) // recorded after WeChat's report
	k.Tx(func(tx *gorm.DB) error { return tx.Where("id = ?", a.ID).Take(&a).Error })
	if a.Outcome != "not_delivered:43004" || a.SpentAt == nil {
		t.Fatalf("accept %+v", a)
	}
}
