package service

import (
	"context"
	"errors"
	"slices"

	"danyuan/model"
)

// endGuardians is the duty that ends guardianships whose child has become 14.
const endGuardians = "end_guardianships"

// withdrawnForChild is why what belongs to a child ends whose guardian has withdrawn.
const withdrawnForChild = "监护人撤回同意"

// endGuardianship ends one, and what its guardian has agreed to.
func (t *tx) endGuardianship(g *model.Guardianship, child model.Person, reason string) error {
	if err := t.dropConsent(g); err != nil {
		return err
	}
	if err := g.End(t.DB, t.by.PersonID, reason, t.now); err != nil {
		return err
	}
	return t.audit("guardian.end", child.NodeID, "guardianship", g.ID, "")
}

// leaveChild ends at once what rests on a guardian's consent: what the child shows, the binding of their
// account, seats in what has not begun, hours that nobody has confirmed. What is confirmed stays, and what
// others work on. The caller holds the child's guardianships.
func (t *tx) leaveChild(child int64) error {
	coming, err := t.lockComing(child)
	if err != nil {
		return err
	}
	p, err := model.LockPerson(t.DB, child)
	if err != nil {
		return err
	}
	t.touch(model.PersonTopic(p.ID))
	if err := endDisplay(t, p.ID, model.EndWithdrawn); err != nil {
		return err
	}
	if err := t.withdrawConsent(0, p.ID, model.ForDisplay); err != nil {
		return err
	}
	if err := t.endBindingOf(p, withdrawnForChild); err != nil {
		return err
	}
	if err := t.giveUpSeats(coming, p.ID); err != nil {
		return err
	}
	return t.dropClaims(p.ID)
}

// lockComing locks the activities that somebody has signed up for and that have not begun.
func (t *tx) lockComing(person int64) ([]model.Activity, error) {
	signed, err := model.AllSignUpsOf(t.DB, person)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, u := range signed {
		if u.State != model.SignedOff && u.StartsAt.After(t.now) {
			ids = append(ids, u.ActivityID)
		}
	}
	slices.Sort(ids)
	var coming []model.Activity
	for _, id := range ids {
		a, err := model.LockActivity(t.DB, id)
		if err != nil {
			return nil, err
		}
		if a.Coming(t.now) == nil {
			coming = append(coming, a)
		}
	}
	return coming, nil
}

// giveUpSeats signs somebody off from locked activities, but for where they are already: there the organiser sees to
// it. Who waits moves up.
func (t *tx) giveUpSeats(coming []model.Activity, person int64) error {
	for _, a := range coming {
		c, err := t.atDoor(door{a.ID, person})
		if err == nil {
			_, err = t.signOff(c)
		}
		if err != nil && !errors.Is(err, model.ErrSignUpNot) && !errors.Is(err, model.ErrSignUpCheckedIn) {
			return err
		}
	}
	return nil
}

// dropClaims takes back what a locked person has claimed, or is doing, and nobody has confirmed.
func (t *tx) dropClaims(person int64) error {
	claims, err := model.UnconfirmedHours(t.DB, person)
	if err != nil {
		return err
	}
	for _, h := range claims {
		if err := t.releaseFiles(hoursFiles, h.ID); err != nil {
			return err
		}
		if err := t.voidHours(h, withdrawnForChild); err != nil {
			return err
		}
	}
	return nil
}

// EraseChild deletes what is held of a child as far as it may be, at the request of a guardian who acts for
// them: every consent ends with what rests on it, the child's account, phone number, id number and address, and what
// the child wrote of them to have them put right.
// The name and the birth date stay for the roster, confirmed services and the points book as for everybody
// (model.KeptOfPeople). Refusals: guardian.child_not_found, guardian.not_sure.
func (s *Service) EraseChild(ctx context.Context, cmd Command, child int64, sure bool) (model.Person, error) {
	if !sure {
		return model.Person{}, model.ErrEraseNotSure
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Person, error) {
		all, err := model.LockGuardianships(t.DB, child)
		if err != nil {
			return model.Person{}, err
		}
		p, err := t.actsFor(child)
		if err != nil {
			return p, err
		}
		account, err := model.ActiveBindingOfPerson(t.DB, p.ID)
		if err != nil {
			return p, err
		}
		if err := t.withdrawAll(all, p); err != nil {
			return p, err
		}
		if account != nil {
			if _, err := t.closeUser(account.UserID); err != nil {
				return p, err
			}
		}
		if err := t.endRebindings(p); err != nil {
			return p, err
		}
		if err := model.EraseChild(t.DB, p.ID, t.now); err != nil {
			return p, err
		}
		if err := model.ForgetRectifications(t.DB, []int64{p.ID}, t.now); err != nil {
			return p, err
		}
		return p, t.audit("child.erase", p.NodeID, "person", p.ID, "phone id_number address rectifications")
	})
}

// leaveChildren ends what a person has agreed to for children, when their account is closed for good, or ended by the
// community. Another guardian's consent stays.
func (t *tx) leaveChildren(person int64, why string) error {
	children, err := model.GuardedBy(t.DB, person)
	if err != nil {
		return err
	}
	for _, id := range children {
		all, err := model.LockGuardianships(t.DB, id)
		if err != nil {
			return err
		}
		child, err := model.PersonByID(t.DB, id)
		if err != nil {
			return err
		}
		for _, g := range all {
			switch {
			case g.GuardianID != person:
			case g.State == model.GuardianActive:
				err = t.disagree(g, child)
			case g.State == model.GuardianAsked:
				err = t.endGuardianship(g, child, why)
			}
			if err != nil {
				return err
			}
		}
		t.touch(model.PersonTopic(id))
		if model.Consented(all) || !child.IsChild(t.now) {
			continue
		}
		if err := t.leaveChild(id); err != nil {
			return err
		}
	}
	return nil
}

// guardiansAtOnce is how many guardianships the duty looks at in one go.
const guardiansAtOnce = 500

// EndGuardianships ends those whose child has become 14, or is not known to be younger any more. Nothing
// hangs on its hour: what a guardian may do is asked of the clock each time. Both are told, and the young
// person keeps their account.
func (s *Service) EndGuardianships(ctx context.Context) error {
	after := int64(0)
	for {
		some, err := model.OpenGuardianshipsAfter(s.DB.Read(ctx), after, guardiansAtOnce)
		if err != nil {
			return err
		}
		for _, g := range some {
			after = g.ID
			if g.ChildUntil.After(s.now()) {
				continue
			}
			if err := s.endOutgrown(ctx, g.ChildID); err != nil {
				return err
			}
		}
		if len(some) < guardiansAtOnce {
			return nil
		}
	}
}

func (s *Service) endOutgrown(ctx context.Context, child int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		none := struct{}{}
		all, err := model.LockGuardianships(t.DB, child)
		if err != nil || len(all) == 0 {
			return none, err
		}
		p, err := model.PersonByID(t.DB, child)
		if err != nil || p.IsChild(t.now) {
			return none, err
		}
		t.touch(model.PersonTopic(child))
		reason, since := "孩子已满14周岁", "已满14周岁，您作为监护人的同意和查看已经结束，以后由本人决定。"
		if p.BirthDate == "" { // who has left is not known to be a child any more
			reason, since = "系统不再保存孩子的出生日期", "迁出已久，系统不再保存孩子的出生日期，您作为监护人的同意和查看已经结束。"
		}
		for _, g := range all {
			if err := t.endGuardianship(g, p, reason); err != nil {
				return none, err
			}
			body := model.MaskName(p.Name) + since
			if err := t.notify(g.GuardianID, NoticeGuardian, "监护登记已经结束", body, pageChildren, onceForGuardian(*g)); err != nil {
				return none, err
			}
		}
		if p.BirthDate == "" {
			return none, nil
		}
		return none, t.notify(child, NoticeGuardian, "从现在起由您自己决定",
			"您已满14周岁，监护人不再代您同意，也不能再查看您的信息。您可以在“我的信息”里查看，在“我的”里撤回授权、解除绑定或注销账号。", pageMine, onceForGuardian(*all[0])+":child")
	})
	return err
}
