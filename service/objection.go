package service

import (
	"context"
	"fmt"

	"danyuan/model"
)

// NoticeObjection is the kind of notice about objections to public notices.
const NoticeObjection = "objection"

// The mini-program pages that notices of objections lead to: the community's list, the person's own.
const objectionsPage, myObjectionPage = "staff/objections/index", "pages/objection/mine"

// RaiseObjection objects to a public notice of the community in which the actor lives. Refusals:
// public_notice.not_found, objection.not_your_community, objection.open_already.
func (s *Service) RaiseObjection(ctx context.Context, cmd Command, notice int64, text string) (model.ListedObjection, error) {
	none := model.ListedObjection{}
	text, err := model.NeedText("body.text", text, model.MaxObjection, true)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedObjection, error) {
		p, err := model.LockPerson(t.DB, t.by.PersonID)
		if err != nil {
			return none, err
		}
		n, err := model.PublicNoticeByID(t.DB, notice)
		if err != nil {
			return none, err
		}
		community, err := model.NodeByID(t.DB, n.CommunityID)
		if err != nil {
			return none, err
		}
		lives, err := t.livesIn(p, community)
		if err != nil {
			return none, err
		}
		if !lives {
			return none, model.ErrObjectionElsewhere
		}
		o := model.Objection{PublicNoticeID: n.ID, PersonID: p.ID, Text: text, RaisedAt: t.now}
		if err := model.RaiseObjection(t.DB, &o); err != nil {
			return none, err
		}
		body := model.MaskName(p.Name) + "对" + n.Of().Title() + "的公示提出异议，请核实后答复。"
		if err := t.tellOfficers(model.PublishNotices, community.Path, NoticeObjection, "公示有新的异议", body, objectionsPage, onceForObjection(o.ID, o.State)); err != nil {
			return none, err
		}
		if err := t.audit("objection.raise", community.ID, "objection", o.ID, ""); err != nil {
			return none, err
		}
		return model.ListedObjectionByID(t.DB, o.ID)
	})
}

func onceForObjection(id int64, state model.ObjectionState) string {
	return fmt.Sprintf("objection:%d:%s", id, state)
}

// UpholdObjection answers that an objection is right. The notice stays as it was published; the answer
// stands beside it. Refusals: objection.not_found outside the actor's scope, objection.own,
// objection.answered_already.
func (s *Service) UpholdObjection(ctx context.Context, cmd Command, id int64, answer string) (model.ListedObjection, error) {
	return s.answerObjection(ctx, cmd, id, model.ObjectionUpheld, answer)
}

// RejectObjection answers that an objection is not right. Refusals as for upholding.
func (s *Service) RejectObjection(ctx context.Context, cmd Command, id int64, answer string) (model.ListedObjection, error) {
	return s.answerObjection(ctx, cmd, id, model.ObjectionRejected, answer)
}

func (s *Service) answerObjection(ctx context.Context, cmd Command, id int64, next model.ObjectionState, answer string) (model.ListedObjection, error) {
	none := model.ListedObjection{}
	answer, err := model.NeedText("body.answer", answer, model.MaxAnswer, true)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedObjection, error) {
		o, err := model.LockObjection(t.DB, id)
		if err != nil {
			return none, err
		}
		listed, err := model.ListedObjectionByID(t.DB, id)
		if err != nil {
			return none, err
		}
		if !t.by.May(model.PublishNotices, listed.CommunityPath, t.now) {
			return none, model.ErrObjectionNotFound
		}
		if o.PersonID == t.by.PersonID {
			return none, model.ErrObjectionOwn
		}
		if err := model.AnswerObjection(t.DB, &o, next, t.by.PersonID, answer, t.now); err != nil {
			return none, err
		}
		body := "社区对您就" + listed.Of().Title() + "公示所提异议的答复：" + answer
		if err := t.notify(o.PersonID, NoticeObjection, "异议已答复", body, myObjectionPage, onceForObjection(id, next)); err != nil {
			return none, err
		}
		if err := t.audit("objection."+string(next), listed.CommunityID, "objection", id, ""); err != nil {
			return none, err
		}
		return model.ListedObjectionByID(t.DB, id)
	})
}

// MyObjections lists the actor's objections, the newest first.
func (s *Service) MyObjections(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedObjection, error) {
	return model.ObjectionsOf(s.DB.Read(ctx), by.PersonID, slice)
}

// ObjectionsAt lists the objections to a community's notices, or to those below a node; "" is every
// state.
func (s *Service) ObjectionsAt(ctx context.Context, by model.Actor, node int64, state model.ObjectionState, slice model.Slice) ([]model.ListedObjection, error) {
	n, err := s.nodeFor(ctx, by, node, model.PublishNotices, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.ObjectionsUnder(s.DB.Read(ctx), n.Path, state, slice)
}
