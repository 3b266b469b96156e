package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type flagView struct {
	ID        ID         `json:"id" doc:"编号"`
	Hours     ID         `json:"hours_id" doc:"哪一条服务记录"`
	Name      string     `json:"name" doc:"志愿者的姓名；您负责联系的居民显示全名，其他人显示姓氏" example:"李小梅"`
	NodeName  string     `json:"node_name" example:"1单元"`
	Rule      string     `json:"rule" doc:"哪一条规则" example:"late_entry"`
	Title     string     `json:"title" doc:"规则的名称" example:"补记过晚"`
	Detail    string     `json:"detail" doc:"具体情况" example:"服务结束20天后填报"`
	StartsAt  time.Time  `json:"starts_at" doc:"服务的开始时间"`
	Minutes   int64      `json:"minutes" doc:"服务的时长"`
	RaisedAt  time.Time  `json:"raised_at" doc:"何时提醒"`
	ClearedAt *time.Time `json:"cleared_at,omitempty" doc:"何时核对"`
	Note      string     `json:"note,omitempty" doc:"核对的结果"`
}

func viewFlag(f model.ListedFlag) flagView {
	return flagView{
		ID(f.ID), ID(f.HoursID), f.Name, f.NodeName, f.RuleCode, service.FlagTitle(f.RuleCode), f.Detail,
		atEdge(f.StartsAt), f.Minutes, atEdge(f.RaisedAt), maybeAtEdge(f.ClearedAt), f.Note,
	}
}

type flagsIn struct {
	Node    ID   `path:"id" doc:"单元、网格或社区"`
	Cleared bool `query:"cleared" doc:"true：已核对的也列出来" example:"false"`
	Paged
}

func (a *API) flags(ctx context.Context, by model.Actor, in *flagsIn) (List[flagView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[flagView]{}, err
	}
	rows, err := a.s.FlagsAt(ctx, by, int64(in.Node), in.Cleared, slice)
	return listOf(in.Paged, rows, func(f model.ListedFlag) int64 { return f.ID }, viewFlag), err
}

type clearFlagIn struct {
	Keyed
	Flag ID `path:"id" doc:"哪一条提醒"`
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"200" doc:"核对的结果" example:"已与志愿者核实，情况属实"`
	}
}

func (a *API) clearFlag(ctx context.Context, cmd service.Command, in *clearFlagIn) (model.ListedFlag, error) {
	return a.s.ClearFlag(ctx, cmd, int64(in.Flag), in.Body.Note)
}

type flagRulesIn struct{}

type flagRuleView struct {
	Code  string `json:"code" example:"late_entry"`
	Title string `json:"title" example:"补记过晚"`
	Text  string `json:"text" doc:"什么时候提醒"`
}

type flagRulesView struct {
	Rules []flagRuleView `json:"rules" nullable:"false"`
}

func (a *API) flagRules(context.Context, model.Actor, *flagRulesIn) (flagRulesView, error) {
	v := flagRulesView{Rules: []flagRuleView{}}
	for _, r := range a.s.FlagRules() {
		v.Rules = append(v.Rules, flagRuleView{r.Code, r.Title, r.Text})
	}
	return v, nil
}
