package api

import (
	"context"
	"time"

	"danyuan/model"
)

type auditIn struct {
	Paged
	ID ID `path:"id" doc:"区、街道、社区、网格或单元的编号"`
}

type auditView struct {
	ID      ID        `json:"id"`
	At      time.Time `json:"at" doc:"什么时候"`
	Who     string    `json:"who" doc:"谁；系统自动办理的写“系统”" example:"王建国"`
	Person  *ID       `json:"person_id,omitempty" doc:"这个人的编号"`
	Action  string    `json:"action" doc:"做了什么" example:"role.appoint"`
	Title   string    `json:"title" doc:"做了什么，给人看" example:"任命"`
	Subject string    `json:"subject" doc:"对哪一类记录" example:"role"`
	Kind    string    `json:"subject_title" doc:"对哪一类记录，给人看" example:"任职"`
	Record  *ID       `json:"subject_id,omitempty" doc:"哪一条记录"`
	Node    ID        `json:"node_id" doc:"在哪里"`
	Detail  string    `json:"detail,omitempty" doc:"涉及哪些项目、前后状态；不含个人信息"`
}

func viewAudit(e model.AuditEntry) auditView {
	v := auditView{
		ID: ID(e.ID), At: atEdge(e.At), Who: e.Name, Action: e.Action, Person: idOrNone(e.PersonID),
		Title: e.Title(), Subject: e.Subject, Kind: e.SubjectTitle(), Record: idOrNone(e.SubjectID), Node: ID(e.NodeID), Detail: e.Detail,
	}
	switch {
	case e.PersonID != 0:
	case e.UserID != 0:
		v.Who = "未绑定的微信用户"
	default:
		v.Who = "系统"
	}
	return v
}

func (a *API) audit(ctx context.Context, by model.Actor, in *auditIn) (List[auditView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[auditView]{}, err
	}
	rows, err := a.s.Audit(ctx, by, int64(in.ID), slice)
	return listOf(in.Paged, rows, func(e model.AuditEntry) int64 { return e.ID }, viewAudit), err
}

type auditChainIn struct {
	ID ID `path:"id" doc:"区、街道、社区、网格或单元的编号"`
}

type auditChainView struct {
	Linked   int64      `json:"linked" doc:"全部操作记录里，有多少条已经连成一条链：改动或删掉其中任何一条都会被发现"`
	Waiting  int64      `json:"waiting" doc:"还有多少条没有连上，一般一分钟内连上"`
	Head     string     `json:"head" doc:"链头。请记在别处；以后技术人员用它核对日志没有被截短或重写" example:"5Z0jQfYfWv0nN8oQ0mJ9xg"`
	LinkedAt *time.Time `json:"linked_at,omitempty" doc:"最近一条是什么时候连上的"`
}

func (a *API) auditChain(ctx context.Context, by model.Actor, in *auditChainIn) (auditChainView, error) {
	c, err := a.s.AuditChain(ctx, by, int64(in.ID))
	v := auditChainView{Linked: c.Linked, Waiting: c.Waiting, Head: c.Head}
	if c.Linked > 0 {
		v.LinkedAt = maybeAtEdge(&c.LinkedAt)
	}
	return v, err
}
