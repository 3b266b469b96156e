package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type associationView struct {
	ID        ID         `json:"id" doc:"编号" example:"42"`
	Node      nodeName   `json:"node" doc:"建在哪里"`
	Kind      string     `json:"kind" enum:"arts,sports,reading,games,crafts,health,volunteers,other" doc:"文艺、体育、读书、棋牌、手工、健康、志愿服务、其他" example:"arts"`
	Title     string     `json:"title" doc:"这一类的名称" example:"文艺"`
	Name      string     `json:"name" doc:"名称" example:"夕阳红合唱队"`
	Lead      string     `json:"lead" doc:"负责人；本社区的居民和负责人看到全名，其他人看到姓氏" example:"李小梅"`
	FoundedAt time.Time  `json:"founded_at" doc:"成立时间"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"解散时间"`
	Reason    string     `json:"reason,omitempty" doc:"解散的原因"`
}

// viewAssociation is for those who look after it: with the lead's whole name.
func viewAssociation(a model.ListedAssociation) associationView {
	return associationView{
		ID(a.ID), nodeName{ID(a.NodeID), a.NodeName}, string(a.Kind), a.Kind.Title(), a.Name, a.LeadName,
		atEdge(a.FoundedAt), maybeAtEdge(a.EndedAt), a.EndReason,
	}
}

func viewSeenAssociation(a service.SeenAssociation) associationView {
	v := viewAssociation(a.ListedAssociation)
	switch {
	case a.Unled:
		v.Lead = "暂无，等社区安排"
	case !a.WholeName:
		v.Lead = model.Surname(a.LeadName) + "负责人"
	}
	return v
}

type foundAssociationIn struct {
	Keyed
	OfNode
	Body struct {
		Kind string `json:"kind" enum:"arts,sports,reading,games,crafts,health,volunteers,other" doc:"哪一类" example:"arts"`
		Name string `json:"name" minLength:"1" maxLength:"40" doc:"名称；同一个地方不能重名" example:"夕阳红合唱队"`
		Lead ID     `json:"lead_id" doc:"负责人：住在本社区的居民"`
	}
}

func (a *API) foundAssociation(ctx context.Context, cmd service.Command, in *foundAssociationIn) (model.ListedAssociation, error) {
	return a.s.FoundAssociation(ctx, cmd, int64(in.ID), model.AssociationKind(in.Body.Kind), in.Body.Name, int64(in.Body.Lead))
}

// OfAssociation is embedded by the input of what is about one association.
type OfAssociation struct {
	ID ID `path:"id" doc:"联谊会的编号" example:"42"`
}

type handOverAssociationIn struct {
	Keyed
	OfAssociation
	Body struct {
		Lead ID `json:"lead_id" doc:"新的负责人：住在本社区的居民"`
	}
}

func (a *API) handOverAssociation(ctx context.Context, cmd service.Command, in *handOverAssociationIn) (model.ListedAssociation, error) {
	return a.s.HandOverAssociation(ctx, cmd, int64(in.ID), int64(in.Body.Lead))
}

type endAssociationIn struct {
	Keyed
	OfAssociation
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，负责人会看到" example:"成员搬迁"`
	}
}

func (a *API) endAssociation(ctx context.Context, cmd service.Command, in *endAssociationIn) (model.ListedAssociation, error) {
	return a.s.EndAssociation(ctx, cmd, int64(in.ID), in.Body.Reason)
}

type associationsIn struct {
	OfNode
	Paged
}

func (a *API) associations(ctx context.Context, by model.Actor, in *associationsIn) (List[associationView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[associationView]{}, err
	}
	rows, err := a.s.AssociationsOf(ctx, by, int64(in.ID), slice)
	return listOf(in.Paged, rows, func(s service.SeenAssociation) int64 { return s.ID }, viewSeenAssociation), err
}

type myAssociationsIn struct{ Paged }

func (a *API) myAssociations(ctx context.Context, by model.Actor, in *myAssociationsIn) (List[associationView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[associationView]{}, err
	}
	rows, err := a.s.MyAssociations(ctx, by, slice)
	return listOf(in.Paged, rows, func(s service.SeenAssociation) int64 { return s.ID }, viewSeenAssociation), err
}
