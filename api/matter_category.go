package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type matterLimitView struct {
	Category     string `json:"category" doc:"哪一类；空的是没有单独时限的各类通用" example:"safety"`
	Step         string `json:"step" enum:"chief,branch,community" doc:"哪一级"`
	StepTitle    string `json:"step_title" example:"单元长"`
	AcceptHours  int64  `json:"accept_hours" doc:"多少小时内受理" example:"4"`
	ResolveHours int64  `json:"resolve_hours" doc:"受理后多少小时内办结" example:"24"`
}

func viewMatterLimit(l model.MatterLimit) matterLimitView {
	return matterLimitView{l.Category, string(l.Step), l.Step.Title(), l.AcceptHours, l.ResolveHours}
}

type managedCategoryView struct {
	MatterCategoryView
	Place       int64             `json:"place" doc:"列表里的次序，小的在前"`
	SharedSince *time.Time        `json:"shared_since,omitempty" doc:"从何时起给邻居看到；在那以前上报的不给邻居看。没有就是一开始就这样"`
	EndedAt     *time.Time        `json:"ended_at,omitempty" doc:"何时停用；没有就是正在使用"`
	Limits      []matterLimitView `json:"limits" nullable:"false" doc:"这一类单独的时限；没有的一级用通用的"`
}

func viewManagedCategory(c model.MatterCategory) managedCategoryView {
	v := managedCategoryView{viewMatterCategory(c), c.Place, nil, maybeAtEdge(c.EndedAt), each(c.Limits, viewMatterLimit)}
	if c.Shared {
		v.SharedSince = maybeAtEdge(c.SharedAt)
	}
	return v
}

type allMatterCategoriesView struct {
	Categories   []managedCategoryView `json:"categories" nullable:"false"`
	CommonLimits []matterLimitView     `json:"common_limits" nullable:"false" doc:"没有单独时限的各类通用的时限"`
}

func (a *API) allMatterCategories(ctx context.Context, by model.Actor, _ *matterCategoriesIn) (allMatterCategoriesView, error) {
	all, common, err := a.s.AllMatterCategories(ctx, by)
	return allMatterCategoriesView{each(all, viewManagedCategory), each(common, viewMatterLimit)}, err
}

type changeMatterCategoryIn struct {
	Keyed
	Body struct {
		Code      string               `json:"code" pattern:"^[a-z_]{2,24}$" patternDescription:"2到24个小写字母或下划线" maxLength:"24" doc:"代码；已有的就修改，没有的就新建" example:"greening"`
		Name      string               `json:"name" minLength:"1" maxLength:"40" doc:"名称" example:"绿化养护"`
		Hint      string               `json:"hint,omitempty" maxLength:"200" doc:"哪些事算这一类" example:"树木倒伏、草坪破损等"`
		Place     int64                `json:"place" minimum:"1" maximum:"999" doc:"列表里的次序，小的在前" example:"12"`
		Shared    bool                 `json:"shared" doc:"是否给邻居看到，一起加入；从不给改成给的，只对以后上报的有用" example:"true"`
		Questions []matterQuestionBody `json:"questions,omitempty" maxItems:"20" doc:"上报时要回答的问题；整个换掉原来的"`
	}
}

type matterQuestionBody struct {
	Place     int64    `json:"place" minimum:"1" maximum:"20" doc:"编号，不能重复" example:"1"`
	Words     string   `json:"words" minLength:"1" maxLength:"120" doc:"问题" example:"有没有压到人？"`
	Kind      string   `json:"kind" enum:"yes_no,choice,text" doc:"是否题、选择题、填写题" example:"yes_no"`
	Choices   []string `json:"choices,omitempty" maxItems:"9" doc:"选择题的答案，2到9个"`
	Required  bool     `json:"required" doc:"必须回答" example:"true"`
	StopsAt   string   `json:"stops_at,omitempty" maxLength:"40" doc:"这样回答时不再上报，请人先打电话；是否题填 yes 或 no" example:"yes"`
	StopPhone string   `json:"stop_phone,omitempty" maxLength:"20" doc:"打哪个电话" example:"120"`
	StopWords string   `json:"stop_words,omitempty" maxLength:"200" doc:"怎样提示" example:"请马上拨打120。伤者得到救治以后再来上报。"`
}

func (a *API) changeMatterCategory(ctx context.Context, cmd service.Command, in *changeMatterCategoryIn) (model.MatterCategory, error) {
	b := in.Body
	terms := service.CategoryTerms{MatterCategory: model.MatterCategory{Code: b.Code, Name: b.Name, Hint: b.Hint, Place: b.Place, Shared: b.Shared}}
	for _, q := range b.Questions {
		terms.Questions = append(terms.Questions, model.MatterQuestion{
			Place: q.Place, Words: q.Words, Kind: model.QuestionKind(q.Kind), Required: q.Required, StopsAt: q.StopsAt, StopPhone: q.StopPhone, StopWords: q.StopWords,
		})
		terms.Options = append(terms.Options, q.Choices)
	}
	return a.s.ChangeMatterCategory(ctx, cmd, terms)
}

type matterCategoryIn struct {
	Keyed
	Code string `path:"code" doc:"哪一类" example:"greening"`
}

func (a *API) endMatterCategory(ctx context.Context, cmd service.Command, in *matterCategoryIn) (model.MatterCategory, error) {
	return a.s.EndMatterCategory(ctx, cmd, in.Code)
}

func (a *API) beginMatterCategory(ctx context.Context, cmd service.Command, in *matterCategoryIn) (model.MatterCategory, error) {
	return a.s.BeginMatterCategory(ctx, cmd, in.Code)
}

type changeMatterLimitIn struct {
	Keyed
	Body struct {
		Category     string `json:"category" maxLength:"24" doc:"哪一类；空的是没有单独时限的各类通用" example:"safety"`
		Step         string `json:"step" enum:"chief,branch,community" doc:"哪一级" example:"chief"`
		AcceptHours  int64  `json:"accept_hours" minimum:"1" maximum:"2160" doc:"多少小时内受理" example:"4"`
		ResolveHours int64  `json:"resolve_hours" minimum:"1" maximum:"2160" doc:"受理后多少小时内办结" example:"24"`
	}
}

func (a *API) changeMatterLimit(ctx context.Context, cmd service.Command, in *changeMatterLimitIn) (model.MatterLimit, error) {
	b := in.Body
	return a.s.ChangeMatterLimit(ctx, cmd, model.MatterLimit{Category: b.Category, Step: model.Step(b.Step), AcceptHours: b.AcceptHours, ResolveHours: b.ResolveHours})
}

type dropMatterLimitIn struct {
	Keyed
	Body struct {
		Category string `json:"category" minLength:"1" maxLength:"24" doc:"哪一类" example:"safety"`
		Step     string `json:"step" enum:"chief,branch,community" doc:"哪一级" example:"chief"`
	}
}

func (a *API) dropMatterLimit(ctx context.Context, cmd service.Command, in *dropMatterLimitIn) (model.MatterLimit, error) {
	return a.s.DropMatterLimit(ctx, cmd, in.Body.Category, model.Step(in.Body.Step))
}
