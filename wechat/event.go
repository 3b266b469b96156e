package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Event is something that WeChat pushed. Fields that a kind doesn't have are empty.
type Event struct {
	ID        string // stable when the same event is pushed again: drop what was seen; 32 hex digits
	Kind      string // WeChat's Event, or its MsgType when it is a message
	OpenID    string // whom it is about
	At        time.Time
	Templates []TemplateStatus // subscribe_msg_popup_event, subscribe_msg_change_event, subscribe_msg_sent_event
	TraceID   string           // wxa_media_check: as mediaCheckAsync answered it
	Suggest   string           // wxa_media_check: pass, review or risky; empty when the check itself failed
	Label     int              // wxa_media_check: 100 is fine, others say what was found
	Failure   int              // wxa_media_check: why the check itself failed, such as -1008: it could not load the picture
}

// TemplateStatus is what became of one template of a subscription event.
type TemplateStatus struct {
	Template  string
	Status    string // accept or reject; of a sent message success, or failed:… with the reason
	ErrorCode int    // of a sent message; 0 is delivered
}

// pushed is an event as it travels. Lists stand under List in JSON, as WeChat sends them, or under the
// event's name, as its documents show them, which is also where XML has them.
type pushed struct {
	FromUserName string `json:"FromUserName" xml:"FromUserName"`
	CreateTime   number `json:"CreateTime" xml:"CreateTime"`
	MsgType      string `json:"MsgType" xml:"MsgType"`
	MsgID        number `json:"MsgId" xml:"MsgId"`
	Event        string `json:"Event" xml:"Event"`
	List         list   `json:"List" xml:"List"`
	Popup        list   `json:"SubscribeMsgPopupEvent" xml:"SubscribeMsgPopupEvent>List"`
	Change       list   `json:"SubscribeMsgChangeEvent" xml:"SubscribeMsgChangeEvent>List"`
	Sent         list   `json:"SubscribeMsgSentEvent" xml:"SubscribeMsgSentEvent>List"`
	AppID        string `json:"appid" xml:"appid"`
	TraceID      string `json:"trace_id" xml:"trace_id"`
	Errcode      number `json:"errcode" xml:"errcode"`
	Result       struct {
		Suggest string `json:"suggest" xml:"suggest"`
		Label   number `json:"label" xml:"label"`
	} `json:"result" xml:"result"`
}

// item is one template in a list.
type item struct {
	TemplateID string `json:"TemplateId" xml:"TemplateId"`
	Subscribe  string `json:"SubscribeStatusString" xml:"SubscribeStatusString"`
	MsgID      string `json:"MsgID" xml:"MsgID"`
	ErrorCode  number `json:"ErrorCode" xml:"ErrorCode"`
	Delivery   string `json:"ErrorStatus" xml:"ErrorStatus"`
}

// lastSecond is the end of year 9999, after which a time can't be written down any more.
const lastSecond = 253402300799

// parse turns an opened body into an Event; signedAt stands in where it has no time.
func (c *Client) parse(body []byte, signedAt time.Time) (Event, error) {
	var p pushed
	if err := decode(body, &p); err != nil {
		return Event{}, ErrEvent.Because(errors.New("neither JSON nor XML of an event"))
	}
	e := Event{
		Kind: p.Event, OpenID: p.FromUserName, At: signedAt,
		TraceID: p.TraceID, Suggest: p.Result.Suggest, Label: int(p.Result.Label),
	}
	if p.Errcode != 0 { // "only where it is 0 the result means something"
		e.Suggest, e.Label, e.Failure = "", 0, int(p.Errcode)
	}
	if e.Kind == "" {
		e.Kind = p.MsgType
	}
	if e.Kind == "" || len(e.Kind) > 64 || len(e.OpenID) > 64 || len(e.TraceID) > 128 {
		return Event{}, ErrEvent.Because(errors.New("no kind, or a field is too long"))
	}
	if p.AppID != "" && p.AppID != c.appID {
		return Event{}, ErrSignature.Because(errors.New("the event is of another appid"))
	}
	if p.CreateTime < 0 || p.CreateTime > lastSecond {
		return Event{}, ErrEvent.Because(errors.New("CreateTime is no time"))
	}
	if p.CreateTime > 0 {
		e.At = time.Unix(int64(p.CreateTime), 0).UTC()
	}
	for _, i := range slices.Concat(p.List, p.Popup, p.Change, p.Sent) {
		e.Templates = append(e.Templates, i.status())
	}
	e.ID = p.id(body)
	return e, nil
}

func (i item) status() TemplateStatus {
	s := TemplateStatus{Template: i.TemplateID, Status: i.Subscribe, ErrorCode: int(i.ErrorCode)}
	if s.Status == "" {
		s.Status = i.Delivery
	}
	return s
}

// id tells events apart. WeChat's rule (sender and time, or MsgId) confuses two events of one second,
// and the bytes may differ when it pushes again, so for what we know it is made of what was said.
func (p pushed) id(body []byte) string {
	said := fmt.Appendf(nil, "%q %q %q %d ", p.MsgType, p.Event, p.FromUserName, p.CreateTime)
	switch {
	case p.TraceID != "":
		said = fmt.Appendf(nil, "%q %q", p.Event, p.TraceID)
	case p.MsgID != 0:
		said = fmt.Appendf(nil, "%d", p.MsgID)
	case len(p.List)+len(p.Popup)+len(p.Change)+len(p.Sent) > 0:
		for _, i := range slices.Concat(p.List, p.Popup, p.Change, p.Sent) {
			said = fmt.Appendf(said, "%q %q %q %d %q ", i.TemplateID, i.Subscribe, i.MsgID, i.ErrorCode, i.Delivery)
		}
	default:
		said = append(said, body...)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:16])
}
