package api

import (
	"context"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// verifyReceiptIn comes by POST although nothing changes: the code must not lie in URLs, which proxies
// and logs keep. The key is asked for as of every POST, and nothing is stored under it.
type verifyReceiptIn struct {
	Keyed
	Body struct {
		Number string `json:"number" pattern:"^[0-9]{1,20}-[0-9]{4}-[0-9]{6,9}$" patternDescription:"回执编号" maxLength:"40" doc:"回执编号" example:"340802001001-2026-000001"`
		Code   string `json:"code" pattern:"^[0-9A-Za-z]{8}$" patternDescription:"8 位验证码" maxLength:"8" doc:"回执上的验证码" example:"7K2M9QX4"`
	}
}

type verifiedView struct {
	Genuine   bool       `json:"genuine" doc:"编号和验证码是否属于同一份真实的回执"`
	Ended     bool       `json:"ended" doc:"真实，但报到已经结束"`
	Name      string     `json:"name,omitempty" doc:"报到的人，只有姓氏" example:"张**"`
	WorkUnit  string     `json:"work_unit,omitempty" doc:"工作单位" example:"安庆市教育局"`
	Community string     `json:"community,omitempty" doc:"接收的社区" example:"先锋社区"`
	Date      *time.Time `json:"date,omitempty" doc:"接收的时间"`
	Text      string     `json:"text,omitempty" doc:"不真实时告诉人怎么办"`
}

type verified struct {
	model.ListedCheckIn
	genuine bool
}

var errTooManyReceiptTries = fault.New(fault.TooMany, "check_in.too_many_tries", "这个编号在一小时内查验的次数太多，为防止有人猜验证码，请一小时以后再试，或联系出具回执的社区。")

func (a *API) verifyReceipt(ctx context.Context, _ service.Command, in *verifyReceiptIn) (verified, error) {
	if !a.mayVerify(ctx, "receipt:"+in.Body.Number) {
		return verified{}, errTooManyReceiptTries
	}
	c, ok, err := a.s.VerifyReceipt(ctx, in.Body.Number, in.Body.Code)
	return verified{c, ok}, err
}

func viewVerified(v verified) verifiedView {
	if !v.genuine {
		return verifiedView{Text: "编号和验证码对不上，这不是一份真实的回执，或者有字填错了。请核对后再试，或联系出具回执的社区。"}
	}
	return verifiedView{
		Genuine: true, Ended: v.State == model.CheckInEnded, Name: model.MaskName(v.Name),
		WorkUnit: v.WorkUnitName, Community: v.CommunityName, Date: maybeAtEdge(v.DecidedAt),
	}
}

type checkInCountsIn struct {
	Node ID `path:"id" doc:"社区、街道或区"`
}

type checkInCountsView struct {
	Pending     int64                 `json:"pending" doc:"待审核"`
	Accepted    int64                 `json:"accepted" doc:"已报到"`
	Communities []countedCheckInsView `json:"communities" nullable:"false" doc:"按社区"`
	WorkUnits   []countedCheckInsView `json:"work_units" nullable:"false" doc:"按工作单位"`
}

type countedCheckInsView struct {
	ID       ID     `json:"id" doc:"社区或工作单位的编号"`
	Name     string `json:"name" doc:"名称" example:"安庆市教育局"`
	Pending  int64  `json:"pending" doc:"待审核"`
	Accepted int64  `json:"accepted" doc:"已报到"`
}

func (a *API) checkInCounts(ctx context.Context, by model.Actor, in *checkInCountsIn) (checkInCountsView, error) {
	c, err := a.s.CountCheckIns(ctx, by, int64(in.Node))
	return checkInCountsView{c.Pending, c.Accepted, viewCounted(c.Communities), viewCounted(c.WorkUnits)}, err
}

func viewCounted(rows []model.CountedCheckIns) []countedCheckInsView {
	views := make([]countedCheckInsView, 0, len(rows))
	for _, r := range rows {
		views = append(views, countedCheckInsView{ID(r.ID), r.Name, r.Pending, r.Accepted})
	}
	return views
}
