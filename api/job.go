package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/model"
	"danyuan/service"
)

type jobsIn struct {
	Paged
	State string `query:"state" enum:"stuck,due,done" default:"stuck" doc:"stuck 卡住、due 待执行(含自动重试)、done 已结束"`
}

type jobView struct {
	ID       ID         `json:"id"`
	Kind     string     `json:"kind" doc:"哪一类任务" example:"send_notice"`
	Subject  *ID        `json:"subject_id,omitempty" doc:"处理的是哪一条记录;定时任务没有"`
	State    string     `json:"state" enum:"stuck,due,done"`
	Attempts int        `json:"attempts" doc:"试过几次" example:"9"`
	Reason   string     `json:"reason,omitempty" doc:"最近一次没有成功的原因代码" example:"wechat.unavailable"`
	OwedAt   time.Time  `json:"owed_at" doc:"产生的时间"`
	DueAt    time.Time  `json:"due_at" doc:"下次执行的时间"`
	DoneAt   *time.Time `json:"done_at,omitempty" doc:"结束的时间"`
}

func viewJob(j model.Job) jobView {
	return jobView{
		ID: ID(j.ID), Kind: j.Kind, Subject: idOrNone(j.SubjectID), State: string(j.State), Attempts: j.Attempts, Reason: j.LastError,
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
	Due     int64  `json:"due" doc:"待执行,含正在执行和等待重试的" example:"3"`
	Stuck   int64  `json:"stuck" doc:"卡住,要人处理" example:"0"`
	Waiting int64  `json:"waiting_seconds" doc:"到了时间还没有执行的,最久的等了多少秒" example:"0"`
}

func (a *API) backlog(ctx context.Context, by model.Actor, _ *backlogIn) (backlogsView, error) {
	all, err := a.s.JobBacklog(ctx, by)
	v := backlogsView{Items: make([]backlogView, len(all))}
	for i, b := range all {
		v.Items[i] = backlogView{b.Kind, b.Due, b.Stuck, int64(a.waiting(b) / time.Second)}
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

// backlogGauges shows the backlog in the metrics. It is counted when it is asked for, and every replica
// shows the same.
type backlogGauges struct{ a *API }

var (
	jobsGauge    = prometheus.NewDesc("danyuan_jobs", "Jobs that are owed, by kind and state.", []string{"kind", "state"}, nil)
	waitingGauge = prometheus.NewDesc("danyuan_jobs_waiting_seconds", "How long the longest due job has waited for a worker.", []string{"kind"}, nil)
)

// Describe names the gauges.
func (backlogGauges) Describe(to chan<- *prometheus.Desc) { to <- jobsGauge; to <- waitingGauge }

// Collect counts. Without an answer from the database in time the gauges are missing, the others stay.
func (g backlogGauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := g.a.s.Backlog(ctx)
	if err != nil {
		g.a.Log.Warn("the backlog can't be counted", slog.String("error", err.Error()))
		return
	}
	for _, b := range all {
		to <- prometheus.MustNewConstMetric(jobsGauge, prometheus.GaugeValue, float64(b.Due), b.Kind, string(model.JobDue))
		to <- prometheus.MustNewConstMetric(jobsGauge, prometheus.GaugeValue, float64(b.Stuck), b.Kind, string(model.JobStuck))
		to <- prometheus.MustNewConstMetric(waitingGauge, prometheus.GaugeValue, g.a.waiting(b).Seconds(), b.Kind)
	}
}
