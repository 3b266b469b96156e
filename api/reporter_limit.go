package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// ReporterLimitView is a limit as the limited person sees it.
type ReporterLimitView struct {
	ID         ID         `json:"id" doc:"编号"`
	ADay       int64      `json:"a_day" doc:"每天最多上报几件；紧急的不受限制" example:"1"`
	Reason     string     `json:"reason" doc:"原因" example:"一天内多次重复上报同一件事"`
	StartsAt   time.Time  `json:"starts_at" doc:"从什么时候开始"`
	EndsAt     time.Time  `json:"ends_at" doc:"到什么时候为止，到期自动结束"`
	State      string     `json:"state" enum:"running,objected,upheld,lifted" doc:"执行中、已提异议、维持、已解除"`
	Title      string     `json:"title" doc:"现在怎样，到期的也写明" example:"执行中"`
	Counts     bool       `json:"counts" doc:"现在还管用；已解除或到期的不管用" example:"true"`
	MayObject  bool       `json:"may_object" doc:"本人还可以提异议，只能提一次" example:"true"`
	Objection  string     `json:"objection,omitempty" doc:"本人的异议"`
	ObjectedAt *time.Time `json:"objected_at,omitempty" doc:"何时提的异议"`
	Decision   string     `json:"decision,omitempty" doc:"维持或解除的理由"`
	DecidedAt  *time.Time `json:"decided_at,omitempty" doc:"何时决定"`
}

func viewReporterLimit(l service.SeenLimit) ReporterLimitView {
	return ReporterLimitView{
		ID(l.ID), l.ADay, l.Reason, atEdge(l.StartsAt), atEdge(l.EndsAt), string(l.State), l.Title, l.Counts, l.MayObject,
		l.Objection, maybeAtEdge(l.ObjectedAt), l.Decision, maybeAtEdge(l.DecidedAt),
	}
}

type listedReporterLimitView struct {
	ReporterLimitView
	Person    ID     `json:"person_id" doc:"限制的是谁"`
	Name      string `json:"name" example:"李小梅"`
	Node      ID     `json:"node_id" doc:"作出限制时住在哪个单元"`
	NodeName  string `json:"node_name" example:"1单元"`
	MadeBy    string `json:"made_by" doc:"谁作出的限制；由另一位同志决定是否维持" example:"陈社工"`
	DecidedBy string `json:"decided_by,omitempty" doc:"谁决定的" example:"刘书记"`
}

func viewListedReporterLimit(l service.SeenLimit) listedReporterLimitView {
	return listedReporterLimitView{viewReporterLimit(l), ID(l.PersonID), l.Name, ID(l.NodeID), l.NodeName, l.MadeBy, l.DecidedBy}
}

type limitReporterIn struct {
	Keyed
	Person ID `path:"id" doc:"限制谁"`
	Body   struct {
		ADay   int64  `json:"a_day" minimum:"1" maximum:"9" doc:"每天最多上报几件，至少留一件；紧急的不受限制" example:"1"`
		Days   int    `json:"days" minimum:"1" maximum:"30" doc:"限制几天，今天算第一天" example:"7"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，马上告诉本人" example:"一天内多次重复上报同一件事"`
	}
}

func (a *API) limitReporter(ctx context.Context, cmd service.Command, in *limitReporterIn) (service.SeenLimit, error) {
	return a.s.LimitReporter(ctx, cmd, int64(in.Person), in.Body.ADay, in.Body.Days, in.Body.Reason)
}

type objectToLimitIn struct {
	Keyed
	Limit ID `path:"id" doc:"哪一条上报限制"`
	Body  struct {
		Words string `json:"words" minLength:"1" maxLength:"500" doc:"为什么不同意；只能提一次" example:"几件事不一样，只是地方相近"`
	}
}

func (a *API) objectToLimit(ctx context.Context, cmd service.Command, in *objectToLimitIn) (service.SeenLimit, error) {
	return a.s.ObjectToLimit(ctx, cmd, int64(in.Limit), in.Body.Words)
}

func (a *API) liftLimit(ctx context.Context, cmd service.Command, in *reasonedIn) (service.SeenLimit, error) {
	return a.s.LiftLimit(ctx, cmd, int64(in.ID), in.Body.Reason)
}

func (a *API) upholdLimit(ctx context.Context, cmd service.Command, in *reasonedIn) (service.SeenLimit, error) {
	return a.s.UpholdLimit(ctx, cmd, int64(in.ID), in.Body.Reason)
}

type myReporterLimitsIn struct{ Paged }

func idOfLimit(l service.SeenLimit) int64 { return l.ID }

func (a *API) myReporterLimits(ctx context.Context, by model.Actor, in *myReporterLimitsIn) (List[ReporterLimitView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[ReporterLimitView]{}, err
	}
	rows, err := a.s.MyReporterLimits(ctx, by, slice)
	return listOf(in.Paged, rows, idOfLimit, viewReporterLimit), err
}

type reporterLimitsIn struct {
	Node  ID     `path:"id" doc:"单元、网格或社区"`
	State string `query:"state" enum:"running,objected,upheld,lifted" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) reporterLimits(ctx context.Context, by model.Actor, in *reporterLimitsIn) (List[listedReporterLimitView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[listedReporterLimitView]{}, err
	}
	rows, err := a.s.ReporterLimitsAt(ctx, by, int64(in.Node), model.ReporterLimitState(in.State), slice)
	return listOf(in.Paged, rows, idOfLimit, viewListedReporterLimit), err
}
