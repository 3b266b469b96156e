package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type myDataIn struct{}

type myDataView struct {
	Account  *accountView           `json:"account,omitempty" doc:"微信账号；没有账号时没有"`
	Person   *heldPerson            `json:"person,omitempty" doc:"名册里的您；没有绑定时没有"`
	Roles    []termView             `json:"roles" nullable:"false" doc:"任职，包括已经结束的"`
	Bindings []heldBinding          `json:"bindings" nullable:"false" doc:"绑定和申请"`
	Consents []consentView          `json:"consents" nullable:"false" doc:"同意过的授权"`
	Groups   []heldGroupEntry       `json:"groups" nullable:"false" doc:"从哪些单元微信群打开过"`
	Displays []heldDisplay          `json:"displays" nullable:"false" doc:"亮身份"`
	Plaques  []heldPlaque           `json:"plaques" nullable:"false" doc:"门牌申请"`
	CheckIns []heldCheckIn          `json:"check_ins" nullable:"false" doc:"双报到"`
	Redeemed []listedRedemptionView `json:"redemptions" nullable:"false" doc:"兑换"`
	Hours    []heldHours            `json:"hours" nullable:"false" doc:"志愿服务"`
	Asked    []heldCorrection       `json:"corrections" nullable:"false" doc:"请求更正服务记录的申请"`
	Points   []heldPoints           `json:"points" nullable:"false" doc:"积分明细"`
	SignUps  []heldSignUp           `json:"sign_ups" nullable:"false" doc:"报过名的活动"`
	Leads    []heldLead             `json:"associations" nullable:"false" doc:"担任负责人的联谊会"`
	Changes  []heldChange           `json:"changes" nullable:"false" doc:"社区对登记信息的修改"`
	Guarding []guardianshipView     `json:"guardianships" nullable:"false" doc:"未满14周岁时的监护人，或者您是谁的监护人"`
	Counts   heldCounts             `json:"counts" doc:"数量"`

	Certificates []certificateView `json:"certificates" nullable:"false" doc:"志愿服务记录证明"`
	Objections   []objectionView   `json:"objections" nullable:"false" doc:"对公示提出的异议"`

	Rectifications []RectificationView `json:"rectifications" nullable:"false" doc:"请社区改正信息的申请和答复"`

	Matters []heldMatter        `json:"matters" nullable:"false" doc:"您上报的事，包括代您上报的"`
	Joined  []heldJoin          `json:"joined_matters" nullable:"false" doc:"您加入过的邻居上报的事"`
	Limits  []ReporterLimitView `json:"report_limits" nullable:"false" doc:"对您上报次数的限制和您的异议"`
}

type heldMatter struct {
	MatterView
	CheckState string            `json:"check_state" enum:"pending,pass,review,rejected" doc:"审核中、已通过、等待人工审核、未通过"`
	PlaceWas   string            `json:"place_original,omitempty" doc:"地点被隐去过的，您原来怎样说"`
	Answers    []heldAnswer      `json:"answers" nullable:"false" doc:"您对问题的回答"`
	Said       []heldMatterEvent `json:"said" nullable:"false" doc:"您做的每一步，包括代您做的"`
}

type heldAnswer struct {
	MatterAnswerView
	Original string `json:"original,omitempty" doc:"有文字被隐去的，您原来怎样回答"`
}

type heldMatterEvent struct {
	Seq      int64     `json:"seq" doc:"第几步" example:"1"`
	At       time.Time `json:"at"`
	Title    string    `json:"title" doc:"做了什么" example:"补充"`
	By       string    `json:"by,omitempty" doc:"代您做的，是谁"`
	Words    string    `json:"words,omitempty" doc:"说了什么"`
	Original string    `json:"original,omitempty" doc:"有文字被隐去的，您原来怎样说"`
}

type heldJoin struct {
	Matter   ID         `json:"matter_id"`
	Category string     `json:"category_name" example:"公共设施维修"`
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at,omitempty" doc:"何时不再加入"`
}

type accountView struct {
	OpenID     string    `json:"open_id" doc:"微信给本小程序的编号"`
	UnionID    string    `json:"union_id,omitempty" doc:"微信给同一主体各应用的编号"`
	Since      time.Time `json:"since" doc:"第一次登录"`
	SignedInAt time.Time `json:"signed_in_at" doc:"最近一次登录"`
}

type heldPerson struct {
	ID         ID        `json:"person_id"`
	Name       string    `json:"name"`
	Node       nodeView  `json:"node"`
	Room       string    `json:"room,omitempty" doc:"房号"`
	State      string    `json:"state" enum:"here,left" doc:"住在这里、已迁出"`
	Phone      string    `json:"phone,omitempty" doc:"手机号"`
	IDNumber   string    `json:"id_number,omitempty" doc:"身份证号"`
	BirthDate  string    `json:"birth_date,omitempty" doc:"出生日期"`
	Address    string    `json:"address,omitempty" doc:"户籍地址"`
	Membership string    `json:"membership" enum:"none,member,in_service" doc:"非党员、党员、在职党员"`
	Since      time.Time `json:"since" doc:"何时登记"`
	ChangedAt  time.Time `json:"changed_at" doc:"最近一次修改"`
}

type heldBinding struct {
	ID      ID         `json:"id"`
	Mine    bool       `json:"mine" doc:"是否是现在这个微信的"`
	State   string     `json:"state" enum:"unmatched,pending,active,refused,ended" doc:"还没有对上名册、等待确认、已绑定、未通过、已结束"`
	Way     string     `json:"way" enum:"phone,approval,rebinding" doc:"手机号、单元长确认、换绑"`
	Name    string     `json:"name,omitempty" doc:"申请时填写的姓名，处理后删除"`
	Room    string     `json:"room,omitempty" doc:"申请时填写的房号，处理后删除"`
	Phone   string     `json:"phone,omitempty" doc:"微信验证的手机号，处理后删除"`
	Reason  string     `json:"reason,omitempty" doc:"退回或结束的原因"`
	AskedAt time.Time  `json:"asked_at"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
}

type heldGroupEntry struct {
	Unit      string    `json:"unit" example:"1单元"`
	EnteredAt time.Time `json:"entered_at" doc:"最近一次"`
}

type heldDisplay struct {
	Unit     string     `json:"unit" example:"1单元"`
	NameForm string     `json:"name_form" enum:"surname,full" doc:"只写姓氏、写全名"`
	Pledge   string     `json:"pledge,omitempty"`
	Skills   string     `json:"skills,omitempty"`
	OnPage   bool       `json:"on_page"`
	InGroup  bool       `json:"in_group"`
	OnDoor   bool       `json:"on_door"`
	ShownAt  time.Time  `json:"shown_at"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
}

type heldPlaque struct {
	State     string    `json:"state" enum:"applied,approved,refused,installed,removed" doc:"待审批、已通过等安装、未通过、已安装、已摘除"`
	AppliedAt time.Time `json:"applied_at"`
	Reason    string    `json:"reason,omitempty"`
}

type heldCheckIn struct {
	Community string    `json:"community" example:"先锋社区"`
	WorkUnit  string    `json:"work_unit" doc:"工作单位"`
	State     string    `json:"state" enum:"pending,accepted,refused,ended" doc:"待审核、已报到、未接收、已结束"`
	AppliedAt time.Time `json:"applied_at"`
	Receipt   string    `json:"receipt_number,omitempty" doc:"回执编号"`
	Reason    string    `json:"reason,omitempty"`
}

type heldHours struct {
	StartsAt   time.Time  `json:"starts_at" doc:"服务开始时间"`
	EndsAt     *time.Time `json:"ends_at,omitempty" doc:"服务结束时间；没有就是还没有签退"`
	Minutes    int64      `json:"minutes" doc:"时长的分钟数" example:"90"`
	Points     int64      `json:"points" doc:"得到的积分" example:"15"`
	Kind       string     `json:"kind_name" doc:"服务类别" example:"环境整治"`
	Content    string     `json:"content" doc:"做了什么"`
	Place      string     `json:"place" doc:"在哪里"`
	Organiser  string     `json:"organiser" doc:"组织方；自己填报的是所在单元" example:"1单元"`
	State      string     `json:"state" enum:"open,claimed,confirmed,refused,void" doc:"服务中、待确认、已确认、未通过、已作废"`
	EnteredBy  string     `json:"entered_by,omitempty" doc:"谁代为填报；没有就是本人"`
	FiledAt    time.Time  `json:"filed_at" doc:"填报或签到时间"`
	Reason     string     `json:"reason,omitempty" doc:"未通过或作废的原因"`
	Evaluation string     `json:"evaluation,omitempty" doc:"组织方的评价"`
}

type heldCorrection struct {
	AskedAt  time.Time `json:"asked_at"`
	State    string    `json:"state" enum:"asked,granted,refused,withdrawn" doc:"待处理、已更正、未更正、已撤回"`
	Why      string    `json:"why" doc:"为什么更正"`
	StartsAt time.Time `json:"starts_at" doc:"应为的开始时间"`
	EndsAt   time.Time `json:"ends_at" doc:"应为的结束时间"`
	Kind     string    `json:"kind_name" doc:"应为的服务类别"`
	Content  string    `json:"content" doc:"应为的内容"`
	Place    string    `json:"place" doc:"应为的地点"`
	Reason   string    `json:"reason,omitempty" doc:"未更正的原因"`
}

type heldPoints struct {
	At      time.Time `json:"at"`
	Why     string    `json:"why" doc:"为什么" example:"志愿服务得积分"`
	Amount  int64     `json:"amount" doc:"增减" example:"15"`
	Balance int64     `json:"balance" doc:"这一笔以后的积分" example:"120"`
}

type heldSignUp struct {
	Title      string     `json:"title" example:"楼道大扫除"`
	StartsAt   time.Time  `json:"starts_at"`
	State      string     `json:"state" enum:"seated,waiting,off" doc:"已报名、候补中、已退出"`
	Way        string     `json:"way" enum:"self,proxy,door" doc:"自己报名、代为报名、现场报名"`
	SignedAt   time.Time  `json:"signed_at"`
	OffAt      *time.Time `json:"off_at,omitempty"`
	LeftReason string     `json:"left_reason,omitempty" doc:"补记离开时间的原因"`
}

type heldLead struct {
	Name      string     `json:"name" doc:"联谊会的名称" example:"夕阳红合唱队"`
	FoundedAt time.Time  `json:"founded_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

type heldChange struct {
	What   string    `json:"what" enum:"membership,leave,move,name,phone,id_number,birth_date,address" doc:"党员情况、迁出、迁居、姓名、手机号、身份证号、出生日期、户籍地址"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

type heldCounts struct {
	Sessions int64 `json:"sessions" doc:"现在登录着几处"`
	Notices  int64 `json:"notices" doc:"收到过几条通知"`
	Photos   int64 `json:"photos" doc:"您上传的照片有几张"`
	Readings int64 `json:"whole_readings" doc:"您的完整信息被工作人员查看过几次"`
}

// myData is the whole of what is held, unmasked: it is the reader's own.
func (a *API) myData(ctx context.Context, by model.Actor, _ *myDataIn) (myDataView, error) {
	d, err := a.s.MyData(ctx, by)
	return viewMyData(d), err
}

type childDataIn struct {
	Child ID `path:"id" doc:"孩子"`
}

// childData is myData of the child whose guardian the actor is; the service has put the reading into the
// audit log by then.
func (a *API) childData(ctx context.Context, by model.Actor, in *childDataIn) (myDataView, error) {
	d, err := a.s.ChildData(ctx, by, int64(in.Child))
	return viewMyData(d), err
}

func viewMyData(d service.MyData) myDataView {
	return myDataView{
		Account: viewAccount(d.User), Person: viewHeldPerson(d), Roles: viewTerms(d.Roles),
		Bindings: each(d.Bindings, func(b model.Binding) heldBinding { return viewHeldBinding(b, d.User.ID) }),
		Consents: each(d.Consents, viewConsent),
		Groups:   each(d.Groups, func(g model.HeldGroupEntry) heldGroupEntry { return heldGroupEntry{g.UnitName, atEdge(g.EnteredAt)} }),
		Displays: each(d.Displays, viewHeldDisplay),
		Plaques:  each(d.Plaques, func(p model.Plaque) heldPlaque { return heldPlaque{string(p.State), atEdge(p.AppliedAt), p.Reason} }),
		CheckIns: each(d.CheckIns, viewHeldCheckIn),
		Redeemed: each(d.Redeemed, viewListedRedemption),
		Hours:    each(d.Hours, viewHeldHours), Asked: each(d.Corrections, viewHeldCorrection), Points: each(d.Points, viewHeldPoints),
		SignUps: each(d.SignUps, func(u model.TitledSignUp) heldSignUp {
			return heldSignUp{u.Title, atEdge(u.StartsAt), string(u.State), string(u.Way), atEdge(u.SignedAt), maybeAtEdge(u.OffAt), u.LeftReason}
		}),
		Leads: each(d.Leads, func(a model.Association) heldLead {
			return heldLead{a.Name, atEdge(a.FoundedAt), maybeAtEdge(a.EndedAt)}
		}),
		Changes:  each(d.Changes, func(c model.PersonChange) heldChange { return heldChange{c.What, c.Reason, atEdge(c.At)} }),
		Guarding: each(d.Guarding, viewGuardianship),
		Counts:   heldCounts{d.Held.Sessions, d.Held.Notices, d.Held.Photos, d.Held.Readings},

		Certificates: each(d.Certificates, viewOwnCertificate), Objections: each(d.Objections, viewOwnObjection),
		Rectifications: each(d.Rectifications, viewRectification),

		Matters: each(d.Matters, viewHeldMatter), Limits: each(d.Limits, viewReporterLimit),
		Joined: each(d.Joined, func(j model.HeldJoin) heldJoin {
			return heldJoin{ID(j.MatterID), j.CategoryName, atEdge(j.JoinedAt), maybeAtEdge(j.LeftAt)}
		}),
	}
}

func viewAccount(u model.User) *accountView {
	if u.ID == 0 {
		return nil
	}
	return &accountView{u.OpenID, u.UnionID, atEdge(u.CreatedAt), atEdge(u.SignedInAt)}
}

func each[R, V any](rows []R, view func(R) V) []V {
	out := make([]V, len(rows))
	for i, r := range rows {
		out[i] = view(r)
	}
	return out
}

func viewHeldMatter(m model.HeldMatter) heldMatter {
	return heldMatter{
		MatterView: viewMatter(m.ListedMatter), CheckState: string(m.CheckState), PlaceWas: m.OriginalPlace,
		Answers: each(m.Answers, func(a model.HeldAnswer) heldAnswer {
			return heldAnswer{MatterAnswerView{a.Place, a.Question, a.Answer}, a.Original}
		}),
		Said: each(m.Said, func(e model.HeldMatterEvent) heldMatterEvent {
			v := heldMatterEvent{e.Seq, atEdge(e.At), e.Move.Title(), "", e.Words, e.Original}
			if e.ForPersonID != 0 {
				v.By = e.ByName
			}
			return v
		}),
	}
}

func viewHeldPerson(d service.MyData) *heldPerson {
	p := d.Person
	if p == nil {
		return nil
	}
	v := &heldPerson{
		ID: ID(p.ID), Name: p.Name, Node: viewNode(d.Node), State: string(p.State), Phone: p.Phone, IDNumber: p.IDNumber,
		BirthDate: p.BirthDate, Address: p.Address, Membership: viewMembership(p.Membership),
		Since: atEdge(p.CreatedAt), ChangedAt: atEdge(p.UpdatedAt),
	}
	if d.Home != nil {
		v.Room = d.Home.Room
	}
	return v
}

func viewHeldHours(h model.ListedHours) heldHours {
	return heldHours{
		StartsAt: atEdge(h.StartsAt), EndsAt: maybeAtEdge(h.EndsAt), Minutes: h.Minutes, Points: h.Points, Kind: h.KindName, Content: h.Content,
		Place: h.Place, Organiser: h.NodeName, State: string(h.State), EnteredBy: h.EnteredBy, FiledAt: atEdge(h.CreatedAt), Reason: h.Reason, Evaluation: h.Evaluation,
	}
}

func viewHeldCorrection(c model.ListedCorrection) heldCorrection {
	return heldCorrection{atEdge(c.AskedAt), string(c.State), c.Why, atEdge(c.StartsAt), atEdge(c.EndsAt), c.KindName, c.Content, c.Place, c.Reason}
}

func viewHeldPoints(l model.StatementLine) heldPoints {
	return heldPoints{atEdge(l.At), titleOfTransfer(l.Kind), l.Amount, l.Balance}
}

// viewHeldBinding shows of another account that had this person only that there was one.
func viewHeldBinding(b model.Binding, user int64) heldBinding {
	v := heldBinding{ID: ID(b.ID), Mine: b.UserID == user, State: string(b.State), Way: string(b.Way), AskedAt: atEdge(b.AskedAt), EndedAt: maybeAtEdge(b.EndedAt)}
	if v.Mine {
		v.Name, v.Room, v.Phone, v.Reason = b.ClaimedName, b.ClaimedRoom, b.Phone, b.Reason
	}
	return v
}

func viewHeldDisplay(d model.PlacedDisplay) heldDisplay {
	return heldDisplay{d.UnitName, string(d.NameForm), d.Pledge, d.Skills, d.OnPage, d.InGroup, d.OnDoor, atEdge(d.ShownAt), maybeAtEdge(d.EndedAt)}
}

func viewHeldCheckIn(c model.ListedCheckIn) heldCheckIn {
	v := heldCheckIn{Community: c.CommunityName, WorkUnit: c.WorkUnitName, State: string(c.State), AppliedAt: atEdge(c.AppliedAt), Reason: c.Reason}
	if c.ReceiptNumber != nil {
		v.Receipt = *c.ReceiptNumber
	}
	return v
}
