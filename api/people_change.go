package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type membershipIn struct {
	Keyed
	ID   ID `path:"id" doc:"居民编号"`
	Body struct {
		Membership string `json:"membership" enum:"none,member,in_service" doc:"非党员、党员、在职党员" example:"member"`
		Reason     string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人可以看到" example:"组织关系已转入"`
	}
}

func (a *API) changeMembership(ctx context.Context, cmd service.Command, in *membershipIn) (model.Person, error) {
	return a.s.ChangeMembership(ctx, cmd, int64(in.ID), memberships[in.Body.Membership], in.Body.Reason)
}

func (a *API) registerLeft(ctx context.Context, cmd service.Command, in *reasonedIn) (model.Person, error) {
	return a.s.RegisterLeft(ctx, cmd, int64(in.ID), in.Body.Reason)
}

type moveIn struct {
	Keyed
	ID   ID `path:"id" doc:"居民编号"`
	Body struct {
		Unit   ID     `json:"unit_id" doc:"迁入的单元"`
		Room   string `json:"room" minLength:"1" maxLength:"20" doc:"迁入的房号" example:"302"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人可以看到" example:"换房"`
	}
}

func (a *API) movePerson(ctx context.Context, cmd service.Command, in *moveIn) (model.Person, error) {
	return a.s.MovePerson(ctx, cmd, int64(in.ID), int64(in.Body.Unit), in.Body.Room, in.Body.Reason)
}

type correctIn struct {
	Keyed
	ID   ID `path:"id" doc:"居民编号"`
	Body struct {
		What   string `json:"what" enum:"name,phone,id_number,birth_date,address" doc:"姓名、手机号、身份证号、出生日期、户籍地址" example:"phone"`
		Value  string `json:"value" maxLength:"100" doc:"应当是怎样；手机号、身份证号和户籍地址可以空着，就是不登记。身份证号里的出生日期一并登记" example:"13900000007"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人可以看到" example:"户口簿核对"`
	}
}

func (a *API) correctPerson(ctx context.Context, cmd service.Command, in *correctIn) (model.Person, error) {
	return a.s.CorrectPerson(ctx, cmd, int64(in.ID), in.Body.What, in.Body.Value, in.Body.Reason)
}

type correctOfficerIn struct {
	Keyed
	ID   ID `path:"id" doc:"任职的人的编号（person_id）"`
	Body struct {
		What   string `json:"what" enum:"name,phone,id_number" doc:"姓名、手机号、身份证号" example:"phone"`
		Value  string `json:"value" maxLength:"40" doc:"应当是怎样；手机号和身份证号可以空着，就是不登记。身份证号里的出生日期一并登记" example:"13900000007"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，本人可以看到" example:"本人换了手机号"`
	}
}

func (a *API) correctOfficer(ctx context.Context, cmd service.Command, in *correctOfficerIn) (model.Person, error) {
	return a.s.CorrectOfficer(ctx, cmd, int64(in.ID), in.Body.What, in.Body.Value, in.Body.Reason)
}

type changedPersonView struct {
	ID    ID     `json:"person_id"`
	Node  ID     `json:"node_id" doc:"现在所在的单元；已迁出的是迁出前的"`
	State string `json:"state" enum:"here,left" doc:"住在这里、已迁出" example:"here"`
}

func viewChanged(p model.Person) changedPersonView {
	return changedPersonView{ID(p.ID), ID(p.NodeID), string(p.State)}
}
