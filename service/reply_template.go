package service

import (
	"context"
	"slices"

	"danyuan/model"
)

// templatePlaces are the levels at which reply templates are kept.
var templatePlaces = []model.NodeKind{model.Community, model.Grid, model.Building, model.Unit}

// ReplyTemplates gives the texts that can be answered with at a node: its own first, then those of what lies
// above it, up to the community. Refusals: node.not_found where the actor works on no matters.
func (s *Service) ReplyTemplates(ctx context.Context, by model.Actor, node int64) ([]model.ListedReplyTemplate, error) {
	n, err := s.nodeFor(ctx, by, node, model.HandleMatters, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.ReplyTemplatesOf(s.DB.Read(ctx), model.PathIDs(n.Path))
}

// AddReplyTemplate keeps a text to answer with, at a node and below it. Refusals: node.not_found outside the
// actor's scope, reply_template.place_unfit, reply_template.too_many, text.empty.
func (s *Service) AddReplyTemplate(ctx context.Context, cmd Command, node int64, title, words string) (model.ListedReplyTemplate, error) {
	var none model.ListedReplyTemplate
	title, err := model.NeedText("body.title", title, model.MaxTemplateTitle, false)
	if err != nil {
		return none, err
	}
	if words, err = model.NeedText("body.words", words, model.MaxTemplateWords, true); err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedReplyTemplate, error) {
		n, err := t.lockNode(node, model.GiveMatters, model.ErrNodeNotFound)
		if err == nil && !slices.Contains(templatePlaces, n.Kind) {
			err = model.ErrTemplatePlace
		}
		if err != nil {
			return none, err
		}
		r := model.ReplyTemplate{NodeID: n.ID, Title: title, Words: words, MadeByID: t.by.PersonID, MadeAt: t.now}
		if err := model.AddReplyTemplate(t.DB, &r); err != nil {
			return none, err
		}
		return model.ListedReplyTemplate{ReplyTemplate: r, NodeName: n.Name}, t.audit("reply_template.add", n.ID, "reply_template", r.ID, "")
	})
}

// DeleteReplyTemplate deletes a text to answer with. Refusals: reply_template.not_found, also outside the
// actor's scope.
func (s *Service) DeleteReplyTemplate(ctx context.Context, cmd Command, id int64) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		var none struct{}
		r, err := model.LockReplyTemplate(t.DB, id)
		if err != nil {
			return none, err
		}
		n, err := model.NodeByID(t.DB, r.NodeID)
		if err == nil && !t.by.May(model.GiveMatters, n.Path, t.now) {
			err = model.ErrTemplateNotFound
		}
		if err != nil {
			return none, err
		}
		if err := model.DeleteReplyTemplate(t.DB, r.ID); err != nil {
			return none, err
		}
		return none, t.audit("reply_template.delete", n.ID, "reply_template", r.ID, "")
	})
}
