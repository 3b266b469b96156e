package service

import (
	"context"
	"errors"

	"danyuan/model"
)

// Unbind ends the actor's own binding, and what they show. From the next request on the user is nobody's
// account; a repetition of this one is still answered. The last district admin is refused who could not come back
// (keepAdmin).
func (s *Service) Unbind(ctx context.Context, cmd Command) (model.Binding, error) {
	offices, err := s.officesOf(ctx, cmd.By.PersonID)
	if err != nil {
		return model.Binding{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		if err := t.lockOffices(offices); err != nil {
			return model.Binding{}, err
		}
		if err := model.LockUser(t.DB, cmd.By.UserID); err != nil {
			return model.Binding{}, err
		}
		b, err := model.ActiveBindingOf(t.DB, cmd.By.UserID)
		if err != nil || b == nil {
			return model.Binding{}, or(err, model.ErrBindingNone)
		}
		if err := t.keepAdmin(*b.ActivePersonID); err != nil {
			return *b, err
		}
		p, err := model.LockPerson(t.DB, *b.ActivePersonID)
		if err != nil {
			return *b, err
		}
		err = t.leaveAccount(b, p, "本人解除绑定")
		return *b, err
	})
}

// EndBindingOf ends the binding of a person in the actor's community, what they show, and what was agreed to for their
// children, perhaps by a stranger, for a reason that the user can read. A person outside it is not found; an officer's
// is ended by who could appoint them.
func (s *Service) EndBindingOf(ctx context.Context, cmd Command, person int64, reason string) (model.Binding, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.Binding{}, err
	}
	offices, err := s.officesOf(ctx, person)
	if err != nil {
		return model.Binding{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Binding, error) {
		if err := t.lockOffices(offices); err != nil {
			return model.Binding{}, err
		}
		p, err := t.lockPersonFor(person, model.ApproveRebinding)
		if err != nil {
			return model.Binding{}, err
		}
		b, err := model.ActiveBindingOfPerson(t.DB, p.ID)
		if err != nil || b == nil {
			return model.Binding{}, or(err, model.ErrBindingNone)
		}
		if may, err := t.mayMoveAccount(p.ID); err != nil || !may {
			return *b, or(err, model.ErrOfficersAccount)
		}
		if err := t.keepAdmin(p.ID); err != nil {
			return *b, err
		}
		if err := t.leaveChildren(p.ID, reason); err != nil {
			return *b, err
		}
		err = t.leaveAccount(b, p, reason)
		return *b, err
	})
}

// endBindingOf ends the account that a person has, if any. The caller holds the person's lock.
func (t *tx) endBindingOf(p model.Person, reason string) error {
	old, err := model.ActiveBindingOfPerson(t.DB, p.ID)
	if err != nil || old == nil {
		return err
	}
	err = t.unbind(old, p.NodeID, reason)
	if errors.Is(err, model.ErrRequestDecided) {
		return nil // its user has ended it meanwhile
	}
	return err
}

// numberChanged is why a request is refused whose only proof was a number.
const numberChanged = "登记的手机号已经改了，和您验证的不再是同一个。是本人的，请重新用手机号确认，或者带证件到社区办理。"

// endRebindings refuses what waits for the accounts of locked people, given as they were, on the proof of a phone number
// that is not theirs any more: it says nothing of who asks, and whoever decides sees only that there was one.
func (t *tx) endRebindings(was ...model.Person) error {
	held := map[int64]string{}
	var people []int64
	for _, p := range was {
		if p.Phone != "" {
			held[p.ID], people = p.Phone, append(people, p.ID)
		}
	}
	if len(people) == 0 {
		return nil
	}
	waiting, err := model.PendingRebindings(t.DB, people)
	if err != nil {
		return err
	}
	for _, b := range waiting {
		if b.Phone != held[*b.PersonID] {
			continue // a chief has recognised them
		}
		err := b.Refuse(t.DB, t.by.PersonID, numberChanged, t.now)
		switch {
		case errors.Is(err, model.ErrRequestDecided):
			continue
		case err == nil:
			err = t.refused(b, *b.UnitID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaveAccount ends the binding of a locked person who has no account from now on, and what they show with
// the consent to it: nobody but they could withdraw it, and they have no way to.
func (t *tx) leaveAccount(b *model.Binding, p model.Person, reason string) error {
	if err := endDisplay(t, p.ID, model.EndWithdrawn); err != nil {
		return err
	}
	if err := t.withdrawConsent(0, p.ID, model.ForDisplay); err != nil {
		return err
	}
	return t.unbind(b, p.NodeID, reason)
}

// unbind ends an active binding and what its user agreed to for it.
func (t *tx) unbind(b *model.Binding, node int64, reason string) error {
	t.touch(model.UserTopic(b.UserID), model.PersonTopic(*b.ActivePersonID))
	if err := b.End(t.DB, reason, t.now); err != nil {
		return err
	}
	if err := t.withdrawConsent(b.UserID, 0, model.ForBinding); err != nil {
		return err
	}
	if err := t.audit("binding.end", node, "binding", b.ID, ""); err != nil {
		return err
	}
	return t.tellOver(*b)
}
