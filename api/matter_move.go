package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

// SeenBody says on what a move was decided.
type SeenBody struct {
	Seen int64 `json:"seen" minimum:"1" doc:"看到的是第几步；后来有了新进展就不会办理，会告诉您谁做了什么" example:"1"`
}

type matterMoveIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		SeenBody
		Words string `json:"words,omitempty" maxLength:"1000" doc:"补充说明，上报人会看到" example:"今天下午去看"`
	}
}

type matterWorkIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		SeenBody
		Words  string `json:"words" minLength:"1" maxLength:"1000" doc:"怎样办的、补充的内容，或者转交、退回、请补充的原因；上报人会看到" example:"已经换上新灯泡"`
		Photos []ID   `json:"photos,omitempty" maxItems:"9" doc:"先上传的照片的编号"`
	}
}

type giveMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		SeenBody
		Words  string `json:"words" minLength:"1" maxLength:"1000" doc:"为什么改派" example:"单元长外出，请代为办理"`
		Person ID     `json:"person_id" doc:"改派给谁：本网格的单元长、网格长或党支部书记"`
	}
}

type rateMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		SeenBody
		Solved    bool   `json:"solved" doc:"解决了吗" example:"true"`
		Satisfied bool   `json:"satisfied" doc:"满意吗" example:"true"`
		Words     string `json:"words,omitempty" maxLength:"1000" doc:"没有解决或不满意的，请说明哪里没有办好" example:"换上以后又不亮了"`
		Photos    []ID   `json:"photos,omitempty" maxItems:"9" doc:"先上传的照片的编号"`
	}
}

// plainMove is the handler of a move whose words may be left out.
func plainMove(move model.MatterMove) func(a *API, ctx context.Context, cmd service.Command, in *matterMoveIn) (service.MatterRecord, error) {
	return func(a *API, ctx context.Context, cmd service.Command, in *matterMoveIn) (service.MatterRecord, error) {
		return a.s.MoveMatter(ctx, cmd, int64(in.Matter), move, service.MatterDo{Seen: in.Body.Seen, Words: in.Body.Words})
	}
}

// workMove is the handler of a move that needs words and may come with photos.
func workMove(move model.MatterMove) func(a *API, ctx context.Context, cmd service.Command, in *matterWorkIn) (service.MatterRecord, error) {
	return func(a *API, ctx context.Context, cmd service.Command, in *matterWorkIn) (service.MatterRecord, error) {
		return a.s.MoveMatter(ctx, cmd, int64(in.Matter), move, service.MatterDo{Seen: in.Body.Seen, Words: in.Body.Words, Photos: photoIDs(in.Body.Photos)})
	}
}

type matterHandlersView struct {
	People []matterHandlerView `json:"people" nullable:"false" doc:"本网格的单元长、网格长和党支部书记，不包括上报人"`
}

type matterHandlerView struct {
	Person ID       `json:"person_id"`
	Name   string   `json:"name" example:"王建国"`
	Title  string   `json:"title" doc:"职务" example:"单元长"`
	Node   nodeName `json:"node" doc:"在哪里任职"`
}

func (a *API) matterHandlers(ctx context.Context, by model.Actor, in *matterIn) (matterHandlersView, error) {
	all, err := a.s.MatterHandlers(ctx, by, int64(in.Matter))
	return matterHandlersView{each(all, func(h service.MatterHandler) matterHandlerView {
		return matterHandlerView{ID(h.PersonID), h.Name, h.Role.Title(), nodeName{ID(h.NodeID), h.NodeName}}
	})}, err
}

func (a *API) giveMatter(ctx context.Context, cmd service.Command, in *giveMatterIn) (service.MatterRecord, error) {
	return a.s.MoveMatter(ctx, cmd, int64(in.Matter), model.MoveReassign, service.MatterDo{Seen: in.Body.Seen, Words: in.Body.Words, To: int64(in.Body.Person)})
}

// rateMatter takes the reporter's word: solved and satisfied closes the matter, anything else reopens it.
func (a *API) rateMatter(ctx context.Context, cmd service.Command, in *rateMatterIn) (service.MatterRecord, error) {
	move := model.MoveReopen
	if in.Body.Solved && in.Body.Satisfied {
		move = model.MoveSatisfy
	}
	return a.s.MoveMatter(ctx, cmd, int64(in.Matter), move, service.MatterDo{Seen: in.Body.Seen, Words: in.Body.Words, Photos: photoIDs(in.Body.Photos)})
}
