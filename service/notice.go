package service

import (
	"context"
	"strings"

	"danyuan/model"
)

// The kinds of notice. Those that have a subscribe template are also sent through WeChat.
const (
	NoticeBinding = "binding"
	NoticePlaque  = "plaque"
	NoticeCheckIn = "check_in"
	NoticeRole    = "role"

	NoticeActivity = "activity"
	NoticeHours    = "hours"
)

// notify puts a notice into a person's inbox, in this transaction, and owes its sending. once makes
// the same news reach them once; texts hold no phone number, id number or address.
func (t *tx) notify(person int64, kind, title, body, page, once string) error {
	return t.notifyMany([]told{{person, kind, title, body, page, once}})
}

// Notices gives the actor's own inbox, the newest first; only what is not yet read if unread is true.
func (s *Service) Notices(ctx context.Context, by model.Actor, unread bool, part model.Slice) ([]model.Notice, error) {
	if by.PersonID == 0 {
		return nil, model.ErrBindFirst
	}
	return model.NoticesOf(s.DB.Read(ctx), by.PersonID, unread, part)
}

// CountUnread gives how many notices the actor has not read, model.MostUnread for more.
func (s *Service) CountUnread(ctx context.Context, by model.Actor) (int64, error) {
	if by.PersonID == 0 {
		return 0, model.ErrBindFirst
	}
	return model.CountUnread(s.DB.Read(ctx), by.PersonID)
}

// ReadNotice marks one of the actor's notices as read. Somebody else's is refused as not found.
func (s *Service) ReadNotice(ctx context.Context, cmd Command, id int64) (model.Notice, error) {
	if cmd.By.PersonID == 0 {
		return model.Notice{}, model.ErrBindFirst
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Notice, error) {
		n, err := model.ReadNotice(t.DB, cmd.By.PersonID, id, t.now)
		if err != nil {
			return n, err
		}
		return n, t.audit("notice.read", 0, "notice", n.ID, "")
	})
}

// ReadAllNotices marks every notice of the actor as read, and gives how many were not.
func (s *Service) ReadAllNotices(ctx context.Context, cmd Command) (int64, error) {
	if cmd.By.PersonID == 0 {
		return 0, model.ErrBindFirst
	}
	return inTx(ctx, s, cmd, func(t *tx) (int64, error) {
		n, err := model.ReadNotices(t.DB, cmd.By.PersonID, t.now)
		if err != nil {
			return n, err
		}
		return n, t.audit("notice.read_all", 0, "person", cmd.By.PersonID, "")
	})
}

// told is a notice for one of many.
type told struct {
	person            int64
	kind, title, body string
	page, once        string
}

// oneStop leaves one mark at the end of a sentence: whoever gives a reason may have ended it with one, and the sentence
// around it does, too.
var oneStop = strings.NewReplacer("。。", "。", "！。", "！", "？。", "？")

// notifyMany is notify for many.
func (t *tx) notifyMany(news []told) error {
	for _, n := range news {
		t.draft.notices = append(t.draft.notices, model.Notice{PersonID: n.person, Kind: n.kind, Title: n.title, Body: oneStop.Replace(n.body), Page: n.page, CreatedAt: t.now, OnceKey: &n.once})
		t.owes = true
	}
	return nil
}
