package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type mattersWaitingIn struct{}

type waitingMatterView struct {
	MatterView
	Overdue      bool  `json:"overdue" doc:"已经超过时限"`
	DueInSeconds int64 `json:"due_in_seconds" doc:"离时限还有多少秒；超过的是负数" example:"3600"`
}

type mattersWaitingView struct {
	Matters []waitingMatterView `json:"matters" nullable:"false" doc:"等我办理的，超时的在前，然后时限近的在前；最多100件"`
	Total   int                 `json:"total" doc:"一共几件；最多数到500" example:"3"`
}

func viewWaitingMatter(w service.WaitingMatter) waitingMatterView {
	return waitingMatterView{viewMatter(w.ListedMatter), w.Overdue, int64(w.DueIn / time.Second)}
}

func (a *API) mattersWaiting(ctx context.Context, by model.Actor, _ *mattersWaitingIn) (mattersWaitingView, error) {
	w, err := a.s.MattersWaiting(ctx, by)
	return mattersWaitingView{each(w.Matters, viewWaitingMatter), w.Total}, err
}
