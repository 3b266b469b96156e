package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type matterReviewsIn struct {
	Node ID `path:"id" doc:"社区、网格或单元"`
	Paged
}

type matterReviewView struct {
	ID           ID        `json:"id" doc:"哪一件事"`
	CategoryName string    `json:"category_name" example:"公共设施维修"`
	Words        string    `json:"words" doc:"要审核的文字" example:"三楼的楼道灯坏了"`
	Place        string    `json:"place,omitempty" doc:"上报人写的地方，一起审核" example:"小区东门口"`
	NodeName     string    `json:"node_name" example:"1单元"`
	ReportedAt   time.Time `json:"reported_at"`
	Seen         bool      `json:"seen_by_wechat" doc:"true 微信看过，认为要人工看一下；false 微信没有看"`
	Label        string    `json:"label,omitempty" doc:"微信认为涉及什么" example:"时政"`
	Reason       string    `json:"reason,omitempty" doc:"微信没有看的原因代码" example:"wechat.user_away"`
}

func viewMatterReview(m model.ListedMatter) matterReviewView {
	return matterReviewView{
		ID(m.ID), m.CategoryName, m.Words, m.Place, m.NodeName, atEdge(m.CreatedAt), m.CheckReason == "", model.TextLabelTitle(m.CheckLabel), m.CheckReason,
	}
}

func (a *API) matterReviews(ctx context.Context, by model.Actor, in *matterReviewsIn) (List[matterReviewView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[matterReviewView]{}, err
	}
	rows, err := a.s.MatterReviews(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, idOfMatter, viewMatterReview), err
}

type passWordsIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
}

func (a *API) passWords(ctx context.Context, cmd service.Command, in *passWordsIn) (service.MatterRecord, error) {
	return a.s.PassWords(ctx, cmd, int64(in.Matter))
}

type rejectWordsIn struct {
	Keyed
	Matter ID `path:"id" doc:"哪一件事"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，上报人会看到" example:"里面写了别人的姓名"`
	}
}

func (a *API) rejectWords(ctx context.Context, cmd service.Command, in *rejectWordsIn) (service.MatterRecord, error) {
	return a.s.RejectWords(ctx, cmd, int64(in.Matter), in.Body.Reason)
}
