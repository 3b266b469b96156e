package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// ActivityView is an activity as everybody may see it: nobody's name is on it.
type ActivityView struct {
	ID            ID         `json:"id" doc:"编号" example:"42"`
	Node          nodeName   `json:"node" doc:"哪里组织的"`
	Association   string     `json:"association,omitempty" doc:"哪个联谊会的活动" example:"夕阳红合唱队"`
	Kind          string     `json:"kind" doc:"服务类别" example:"environment"`
	Title         string     `json:"title" doc:"名称" example:"楼道大扫除"`
	Content       string     `json:"content,omitempty" doc:"说明"`
	Place         string     `json:"place" doc:"地点" example:"3栋楼下"`
	StartsAt      time.Time  `json:"starts_at" doc:"开始时间"`
	EndsAt        time.Time  `json:"ends_at" doc:"结束时间"`
	Audience      string     `json:"audience" enum:"everybody,residents,members,in_service" doc:"面向所有居民、本地居民、党员、在职党员" example:"everybody"`
	AudienceTitle string     `json:"audience_title" doc:"参加范围的中文" example:"所有居民"`
	Capacity      int64      `json:"capacity" doc:"名额；0 表示不限" example:"30"`
	Seated        int64      `json:"seated" doc:"已经报上名的人数" example:"12"`
	Waiting       int64      `json:"waiting" doc:"候补的人数" example:"0"`
	Phase         string     `json:"phase" enum:"upcoming,running,over,cancelled" doc:"未开始、进行中、已结束、已取消"`
	PhaseTitle    string     `json:"phase_title" doc:"进展的中文" example:"未开始"`
	CancelledAt   *time.Time `json:"cancelled_at,omitempty" doc:"何时取消"`
	Reason        string     `json:"reason,omitempty" doc:"取消的原因"`
}

func viewListedActivity(a model.ListedActivity, phase model.Phase) ActivityView {
	return ActivityView{
		ID: ID(a.ID), Node: nodeName{ID(a.NodeID), a.NodeName}, Association: a.AssociationName, Kind: a.Kind,
		Title: a.Title, Content: a.Content, Place: a.Place, StartsAt: atEdge(a.StartsAt), EndsAt: atEdge(a.EndsAt),
		Audience: string(a.Audience), AudienceTitle: a.Audience.Title(), Capacity: a.Capacity, Seated: a.Seated, Waiting: a.Waiting,
		Phase: string(phase), PhaseTitle: phase.Title(), CancelledAt: maybeAtEdge(a.CancelledAt), Reason: a.Reason,
	}
}

// viewChangedActivity is for its organiser, right after it was made, changed or cancelled.
func viewChangedActivity(a service.SeenActivity) ActivityView {
	return viewListedActivity(a.ListedActivity, a.Phase)
}

// SeenActivityView adds what concerns the reader.
type SeenActivityView struct {
	ActivityView
	ForMe bool   `json:"for_me" doc:"您是否在参加范围里"`
	State string `json:"my_state,omitempty" enum:"seated,waiting,off" doc:"您的报名：已报名、候补中、已退出；没有就是没报过"`
}

func viewSeenActivity(a service.SeenActivity) SeenActivityView {
	v := SeenActivityView{viewListedActivity(a.ListedActivity, a.Phase), a.ForMe, ""}
	if a.Mine != nil {
		v.State = string(a.Mine.State)
	}
	return v
}

type activityPageView struct {
	SeenActivityView
	Ahead      int64           `json:"waiting_ahead,omitempty" doc:"候补时，排在您前面的人数" example:"2"`
	Organiser  bool            `json:"organiser" doc:"您是否可以组织这个活动：打开签到码、看名单、确认时长"`
	Attendance *AttendanceView `json:"attendance,omitempty" doc:"您自己的签到"`
}

// OfActivity is embedded by the input of what is about one activity.
type OfActivity struct {
	ID ID `path:"id" doc:"活动的编号" example:"42"`
}

func (a *API) activity(ctx context.Context, by model.Actor, in *OfActivity) (activityPageView, error) {
	seen, err := a.s.Activity(ctx, by, int64(in.ID))
	if err != nil {
		return activityPageView{}, err
	}
	v := activityPageView{viewSeenActivity(seen), seen.Ahead, seen.Organiser, nil}
	if seen.Attended != nil {
		at := viewAttendance(*seen.Attended)
		v.Attendance = &at
	}
	return v, nil
}

type upcomingActivitiesIn struct{ Paged }

func (a *API) upcomingActivities(ctx context.Context, by model.Actor, in *upcomingActivitiesIn) (List[SeenActivityView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[SeenActivityView]{}, err
	}
	rows, err := a.s.UpcomingActivities(ctx, by, slice)
	return listOfActivities(in.Paged, rows), err
}

func listOfActivities(p Paged, rows []service.SeenActivity) List[SeenActivityView] {
	return listOf(p, rows, func(s service.SeenActivity) int64 { return s.ID }, viewSeenActivity)
}

type activitiesIn struct {
	OfNode
	Paged
	State string `query:"state" enum:"open,cancelled" doc:"只看没有取消的，或只看取消的；不填是全部"`
}

func (a *API) activities(ctx context.Context, by model.Actor, in *activitiesIn) (List[SeenActivityView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[SeenActivityView]{}, err
	}
	rows, err := a.s.ActivitiesOf(ctx, by, int64(in.ID), model.ActivityState(in.State), slice)
	return listOfActivities(in.Paged, rows), err
}

type associationActivitiesIn struct {
	OfAssociation
	Paged
}

func (a *API) associationActivities(ctx context.Context, by model.Actor, in *associationActivitiesIn) (List[SeenActivityView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[SeenActivityView]{}, err
	}
	rows, err := a.s.ActivitiesOfAssociation(ctx, by, int64(in.ID), slice)
	return listOfActivities(in.Paged, rows), err
}

type makeActivityIn struct {
	Keyed
	OfNode
	Body struct {
		Association ID        `json:"association_id,omitempty" required:"false" doc:"哪个联谊会的活动；不填就不是联谊会的"`
		Kind        string    `json:"kind" minLength:"1" maxLength:"24" doc:"服务类别的代码" example:"environment"`
		Title       string    `json:"title" minLength:"1" maxLength:"60" doc:"名称" example:"楼道大扫除"`
		Content     string    `json:"content,omitempty" required:"false" maxLength:"1000" doc:"说明" example:"请自带手套"`
		Place       string    `json:"place" minLength:"1" maxLength:"80" doc:"地点" example:"3栋楼下"`
		StartsAt    time.Time `json:"starts_at" doc:"开始时间，从以后的时间起，最远一年"`
		EndsAt      time.Time `json:"ends_at" doc:"结束时间，最长 24 小时"`
		Capacity    int64     `json:"capacity,omitempty" required:"false" minimum:"0" maximum:"10000" doc:"名额；0 或不填表示不限" example:"30"`
		Audience    string    `json:"audience" enum:"everybody,residents,members,in_service" doc:"面向所有居民、本地居民、党员、在职党员" example:"everybody"`
	}
}

func (a *API) makeActivity(ctx context.Context, cmd service.Command, in *makeActivityIn) (service.SeenActivity, error) {
	b := in.Body
	return a.s.MakeActivity(ctx, cmd, int64(in.ID), service.ActivityForm{
		AssociationID: int64(b.Association), Kind: b.Kind, Title: b.Title, Content: b.Content, Place: b.Place,
		StartsAt: b.StartsAt, EndsAt: b.EndsAt, Capacity: b.Capacity, Audience: model.Audience(b.Audience),
	})
}

type changeActivityIn struct {
	Keyed
	OfActivity
	Body struct {
		Title    *string    `json:"title,omitempty" required:"false" minLength:"1" maxLength:"60" doc:"名称" example:"楼道大扫除"`
		Content  *string    `json:"content,omitempty" required:"false" maxLength:"1000" doc:"说明" example:"请自带手套"`
		Place    *string    `json:"place,omitempty" required:"false" minLength:"1" maxLength:"80" doc:"地点" example:"社区广场"`
		StartsAt *time.Time `json:"starts_at,omitempty" required:"false" doc:"开始时间"`
		EndsAt   *time.Time `json:"ends_at,omitempty" required:"false" doc:"结束时间"`
		Capacity *int64     `json:"capacity,omitempty" required:"false" minimum:"0" maximum:"10000" doc:"名额；0 表示不限；不能少于已经报上名的人数" example:"40"`
	}
}

func (a *API) changeActivity(ctx context.Context, cmd service.Command, in *changeActivityIn) (service.SeenActivity, error) {
	b := in.Body
	return a.s.ChangeActivity(ctx, cmd, int64(in.ID), service.ActivityChange{
		Title: b.Title, Content: b.Content, Place: b.Place, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Capacity: b.Capacity,
	})
}

type cancelActivityIn struct {
	Keyed
	OfActivity
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，报了名的人都会看到" example:"有大雨"`
	}
}

func (a *API) cancelActivity(ctx context.Context, cmd service.Command, in *cancelActivityIn) (service.SeenActivity, error) {
	return a.s.CancelActivity(ctx, cmd, int64(in.ID), in.Body.Reason)
}
