package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type replyTemplateView struct {
	ID       ID        `json:"id"`
	Node     ID        `json:"node_id" doc:"哪个地方的"`
	NodeName string    `json:"node_name" example:"第一网格"`
	Title    string    `json:"title" example:"已转供电所"`
	Words    string    `json:"words" example:"您好，您反映的情况已经转给供电所，预计三天内维修。"`
	MadeAt   time.Time `json:"made_at"`
}

func viewReplyTemplate(r model.ListedReplyTemplate) replyTemplateView {
	return replyTemplateView{ID(r.ID), ID(r.NodeID), r.NodeName, r.Title, r.Words, atEdge(r.MadeAt)}
}

type replyTemplatesIn struct {
	Node ID `path:"id" doc:"单元、网格或社区"`
}

type replyTemplatesView struct {
	Templates []replyTemplateView `json:"templates" nullable:"false" doc:"这里的在前，然后是上一级的，直到社区"`
}

func (a *API) replyTemplates(ctx context.Context, by model.Actor, in *replyTemplatesIn) (replyTemplatesView, error) {
	all, err := a.s.ReplyTemplates(ctx, by, int64(in.Node))
	return replyTemplatesView{each(all, viewReplyTemplate)}, err
}

type addReplyTemplateIn struct {
	Keyed
	Node ID `path:"id" doc:"单元、网格或社区"`
	Body struct {
		Title string `json:"title" minLength:"1" maxLength:"40" doc:"标题" example:"已转供电所"`
		Words string `json:"words" minLength:"1" maxLength:"500" doc:"答复的内容" example:"您好，您反映的情况已经转给供电所，预计三天内维修。"`
	}
}

func (a *API) addReplyTemplate(ctx context.Context, cmd service.Command, in *addReplyTemplateIn) (model.ListedReplyTemplate, error) {
	return a.s.AddReplyTemplate(ctx, cmd, int64(in.Node), in.Body.Title, in.Body.Words)
}

type deleteReplyTemplateIn struct {
	Keyed
	Template ID `path:"id" doc:"哪一条"`
}

func (a *API) deleteReplyTemplate(ctx context.Context, cmd service.Command, in *deleteReplyTemplateIn) (struct{}, error) {
	return a.s.DeleteReplyTemplate(ctx, cmd, int64(in.Template))
}
