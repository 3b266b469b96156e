package service

import (
	"context"
	"errors"
	"fmt"

	"danyuan/model"
)

// The mini-program pages that notices of rectifications lead to: the community's list, the person's own.
const rectificationsPage, myRectificationsPage = "staff/rectifications/index", "pages/rectify/index"

// AskRectification asks the community to put right what is held of the actor. Refusals: rectification.no_community for
// who serves above the communities, whose record none keeps, rectification.open_already.
func (s *Service) AskRectification(ctx context.Context, cmd Command, what, words string) (model.ListedRectification, error) {
	none := model.ListedRectification{}
	words, err := model.NeedText("body.words", words, model.MaxRectification, true)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedRectification, error) {
		p, err := model.LockPerson(t.DB, t.by.PersonID)
		if err != nil {
			return none, err
		}
		node, err := model.NodeByID(t.DB, p.NodeID)
		if err != nil {
			return none, err
		}
		if _, err := t.communityOf(node); err != nil {
			if errors.Is(err, model.ErrNodeUnfit) {
				err = model.ErrRectificationHome
			}
			return none, err
		}
		r := model.Rectification{PersonID: p.ID, What: what, Words: words, AskedAt: t.now}
		if err := model.AskRectification(t.DB, &r); err != nil {
			return none, err
		}
		body := model.MaskName(p.Name) + "请社区改正登记的信息，请核实后办理。"
		if err := t.tellOfficers(model.ChangePeople, node.Path, NoticeRecord, "有居民请求改正信息", body, rectificationsPage, onceForRectification(r.ID, r.State)); err != nil {
			return none, err
		}
		if err := t.audit("rectification.ask", node.ID, "rectification", r.ID, what); err != nil {
			return none, err
		}
		return model.ListedRectificationByID(t.DB, r.ID)
	})
}

func onceForRectification(id int64, state model.RectificationState) string {
	return fmt.Sprintf("rectification:%d:%s", id, state)
}

// WithdrawRectification takes the actor's own back. Refusals: rectification.not_found,
// rectification.answered_already.
func (s *Service) WithdrawRectification(ctx context.Context, cmd Command, id int64) (model.ListedRectification, error) {
	return s.endRectification(ctx, cmd, id, model.RectificationWithdrawn, "", func(t *tx, r model.ListedRectification) error {
		if r.PersonID != t.by.PersonID {
			return model.ErrRectificationNotFound
		}
		return nil
	})
}

// AnswerRectification says what came of one: done, or refused with the reason. What is held is changed by
// the routes of people and imports. Refusals: rectification.not_found outside the actor's scope,
// rectification.own, rectification.answered_already.
func (s *Service) AnswerRectification(ctx context.Context, cmd Command, id int64, next model.RectificationState, answer string) (model.ListedRectification, error) {
	answer, err := model.NeedText("body.answer", answer, model.MaxRectificationAnswer, true)
	if err != nil {
		return model.ListedRectification{}, err
	}
	return s.endRectification(ctx, cmd, id, next, answer, func(t *tx, r model.ListedRectification) error {
		switch {
		case !t.by.May(model.ChangePeople, r.NodePath, t.now):
			return model.ErrRectificationNotFound
		case r.PersonID == t.by.PersonID:
			return model.ErrRectificationOwn
		}
		return t.notify(r.PersonID, NoticeRecord, "改正申请有了答复", "社区答复您的改正申请："+answer, myRectificationsPage, onceForRectification(id, next))
	})
}

func (s *Service) endRectification(ctx context.Context, cmd Command, id int64, next model.RectificationState, answer string,
	allow func(t *tx, r model.ListedRectification) error,
) (model.ListedRectification, error) {
	none := model.ListedRectification{}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedRectification, error) {
		r, err := model.LockRectification(t.DB, id)
		if err != nil {
			return none, err
		}
		listed, err := model.ListedRectificationByID(t.DB, id)
		if err != nil {
			return none, err
		}
		if err := allow(t, listed); err != nil {
			return none, err
		}
		if err := model.EndRectification(t.DB, &r, next, t.by.PersonID, answer, t.now); err != nil {
			return none, err
		}
		if err := t.audit("rectification."+string(next), listed.NodeID, "rectification", id, ""); err != nil {
			return none, err
		}
		return model.ListedRectificationByID(t.DB, id)
	})
}

// MyRectifications lists the actor's own, the newest first.
func (s *Service) MyRectifications(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedRectification, error) {
	return model.RectificationsOf(s.DB.Read(ctx), by.PersonID, slice)
}

// RectificationsAt lists those of who is registered at a node or below; "" is every state. Their words, which say
// numbers and addresses whole, are read with the list; the reading of each is in the audit log.
func (s *Service) RectificationsAt(ctx context.Context, by model.Actor, node int64, state model.RectificationState, slice model.Slice) ([]model.ListedRectification, error) {
	n, err := s.nodeFor(ctx, by, node, model.ChangePeople, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.RectificationsUnder(s.DB.Read(ctx), n.Path, state, slice)
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	return inTx(ctx, s, Command{By: by}, func(t *tx) ([]model.ListedRectification, error) {
		for _, r := range rows[:min(len(rows), slice.Limit)] {
			if err := t.audit("rectification.read", r.NodeID, "rectification", r.ID, "words"); err != nil {
				return nil, err
			}
		}
		return rows, nil
	})
}
