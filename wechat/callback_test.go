package wechat_test

import (
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

var popup = fake.Push{Kind: "subscribe_msg_popup_event", OpenID: "oAlice", Templates: []fake.Status{
	{Template: "T1", Status: "accept"}, {Template: "T2", Status: "reject"},
}}

// modes are all the ways in which WeChat pushes.
func modes(p fake.Push) map[string]fake.Push {
	m := map[string]fake.Push{}
	for _, aes := range []bool{false, true} {
		for _, xml := range []bool{false, true} {
			p.AES, p.XML = aes, xml
			m[map[bool]string{false: "plain", true: "AES"}[aes]+map[bool]string{false: " JSON", true: " XML"}[xml]] = p
		}
	}
	return m
}

// in gives the client that is configured for the way p comes.
func (r *rig) in(t testing.TB, p fake.Push) *wechat.Client {
	if p.AES {
		return r.Client
	}
	return r.another(t, plain)
}

func TestEvent_isReadInEveryMode(t *testing.T) {
	t.Parallel()
	r := start(t)
	sent := fake.Push{Kind: "subscribe_msg_sent_event", OpenID: "oAlice", Templates: []fake.Status{{Template: "T1", Status: "failed:user block", ErrorCode: 1}}}
	change := fake.Push{Kind: "subscribe_msg_change_event", OpenID: "oAlice", Templates: []fake.Status{{Template: "T1", Status: "reject"}}}
	check := fake.Push{Kind: "wxa_media_check", OpenID: "oAlice", TraceID: "trace-1", Suggest: "risky", Label: 20002}
	for _, push := range []fake.Push{popup, sent, change, check} {
		for mode, p := range modes(push) {
			p.At = noon.Add(-time.Minute)
			e, err := r.in(t, p).Event(r.wx.Callback(p))
			if err != nil {
				t.Fatalf("%s %s: %v", p.Kind, mode, err)
			}
			var want []wechat.TemplateStatus
			for _, s := range p.Templates {
				want = append(want, wechat.TemplateStatus(s))
			}
			if e.Kind != p.Kind || e.OpenID != "oAlice" || !e.At.Equal(p.At) || !slices.Equal(e.Templates, want) ||
				e.TraceID != p.TraceID || e.Suggest != p.Suggest || e.Label != p.Label || len(e.ID) != 32 {
				t.Errorf("%s %s: got %+v", p.Kind, mode, e)
			}
		}
	}
}

func TestEvent_pushedAgainHasItsOldID(t *testing.T) {
	t.Parallel()
	r := start(t)
	ids := map[string]int{}
	at := noon
	for _, p := range modes(popup) {
		p.At = at
		r.later(time.Second)
		e, err := r.in(t, p).Event(r.wx.Callback(p))
		if err != nil {
			t.Fatal(err)
		}
		ids[e.ID]++
	}
	if len(ids) != 1 {
		t.Errorf("one event has %d ids", len(ids))
	}
	for name, change := range map[string]func(*fake.Push){
		"other templates": func(p *fake.Push) { p.Templates = popup.Templates[1:] },
		"another person":  func(p *fake.Push) { p.OpenID = "oBob" },
		"another second":  func(p *fake.Push) { p.At = at.Add(time.Second) },
		"another kind":    func(p *fake.Push) { p.Kind = "subscribe_msg_change_event" },
	} {
		p := popup
		p.At, p.AES = at, true
		change(&p)
		e, err := r.Event(r.wx.Callback(p))
		if err != nil || ids[e.ID] != 0 {
			t.Errorf("%s: the same id, %v", name, err)
		}
	}
}

func TestEvent_asInWeChatsDocument(t *testing.T) {
	t.Parallel()
	// 消息推送, 安全模式: the document's own token, key, appid, query and body.
	at := time.Unix(1714112445, 0).UTC()
	c, err := wechat.New(wechat.Config{
		AppID: "wxba5fad812f8e6fb9", Secret: "s", Token: "AAAAA", AESKey: strings.Repeat("A", 43),
		Now: func() time.Time { return at },
	}, &memory{})
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.ParseQuery("signature=6c5c811b55cc85e0e1b54100749188c20beb3f5d&timestamp=1714112445&nonce=415670741" +
		"&openid=o9AgO5Kd5ggOC-bXrbNODIiE3bGY&encrypt_type=aes&msg_signature=046e02f8204d34f8ba5fa3b1db94908f3df2e9b3")
	if err != nil {
		t.Fatal(err)
	}
	body := `{"ToUserName":"gh_97417a04a28d","Encrypt":"+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="}`
	e, err := c.Event(query, []byte(body))
	if err != nil || e.Kind != "debug_demo" || e.OpenID != "o9AgO5Kd5ggOC-bXrbNODIiE3bGY" || !e.At.Equal(at) {
		t.Fatalf("got %+v %v", e, err)
	}
}

func TestEvent_looseNumbersAndListsAreRead(t *testing.T) {
	t.Parallel()
	r := start(t)
	for raw, want := range map[string]wechat.Event{
		`{"FromUserName":"o","CreateTime":"1620973045","MsgType":"event","Event":"subscribe_msg_popup_event","List":{"TemplateId":"T","SubscribeStatusString":"accept","PopupScene":"0"}}`: {
			Kind: "subscribe_msg_popup_event", Templates: []wechat.TemplateStatus{{Template: "T", Status: "accept"}}},
		`{"FromUserName":"o","CreateTime":1620973045,"MsgType":"event","Event":"subscribe_msg_change_event","SubscribeMsgChangeEvent":[{"TemplateId":"T","SubscribeStatusString":"reject"}]}`: {
			Kind: "subscribe_msg_change_event", Templates: []wechat.TemplateStatus{{Template: "T", Status: "reject"}}},
		`{"FromUserName":"o","CreateTime":1620973045,"MsgType":"event","Event":"subscribe_msg_sent_event","SubscribeMsgSentEvent":{"List":[{"TemplateId":"T","MsgID":"9","ErrorCode":"0","ErrorStatus":"success"}]}}`: {
			Kind: "subscribe_msg_sent_event", Templates: []wechat.TemplateStatus{{Template: "T", Status: "success"}}},
		`{"FromUserName":"o","CreateTime":1620973045,"MsgType":"event","Event":"wxa_media_check","trace_id":"t","result":{"suggest":"pass","label":"100"}}`: {
			Kind: "wxa_media_check", TraceID: "t", Suggest: "pass", Label: 100},
		`{"FromUserName":"o","CreateTime":1620973045,"MsgType":"text","Content":"你好","MsgId":1234567890123456}`: {Kind: "text"},
	} {
		e, err := r.Event(r.wx.Callback(fake.Push{AES: true, Raw: []byte(raw)}))
		if err != nil || e.Kind != want.Kind || !slices.Equal(e.Templates, want.Templates) || e.Label != want.Label ||
			e.Suggest != want.Suggest || e.TraceID != want.TraceID || e.At.Unix() != 1620973045 {
			t.Errorf("%s: got %+v %v", raw, e, err)
		}
	}
}

func TestEvent_fromSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	for mode, p := range modes(popup) {
		for name, tamper := range map[string]func(url.Values) time.Duration{
			"no signature":    func(q url.Values) time.Duration { q.Del("signature"); return 0 },
			"wrong signature": func(q url.Values) time.Duration { q.Set("signature", strings.Repeat("0", 40)); return 0 },
			"other nonce":     func(q url.Values) time.Duration { q.Set("nonce", "1"); return 0 },
			"other timestamp": func(q url.Values) time.Duration { q.Set("timestamp", "1"); return 0 },
			"old":             func(url.Values) time.Duration { return 10*time.Minute + time.Second },
			"of the future":   func(url.Values) time.Duration { return -10*time.Minute - time.Second },
		} {
			query, body := r.wx.Callback(p)
			late := tamper(query)
			r.later(late)
			_, err := r.in(t, p).Event(query, body)
			r.later(-late)
			t.Log(mode, name)
			r.wants(t, err, wechat.ErrSignature)
		}
	}
}

func TestEvent_inAESModeNeedsItsOwnSignature(t *testing.T) {
	t.Parallel()
	r := start(t)
	p := popup
	p.AES = true
	for name, tamper := range map[string]func(q url.Values, body []byte) []byte{
		"wrong msg_signature": func(q url.Values, b []byte) []byte { q.Set("msg_signature", "WRONG"); return b },
		"no msg_signature":    func(q url.Values, b []byte) []byte { q.Del("msg_signature"); return b },
		"another's envelope": func(_ url.Values, _ []byte) []byte {
			_, other := r.wx.Callback(fake.Push{AES: true, Kind: "wxa_media_check", OpenID: "oMallory"})
			return other
		},
		"a plain body": func(q url.Values, _ []byte) []byte {
			q.Del("encrypt_type")
			return []byte(`{"MsgType":"event","Event":"wxa_media_check","trace_id":"t","result":{"suggest":"pass"}}`)
		},
	} {
		query, body := r.wx.Callback(p)
		_, err := r.Event(query, tamper(query, body))
		t.Log(name)
		r.wants(t, err, wechat.ErrSignature)
	}
	_, err := r.another(t, plain).Event(r.wx.Callback(p))
	r.wants(t, err, wechat.ErrSignature)
}

func TestEvent_ofAnotherAppIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	check := fake.Push{Kind: "wxa_media_check", OpenID: "oAlice", TraceID: "t", Suggest: "pass", AppID: "wx0000000000000001"}
	for mode, p := range modes(check) {
		_, err := r.in(t, p).Event(r.wx.Callback(p))
		t.Log(mode)
		r.wants(t, err, wechat.ErrSignature)
	}
	p := popup
	p.AES, p.AppID = true, "wx0000000000000001"
	_, err := r.Event(r.wx.Callback(p))
	r.wants(t, err, wechat.ErrSignature)
}

func TestEvent_withoutATokenIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	c := r.another(t, func(c *wechat.Config) { c.Token = "" })
	_, err := c.Event(r.wx.Callback(popup))
	r.wants(t, err, wechat.ErrSignature)
	query := url.Values{"timestamp": {strconv.FormatInt(noon.Unix(), 10)}, "nonce": {"n"}, "echostr": {"1"}}
	sum := sha1.Sum([]byte(query.Get("timestamp") + "n")) // as anybody can who guesses that there is none
	query.Set("signature", hex.EncodeToString(sum[:]))
	_, err = c.Echo(query)
	r.wants(t, err, wechat.ErrSignature)
}

func TestEvent_nonsenseIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, raw := range []string{
		" ", "{", "[]", "null", "{}", "<xml>", "<xml></xml>", `{"Event":""}`, `{"Event":"e","CreateTime":"soon"}`,
		`{"Event":"e","CreateTime":-1}`, `{"Event":"e","CreateTime":253402300800}`, `{"Event":"` + strings.Repeat("e", 65) + `"}`,
		`{"Event":"e","List":3}`, "<xml><Event>e</Event><CreateTime>soon</CreateTime></xml>",
	} {
		for _, aes := range []bool{false, true} {
			p := fake.Push{AES: aes, Raw: []byte(raw)}
			_, err := r.in(t, p).Event(r.wx.Callback(p))
			t.Log(raw)
			r.wants(t, err, wechat.ErrEvent)
		}
	}
	query, _ := r.wx.Callback(fake.Push{AES: true, Raw: []byte("{}")})
	for _, body := range []string{"", "{}", "<xml/>", `{"Encrypt":""}`} {
		_, err := r.Event(query, []byte(body))
		r.wants(t, err, wechat.ErrEvent)
	}
	_, err := r.another(t, plain).Event(r.wx.Callback(fake.Push{Raw: []byte(`{"Event":"e"}` + strings.Repeat(" ", 64<<10))}))
	r.wants(t, err, wechat.ErrEvent)
}

func FuzzEvent(f *testing.F) {
	r := start(f)
	inPlain := r.another(f, plain)
	for _, p := range modes(popup) {
		query, body := r.wx.Callback(p)
		f.Add(body, query.Encode())
	}
	f.Add([]byte(`{"Event":"wxa_media_check","trace_id":"t","result":{"label":"100"}}`), "")
	f.Add([]byte(`{"Event":"e","List":{"List":[{"TemplateId":"T"}]}}`), "encrypt_type=aes")
	f.Add([]byte(`<xml><Event>e</Event><SubscribeMsgSentEvent><List><ErrorCode>1</ErrorCode></List></SubscribeMsgSentEvent></xml>`), "a=b")
	f.Fuzz(func(t *testing.T, raw []byte, query string) {
		sound := func(e wechat.Event, err error) {
			if err != nil && fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
			if err == nil && (e.Kind == "" || len(e.ID) != 32 || e.At.Year() > 9999) {
				t.Errorf("got %+v", e)
			}
		}
		if q, err := url.ParseQuery(query); err == nil {
			sound(r.Event(q, raw)) // as anybody may send it
		}
		sound(inPlain.Event(r.wx.Callback(fake.Push{Raw: raw}))) // as if WeChat had
		sound(r.Event(r.wx.Callback(fake.Push{Raw: raw, AES: true})))
		q, _ := r.wx.Callback(fake.Push{Raw: raw, AES: true})
		sound(r.Event(q, raw))
	})
}
