package service

import (
	"context"
	"strconv"

	"danyuan/model"
)

// The mini-program pages that notices of binding lead to.
const (
	pageMine       = "pages/me/index"
	pageRequests   = "staff/bindings/index"
	pageRebindings = "staff/bindings/moves"
)

// Claim is who a user says they are, where the roster could not tell.
type Claim struct {
	UnitCode string // the scene of the unit's poster
	Name     string
	Room     string
	Consent  int // the version of the consent text that they read
}

// AskChief asks the chief of a unit to recognise the user, whose number matched nobody or several. The
// chief and the community's staff are notified.
func (s *Service) AskChief(ctx context.Context, cmd Command, c Claim) (model.Binding, error) {
	name, err := cleanName("body.name", c.Name)
	if err != nil {
		return model.Binding{}, err
	}
	room, err := model.NeedText("body.room", c.Room, maxRoom, false)
	if err != nil {
		return model.Binding{}, err
	}
	if err := s.replay(ctx, cmd); err != nil { // the code may have been replaced since
		return model.Binding{}, err
	}
	unit, err := s.unitOfCode(ctx, c.UnitCode)
	if err != nil {
		return model.Binding{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		if unit, err = model.LockNode(t.DB, unit.ID); err != nil { // who closes it looks for those who wait here
			return model.Binding{}, err
		}
		if err := model.LockUser(t.DB, cmd.By.UserID); err != nil {
			return model.Binding{}, err
		}
		b, err := t.unmatched(cmd.By.UserID)
		if err != nil {
			return model.Binding{}, err
		}
		if unit.State != model.NodeActive {
			return model.Binding{}, model.ErrNodeEnded
		}
		if _, err := t.giveConsent(cmd.By.UserID, 0, model.ForBinding, c.Consent); err != nil {
			return model.Binding{}, err
		}
		if err := b.Ask(t.DB, model.ByApproval, nil, unit.ID, name, room, t.now); err != nil {
			return model.Binding{}, err
		}
		err = t.asked(b, unit, model.ApproveBindings.PermittedRoles(), pageRequests, "有居民申请确认身份",
			model.MaskName(name)+"申请确认为"+unit.Name+"的居民，请核对后处理。")
		return *b, err
	})
}

// unmatched gives the user's binding that matched nobody, and refuses when there is none or it waits
// already. The caller holds the user's lock.
func (t *tx) unmatched(user int64) (*model.Binding, error) {
	if bound, err := model.ActiveBindingOf(t.DB, user); err != nil || bound != nil {
		return nil, or(err, model.ErrBindingExists)
	}
	b, err := model.BindingUnderWay(t.DB, user)
	switch {
	case err != nil:
		return nil, err
	case b == nil:
		return nil, model.ErrPhoneFirst
	case b.State == model.BindingPending:
		return nil, model.ErrBindingWaiting
	}
	return b, nil
}

// askCommunity asks the community to move a person, who has an account, to the binding's user. The
// person is told on the account they have, in case it is not them who asks.
func (t *tx) askCommunity(b *model.Binding, p model.Person) error {
	if p.State != model.PersonHere {
		return model.ErrPersonLeft
	}
	node, err := model.NodeByID(t.DB, p.NodeID)
	if err != nil {
		return err
	}
	if b.UnitID != nil {
		t.touch(model.NodeTopic(*b.UnitID)) // it waits for the chief no longer
	}
	if err := b.Ask(t.DB, model.ByRebinding, &p.ID, node.ID, "", "", t.now); err != nil {
		return err
	}
	if err := t.notify(p.ID, NoticeBinding, "有人申请换绑", "有人申请把您的居民身份换绑到另一个微信，正在等社区核实。如果不是您本人，请立即联系社区。",
		pageMine, "binding:"+strconv.FormatInt(b.ID, 10)+":moving"); err != nil {
		return err
	}
	deciders, err := t.rebinders(p.ID, node)
	if err != nil {
		return err
	}
	return t.asked(b, node, deciders, pageRebindings, "有居民申请换绑微信", model.MaskName(p.Name)+"申请换绑到新的微信，请核实后处理。")
}

// asked records that a binding waits at a node and notifies those who hold one of the roles that decide it.
func (t *tx) asked(b *model.Binding, at model.Node, roles []model.Role, page, title, body string) error {
	t.touch(model.UserTopic(b.UserID), model.NodeTopic(at.ID))
	if err := t.audit("binding.ask", at.ID, "binding", b.ID, string(b.Way)); err != nil {
		return err
	}
	once := "binding:" + strconv.FormatInt(b.ID, 10) + ":" + string(b.Way)
	return t.tellHolders(roles, at.Path, NoticeBinding, title, body, page, once)
}
