package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// MatterView is one matter as lists show it.
type MatterView struct {
	ID           ID         `json:"id" doc:"编号"`
	Category     string     `json:"category" example:"repair"`
	CategoryName string     `json:"category_name" example:"公共设施维修"`
	Words        string     `json:"words" doc:"说的什么事；内容审核通过以前邻居看不到" example:"三楼的楼道灯坏了"`
	Place        string     `json:"place,omitempty" doc:"在哪里；没有就是本单元" example:"小区东门口"`
	Urgent       bool       `json:"urgent" doc:"紧急"`
	Anonymity    string     `json:"anonymity" enum:"named,neighbours,chief" doc:"实名、对邻居匿名、对单元长也匿名"`
	Node         ID         `json:"node_id" doc:"哪个单元"`
	NodeName     string     `json:"node_name" example:"1单元"`
	Reporter     string     `json:"reporter,omitempty" doc:"上报人；对您匿名的没有" example:"李小梅"`
	EnteredBy    string     `json:"entered_by,omitempty" doc:"谁代为上报" example:"王建国"`
	State        string     `json:"state" enum:"reported,accepted,asked,resolved,closed,withdrawn"`
	Title        string     `json:"title" doc:"状态的中文" example:"待受理"`
	Step         string     `json:"step" enum:"chief,branch,community" doc:"现在在哪一级"`
	StepTitle    string     `json:"step_title" example:"单元长"`
	Handler      string     `json:"handler,omitempty" doc:"改派给了谁"`
	Outcome      string     `json:"outcome,omitempty" enum:"satisfied,unanswered" doc:"满意、没有评价；销号以后才有"`
	Reopened     int64      `json:"reopened" doc:"重新办理过几次"`
	Joined       int64      `json:"joined" doc:"有几位邻居加入"`
	Seen         int64      `json:"seen" doc:"到第几步了；办理时原样交回"`
	DueAt        *time.Time `json:"due_at,omitempty" doc:"什么时候以前要受理或办结"`
	ReportedAt   time.Time  `json:"reported_at"`
	ClosedAt     *time.Time `json:"closed_at,omitempty" doc:"何时销号或撤回"`
}

func viewMatter(m model.ListedMatter) MatterView {
	return MatterView{
		ID: ID(m.ID), Category: m.Category, CategoryName: m.CategoryName, Words: m.Words, Place: m.Place, Urgent: m.Urgent, Anonymity: string(m.Anonymity),
		Node: ID(m.NodeID), NodeName: m.NodeName, Reporter: m.ReporterName, EnteredBy: m.EnteredBy, State: string(m.State), Title: m.State.Title(),
		Step: string(m.Step), StepTitle: m.Step.Title(), Handler: m.HandlerName, Outcome: string(m.Outcome), Reopened: m.Reopened, Joined: m.Joined,
		Seen: m.Moves, DueAt: maybeAtEdge(m.DueAt), ReportedAt: atEdge(m.CreatedAt), ClosedAt: maybeAtEdge(m.ClosedAt),
	}
}

func idOfMatter(m model.ListedMatter) int64 { return m.ID }

type matterEventView struct {
	Seq       int64       `json:"seq" doc:"第几步"`
	At        time.Time   `json:"at"`
	Move      string      `json:"move" example:"accept"`
	Title     string      `json:"title" doc:"做了什么" example:"受理"`
	By        string      `json:"by,omitempty" doc:"谁" example:"王建国"`
	Role      string      `json:"role,omitempty" doc:"以什么身份" example:"单元长"`
	For       string      `json:"for,omitempty" doc:"代谁"`
	State     string      `json:"state" doc:"之后的状态"`
	StepTitle string      `json:"step_title" doc:"之后在哪一级"`
	Words     string      `json:"words,omitempty" doc:"说了什么"`
	Photos    []PhotoView `json:"photos" nullable:"false"`
	Redacted  bool        `json:"redacted" doc:"true 工作人员隐去了这一步里不宜公开的文字或照片"`
}

// MatterAnswerView is the answer to a question that a category asks.
type MatterAnswerView struct {
	Place    int64  `json:"place" doc:"第几个提问" example:"1"`
	Question string `json:"question" example:"从什么时候开始的？"`
	Answer   string `json:"answer" example:"昨天晚上"`
}

type matterNoteView struct {
	By    string    `json:"by" example:"王建国"`
	At    time.Time `json:"at"`
	Words string    `json:"words"`
}

type matterRecordView struct {
	MatterView
	As           string             `json:"as" enum:"reporter,officer,joiner" doc:"您是上报人、办理的同志、加入的邻居"`
	CheckState   string             `json:"check_state" enum:"pending,pass,review,rejected" doc:"内容审核；只影响展示给邻居，不影响办理"`
	CheckReason  string             `json:"check_reason,omitempty" doc:"没有通过人工审核的原因" example:"里面写了别人的姓名"`
	PauseSeconds int64              `json:"paused_left_seconds,omitempty" doc:"等上报人补充时，时限还剩多少秒"`
	Answers      []MatterAnswerView `json:"answers" nullable:"false" doc:"上报时回答的问题"`
	Events       []matterEventView  `json:"events" nullable:"false" doc:"从上报起的每一步"`
	Notes        []matterNoteView   `json:"notes" nullable:"false" doc:"办理的同志之间的备注，上报人看不到"`
	May          []string           `json:"may" nullable:"false" doc:"您现在可以怎样办理"`
}

func viewMatterRecord(r service.MatterRecord) matterRecordView {
	v := matterRecordView{
		MatterView: viewMatter(r.ListedMatter), As: string(r.As), CheckState: string(r.CheckState), PauseSeconds: r.LeftSeconds,
		Answers: []MatterAnswerView{}, Events: []matterEventView{}, Notes: []matterNoteView{}, May: []string{},
	}
	if r.CheckState == model.FileRejected && r.CheckedByID != 0 && r.As != service.SeenByJoiner {
		v.CheckReason = r.CheckReason
	}
	for _, a := range r.Answers {
		v.Answers = append(v.Answers, MatterAnswerView{a.Place, a.Question, a.Answer})
	}
	for _, e := range r.Events {
		words := e.Words
		if e.Move == model.MoveReport {
			words = ""
		}
		v.Events = append(v.Events, matterEventView{
			e.Seq, atEdge(e.At), string(e.Move), e.Move.Title(), e.ByName, roleTitle(e.ByRole), e.ForName, string(e.State), e.Step.Title(), words,
			viewPhotos(r.Photos[e.Seq], r.SeesAll), e.Redacted,
		})
	}
	for _, n := range r.Notes {
		v.Notes = append(v.Notes, matterNoteView{n.ByName, atEdge(n.At), n.Words})
	}
	for _, m := range r.MayDo {
		v.May = append(v.May, string(m))
	}
	return v
}

func roleTitle(word string) string {
	switch word {
	case model.AsReporter:
		return "上报人"
	case model.AsProxy:
		return "代上报人"
	case model.AsSystem:
		return "系统"
	}
	return model.Role(word).Title()
}

type matterCategoriesIn struct{}

type matterQuestionView struct {
	Place     int64    `json:"place" doc:"回答时用的编号"`
	Words     string   `json:"words" example:"有没有人受伤？"`
	Kind      string   `json:"kind" enum:"yes_no,choice,text"`
	Options   []string `json:"options" nullable:"false" doc:"可以选的答案；空的可以随便写"`
	Required  bool     `json:"required"`
	StopsAt   string   `json:"stops_at,omitempty" doc:"这样回答时不要再填，请先打电话" example:"yes"`
	StopPhone string   `json:"stop_phone,omitempty" example:"120"`
	StopWords string   `json:"stop_words,omitempty" example:"请马上拨打120。"`
}

// MatterCategoryView is a category as who reports sees it.
type MatterCategoryView struct {
	Code      string               `json:"code" example:"safety"`
	Name      string               `json:"name" example:"安全隐患"`
	Hint      string               `json:"hint" doc:"哪些事算这一类"`
	Shared    bool                 `json:"shared" doc:"是否会给邻居看到，一起加入"`
	Questions []matterQuestionView `json:"questions" nullable:"false"`
}

type matterCategoriesView struct {
	Categories []MatterCategoryView `json:"categories" nullable:"false"`
}

func (a *API) matterCategories(ctx context.Context, _ model.Actor, _ *matterCategoriesIn) (matterCategoriesView, error) {
	all, err := a.s.MatterCategories(ctx)
	v := matterCategoriesView{Categories: []MatterCategoryView{}}
	for _, c := range all {
		v.Categories = append(v.Categories, viewMatterCategory(c))
	}
	return v, err
}

func viewMatterCategory(c model.MatterCategory) MatterCategoryView {
	one := MatterCategoryView{c.Code, c.Name, c.Hint, c.Shared, []matterQuestionView{}}
	for _, q := range c.Questions {
		options := q.Options()
		if options == nil {
			options = []string{}
		}
		one.Questions = append(one.Questions, matterQuestionView{q.Place, q.Words, string(q.Kind), options, q.Required, q.StopsAt, q.StopPhone, q.StopWords})
	}
	return one
}

type matterReportBody struct {
	Category  string `json:"category" minLength:"1" maxLength:"24" doc:"类别，见 /v1/matter-categories" example:"repair"`
	Words     string `json:"words" minLength:"1" maxLength:"1000" doc:"什么事" example:"三楼的楼道灯坏了，晚上老人上下楼看不见"`
	Place     string `json:"place,omitempty" maxLength:"80" doc:"在哪里；不填就是本单元" example:"小区东门口"`
	Urgent    bool   `json:"urgent,omitempty" doc:"紧急"`
	Anonymity string `json:"anonymity" enum:"named,neighbours,chief" doc:"实名、对邻居匿名、对单元长也匿名（直接交网格党支部）"`
	Photos    []ID   `json:"photos,omitempty" maxItems:"9" doc:"先上传的照片的编号"`
	Answers   []struct {
		Place  int64  `json:"place" minimum:"1" doc:"问题的编号"`
		Answer string `json:"answer" maxLength:"200" doc:"回答" example:"no"`
	} `json:"answers,omitempty" maxItems:"20" doc:"对这一类问题的回答"`
}

func (b matterReportBody) report() service.MatterReport {
	answers := map[int64]string{}
	for _, a := range b.Answers {
		answers[a.Place] = a.Answer
	}
	return service.MatterReport{
		Category: b.Category, Words: b.Words, Place: b.Place, Urgent: b.Urgent, Anonymity: model.Anonymity(b.Anonymity), Answers: answers, Photos: photoIDs(b.Photos),
	}
}

func photoIDs(of []ID) []int64 {
	ids := make([]int64, len(of))
	for i, id := range of {
		ids[i] = int64(id)
	}
	return ids
}

type reportMatterIn struct {
	Keyed
	Body matterReportBody
}

func (a *API) reportMatter(ctx context.Context, cmd service.Command, in *reportMatterIn) (service.MatterRecord, error) {
	return a.s.ReportMatter(ctx, cmd, in.Body.report())
}

type reportMatterForIn struct {
	Keyed
	Person ID `path:"id" doc:"替谁上报"`
	Body   matterReportBody
}

func (a *API) reportMatterFor(ctx context.Context, cmd service.Command, in *reportMatterForIn) (service.MatterRecord, error) {
	return a.s.ReportMatterFor(ctx, cmd, int64(in.Person), in.Body.report())
}

type matterIn struct {
	Matter ID `path:"id" doc:"哪一件事"`
}

func (a *API) matter(ctx context.Context, by model.Actor, in *matterIn) (matterRecordView, error) {
	r, err := a.s.Matter(ctx, by, int64(in.Matter))
	return viewMatterRecord(r), err
}
