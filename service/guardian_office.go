package service

import (
	"context"
	"fmt"
	"slices"

	"danyuan/model"
)

// GuardianshipsOf lists the guardianships of the children of a place to who keeps its roster.
func (s *Service) GuardianshipsOf(ctx context.Context, by model.Actor, node int64, state model.GuardianshipState, slice model.Slice) ([]SeenGuardianship, error) {
	n, err := s.nodeFor(ctx, by, node, model.ChangePeople, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.GuardianshipsIn(s.DB.Read(ctx), n.Path, state, slice)
	return seeGuardianships(rows, s.now()), err
}

// NameGuardian registers a guardian of a child, both in the actor's scope: the community has seen that they
// are one. It counts once the guardian agrees, who is told. Refusals: person.not_found,
// guardian.not_under_14, guardian.too_young, guardian.registered_already, guardian.own.
func (s *Service) NameGuardian(ctx context.Context, cmd Command, child, guardian int64, relation model.Relation) (SeenGuardianship, error) {
	return inTx(ctx, s, cmd, func(t *tx) (SeenGuardianship, error) {
		none := SeenGuardianship{}
		people := map[int64]model.Person{}
		for _, id := range slices.Sorted(slices.Values([]int64{child, guardian})) {
			p, err := t.lockPersonFor(id, model.ChangePeople)
			if err != nil {
				return none, err
			}
			if p.State != model.PersonHere {
				return none, model.ErrPersonNotFound
			}
			people[id] = p
		}
		if child == t.by.PersonID || guardian == t.by.PersonID || child == guardian {
			return none, model.ErrGuardianOwn
		}
		g, err := t.nameGuardian(people[child], people[guardian], relation)
		if err != nil {
			return none, err
		}
		return t.seenGuardianship(g.ID)
	})
}

// nameGuardian is NameGuardian for two whom the caller has locked.
func (t *tx) nameGuardian(child, guardian model.Person, relation model.Relation) (model.Guardianship, error) {
	g := model.Guardianship{
		ChildID: child.ID, GuardianID: guardian.ID, Relation: relation, State: model.GuardianNamed,
		MadeAt: t.now, MadeByID: t.by.PersonID, ConfirmedAt: &t.now, ConfirmedByID: t.by.PersonID,
	}
	if _, err := t.addGuardianship(&g, child, guardian); err != nil {
		return g, err
	}
	return g, t.notifyMany([]told{toldToDecide(child, guardian)})
}

// toldToDecide is what a guardian hears whom the community has named.
func toldToDecide(child, guardian model.Person) told {
	return told{
		guardian.ID, NoticeGuardian, "请为孩子的个人信息作出决定",
		"社区登记您为" + model.MaskName(child.Name) + "的监护人。请在“我的孩子”里阅读未满14周岁孩子的个人信息处理规则，再决定是否同意。登记有误的请联系社区。",
		pageChildren, fmt.Sprintf("guardianship:%d:%d:named", child.ID, guardian.ID),
	}
}

// ConfirmGuardian confirms that who has asked is the child's guardian; they have agreed, and it counts from
// now on. Refusals: guardian.not_found outside the actor's scope, guardian.own, guardian.wrong_state,
// guardian.not_under_14.
func (s *Service) ConfirmGuardian(ctx context.Context, cmd Command, id int64) (SeenGuardianship, error) {
	return s.onGuardianship(ctx, cmd, id, func(t *tx, _ []*model.Guardianship, g *model.Guardianship, child model.Person) error {
		if err := t.mayDecideGuardian(g, child); err != nil {
			return err
		}
		if !child.IsChild(t.now) {
			return model.ErrNoChild
		}
		if err := g.Confirm(t.DB, t.by.PersonID, t.now); err != nil {
			return err
		}
		if err := t.audit("guardian.confirm", child.NodeID, "guardianship", g.ID, ""); err != nil {
			return err
		}
		body := "社区核实了您是" + model.MaskName(child.Name) + "的监护人，您的同意已经生效。可以在“我的孩子”里查看、下载、撤回或删除。"
		return t.notify(g.GuardianID, NoticeGuardian, "监护登记已经核实", body, pageChildren, onceForGuardian(*g))
	})
}

// EndGuardianship ends a guardianship, or turns down what somebody has asked, for a reason that the guardian
// reads. When nobody agrees for the child any more, what rested on it ends as when a guardian withdraws.
// Refusals: guardian.not_found outside the actor's scope, guardian.own, guardian.wrong_state.
func (s *Service) EndGuardianship(ctx context.Context, cmd Command, id int64, reason string) (SeenGuardianship, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return SeenGuardianship{}, err
	}
	return s.onGuardianship(ctx, cmd, id, func(t *tx, all []*model.Guardianship, g *model.Guardianship, child model.Person) error {
		if err := t.mayDecideGuardian(g, child); err != nil {
			return err
		}
		agreed := g.State == model.GuardianActive
		if err := t.endGuardianship(g, child, reason); err != nil {
			return err
		}
		body := "社区结束了您对" + model.MaskName(child.Name) + "的监护登记：" + reason + "。如有疑问，请联系社区。"
		if err := t.notify(g.GuardianID, NoticeGuardian, "监护登记已经结束", body, pageChildren, onceForGuardian(*g)); err != nil {
			return err
		}
		if !agreed || model.Consented(all) || !child.IsChild(t.now) {
			return nil
		}
		return t.leaveChild(child.ID)
	})
}

// mayDecideGuardian refuses who does not keep the child's roster, and those concerned themselves.
func (t *tx) mayDecideGuardian(g *model.Guardianship, child model.Person) error {
	node, err := model.NodeByID(t.DB, child.NodeID)
	switch {
	case err != nil:
		return err
	case !t.by.May(model.ChangePeople, node.Path, t.now):
		return model.ErrGuardianNotFound
	case t.by.PersonID == g.GuardianID || t.by.PersonID == child.ID:
		return model.ErrGuardianOwn
	}
	return nil
}
