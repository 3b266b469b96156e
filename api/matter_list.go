package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type myMattersIn struct{ Paged }

func (a *API) myMatters(ctx context.Context, by model.Actor, in *myMattersIn) (List[MatterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[MatterView]{}, err
	}
	rows, err := a.s.MyMatters(ctx, by, slice)
	return listOf(in.Paged, rows, idOfMatter, viewMatter), err
}

func (a *API) joinedMatters(ctx context.Context, by model.Actor, in *myMattersIn) (List[MatterView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[MatterView]{}, err
	}
	rows, err := a.s.JoinedMatters(ctx, by, slice)
	return listOf(in.Paged, rows, idOfMatter, viewMatter), err
}

type similarMattersIn struct {
	Keyed
	Body struct {
		Category string `json:"category" minLength:"1" maxLength:"24" example:"repair"`
		Words    string `json:"words" minLength:"1" maxLength:"1000" doc:"正要上报的内容" example:"楼道灯坏了"`
	}
}

type similarMattersView struct {
	Matters []MatterView `json:"matters" nullable:"false" doc:"本网格里相近的、还没有销号的事项,可以加入"`
}

func (a *API) similarMatters(ctx context.Context, cmd service.Command, in *similarMattersIn) ([]model.ListedMatter, error) {
	return a.s.SimilarMatters(ctx, cmd, in.Body.Category, in.Body.Words)
}

func viewSimilarMatters(all []model.ListedMatter) similarMattersView {
	return similarMattersView{each(all, viewMatter)}
}

type joinMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
}

func (a *API) joinMatter(ctx context.Context, cmd service.Command, in *joinMatterIn) (service.MatterRecord, error) {
	return a.s.JoinMatter(ctx, cmd, int64(in.Matter))
}

func (a *API) leaveMatter(ctx context.Context, cmd service.Command, in *joinMatterIn) (struct{}, error) {
	return a.s.LeaveMatter(ctx, cmd, int64(in.Matter))
}
