package api

import (
	"cmp"
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type pointsRuleView struct {
	ID          ID         `json:"id" doc:"编号"`
	District    *ID        `json:"district_id,omitempty" doc:"哪个区的；没有就是各区通用"`
	Kind        string     `json:"kind,omitempty" doc:"哪一类服务；没有就是所有没有单独规则的类别" example:"environment"`
	PerHour     int64      `json:"per_hour" doc:"每小时多少积分" example:"10"`
	CapPoints   int64      `json:"cap_points" doc:"每天最多多少积分" example:"80"`
	CapMinutes  int64      `json:"cap_minutes" doc:"每天最多多少分钟计积分" example:"480"`
	From        time.Time  `json:"from" doc:"从什么时候开始的服务"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"何时撤回"`
}

func viewPointsRule(r model.PointsRule) pointsRuleView {
	return pointsRuleView{
		ID(r.ID), idOrNone(r.DistrictID), r.Kind, r.PerHour, r.CapPoints, r.CapMinutes, atEdge(r.StartsAt), maybeAtEdge(r.WithdrawnAt),
	}
}

type myPointsIn struct{}

type myPointsView struct {
	Balance int64            `json:"balance" doc:"现有积分" example:"120"`
	Minutes int64            `json:"minutes" doc:"已确认的服务时长，分钟" example:"720"`
	Records int64            `json:"records" doc:"已确认的服务次数" example:"8"`
	Waiting int64            `json:"waiting" doc:"还在等确认的服务次数" example:"1"`
	Running []pointsRuleView `json:"running" nullable:"false" doc:"现行的积分规则"`
	Coming  []pointsRuleView `json:"coming" nullable:"false" doc:"将要执行的积分规则"`
}

func (a *API) myPoints(ctx context.Context, by model.Actor, _ *myPointsIn) (myPointsView, error) {
	p, err := a.s.MyPoints(ctx, by)
	v := myPointsView{p.Balance, p.Total.Minutes, p.Total.Records, p.Total.Waiting, []pointsRuleView{}, []pointsRuleView{}}
	for _, r := range p.Rules.Running {
		v.Running = append(v.Running, viewPointsRule(r))
	}
	for _, r := range p.Rules.Coming {
		v.Coming = append(v.Coming, viewPointsRule(r))
	}
	return v, err
}

// transferTitles is what people call the kinds of transfer that change their points.
var transferTitles = map[string]string{
	"hours.earned":       "志愿服务得积分",
	"hours.reversed":     "更正或作废，原积分冲回",
	"redemption.reserve": "兑换",
	"redemption.cancel":  "取消兑换，积分退回",
	"redemption.expire":  "兑换过期未领，积分退回",
	"points.expire":      "积分到期",
	"points.unexpire":    "更正或作废，已到期的积分退回",
}

func titleOfTransfer(kind string) string { return cmp.Or(transferTitles[kind], "积分变动") }

type statementLineView struct {
	Number  int64     `json:"number" doc:"第几笔" example:"3"`
	At      time.Time `json:"at" doc:"何时"`
	Title   string    `json:"title" doc:"为什么" example:"志愿服务得积分"`
	Kind    string    `json:"kind" example:"hours.earned"`
	Amount  int64     `json:"amount" doc:"增减" example:"15"`
	Balance int64     `json:"balance" doc:"这一笔以后的积分" example:"120"`
	About   string    `json:"about" doc:"关于什么：hours 服务记录，等等" example:"hours"`
	AboutID *ID       `json:"about_id,omitempty" doc:"它的编号"`
}

func viewStatementLine(l model.StatementLine) statementLineView {
	return statementLineView{l.Seq, atEdge(l.At), titleOfTransfer(l.Kind), l.Kind, l.Amount, l.Balance, l.Subject, idOrNone(l.SubjectID)}
}

type myStatementIn struct{ Paged }

func (a *API) myStatement(ctx context.Context, by model.Actor, in *myStatementIn) (List[statementLineView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[statementLineView]{}, err
	}
	rows, err := a.s.MyStatement(ctx, by, slice)
	return listOf(in.Paged, rows, func(l model.StatementLine) int64 { return l.Seq }, viewStatementLine), err
}

type makePointsRuleIn struct {
	Keyed
	District ID `path:"id" doc:"哪个区"`
	Body     struct {
		Kind       string `json:"kind,omitempty" maxLength:"24" doc:"哪一类服务；不填是所有没有单独规则的类别" example:"elderly"`
		PerHour    int64  `json:"per_hour" minimum:"0" maximum:"1000" doc:"每小时多少积分" example:"12"`
		CapPoints  int64  `json:"cap_points" minimum:"0" maximum:"24000" doc:"每天最多多少积分" example:"96"`
		CapMinutes int64  `json:"cap_minutes" minimum:"0" maximum:"1440" doc:"每天最多多少分钟计积分" example:"480"`
		From       string `json:"from" format:"date" minLength:"10" maxLength:"10" doc:"从哪一天（北京时间零点）开始，明天或以后" example:"2026-04-01"`
	}
}

func (a *API) makePointsRule(ctx context.Context, cmd service.Command, in *makePointsRuleIn) (model.PointsRule, error) {
	b := in.Body
	return a.s.MakePointsRule(ctx, cmd, int64(in.District), service.RuleTerms{
		Kind: b.Kind, PerHour: b.PerHour, CapPoints: b.CapPoints, CapMinutes: b.CapMinutes, From: b.From,
	})
}

type pointsRuleIn struct {
	Keyed
	Rule ID `path:"id" doc:"哪一条规则"`
}

func (a *API) withdrawPointsRule(ctx context.Context, cmd service.Command, in *pointsRuleIn) (model.PointsRule, error) {
	return a.s.WithdrawPointsRule(ctx, cmd, int64(in.Rule))
}

type pointsRulesIn struct {
	District ID `path:"id" doc:"哪个区"`
	Paged
}

func (a *API) pointsRules(ctx context.Context, by model.Actor, in *pointsRulesIn) (List[pointsRuleView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[pointsRuleView]{}, err
	}
	rows, err := a.s.PointsRulesOf(ctx, by, int64(in.District), slice)
	return listOf(in.Paged, rows, func(r model.PointsRule) int64 { return r.ID }, viewPointsRule), err
}
