package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// checkInView is a check-in as both who hold it see it; lists leave the receipt's code out.
type checkInView struct {
	ID            ID         `json:"id" doc:"编号"`
	Person        ID         `json:"person_id" doc:"报到的人"`
	Name          string     `json:"name" doc:"报到的人；本人看到全名" example:"张**"`
	UnitName      string     `json:"unit_name" doc:"住在哪个单元；已经不住在这个社区的是空的" example:"1单元"`
	Community     nodeView   `json:"community" doc:"向哪个社区报到"`
	WorkUnit      string     `json:"work_unit" doc:"工作单位" example:"安庆市教育局"`
	State         string     `json:"state" enum:"pending,accepted,refused,ended" doc:"待审核、已报到、未接收、已结束"`
	Title         string     `json:"title" doc:"状态的中文" example:"待审核"`
	AppliedAt     time.Time  `json:"applied_at" doc:"何时报到"`
	DecidedAt     *time.Time `json:"decided_at,omitempty" doc:"何时审核"`
	EndedAt       *time.Time `json:"ended_at,omitempty" doc:"何时结束"`
	Reason        string     `json:"reason,omitempty" doc:"未接收或结束的原因"`
	ReceiptNumber string     `json:"receipt_number,omitempty" doc:"回执编号" example:"340802001001-2026-000001"`
	Registered    string     `json:"registered_membership,omitempty" enum:"none,member,in_service" doc:"名册现在怎样登记报到人：非党员、党员、在职党员；审核的人才看得到" example:"in_service"`
	ReceiptCode   string     `json:"receipt_code,omitempty" doc:"回执验证码；和编号一起可以验真伪" example:"7K2M9QX4"`
}

func viewListedCheckIn(c model.ListedCheckIn) checkInView {
	v := checkInView{
		ID: ID(c.ID), Person: ID(c.PersonID), Name: model.MaskName(c.Name), UnitName: c.UnitName(),
		Community: nodeView{ID(c.CommunityID), string(model.Community), c.CommunityName}, WorkUnit: c.WorkUnitName,
		State: string(c.State), Title: c.State.Title(), AppliedAt: atEdge(c.AppliedAt),
		DecidedAt: maybeAtEdge(c.DecidedAt), EndedAt: maybeAtEdge(c.EndedAt), Reason: c.Reason,
	}
	if c.ReceiptNumber != nil {
		v.ReceiptNumber = *c.ReceiptNumber
	}
	return v
}

func viewReceipt(c model.ListedCheckIn) checkInView {
	v := viewListedCheckIn(c)
	v.ReceiptCode = c.ReceiptCode
	return v
}

// viewSeen adds what the roster says, where the reader may know it.
func viewSeen(v checkInView, c service.SeenCheckIn) checkInView {
	if c.Registered != nil {
		v.Registered = viewMembership(*c.Registered)
	}
	return v
}

// viewOwnCheckIn is for the person themselves.
func viewOwnCheckIn(c model.ListedCheckIn) checkInView {
	v := viewReceipt(c)
	v.Name = c.Name
	return v
}

type checkInIn struct {
	Keyed
	Body struct {
		Code     string `json:"community_code" minLength:"1" maxLength:"64" doc:"社区报到码里的 scene" example:"7K2M9QX4T1AB"`
		WorkUnit string `json:"work_unit" minLength:"1" maxLength:"80" doc:"工作单位的全称" example:"安庆市教育局"`
	}
}

func (a *API) checkIn(ctx context.Context, cmd service.Command, in *checkInIn) (model.ListedCheckIn, error) {
	return a.s.CheckIn(ctx, cmd, in.Body.Code, in.Body.WorkUnit)
}

type acceptCheckInIn struct {
	Keyed
	CheckIn ID `path:"id" doc:"哪一份报到"`
	Body    struct {
		Confirmed bool `json:"confirmed_member,omitempty" doc:"已核实是党员；名册没有把报到人登记为党员时，必须填 true 才能接收" example:"true"`
	}
}

func (a *API) acceptCheckIn(ctx context.Context, cmd service.Command, in *acceptCheckInIn) (model.ListedCheckIn, error) {
	return a.s.AcceptCheckIn(ctx, cmd, int64(in.CheckIn), in.Body.Confirmed)
}

type checkInReasonIn struct {
	Keyed
	CheckIn ID `path:"id" doc:"哪一份报到"`
	Body    struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，对方会看到" example:"工作单位填写不完整"`
	}
}

func (a *API) refuseCheckIn(ctx context.Context, cmd service.Command, in *checkInReasonIn) (model.ListedCheckIn, error) {
	return a.s.RefuseCheckIn(ctx, cmd, int64(in.CheckIn), in.Body.Reason)
}

func (a *API) endCheckIn(ctx context.Context, cmd service.Command, in *checkInReasonIn) (model.ListedCheckIn, error) {
	return a.s.EndCheckIn(ctx, cmd, int64(in.CheckIn), in.Body.Reason)
}

type myCheckInsIn struct{ Paged }

func (a *API) myCheckIns(ctx context.Context, by model.Actor, in *myCheckInsIn) (List[checkInView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[checkInView]{}, err
	}
	rows, err := a.s.MyCheckIns(ctx, by, slice)
	return listOf(in.Paged, rows, func(c model.ListedCheckIn) int64 { return c.ID }, viewOwnCheckIn), err
}

type checkInsIn struct {
	Node  ID     `path:"id" doc:"社区"`
	State string `query:"state" enum:"pending,accepted,refused,ended" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) checkIns(ctx context.Context, by model.Actor, in *checkInsIn) (List[checkInView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[checkInView]{}, err
	}
	rows, err := a.s.CheckInsOf(ctx, by, int64(in.Node), model.CheckInState(in.State), slice)
	return listOf(in.Paged, rows, func(c service.SeenCheckIn) int64 { return c.ID }, func(c service.SeenCheckIn) checkInView {
		return viewSeen(viewListedCheckIn(c.ListedCheckIn), c)
	}), err
}

type receiptIn struct {
	CheckIn ID `path:"id" doc:"哪一份报到"`
}

func (a *API) receipt(ctx context.Context, by model.Actor, in *receiptIn) (checkInView, error) {
	c, err := a.s.CheckInReceipt(ctx, by, int64(in.CheckIn))
	if err == nil && c.PersonID == by.PersonID {
		return viewOwnCheckIn(c.ListedCheckIn), nil
	}
	return viewSeen(viewReceipt(c.ListedCheckIn), c), err
}
