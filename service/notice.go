package service

import (
	"danyuan/model"
	"danyuan/service/outbox"
)

// The kinds of notice. Those that have a subscribe template are also sent through WeChat.
const (
	NoticeBinding = "binding"
	NoticePlaque  = "plaque"
	NoticeCheckIn = "check_in"
	NoticeRole    = "role"
)

// sendNotice is the job that offers a notice to WeChat.
const sendNotice = "send_notice"

// notify puts a notice into a person's inbox, in this transaction, and owes its sending. once makes
// the same news reach them once; texts hold no phone number, id number or address.
func (t *tx) notify(person int64, kind, title, body, page, once string) error {
	n := model.Notice{PersonID: person, Kind: kind, Title: title, Body: body, Page: page, CreatedAt: t.now, OnceKey: &once}
	added, err := model.AddNotice(t.DB, &n)
	if err != nil || !added {
		return err
	}
	return outbox.Owe(t.DB, sendNotice, n.ID, "", t.now, t.now)
}
