package service

import (
	"context"
	"errors"
	"strconv"
	"time"

	"danyuan/model"
)

// pageBind is where who is nobody reads what became of their binding, and begins again.
const pageBind = "pages/bind/index"

// tellOver owes the news that others have refused a request or ended a binding. Its user is nobody, or nobody any more,
// and has no inbox: the page of binding says it, and one message through WeChat if they accept any.
func (t *tx) tellOver(b model.Binding) error {
	if b.UserID == t.by.UserID || t.draft.templates[NoticeBinding] == "" {
		return nil
	}
	return t.owe(tellBinding, b.ID, tellBinding+":"+strconv.FormatInt(b.ID, 10), t.now)
}

// tellOfBinding offers the news of one binding to WeChat, as sendNotice does those of an inbox.
func (s *Service) tellOfBinding(ctx context.Context, binding int64) error {
	m, err := s.reserveForUser(ctx, binding)
	if err != nil || m == nil {
		return err
	}
	err = s.Outlets.Send(ctx, m.openID, m.accept.Template, m.notice.Page, templateData(m.notice))
	return s.settle(ctx, m, err)
}

// reserveForUser ties an accept of a binding's user to the news of its end; nil when there is nothing to send: no
// template, no accept, it was sent before, the account is closed, or its user has begun anew since.
func (s *Service) reserveForUser(ctx context.Context, binding int64) (*message, error) {
	b, err := model.BindingByID(s.DB.Read(ctx), binding)
	if errors.Is(err, model.ErrRequestNotFound) {
		return nil, &settled{err}
	}
	template := s.Templates[NoticeBinding]
	if err != nil || template == "" {
		return nil, err
	}
	return inLane(ctx, s, jobLane, holding{}, Command{}, func(t *tx) (*message, error) {
		err := model.LockUser(t.DB, b.UserID)
		if errors.Is(err, model.ErrSignIn) {
			return nil, &settled{err}
		}
		if err != nil {
			return nil, err
		}
		to, err := model.UserByID(t.DB, b.UserID)
		if err != nil {
			return nil, err
		}
		n := newsOf(b)
		latest, err := model.LatestBindingOf(t.DB, b.UserID)
		if err != nil {
			return nil, err
		}
		if latest == nil || latest.ID != b.ID {
			n.ReadAt = &t.now
		}
		a, err := t.acceptFor(n, &to, template)
		if err != nil || a == nil {
			return nil, err
		}
		return &message{n, *a, to.OpenID, t.now}, nil
	})
}

// newsOf words the end of a binding. It stands in no inbox, and is told by a number that no notice has.
func newsOf(b model.Binding) model.Notice {
	n := model.Notice{ID: -b.ID, Kind: NoticeBinding, Title: "微信绑定已经结束", Body: b.Reason, Page: pageBind}
	if b.State == model.BindingRefused {
		n.Title = "身份申请没有通过"
	}
	for _, at := range []*time.Time{b.DecidedAt, b.EndedAt} {
		if at != nil {
			n.CreatedAt = *at
		}
	}
	return n
}
