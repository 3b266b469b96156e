package service

import (
	"context"
	"crypto/rand"

	"danyuan/model"
)

// closedByOwner is why a binding ends whose user closes their account.
const closedByOwner = "本人注销账号"

// CloseAccount ends the actor's account for good: what they show, what they agreed to (for children too), their
// binding or request, every session, and what is held of the WeChat account itself. What a person has done in the
// community stays (model.KeptOfPeople says what and why), and signing in again makes a new account. The
// last district admin is refused who could not come back (keepAdmin), and whoever is not sure.
func (s *Service) CloseAccount(ctx context.Context, cmd Command, sure bool) (model.User, error) {
	if !sure {
		return model.User{}, model.ErrNotSure
	}
	offices, err := s.officesOf(ctx, cmd.By.PersonID)
	if err != nil {
		return model.User{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.User, error) {
		if err := t.lockOffices(offices); err != nil {
			return model.User{}, err
		}
		if err := model.LockUser(t.DB, cmd.By.UserID); err != nil {
			return model.User{}, err
		}
		if err := t.leaveBinding(cmd.By.UserID); err != nil {
			return model.User{}, err
		}
		if err := t.withdrawConsent(cmd.By.UserID, 0, model.ForBinding); err != nil {
			return model.User{}, err
		}
		return t.closeUser(cmd.By.UserID)
	})
}

// closeUser ends every session of a user who is bound to nobody any more, and what is held of the account.
func (t *tx) closeUser(user int64) (model.User, error) {
	if _, err := model.EndSessionsOf(t.DB, user, t.now); err != nil {
		return model.User{}, err
	}
	if err := model.DropAcceptsOf(t.DB, user); err != nil {
		return model.User{}, err
	}
	if err := model.DropGroupEntriesOf(t.DB, user); err != nil {
		return model.User{}, err
	}
	u, err := model.CloseUser(t.DB, user, rand.Text())
	if err != nil {
		return u, err
	}
	t.touch(model.UserTopic(u.ID))
	return u, t.audit("account.close", 0, "user", u.ID, "")
}

// leaveBinding ends what a locked user is bound to, or has asked for, and what they show as that person.
func (t *tx) leaveBinding(user int64) error {
	b, err := model.ActiveBindingOf(t.DB, user)
	if err != nil {
		return err
	}
	if b == nil {
		if b, err = model.BindingUnderWay(t.DB, user); err != nil || b == nil {
			return err
		}
		if b.UnitID != nil {
			t.touch(model.NodeTopic(*b.UnitID))
		}
		if err := b.End(t.DB, closedByOwner, t.now); err != nil {
			return err
		}
		return t.audit("binding.end", 0, "binding", b.ID, "")
	}
	person := *b.ActivePersonID
	if err := t.keepAdmin(person); err != nil {
		return err
	}
	if err := t.leaveChildren(person, closedByOwner); err != nil {
		return err
	}
	p, err := model.LockPerson(t.DB, person)
	if err != nil {
		return err
	}
	return t.leaveAccount(b, p, closedByOwner)
}
