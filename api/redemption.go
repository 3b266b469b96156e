package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// RedemptionView is a redemption as everybody sees it who may.
type RedemptionView struct {
	ID         ID         `json:"id" doc:"编号"`
	Reward     ID         `json:"reward_id" doc:"哪一件兑换品"`
	RewardName string     `json:"reward_name" doc:"兑换时的名称" example:"大米 5 公斤"`
	Points     int64      `json:"points" doc:"用去多少积分" example:"100"`
	State      string     `json:"state" enum:"reserved,fulfilled,cancelled,expired" doc:"待领取、已领取、已取消、已过期"`
	Title      string     `json:"title" doc:"状态的中文" example:"待领取"`
	ReservedAt time.Time  `json:"reserved_at" doc:"何时兑换"`
	ExpiresAt  time.Time  `json:"expires_at" doc:"保留到何时"`
	EndedAt    *time.Time `json:"ended_at,omitempty" doc:"何时领取、取消或过期"`
	Reason     string     `json:"reason,omitempty" doc:"社区取消的原因"`
	Code       string     `json:"code,omitempty" doc:"领取码，10 位数字；只给本人看，领取前才有" example:"0123456789"`
	QR         string     `json:"qr,omitempty" doc:"领取二维码里的文字" example:"PU-0123456789"`
}

// viewRedemption shows the code of one that waits; who may not see it is given none.
func viewRedemption(r model.Redemption) RedemptionView {
	v := RedemptionView{
		ID: ID(r.ID), Reward: ID(r.RewardID), RewardName: r.RewardName, Points: r.Points, State: string(r.State), Title: r.State.Title(),
		ReservedAt: atEdge(r.ReservedAt), ExpiresAt: atEdge(r.ExpiresAt), EndedAt: maybeAtEdge(r.EndedAt), Reason: r.Reason,
	}
	if r.State == model.Reserved && r.Code != "" {
		v.Code, v.QR = r.Code, model.PickUpScene(r.Code)
	}
	return v
}

type redeemIn struct {
	Keyed
	Body struct {
		Reward ID    `json:"reward_id" doc:"哪一件兑换品"`
		Points int64 `json:"points" minimum:"1" maximum:"1000000" doc:"您看到的积分；已经调整的话不会兑换，会告诉您新的积分" example:"100"`
	}
}

func (a *API) redeem(ctx context.Context, cmd service.Command, in *redeemIn) (model.Redemption, error) {
	return a.s.Redeem(ctx, cmd, int64(in.Body.Reward), in.Body.Points)
}

type redeemForIn struct {
	Keyed
	Person ID `path:"id" doc:"为哪位居民代办"`
	Body   struct {
		Reward ID    `json:"reward_id" doc:"哪一件兑换品"`
		Points int64 `json:"points" minimum:"1" maximum:"1000000" doc:"看到的积分" example:"100"`
	}
}

func (a *API) redeemFor(ctx context.Context, cmd service.Command, in *redeemForIn) (model.Redemption, error) {
	return a.s.RedeemFor(ctx, cmd, int64(in.Person), int64(in.Body.Reward), in.Body.Points)
}

type redemptionIn struct {
	Keyed
	Redemption ID `path:"id" doc:"哪一次兑换"`
}

func (a *API) cancelRedemption(ctx context.Context, cmd service.Command, in *redemptionIn) (model.ListedRedemption, error) {
	return a.s.CancelRedemption(ctx, cmd, int64(in.Redemption))
}

type callOffIn struct {
	Keyed
	Redemption ID `path:"id" doc:"哪一次兑换"`
	Body       struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，兑换人会看到" example:"兑换品损坏"`
	}
}

func (a *API) callOffRedemption(ctx context.Context, cmd service.Command, in *callOffIn) (model.ListedRedemption, error) {
	return a.s.CallOffRedemption(ctx, cmd, int64(in.Redemption), in.Body.Reason)
}

type pickUpIn struct {
	Keyed
	Node ID `path:"id" doc:"哪个社区"`
	Body struct {
		Code string `json:"code" minLength:"10" maxLength:"32" doc:"领取码：10 位数字，或者二维码里的文字" example:"0123456789"`
	}
}

func (a *API) handOut(ctx context.Context, cmd service.Command, in *pickUpIn) (model.ListedRedemption, error) {
	return a.s.HandOut(ctx, cmd, int64(in.Node), in.Body.Code)
}

type listedRedemptionView struct {
	RedemptionView
	Person    string `json:"person" doc:"兑换人" example:"张**"`
	Place     string `json:"place" doc:"领取地点" example:"社区服务中心一楼"`
	EnteredBy string `json:"entered_by,omitempty" doc:"谁代办的；没有就是本人" example:"王建国"`
}

func viewListedRedemption(r model.ListedRedemption) listedRedemptionView {
	return listedRedemptionView{viewRedemption(r.Redemption), model.MaskName(r.Name), r.Place, r.EnteredBy}
}

type myRedemptionsIn struct{ Paged }

func (a *API) myRedemptions(ctx context.Context, by model.Actor, in *myRedemptionsIn) (List[listedRedemptionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedRedemptionView]{}, err
	}
	rows, err := a.s.MyRedemptions(ctx, by, slice)
	return listOf(in.Paged, rows, func(r model.ListedRedemption) int64 { return r.ID }, viewListedRedemption), err
}

type viewRedemptionIn struct {
	Redemption ID `path:"id" doc:"哪一次兑换"`
}

func (a *API) redemption(ctx context.Context, by model.Actor, in *viewRedemptionIn) (listedRedemptionView, error) {
	r, err := a.s.RedemptionFor(ctx, by, int64(in.Redemption))
	return viewListedRedemption(r), err
}

type redemptionsIn struct {
	Node  ID     `path:"id" doc:"社区"`
	State string `query:"state" enum:"reserved,fulfilled,cancelled,expired" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) redemptions(ctx context.Context, by model.Actor, in *redemptionsIn) (List[listedRedemptionView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedRedemptionView]{}, err
	}
	rows, err := a.s.RedemptionsOf(ctx, by, int64(in.Node), model.RedemptionState(in.State), slice)
	return listOf(in.Paged, rows, func(r model.ListedRedemption) int64 { return r.ID }, viewListedRedemption), err
}
