package api

import (
	"context"

	"danyuan/service"
)

type noteMatterIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		Words string `json:"words" minLength:"1" maxLength:"500" doc:"备注；上报人和加入的邻居看不到" example:"已联系供电所，说周五来修"`
	}
}

func (a *API) noteMatter(ctx context.Context, cmd service.Command, in *noteMatterIn) (service.MatterRecord, error) {
	return a.s.NoteMatter(ctx, cmd, int64(in.Matter), in.Body.Words)
}
