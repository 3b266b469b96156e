package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// NoticeGuardian is the kind of notice about those under 14 and their guardians.
const NoticeGuardian = "guardian"

// The mini-program pages that notices of guardians lead to.
const (
	pageChildren      = "pages/children/index"
	pageGuardianships = "staff/guardianships/index"
)

// SeenGuardianship is a guardianship with whether it counts now: a guardian agrees and the child is under 14.
type SeenGuardianship struct {
	model.ListedGuardianship
	Counts bool
}

func seeGuardianships(rows []model.ListedGuardianship, now time.Time) []SeenGuardianship {
	out := make([]SeenGuardianship, len(rows))
	for i, g := range rows {
		out[i] = SeenGuardianship{g, g.State == model.GuardianActive && g.ChildUntil.After(now)}
	}
	return out
}

func (t *tx) seenGuardianship(id int64) (SeenGuardianship, error) {
	g, err := model.ListedGuardianshipByID(t.DB, id)
	return seeGuardianships([]model.ListedGuardianship{g}, t.now)[0], err
}

// Kid is the child whom somebody says to be the guardian of.
type Kid struct {
	Name, BirthDate string
	Relation        model.Relation
	Consent         int // the version of the rules for children's data that they have read and agree to
}

// AskForChild says that the actor is the guardian of a child of their own household, and agrees to the rules
// for children's data. It counts once the community has confirmed it, and is told to. Refusals:
// guardian.child_not_found unless the roster has just this child in the household, guardian.too_young,
// guardian.registered_already, consent.outdated.
func (s *Service) AskForChild(ctx context.Context, cmd Command, kid Kid) (SeenGuardianship, error) {
	return inTx(ctx, s, cmd, func(t *tx) (SeenGuardianship, error) {
		var none SeenGuardianship
		me, err := model.PersonByID(t.DB, t.by.PersonID)
		if err != nil {
			return none, err
		}
		child, err := t.childAtHome(me, kid)
		if err != nil {
			return none, err
		}
		consent, err := t.giveConsent(t.by.UserID, child.ID, model.ForChildren, kid.Consent)
		if err != nil {
			return none, err
		}
		g := model.Guardianship{
			ChildID: child.ID, GuardianID: me.ID, Relation: kid.Relation, State: model.GuardianAsked, ConsentID: &consent.ID, MadeAt: t.now, MadeByID: me.ID,
		}
		node, err := t.addGuardianship(&g, child, me)
		if err != nil {
			return none, err
		}
		body := model.MaskName(me.Name) + "申请登记为" + node.Name + "一个未满14周岁孩子的监护人，请核实后办理。"
		if err := t.tellOfficers(model.ChangePeople, node.Path, NoticeGuardian, "有监护人等待核实", body, pageGuardianships, onceForGuardian(g)); err != nil {
			return none, err
		}
		return t.seenGuardianship(g.ID)
	})
}

// childAtHome gives the one child of a person's household who has the name and the birth date.
func (t *tx) childAtHome(me model.Person, kid Kid) (model.Person, error) {
	none := model.Person{}
	born, err := model.CleanBirthDate(kid.BirthDate, t.now)
	if err != nil {
		return none, err
	}
	name, err := cleanName("body.child_name", kid.Name)
	if err != nil {
		return none, err
	}
	if me.HouseholdID == nil || me.State != model.PersonHere {
		return none, model.ErrChildNotFound
	}
	people, err := model.PersonsOfHousehold(t.DB, *me.HouseholdID)
	if err != nil {
		return none, err
	}
	people = slices.DeleteFunc(people, func(p model.Person) bool {
		return p.ID == me.ID || p.State != model.PersonHere || p.Name != name || p.BirthDate != born || !p.IsChild(t.now)
	})
	if len(people) != 1 {
		return none, model.ErrChildNotFound
	}
	return people[0], nil
}

// addGuardianship stores one that somebody has made, and gives the child's place.
func (t *tx) addGuardianship(g *model.Guardianship, child, guardian model.Person) (model.Node, error) {
	node, err := model.NodeByID(t.DB, child.NodeID)
	switch {
	case err != nil:
		return node, err
	case !child.IsChild(t.now):
		return node, model.ErrNoChild
	case guardian.IsMinor(t.now):
		return node, model.ErrGuardianTooYoung
	}
	if err := model.AddGuardianship(t.DB, g); err != nil {
		return node, err
	}
	action := "guardian.ask"
	if g.State == model.GuardianNamed {
		action = "guardian.name"
	}
	return node, t.audit(action, node.ID, "guardianship", g.ID, string(g.Relation))
}

func onceForGuardian(g model.Guardianship) string {
	return fmt.Sprintf("guardianship:%d:%s", g.ID, g.State)
}

// AgreeForChild agrees to the rules for children's data as the guardian whom the community has named, or who
// has withdrawn before. From then on the child's data may be worked with. Agreeing twice is the same as once;
// agreeing to a newer text takes the place of the consent before, so that one stands at a time.
// Refusals: guardian.not_found for anybody else, guardian.not_under_14, guardian.wrong_state,
// consent.outdated.
func (s *Service) AgreeForChild(ctx context.Context, cmd Command, id int64, version int) (SeenGuardianship, error) {
	return s.onGuardianship(ctx, cmd, id, func(t *tx, _ []*model.Guardianship, g *model.Guardianship, child model.Person) error {
		if g.GuardianID != t.by.PersonID {
			return model.ErrGuardianNotFound
		}
		if !child.IsChild(t.now) {
			return model.ErrNoChild
		}
		consent, err := t.giveConsent(t.by.UserID, child.ID, model.ForChildren, version)
		agreed := g.State == model.GuardianActive
		if err != nil || agreed && g.ConsentID != nil && *g.ConsentID == consent.ID {
			return err
		}
		if err := t.dropConsent(g); err != nil {
			return err
		}
		if err := g.Agree(t.DB, consent.ID); err != nil {
			return err
		}
		if err := t.audit("guardian.agree", child.NodeID, "guardianship", g.ID, ""); err != nil || agreed {
			return err
		}
		return t.notify(child.ID, NoticeGuardian, "监护人已经同意", "您的监护人同意您使用社区的服务，现在可以办理了。", pageMine, fmt.Sprintf("%s:%d", onceForGuardian(*g), consent.ID))
	})
}

// WithdrawForChild takes the actor's consent back, and at once: nobody agrees for the child any more, other
// guardians neither, until one of them agrees anew; what the child shows ends, their account's binding, what
// they have signed up for and hours that nobody has confirmed (leaveChild). With one that the community has
// not confirmed it is the end. Refusals: guardian.not_found, guardian.not_under_14 from the day the child is
// 14 and decides themselves, guardian.wrong_state.
func (s *Service) WithdrawForChild(ctx context.Context, cmd Command, id int64) (SeenGuardianship, error) {
	return s.onGuardianship(ctx, cmd, id, func(t *tx, all []*model.Guardianship, g *model.Guardianship, child model.Person) error {
		switch {
		case g.GuardianID != t.by.PersonID:
			return model.ErrGuardianNotFound
		case !child.IsChild(t.now):
			return model.ErrNoChild
		case g.State == model.GuardianAsked:
			return t.endGuardianship(g, child, "监护人撤回申请")
		case g.State != model.GuardianActive:
			return g.Disagree(t.DB) // which refuses
		}
		return t.withdrawAll(all, child)
	})
}

// withdrawAll ends what any guardian has agreed to for a child, and what rests on it.
func (t *tx) withdrawAll(all []*model.Guardianship, child model.Person) error {
	for _, g := range all {
		if g.State != model.GuardianActive {
			continue
		}
		if err := t.disagree(g, child); err != nil {
			return err
		}
		if g.GuardianID == t.by.PersonID {
			continue
		}
		body := "另一位监护人撤回了对" + model.MaskName(child.Name) + "的同意，您的同意也随之结束。如果您仍然同意，请在“我的孩子”里重新同意；意见不一致的请联系社区。"
		if err := t.notify(g.GuardianID, NoticeGuardian, "对孩子的同意已经撤回", body, pageChildren, fmt.Sprintf("%s:%d", onceForGuardian(*g), t.now.Unix())); err != nil {
			return err
		}
	}
	return t.leaveChild(child.ID)
}

// disagree ends what one guardian has agreed to.
func (t *tx) disagree(g *model.Guardianship, child model.Person) error {
	if err := t.dropConsent(g); err != nil {
		return err
	}
	if err := g.Disagree(t.DB); err != nil {
		return err
	}
	return t.audit("guardian.withdraw", child.NodeID, "guardianship", g.ID, "")
}

// dropConsent withdraws the consent that a guardianship holds, if any.
func (t *tx) dropConsent(g *model.Guardianship) error {
	if g.ConsentID == nil {
		return nil
	}
	ended, err := model.WithdrawConsent(t.DB, *g.ConsentID, t.now)
	if err != nil || !ended {
		return err
	}
	return t.audit("consent.withdraw", 0, "consent", *g.ConsentID, string(model.ForChildren))
}

// onGuardianship does something to an open guardianship, under the lock of all of the child's.
func (s *Service) onGuardianship(ctx context.Context, cmd Command, id int64,
	do func(t *tx, all []*model.Guardianship, g *model.Guardianship, child model.Person) error,
) (SeenGuardianship, error) {
	found, err := model.GuardianshipByID(s.DB.Read(ctx), id)
	if err != nil {
		return SeenGuardianship{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenGuardianship, error) {
		none := SeenGuardianship{}
		all, err := model.LockGuardianships(t.DB, found.ChildID)
		if err != nil {
			return none, err
		}
		g := &found // ended, or else among them
		if i := slices.IndexFunc(all, func(one *model.Guardianship) bool { return one.ID == id }); i >= 0 {
			g = all[i]
		} else if *g, err = model.GuardianshipByID(t.DB, id); err != nil {
			return none, err
		}
		child, err := model.PersonByID(t.DB, g.ChildID)
		if err != nil {
			return none, err
		}
		t.touch(model.PersonTopic(child.ID))
		if err := do(t, all, g, child); err != nil {
			return none, err
		}
		return t.seenGuardianship(id)
	})
}

// needGuardian refuses to work with the data of somebody under 14 for whom no guardian agrees. Until the
// transaction ends no guardian can withdraw.
func (t *tx) needGuardian(p model.Person) error {
	if !p.IsChild(t.now) {
		return nil
	}
	all, err := model.LockGuardianships(t.DB, p.ID)
	switch {
	case err != nil || model.Consented(all):
		return err
	case t.by.PersonID == 0 || t.by.PersonID == p.ID:
		return model.ErrGuardianFirst
	}
	return model.ErrChildWithoutConsent
}

// keepConsent is needGuardian for who asks themselves: the command of somebody under 14 is done while a
// guardian agrees, or not at all.
func (t *tx) keepConsent(cmd Command) error {
	if !cmd.Guarded || !t.by.IsChild(t.now) {
		return nil
	}
	all, err := model.LockGuardianships(t.DB, t.by.PersonID)
	if err == nil && !model.Consented(all) {
		err = model.ErrGuardianFirst
	}
	return err
}
