package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type jobsIn struct {
	Paged
	State string `query:"state" enum:"stuck,due,done" default:"stuck" doc:"stuck 卡住、due 待执行（含自动重试）、done 已结束"`
}

type jobView struct {
	ID       ID         `json:"id"`
	Kind     string     `json:"kind" doc:"哪一类任务" example:"send_notice"`
	Title    string     `json:"title" doc:"哪一类任务，给人看" example:"发送微信通知"`
	Subject  *ID        `json:"subject_id,omitempty" doc:"处理的是哪一条记录；定时任务没有"`
	State    string     `json:"state" enum:"stuck,due,done"`
	Attempts int        `json:"attempts" doc:"试过几次" example:"9"`
	Reason   string     `json:"reason,omitempty" doc:"最近一次没有成功的原因代码" example:"wechat.unavailable"`
	OwedAt   time.Time  `json:"owed_at" doc:"产生的时间"`
	DueAt    time.Time  `json:"due_at" doc:"下次执行的时间"`
	DoneAt   *time.Time `json:"done_at,omitempty" doc:"结束的时间"`
}

func viewJob(j model.Job) jobView {
	return jobView{
		ID: ID(j.ID), Kind: j.Kind, Title: service.JobTitle(j.Kind), Subject: idOrNone(j.SubjectID), State: string(j.State), Attempts: j.Attempts, Reason: j.LastError,
		OwedAt: atEdge(j.OwedAt), DueAt: atEdge(j.DueAt), DoneAt: maybeAtEdge(j.DoneAt),
	}
}

func (a *API) jobs(ctx context.Context, by model.Actor, in *jobsIn) (List[jobView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[jobView]{}, err
	}
	rows, err := a.s.Jobs(ctx, by, model.JobState(in.State), slice)
	return listOf(in.Paged, rows, func(j model.Job) int64 { return j.ID }, viewJob), err
}

type backlogIn struct{}

type backlogsView struct {
	Items []backlogView `json:"items" nullable:"false"`
}

type backlogView struct {
	Kind    string `json:"kind" doc:"哪一类任务" example:"send_notice"`
	Title   string `json:"title" doc:"哪一类任务，给人看" example:"发送微信通知"`
	Due     int64  `json:"due" doc:"待执行，含正在执行和等待重试的" example:"3"`
	Stuck   int64  `json:"stuck" doc:"卡住，要人处理" example:"0"`
	Waiting int64  `json:"waiting_seconds" doc:"到了时间还没有执行的，最久的等了多少秒" example:"0"`
}

func (a *API) backlog(ctx context.Context, by model.Actor, _ *backlogIn) (backlogsView, error) {
	all, err := a.s.JobBacklog(ctx, by)
	v := backlogsView{Items: make([]backlogView, len(all))}
	for i, b := range all {
		v.Items[i] = backlogView{b.Kind, service.JobTitle(b.Kind), b.Due, b.Stuck, int64(a.waiting(b) / time.Second)}
	}
	return v, err
}

func (a *API) waiting(b service.Backlog) time.Duration {
	if b.Oldest == nil {
		return 0
	}
	return max(a.s.Clock.Now().Sub(*b.Oldest), 0)
}

type doAgainIn struct {
	Keyed
	ID ID `path:"id" doc:"任务的编号"`
}

func (a *API) doJobAgain(ctx context.Context, cmd service.Command, in *doAgainIn) (model.Job, error) {
	return a.s.DoAgain(ctx, cmd, int64(in.ID))
}
