package fake

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Push is something that WeChat tells the mini-program's server.
type Push struct {
	Kind      string // subscribe_msg_popup_event, wxa_media_check and so on
	OpenID    string
	At        time.Time // zero is now
	Templates []Status
	TraceID   string // of wxa_media_check, with the next two
	Suggest   string
	Label     int
	Errcode   int // of a check that failed by itself

	XML   bool   // else JSON
	AES   bool   // else plain
	Raw   []byte // the body instead of all the above
	AppID string // written into the envelope and event; "" is the server's own
}

// Status is one template of a subscription event.
type Status struct {
	Template, Status string
	ErrorCode        int // of subscribe_msg_sent_event
}

// Callback gives the query and the body of a POST as WeChat would push it, signed now.
func (s *Server) Callback(p Push) (url.Values, []byte) {
	p.AppID = or(p.AppID, s.AppID)
	if p.At.IsZero() {
		p.At = s.opts.Now()
	}
	body := p.Raw
	if body == nil {
		body = p.json()
		if p.XML {
			body = p.xml()
		}
	}
	q := s.Greeting("")
	q.Del("echostr")
	q.Set("openid", p.OpenID)
	if !p.AES {
		return q, body
	}
	sealed := s.envelope(body, p.AppID)
	q.Set("encrypt_type", "aes")
	q.Set("msg_signature", sign(s.Token, q.Get("timestamp"), q.Get("nonce"), sealed))
	if p.XML {
		return q, fmt.Appendf(nil, "<xml><ToUserName><![CDATA[gh_fake]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>", sealed)
	}
	return q, fmt.Appendf(nil, `{"ToUserName":"gh_fake","Encrypt":%q}`, sealed)
}

// Greeting gives the query of the GET with which WeChat checks a callback address, signed now.
func (s *Server) Greeting(echostr string) url.Values {
	s.mu.Lock()
	s.serial++
	nonce := strconv.Itoa(1000000 + s.serial)
	s.mu.Unlock()
	stamp := strconv.FormatInt(s.opts.Now().Unix(), 10)
	return url.Values{
		"signature": {sign(s.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {echostr},
	}
}

// sign is SHA-1 of the sorted parts, as WeChat's 消息推送 document has it.
func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// envelope is 消息加解密: 16 random bytes, length, message, appid; padded to 32; base64.
func (s *Server) envelope(body []byte, appID string) string {
	s.mu.Lock()
	s.serial++
	random := sha256.Sum256(fmt.Appendf(nil, "random %d", s.serial))
	s.mu.Unlock()
	plain := binary.BigEndian.AppendUint32(slices.Clone(random[:16]), uint32(len(body))) //nolint:gosec // a push is small
	plain = append(append(plain, body...), appID...)
	return base64.StdEncoding.EncodeToString(seal(s.key, s.key[:16], plain, 32))
}

func (p Push) json() []byte {
	m := map[string]any{
		"ToUserName": "gh_fake", "FromUserName": p.OpenID, "CreateTime": p.At.Unix(), "MsgType": "event", "Event": p.Kind,
	}
	if p.Kind == "wxa_media_check" {
		m["appid"], m["trace_id"], m["version"], m["errcode"], m["errmsg"] = p.AppID, p.TraceID, 2, p.Errcode, "ok"
		m["result"] = map[string]any{"suggest": p.Suggest, "label": p.Label}
		m["detail"] = []any{map[string]any{"strategy": "content_model", "errcode": 0, "suggest": p.Suggest, "label": p.Label, "prob": 90}}
	}
	list := []map[string]any{}
	for _, t := range p.Templates {
		one := map[string]any{"TemplateId": t.Template}
		if p.Kind == "subscribe_msg_sent_event" {
			one["MsgID"], one["ErrorCode"], one["ErrorStatus"] = "1864323726461255680", strconv.Itoa(t.ErrorCode), t.Status
		} else {
			one["SubscribeStatusString"], one["PopupScene"] = t.Status, "0"
		}
		list = append(list, one)
	}
	switch len(list) {
	case 0:
	case 1:
		m["List"] = list[0] // WeChat sends a list of one so, whatever its document shows
	default:
		m["List"] = list
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil
	}
	return b
}

// listNames are the elements that hold a subscription event's list in XML.
var listNames = map[string]string{
	"subscribe_msg_popup_event":  "SubscribeMsgPopupEvent",
	"subscribe_msg_change_event": "SubscribeMsgChangeEvent",
	"subscribe_msg_sent_event":   "SubscribeMsgSentEvent",
}

func (p Push) xml() []byte {
	text := func(name, value string) string { return "<" + name + "><![CDATA[" + value + "]]></" + name + ">" }
	var b strings.Builder
	b.WriteString("<xml>" + text("ToUserName", "gh_fake") + text("FromUserName", p.OpenID))
	fmt.Fprintf(&b, "<CreateTime>%d</CreateTime>", p.At.Unix())
	b.WriteString(text("MsgType", "event") + text("Event", p.Kind))
	if p.Kind == "wxa_media_check" {
		b.WriteString(text("appid", p.AppID) + text("trace_id", p.TraceID) + "<version>2</version>")
		fmt.Fprintf(&b, "<errcode>%d</errcode><result>%s<label>%d</label></result>", p.Errcode, text("suggest", p.Suggest), p.Label)
	}
	if name := listNames[p.Kind]; name != "" {
		b.WriteString("<" + name + ">")
		for _, t := range p.Templates {
			b.WriteString("<List>" + text("TemplateId", t.Template))
			if name == "SubscribeMsgSentEvent" {
				fmt.Fprintf(&b, "<MsgID>1864323726461255680</MsgID><ErrorCode>%d</ErrorCode>%s", t.ErrorCode, text("ErrorStatus", t.Status))
			} else {
				b.WriteString(text("SubscribeStatusString", t.Status) + "<PopupScene>0</PopupScene>")
			}
			b.WriteString("</List>")
		}
		b.WriteString("</" + name + ">")
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}
