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

// tellOfBinding offers the news of one binding to WeChat, as sendNotice does those of an inbox; not to who has closed the
// account or begun anew since.
func (s *Service) tellOfBinding(ctx context.Context, binding int64) error {
	b, err := model.BindingByID(s.DB.Read(ctx), binding)
	if errors.Is(err, model.ErrRequestNotFound) {
		return &settled{err}
	}
	if err != nil {
		return err
	}
	return s.offer(ctx, newsOf(b), func(t *tx) (*model.User, error) {
		err := model.LockUser(t.DB, b.UserID)
		if errors.Is(err, model.ErrSignIn) {
			return nil, &settled{err}
		}
		if err != nil {
			return nil, err
		}
		latest, err := model.LatestBindingOf(t.DB, b.UserID)
		if err != nil || latest == nil || latest.ID != b.ID {
			return nil, err
		}
		to, err := model.UserByID(t.DB, b.UserID)
		return &to, err
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
