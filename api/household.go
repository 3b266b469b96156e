package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type householdView struct {
	ID     ID     `json:"id" doc:"编号" example:"42"`
	Room   string `json:"room" doc:"房号；不能查看本单元居民的人看到 ***" example:"301"`
	People int64  `json:"people" doc:"住着几个人" example:"3"`
}

func viewHousehold(l service.RoomLine) householdView {
	return householdView{ID(l.ID), l.Shown, l.People}
}

func (a *API) households(ctx context.Context, by model.Actor, in *childrenIn) (List[householdView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[householdView]{}, err
	}
	homes, err := a.s.HouseholdsOf(ctx, by, int64(in.ID), slice)
	return listOf(in.Paged, homes, func(l service.RoomLine) int64 { return l.ID }, viewHousehold), err
}

type addHouseholdIn struct {
	OfNode
	Keyed
	Body struct {
		Room string `json:"room" minLength:"1" maxLength:"20" doc:"房号" example:"302"`
	}
}

func (a *API) addHousehold(ctx context.Context, cmd service.Command, in *addHouseholdIn) (service.RoomLine, error) {
	return a.s.AddHousehold(ctx, cmd, int64(in.ID), in.Body.Room)
}
