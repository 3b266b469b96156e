package service

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"danyuan/model"
)

// Callbacks reads what WeChat pushes to us. Both refuse with a fault of kind Forbidden what WeChat did
// not send.
type Callbacks interface {
	// Echo gives what WeChat wants to read back when the address is set up.
	Echo(query url.Values) (string, error)
	// Event opens a pushed body.
	Event(query url.Values, body []byte) (CallbackEvent, error)
}

// CallbackEvent is something that WeChat pushed. Fields that a kind does not have are empty.
type CallbackEvent struct {
	ID        string // the same when it is pushed again
	Kind      string // WeChat's word
	OpenID    string // whom it is about
	At        time.Time
	Templates []TemplateStatus
	TraceID   string // of a content check
	Suggest   string // its result
	Label     int    // what it found
}

// TemplateStatus is what became of one template of a subscription event.
type TemplateStatus struct {
	Template  string
	Status    string // "accept" or "reject"; of a sent message in WeChat's words
	ErrorCode int    // of a sent message; 0 is delivered
}

// The events that we act on (消息推送, 订阅消息). Not among them is subscribe_msg_popup_event, which
// repeats what a person answered: the client reports that itself, at once and also where no callback
// is configured, and counted twice one accept would stand for two messages.
const (
	templateSwitched = "subscribe_msg_change_event" // in the settings of the mini-program
	messageDelivered = "subscribe_msg_sent_event"
)

const switchedOff = "reject"

// TakeCallback acts on an event, once however often it is pushed. Events that we do not know are fine:
// WeChat pushes all that there are.
func (s *Service) TakeCallback(ctx context.Context, e CallbackEvent) error {
	if e.Kind != templateSwitched && e.Kind != messageDelivered && e.Kind != mediaChecked {
		return nil
	}
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		var none struct{}
		added, err := model.AddCallback(t.DB, &model.Callback{EventID: e.ID, Kind: e.Kind, ReceivedAt: t.now})
		if err != nil || !added {
			return none, err
		}
		if e.Kind == mediaChecked {
			return none, t.takeCheck(e)
		}
		u, err := model.UserByOpenID(t.DB, e.OpenID)
		if err != nil || u == nil {
			return none, err
		}
		for _, status := range e.Templates {
			if err := t.takeStatus(u.ID, e, status); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	return err
}

func (t *tx) takeStatus(user int64, e CallbackEvent, status TemplateStatus) error {
	switch {
	case e.Kind == templateSwitched && status.Status == switchedOff:
		// Not those given since: the event may come late, when the person has changed their mind.
		n, err := model.VoidAccepts(t.DB, user, status.Template, "switched_off", e.At, t.now)
		if err != nil || n == 0 {
			return err
		}
		return t.audit("accept.void", 0, "user", user, "switched_off")
	case e.Kind == messageDelivered && status.ErrorCode != 0:
		return model.NoteDelivery(t.DB, user, status.Template, "not_delivered:"+strconv.Itoa(status.ErrorCode))
	}
	return nil
}
