package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// noticeSumsView are the figures of a quarter.
type noticeSumsView struct {
	PointsIssued   int64 `json:"points_issued" doc:"发放的积分，已扣除收回的" example:"3200"`
	PointsRedeemed int64 `json:"points_redeemed" doc:"兑换的积分，已扣除退回的" example:"1500"`
	PointsExpired  int64 `json:"points_expired" doc:"过期的积分" example:"0"`
	FenSpent       int64 `json:"fen_spent" doc:"已领取的奖品花费的经费，单位分" example:"150000"`
	Volunteers     int64 `json:"volunteers" doc:"志愿者人数" example:"42"`
	Services       int64 `json:"services" doc:"本季度确认的服务次数" example:"120"`
	Minutes        int64 `json:"minutes" doc:"本季度确认的服务时间，分钟" example:"19200"`
	Redemptions    int64 `json:"redemptions" doc:"已领取的兑换笔数；逐笔列出" example:"30"`
}

type publicNoticeView struct {
	ID          ID               `json:"id" doc:"公示的编号"`
	Community   nodeView         `json:"community" doc:"社区，名称是公示时的"`
	Year        int              `json:"year" doc:"年" example:"2026"`
	Quarter     int              `json:"quarter" doc:"季度，1 到 4" example:"1"`
	Title       string           `json:"title" example:"2026年第一季度"`
	PublishedAt time.Time        `json:"published_at" doc:"发布的时间；发布后不再更改"`
	Sums        noticeSumsView   `json:"sums" doc:"发布时的数字"`
	Objections  objectionsCount  `json:"objections" doc:"收到的异议"`
	Corrections []correctionNote `json:"corrections" nullable:"false" doc:"异议属实的更正说明；列表里不带"`
}

type objectionsCount struct {
	Open     int64 `json:"open" doc:"待答复"`
	Upheld   int64 `json:"upheld" doc:"属实"`
	Rejected int64 `json:"rejected" doc:"不属实"`
}

type correctionNote struct {
	Text string     `json:"text" doc:"社区的说明" example:"第3行的日期应为3月2日"`
	At   *time.Time `json:"at" doc:"何时说明"`
}

func viewSums(s model.NoticeSums) noticeSumsView { return noticeSumsView(s) }

func viewPublicNotice(n service.ShownNotice) publicNoticeView {
	return publicNoticeView{
		ID: ID(n.ID), Community: nodeView{ID(n.CommunityID), string(model.Community), n.CommunityName},
		Year: n.Year, Quarter: n.Quarter, Title: n.Of().Title(), PublishedAt: atEdge(n.PublishedAt),
		Sums: viewSums(n.NoticeSums), Objections: objectionsCount(n.Objections),
		Corrections: each(n.Corrections, func(o model.Objection) correctionNote {
			return correctionNote{o.Answer, maybeAtEdge(o.AnsweredAt)}
		}),
	}
}

type noticeLineView struct {
	Name   string `json:"name" doc:"兑换的人，只有姓氏" example:"张**"`
	Reward string `json:"reward" doc:"奖品" example:"大米5公斤"`
	Points int64  `json:"points" doc:"积分" example:"300"`
	Day    string `json:"day" doc:"领取的日期" example:"2026-03-02"`
}

func viewNoticeLine(l model.PublicNoticeLine) noticeLineView {
	return noticeLineView{l.Name, l.Reward, l.Points, l.Day}
}

type draftNoticeIn struct {
	Node    ID  `path:"id" doc:"社区"`
	Year    int `query:"year" required:"true" minimum:"2020" maximum:"2100" doc:"年" example:"2025"`
	Quarter int `query:"quarter" required:"true" minimum:"1" maximum:"4" doc:"季度" example:"4"`
}

type draftNoticeView struct {
	Community nodeView         `json:"community" doc:"社区"`
	Title     string           `json:"title" example:"2025年第四季度"`
	Over      bool             `json:"over" doc:"季度已经结束，可以发布"`
	Sums      noticeSumsView   `json:"sums" doc:"现在的数字"`
	Lines     []noticeLineView `json:"lines" nullable:"false" doc:"已领取的兑换，最多列出前 200 笔"`
}

// mostDraftLines is how many lines a draft shows; published ones are read in pages.
const mostDraftLines = 200

func (a *API) draftNotice(ctx context.Context, by model.Actor, in *draftNoticeIn) (draftNoticeView, error) {
	d, err := a.s.DraftPublicNotice(ctx, by, int64(in.Node), model.Quarter{Year: in.Year, Number: in.Quarter})
	if err != nil {
		return draftNoticeView{}, err
	}
	return draftNoticeView{
		nodeView{ID(d.CommunityID), string(model.Community), d.CommunityName}, d.Of().Title(), d.Over,
		viewSums(d.NoticeSums), each(d.Lines[:min(len(d.Lines), mostDraftLines)], viewNoticeLine),
	}, nil
}

type publishNoticeIn struct {
	Keyed
	Node ID `path:"id" doc:"社区"`
	Body struct {
		Year    int `json:"year" minimum:"2020" maximum:"2100" doc:"年" example:"2025"`
		Quarter int `json:"quarter" minimum:"1" maximum:"4" doc:"季度" example:"4"`
	}
}

func (a *API) publishNotice(ctx context.Context, cmd service.Command, in *publishNoticeIn) (service.ShownNotice, error) {
	return a.s.PublishPublicNotice(ctx, cmd, int64(in.Node), model.Quarter{Year: in.Body.Year, Number: in.Body.Quarter})
}

type publicNoticeIn struct {
	Notice ID `path:"id" doc:"哪一份公示"`
}

func (a *API) publicNotice(ctx context.Context, _ model.Actor, in *publicNoticeIn) (publicNoticeView, error) {
	n, err := a.s.PublicNotice(ctx, int64(in.Notice))
	if err != nil {
		return publicNoticeView{}, err
	}
	return viewPublicNotice(n), nil
}

type publicNoticesIn struct {
	Node ID `path:"id" doc:"社区"`
	Paged
}

func (a *API) publicNotices(ctx context.Context, _ model.Actor, in *publicNoticesIn) (List[publicNoticeView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[publicNoticeView]{}, err
	}
	rows, err := a.s.PublicNotices(ctx, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(n service.ShownNotice) int64 { return n.ID }, viewPublicNotice), err
}

type noticeLinesIn struct {
	Notice ID `path:"id" doc:"哪一份公示"`
	Paged
}

func (a *API) noticeLines(ctx context.Context, _ model.Actor, in *noticeLinesIn) (List[noticeLineView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[noticeLineView]{}, err
	}
	rows, err := a.s.PublicNoticeLines(ctx, int64(in.Notice), slice)
	return listOf(in.Paged, rows, func(l model.PublicNoticeLine) int64 { return l.ID }, viewNoticeLine), err
}
