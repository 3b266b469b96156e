package service

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"danyuan/fault"
	"danyuan/model"
)

// message is a notice on its way to WeChat, with the accept that it will use up.
type message struct {
	notice model.Notice
	accept model.Accept
	openID string
	at     time.Time // when the accept was looked for
}

// sendNotice offers a notice to WeChat, once for each accept: an accept is reserved, the message goes
// out, and what came of it is written down. If the last step is lost, the same accept is used again,
// so at most this one message reaches the person twice. A notice without an accept, and one that
// WeChat refuses, stays in the inbox.
func (s *Service) sendNotice(ctx context.Context, notice int64) error {
	n, err := model.NoticeByID(s.DB.Read(ctx), notice)
	if errors.Is(err, model.ErrNoticeNotFound) {
		return &settled{err}
	}
	if err != nil {
		return err
	}
	// The person's row is the lock: two notices of one person must not take one accept, nor a binding change meanwhile.
	return s.offer(ctx, n, func(t *tx) (*model.User, error) {
		if _, err := model.LockPerson(t.DB, n.PersonID); err != nil {
			return nil, err
		}
		return model.ReceiverOf(t.DB, n.PersonID)
	})
}

// offer sends a notice to the user whom receiver locks and gives, nil when it is for nobody any more. Nothing is sent
// without a template, without an accept, and of what was read, sent or refused before.
func (s *Service) offer(ctx context.Context, n model.Notice, receiver func(t *tx) (*model.User, error)) error {
	template := s.Templates[n.Kind]
	if template == "" {
		return nil
	}
	m, err := inLane(ctx, s, jobLane, holding{}, Command{}, func(t *tx) (*message, error) {
		to, err := receiver(t)
		if err != nil {
			return nil, err
		}
		a, err := t.acceptFor(n, to, template)
		if err != nil || a == nil {
			return nil, err
		}
		return &message{n, *a, to.OpenID, t.now}, nil
	})
	if err != nil || m == nil {
		return err
	}
	err = s.Outlets.Send(ctx, m.openID, m.accept.Template, m.notice.Page, templateData(m.notice))
	return s.settle(ctx, m, err)
}

// acceptFor gives the accept that a notice may use, reserved by an earlier try or now; nil when there
// is none, the notice's own has been used up, or it was read. to is nil when the notice is for nobody any more.
func (t *tx) acceptFor(n model.Notice, to *model.User, template string) (*model.Accept, error) {
	a, err := model.AcceptOf(t.DB, n.ID)
	switch {
	case err != nil:
		return nil, err
	case a == nil:
	case a.SpentAt != nil || a.VoidAt != nil:
		return nil, nil
	case n.ReadAt == nil && to != nil && a.UserID == to.ID && a.Template == template:
		return a, nil
	default: // since the last try it was read, the person has moved to another account, or the template was replaced
		if err := model.ReturnAccept(t.DB, a.ID, n.ID); err != nil {
			return nil, err
		}
	}
	if to == nil || n.ReadAt != nil {
		return nil, nil
	}
	return model.ReserveAccept(t.DB, to.ID, template, n.ID)
}

// What the adapter's refusals mean for an accept; any other permanent one has not used it up.
const (
	codeRefused     = "wechat.subscription_refused" // WeChat knows of no accept
	codeOpenIDWrong = "wechat.openid_invalid"       // WeChat no longer knows the user
)

// settle writes down what WeChat answered, and gives what is to become of the job. When WeChat says
// that the user accepts nothing, the accepts that we believed to be left are worthless too: kept, they
// would make the client believe that it need not ask.
func (s *Service) settle(ctx context.Context, m *message, answer error) error {
	code := fault.CodeOf(answer)
	switch {
	case answer == nil, code == codeRefused, code == codeOpenIDWrong:
	case !final(answer):
		return answer
	default:
		s.Log.ErrorContext(ctx, "WeChat will not take a notice", slog.String("kind", m.notice.Kind), slog.String("error", answer.Error()))
	}
	_, err := inLane(ctx, s, jobLane, holding{}, Command{}, func(t *tx) (struct{}, error) {
		var none struct{}
		a := m.accept
		switch {
		case answer == nil:
			return none, model.SpendAccept(t.DB, a.ID, m.notice.ID, t.now)
		case code == codeRefused, code == codeOpenIDWrong:
			if err := model.VoidAccept(t.DB, a.ID, m.notice.ID, code, t.now); err != nil {
				return none, err
			}
			// In the second of asking itself the person may have said yes anew.
			_, err := model.VoidAccepts(t.DB, a.UserID, a.Template, code, m.at.Add(-time.Second), t.now)
			return none, err
		}
		return none, model.ReturnAccept(t.DB, a.ID, m.notice.ID)
	})
	if err != nil || answer == nil {
		return err
	}
	return &settled{answer}
}

// final tells whether WeChat would answer the same however often it is asked. An error that is no
// fault, such as a context that ended, says nothing.
func final(answer error) bool {
	f := fault.Of(answer)
	return f != nil && f.Kind != fault.Unavailable && f.Kind != fault.TooMany
}

// thingLength is the most characters that WeChat takes in a field of type thing.
const thingLength = 20

// templateData fills the three fields that each of our subscribe templates has: thing1 the title,
// thing2 the text, time3 when it was written. WeChat refuses a field that is too long, empty, or has
// line breaks.
func templateData(n model.Notice) map[string]string {
	title, body := thing(n.Title), thing(n.Body)
	if body == "" {
		body = title
	}
	return map[string]string{"thing1": title, "thing2": body, "time3": n.CreatedAt.In(model.Beijing).Format("2006年01月02日 15:04")}
}

func thing(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > thingLength {
		r = append(r[:thingLength-1], '…')
	}
	return string(r)
}
