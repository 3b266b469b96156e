package service

import (
	"context"

	"danyuan/fault"
	"danyuan/model"
)

// DisplayForm is what a member wants to show, and where.
type DisplayForm struct {
	NameForm                model.NameForm
	Pledge, Skills          string
	OnPage, InGroup, OnDoor bool
	ConsentVersion          int // of the text that they have read and agree to
}

// ShowIdentity makes a member show identity, or changes what they show. Refusals: display.not_a_member,
// display.no_unit, display.no_place, display.not_from_group, display.no_plaque, consent.outdated.
func (s *Service) ShowIdentity(ctx context.Context, cmd Command, form DisplayForm) (model.Display, error) {
	var err error
	if form.Pledge, err = model.CleanText("body.pledge", form.Pledge, 200, false); err != nil {
		return model.Display{}, err
	}
	if form.Skills, err = model.CleanText("body.skills", form.Skills, 200, false); err != nil {
		return model.Display{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Display, error) {
		p, err := t.lockMemberAtHome(model.ErrDisplayNotMember, model.ErrDisplayNoUnit)
		if err != nil {
			return model.Display{}, err
		}
		d := model.Display{
			PersonID: p.ID, UnitID: p.NodeID, NameForm: form.NameForm, Pledge: form.Pledge, Skills: form.Skills,
			OnPage: form.OnPage, InGroup: form.InGroup, OnDoor: form.OnDoor, ShownAt: t.now,
		}
		if err := t.mayShow(d, p); err != nil {
			return d, err
		}
		consent, err := t.giveConsent(t.by.UserID, p.ID, model.ForDisplay, form.ConsentVersion)
		if err != nil {
			return d, err
		}
		d.ConsentID = consent.ID
		return d, t.show(&d)
	})
}

// lockMemberAtHome locks the actor's unit and then the actor, a Party member who lives there; else
// notMember or noHome.
func (t *tx) lockMemberAtHome(notMember, noHome *fault.Fault) (model.Person, error) {
	if t.by.UnitID == 0 {
		return model.Person{}, noHome
	}
	unit, err := model.LockNode(t.DB, t.by.UnitID)
	if err != nil {
		return model.Person{}, err
	}
	p, err := model.LockPerson(t.DB, t.by.PersonID)
	switch {
	case err != nil:
		return p, err
	case unit.State != model.NodeActive:
		return p, model.ErrNodeEnded
	case p.State != model.PersonHere || p.NodeID != unit.ID || p.HouseholdID == nil:
		return p, noHome
	case !p.Membership.IsMember():
		return p, notMember
	}
	return p, nil
}

// mayShow tells whether each chosen place is there for this member.
func (t *tx) mayShow(d model.Display, p model.Person) error {
	if !d.Anywhere() {
		return model.ErrDisplayNowhere
	}
	if d.InGroup {
		in, err := inGroup(t.DB, d.UnitID, t.by.UserID)
		if err != nil {
			return err
		}
		if !in {
			return model.ErrDisplayNoGroup
		}
	}
	if d.OnDoor {
		on, err := onDoor(t.DB, *p.HouseholdID)
		if err != nil {
			return err
		}
		if !on {
			return model.ErrDisplayNoPlaque
		}
	}
	return nil
}

// show stores a display in the place of what the person showed before, under the person's lock.
func (t *tx) show(d *model.Display) error {
	was, err := model.ActiveDisplay(t.DB, d.PersonID)
	if err != nil {
		return err
	}
	action := "display.show"
	if was != nil {
		action, d.ShownAt = "display.change", was.ShownAt
		if err := model.EndDisplay(t.DB, was.ID, model.EndChanged, t.now); err != nil {
			return err
		}
		t.touch(model.NodeTopic(was.UnitID))
	}
	if err := model.AddDisplay(t.DB, d); err != nil {
		return err
	}
	t.touch(model.NodeTopic(d.UnitID))
	return t.audit(action, d.UnitID, "display", d.ID, placesOf(*d))
}

// placesOf names the form and the places for the audit log: no word that the member wrote.
func placesOf(d model.Display) string {
	detail := "name=" + string(d.NameForm)
	if d.OnPage {
		detail += " page"
	}
	if d.InGroup {
		detail += " group"
	}
	if d.OnDoor {
		detail += " door"
	}
	return detail
}
