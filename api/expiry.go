package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// ExpiryView is a policy by which points expire.
type ExpiryView struct {
	ID           ID         `json:"id" doc:"编号"`
	EarnedBefore time.Time  `json:"earned_before" doc:"在这之前得到的积分"`
	EffectiveAt  time.Time  `json:"effective_at" doc:"到这时还没有用完的过期"`
	State        string     `json:"state" enum:"announced,revoked,done" doc:"已公告、已撤回、已执行"`
	Title        string     `json:"title" doc:"状态的中文" example:"已公告"`
	Reason       string     `json:"reason" doc:"公告的说明" example:"积分三年内有效"`
	AnnouncedAt  time.Time  `json:"announced_at" doc:"何时公告"`
	RevokedAt    *time.Time `json:"revoked_at,omitempty" doc:"何时撤回"`
	RevokeReason string     `json:"revoke_reason,omitempty" doc:"撤回的原因"`
	DoneAt       *time.Time `json:"done_at,omitempty" doc:"何时执行完"`
}

func viewExpiry(p model.ExpiryPolicy) ExpiryView {
	return ExpiryView{
		ID(p.ID), atEdge(p.EarnedBefore), atEdge(p.EffectiveAt), string(p.State), p.State.Title(), p.Reason, atEdge(p.AnnouncedAt),
		maybeAtEdge(p.RevokedAt), p.RevokeReason, maybeAtEdge(p.DoneAt),
	}
}

type announceExpiryIn struct {
	Keyed
	Node ID `path:"id" doc:"哪个区"`
	Body struct {
		EarnedBefore time.Time `json:"earned_before" doc:"在这之前得到的积分" example:"2026-01-01T00:00:00+08:00"`
		EffectiveAt  time.Time `json:"effective_at" doc:"到这时还没有用完的过期；至少在公告的 30 天以后" example:"2026-07-01T00:00:00+08:00"`
		Reason       string    `json:"reason" minLength:"1" maxLength:"200" doc:"公告的说明，居民会看到" example:"积分三年内有效"`
	}
}

func (a *API) announceExpiry(ctx context.Context, cmd service.Command, in *announceExpiryIn) (model.ExpiryPolicy, error) {
	return a.s.AnnounceExpiry(ctx, cmd, int64(in.Node), in.Body.EarnedBefore, in.Body.EffectiveAt, in.Body.Reason)
}

type revokeExpiryIn struct {
	Keyed
	Policy ID `path:"id" doc:"哪一条公告"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"撤回的原因，居民会看到" example:"政策调整"`
	}
}

func (a *API) revokeExpiry(ctx context.Context, cmd service.Command, in *revokeExpiryIn) (model.ExpiryPolicy, error) {
	return a.s.RevokeExpiry(ctx, cmd, int64(in.Policy), in.Body.Reason)
}

type expiriesIn struct {
	Node ID `path:"id" doc:"哪个区"`
	Paged
}

func (a *API) expiries(ctx context.Context, by model.Actor, in *expiriesIn) (List[ExpiryView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[ExpiryView]{}, err
	}
	rows, err := a.s.ExpiriesOf(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(p model.ExpiryPolicy) int64 { return p.ID }, viewExpiry), err
}

type myExpiriesIn struct{}

type myExpiryView struct {
	ExpiryView
	Points int64 `json:"points" doc:"照现在的情况，您有多少积分会过期" example:"40"`
}

type myExpiriesView struct {
	Items []myExpiryView `json:"items" nullable:"false"`
}

func (a *API) myExpiries(ctx context.Context, by model.Actor, _ *myExpiriesIn) (myExpiriesView, error) {
	rows, err := a.s.MyExpiries(ctx, by)
	return myExpiriesView{each(rows, func(e service.Expiry) myExpiryView { return myExpiryView{viewExpiry(e.Policy), e.Points} })}, err
}
