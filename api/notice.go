package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type noticesIn struct {
	Paged
	Unread bool `query:"unread" doc:"true：只看未读" example:"false"`
}

type noticeView struct {
	ID        ID         `json:"id"`
	Kind      string     `json:"kind" doc:"哪一类消息" example:"binding"`
	Title     string     `json:"title" example:"身份已确认"`
	Body      string     `json:"body" example:"您已确认为3栋1单元的居民。"`
	Page      string     `json:"page" doc:"点开后进入的小程序页面；为空就留在消息里" example:"pages/me/index"`
	CreatedAt time.Time  `json:"created_at" doc:"发出时间"`
	ReadAt    *time.Time `json:"read_at,omitempty" doc:"阅读时间；没有就是未读"`
}

func viewNotice(n model.Notice) noticeView {
	return noticeView{
		ID: ID(n.ID), Kind: n.Kind, Title: n.Title, Body: n.Body, Page: n.Page, CreatedAt: atEdge(n.CreatedAt), ReadAt: maybeAtEdge(n.ReadAt),
	}
}

func (a *API) notices(ctx context.Context, by model.Actor, in *noticesIn) (List[noticeView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[noticeView]{}, err
	}
	rows, err := a.s.Notices(ctx, by, in.Unread, slice)
	return listOf(in.Paged, rows, func(n model.Notice) int64 { return n.ID }, viewNotice), err
}

type unreadIn struct{}

type unreadView struct {
	Unread int64 `json:"unread" doc:"还没有读的消息数，100 表示 100 条或更多" example:"3"`
}

func (a *API) unreadCount(ctx context.Context, by model.Actor, _ *unreadIn) (unreadView, error) {
	n, err := a.s.CountUnread(ctx, by)
	return unreadView{n}, err
}

type readNoticeIn struct {
	Keyed
	ID ID `path:"id" doc:"消息的编号"`
}

func (a *API) readNotice(ctx context.Context, cmd service.Command, in *readNoticeIn) (model.Notice, error) {
	return a.s.ReadNotice(ctx, cmd, int64(in.ID))
}

type readAllIn struct{ Keyed }

type markedReadView struct {
	Marked int64 `json:"marked" doc:"这次标为已读的消息数" example:"3"`
}

func viewMarkedRead(n int64) markedReadView { return markedReadView{n} }

func (a *API) readAllNotices(ctx context.Context, cmd service.Command, _ *readAllIn) (int64, error) {
	return a.s.ReadAllNotices(ctx, cmd)
}
