package api

import (
	"context"

	"danyuan/model"
)

type identityCountsIn struct {
	Node ID `path:"id" doc:"单元、楼栋、网格、社区、街道或区"`
}

type identityCountsView struct {
	Node      nodeView `json:"node"`
	Units     int      `json:"units" doc:"单元数"`
	Members   int      `json:"members" doc:"住在这里的党员"`
	Showing   int      `json:"showing" doc:"已亮身份"`
	NotYet    int      `json:"not_yet" doc:"还没有亮身份"`
	Plaques   int64    `json:"plaques_installed" doc:"已安装的门牌"`
	Groups    int64    `json:"groups_bound" doc:"已绑定微信群的单元"`
	CheckedIn int64    `json:"checked_in" doc:"住在这里、已报到的在职党员"`
}

func (a *API) identityCounts(ctx context.Context, by model.Actor, in *identityCountsIn) (identityCountsView, error) {
	c, err := a.s.CountIdentity(ctx, by, int64(in.Node))
	return identityCountsView{viewNode(c.Node), c.Units, c.Members, c.Showing, c.NotYet, c.Plaques, c.Groups, c.CheckedIn}, err
}
