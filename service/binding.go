package service

import (
	"context"
	"strconv"

	"danyuan/model"
)

// BindByPhone asks WeChat for the user's phone number and looks it up in the roster. One person here
// who has no account yet is bound at once; one who has an account waits for the community to move
// them to this one (rebinding); none, or several, leave the binding unmatched: the user then names
// their unit (AskChief). WeChat takes a phone code only once, so a repetition is answered before, and
// what can be refused without the number is refused first.
func (s *Service) BindByPhone(ctx context.Context, cmd Command, phoneCode string, consentVersion int) (model.Binding, error) {
	if err := s.replay(ctx, cmd); err != nil {
		return model.Binding{}, err
	}
	phone, err := s.phoneOf(ctx, cmd.By.UserID, phoneCode, consentVersion)
	if err != nil {
		// The same command may have happened meanwhile, and have used up the code.
		return model.Binding{}, or(s.replay(ctx, cmd), err)
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		if err := model.LockUser(t.DB, cmd.By.UserID); err != nil {
			return model.Binding{}, err
		}
		b, err := t.proved(cmd.By.UserID, phone)
		if err != nil {
			return model.Binding{}, err
		}
		if _, err := t.giveConsent(cmd.By.UserID, 0, model.ForBinding, consentVersion); err != nil {
			return model.Binding{}, err
		}
		if err := t.audit("binding.prove_phone", 0, "binding", b.ID, ""); err != nil {
			return model.Binding{}, err
		}
		err = t.match(&b, phone)
		return b, err
	})
}

// phoneOf asks WeChat for the user's number, unless the binding can be refused without it.
func (s *Service) phoneOf(ctx context.Context, user int64, phoneCode string, consentVersion int) (string, error) {
	if err := s.mayBind(ctx, user, consentVersion); err != nil {
		return "", err
	}
	return s.Accounts.Phone(ctx, phoneCode)
}

// mayBind refuses early, to save the user a phone code; the transaction looks again.
func (s *Service) mayBind(ctx context.Context, user int64, consentVersion int) error {
	h := s.DB.Read(ctx)
	text, err := model.CurrentConsentText(h, model.ForBinding, s.now())
	if err != nil {
		return err
	}
	if text.Version != consentVersion {
		return model.ErrConsentOutdated
	}
	if bound, err := model.ActiveBindingOf(h, user); err != nil || bound != nil {
		return or(err, model.ErrBindingExists)
	}
	if b, err := model.BindingUnderWay(h, user); err != nil || b != nil && b.State == model.BindingPending {
		return or(err, model.ErrBindingWaiting)
	}
	return nil
}

// proved gives the user's unmatched binding with the number, a new one if there was none. The caller
// holds the user's lock.
func (t *tx) proved(user int64, phone string) (model.Binding, error) {
	if bound, err := model.ActiveBindingOf(t.DB, user); err != nil || bound != nil {
		return model.Binding{}, or(err, model.ErrBindingExists)
	}
	b, err := model.BindingUnderWay(t.DB, user)
	switch {
	case err != nil:
		return model.Binding{}, err
	case b == nil:
		return model.StartBinding(t.DB, user, phone, t.now)
	case b.State == model.BindingPending:
		return model.Binding{}, model.ErrBindingWaiting
	}
	err = b.ProveAgain(t.DB, phone, t.now)
	return *b, err
}

// match binds to the one person who has the number, or leaves the binding as it is.
func (t *tx) match(b *model.Binding, phone string) error {
	people, err := model.PersonsByPhone(t.DB, phone)
	if err != nil || len(people) != 1 {
		return err
	}
	p, err := model.LockPerson(t.DB, people[0].ID)
	if err != nil || p.State != model.PersonHere || p.Phone != phone {
		return err // changed a moment ago: the number tells nobody any more
	}
	taken, err := model.ActiveBindingOfPerson(t.DB, p.ID)
	if err != nil {
		return err
	}
	if taken != nil {
		return t.askCommunity(b, p)
	}
	return t.bind(b, p, model.ByPhone)
}

// bind makes the user of a binding this person, and ends the account that the person had before, if
// it is a rebinding. The caller holds the person's lock.
func (t *tx) bind(b *model.Binding, p model.Person, way model.BindingWay) error {
	if p.State != model.PersonHere {
		return model.ErrPersonLeft
	}
	if err := t.needGuardian(p); err != nil {
		return err
	}
	if way == model.ByRebinding {
		if err := t.endBindingOf(p, "换绑到另一个微信"); err != nil {
			return err
		}
	}
	if err := t.learnPhone(&p, b.Phone); err != nil {
		return err
	}
	waited := b.UnitID
	if err := b.Activate(t.DB, p, way, t.by.PersonID, t.now); err != nil {
		return err
	}
	if err := model.AttributeConsents(t.DB, b.UserID, p.ID, model.ForBinding); err != nil {
		return err
	}
	t.touch(model.UserTopic(b.UserID), model.PersonTopic(p.ID), model.NodeTopic(p.NodeID))
	if waited != nil {
		t.touch(model.NodeTopic(*waited))
	}
	if err := t.audit("binding.bind", p.NodeID, "binding", b.ID, string(way)); err != nil {
		return err
	}
	return t.notify(p.ID, NoticeBinding, "微信绑定成功", "您的居民身份已绑定到现在使用的微信。如果不是您本人操作，请立即联系社区。",
		pageMine, "binding:"+strconv.FormatInt(b.ID, 10)+":bound")
}

// learnPhone writes the number that WeChat has proved into the record of a person who had none. Not
// before they are bound: the number alone would let its holder in.
func (t *tx) learnPhone(p *model.Person, phone string) error {
	if p.Phone != "" || phone == "" {
		return nil
	}
	p.SetPhone(model.KeysOf(t.DB), phone)
	if err := model.StorePhone(t.DB, *p, t.now); err != nil {
		return err
	}
	return t.audit("person.change", p.NodeID, "person", p.ID, "phone")
}

// or gives the failure, or else the refusal.
func or(failure, refusal error) error {
	if failure != nil {
		return failure
	}
	return refusal
}
