package api

import (
	"context"
	"time"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// RewardTerms is what a reward says, as it comes in and goes out. It is exported, like what else is
// embedded in a view, because the description leaves out embedded types that are not.
type RewardTerms struct {
	Name       string     `json:"name" minLength:"1" maxLength:"40" doc:"名称" example:"大米 5 公斤"`
	Text       string     `json:"text,omitempty" maxLength:"500" doc:"说明" example:"本地粳米"`
	Points     int64      `json:"points" minimum:"1" maximum:"1000000" doc:"要多少志愿积分" example:"100"`
	PerPerson  int64      `json:"per_person" minimum:"0" maximum:"1000" doc:"每人在一期里最多兑换几次；不限是 0" example:"1"`
	PerPeriod  string     `json:"per_period" enum:"none,ever,year,quarter,month" doc:"一期多长：不限、一直、年、季度、月" example:"year"`
	ValidFrom  *time.Time `json:"valid_from,omitempty" doc:"从何时起可以兑换；发布时不填就是现在" example:"2026-03-01T00:00:00+08:00"`
	ValidUntil *time.Time `json:"valid_until,omitempty" doc:"到何时止；不填就是没有结束日期" example:"2027-03-01T00:00:00+08:00"`
	Place      string     `json:"place" minLength:"1" maxLength:"80" doc:"领取地点" example:"社区服务中心一楼"`
	PickUpDays int64      `json:"pick_up_days" minimum:"1" maximum:"90" doc:"兑换后保留几天" example:"14"`
}

// costIn is what staff say of a reward, with what residents need not see.
type costIn struct {
	RewardTerms
	Photos []ID  `json:"photo_ids,omitempty" maxItems:"3" doc:"照片，先上传；修改时不填就是不变"`
	Cost   int64 `json:"cost" minimum:"0" maximum:"100000000" doc:"一件花社区多少经费，单位分；捐赠的是 0" example:"3500"`
}

func (r costIn) terms() model.RewardTerms {
	t := model.RewardTerms{
		Name: r.Name, Text: r.Text, Points: r.Points, Cost: r.Cost, PerPerson: r.PerPerson, PerPeriod: model.Period(r.PerPeriod),
		ValidUntil: r.ValidUntil, Place: r.Place, PickUpDays: r.PickUpDays,
	}
	if r.ValidFrom != nil {
		t.ValidFrom = *r.ValidFrom
	}
	return t
}

// photos gives the ids, nil where none were said.
func (r costIn) photos() []int64 {
	if r.Photos == nil {
		return nil
	}
	return each(r.Photos, func(id ID) int64 { return int64(id) })
}

func viewTermsOf(r model.Reward) RewardTerms {
	from := atEdge(r.ValidFrom)
	return RewardTerms{r.Name, r.Text, r.Points, r.PerPerson, string(r.PerPeriod), &from, maybeAtEdge(r.ValidUntil), r.Place, r.PickUpDays}
}

type rewardView struct {
	ID        ID `json:"id" doc:"编号"`
	Community ID `json:"community_id" doc:"哪个社区的"`
	RewardTerms
	Cost      int64       `json:"cost" doc:"一件花社区多少经费，单位分" example:"3500"`
	State     string      `json:"state" enum:"offered,withdrawn" doc:"可兑换、已下架"`
	Title     string      `json:"title" doc:"状态的中文" example:"可兑换"`
	Shelf     int64       `json:"shelf" doc:"还能兑换几件" example:"10"`
	Reserved  int64       `json:"reserved" doc:"几件已被兑换、等待领取" example:"2"`
	Handed    int64       `json:"handed" doc:"几件已领走" example:"5"`
	ChangedAt time.Time   `json:"changed_at" doc:"最近一次修改"`
	Photos    []PhotoView `json:"photos" nullable:"false" doc:"照片，连同还在审核的"`
}

// viewReward is for the community's staff, who review photos themselves.
func viewReward(s service.RewardStock) rewardView {
	r := s.Reward
	return rewardView{
		ID(r.ID), ID(r.CommunityID), viewTermsOf(r), r.Cost, string(r.State), r.State.Title(), s.Shelf, s.Reserved, s.HandedTo, atEdge(r.ChangedAt),
		viewPhotos(s.Photos, true),
	}
}

type makeRewardIn struct {
	Keyed
	Node ID `path:"id" doc:"哪个社区"`
	Body costIn
}

func (a *API) makeReward(ctx context.Context, cmd service.Command, in *makeRewardIn) (service.RewardStock, error) {
	return a.s.MakeReward(ctx, cmd, int64(in.Node), in.Body.terms(), in.Body.photos())
}

type changeRewardIn struct {
	Keyed
	Reward ID `path:"id" doc:"哪一件兑换品"`
	Body   costIn
}

func (a *API) changeReward(ctx context.Context, cmd service.Command, in *changeRewardIn) (service.RewardStock, error) {
	return a.s.ChangeReward(ctx, cmd, int64(in.Reward), in.Body.terms(), in.Body.photos())
}

type rewardIn struct {
	Keyed
	Reward ID `path:"id" doc:"哪一件兑换品"`
}

func (a *API) withdrawReward(ctx context.Context, cmd service.Command, in *rewardIn) (service.RewardStock, error) {
	return a.s.MoveReward(ctx, cmd, int64(in.Reward), model.RewardWithdrawn)
}

func (a *API) offerReward(ctx context.Context, cmd service.Command, in *rewardIn) (service.RewardStock, error) {
	return a.s.MoveReward(ctx, cmd, int64(in.Reward), model.RewardOffered)
}

type stockIn struct {
	Keyed
	Reward ID `path:"id" doc:"哪一件兑换品"`
	Body   struct {
		Pieces int64 `json:"pieces" minimum:"-100000" maximum:"100000" doc:"增加几件；负数是减少" example:"10"`
	}
}

func (a *API) changeStock(ctx context.Context, cmd service.Command, in *stockIn) (service.RewardStock, error) {
	return a.s.ChangeStock(ctx, cmd, int64(in.Reward), in.Body.Pieces)
}

type rewardsIn struct {
	Node ID `path:"id" doc:"社区"`
	Paged
}

func (a *API) rewards(ctx context.Context, by model.Actor, in *rewardsIn) (List[rewardView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[rewardView]{}, err
	}
	rows, err := a.s.RewardsOf(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(r service.RewardStock) int64 { return r.Reward.ID }, viewReward), err
}

// OfferView is a reward as a resident of its community sees it.
type OfferView struct {
	ID ID `json:"id" doc:"编号"`
	RewardTerms
	State      string      `json:"state" enum:"offered,withdrawn" doc:"可兑换、已下架"`
	Stock      int64       `json:"stock" doc:"还剩几件" example:"10"`
	TurnsLeft  *int64      `json:"turns_left,omitempty" doc:"您这一期还能兑换几次；没有就是不限" example:"1"`
	Funded     bool        `json:"funded" doc:"社区的兑换经费够不够；不够就是暂停（冻结）"`
	Redeemable bool        `json:"redeemable" doc:"您现在能不能兑换"`
	WhyNot     *whyNotView `json:"why_not,omitempty" doc:"为什么不能"`
	Photos     []PhotoView `json:"photos" nullable:"false" doc:"照片"`
}

type whyNotView struct {
	Code string `json:"code" doc:"稳定的机器可读码" example:"reward.sold_out"`
	Text string `json:"text" doc:"给人看的说明"`
}

func viewOffer(o service.Offer) OfferView {
	v := OfferView{ID: ID(o.Reward.ID), RewardTerms: viewTermsOf(o.Reward), State: string(o.Reward.State), Stock: o.Stock, Funded: o.Funded, Redeemable: o.Refuse == nil, Photos: viewPhotos(o.Photos, false)}
	if o.Reward.Limited() {
		left := max(o.Reward.PerPerson-o.Turns, 0)
		v.TurnsLeft = &left
	}
	if f := fault.Of(o.Refuse); f != nil {
		v.WhyNot = &whyNotView{f.Code, f.Text}
	}
	return v
}

type catalogueIn struct{ Paged }

type catalogueView struct {
	Points int64 `json:"points" doc:"兑换的人现在有多少志愿积分" example:"120"`
	List[OfferView]
}

func (a *API) catalogue(ctx context.Context, by model.Actor, in *catalogueIn) (catalogueView, error) {
	slice, err := in.slice()
	if err != nil {
		return catalogueView{}, err
	}
	points, offers, err := a.s.Catalogue(ctx, by, slice)
	return catalogueView{points, listOf(in.Paged, offers, func(o service.Offer) int64 { return o.Reward.ID }, viewOffer)}, err
}

type catalogueForIn struct {
	Person ID `path:"id" doc:"为哪位居民代办"`
	Paged
}

func (a *API) catalogueFor(ctx context.Context, by model.Actor, in *catalogueForIn) (catalogueView, error) {
	slice, err := in.slice()
	if err != nil {
		return catalogueView{}, err
	}
	points, offers, err := a.s.CatalogueFor(ctx, by, int64(in.Person), slice)
	return catalogueView{points, listOf(in.Paged, offers, func(o service.Offer) int64 { return o.Reward.ID }, viewOffer)}, err
}

type offerIn struct {
	Reward ID `path:"id" doc:"哪一件兑换品"`
}

type oneOfferView struct {
	Points int64 `json:"points" doc:"您现在有多少志愿积分" example:"120"`
	OfferView
}

func (a *API) offer(ctx context.Context, by model.Actor, in *offerIn) (oneOfferView, error) {
	points, offer, err := a.s.OfferTo(ctx, by, int64(in.Reward))
	return oneOfferView{OfferView: viewOffer(offer), Points: points}, err
}
