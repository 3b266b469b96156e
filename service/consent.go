package service

import (
	"context"
	"strconv"

	"danyuan/model"
)

// ConsentText gives the text of a purpose that is in force, for a person to read before they agree.
func (s *Service) ConsentText(ctx context.Context, purpose model.ConsentPurpose) (model.ConsentText, error) {
	return model.CurrentConsentText(s.DB.Read(ctx), purpose, s.now())
}

// MyConsents lists what the actor has agreed to, withdrawn ones included, newest first.
func (s *Service) MyConsents(ctx context.Context, by model.Actor, cut model.Slice) ([]model.Consent, error) {
	return model.ConsentsOf(s.DB.Read(ctx), by.UserID, by.PersonID, cut)
}

// giveConsent records that a user agrees, for the person they are (0 while they are bound to nobody),
// to a version of a purpose's text. Only the version in force can be agreed to; agreeing to it twice
// is the same as once.
func (t *tx) giveConsent(user, person int64, purpose model.ConsentPurpose, version int) (model.Consent, error) {
	if err := t.needAccount(user); err != nil {
		return model.Consent{}, err
	}
	text, err := model.CurrentConsentText(t.DB, purpose, t.now)
	if err != nil {
		return model.Consent{}, err
	}
	if text.Version != version {
		return model.Consent{}, model.ErrConsentOutdated
	}
	given, err := model.OpenConsent(t.DB, user, person, purpose, version)
	if err != nil {
		return model.Consent{}, err
	}
	if given != nil {
		return *given, nil
	}
	c := model.Consent{UserID: user, PersonID: person, Purpose: purpose, Version: version, GivenAt: t.now}
	if err := model.AddConsent(t.DB, &c); err != nil {
		return model.Consent{}, err
	}
	return c, t.audit("consent.give", 0, "consent", c.ID, string(purpose)+" v"+strconv.Itoa(version))
}

// withdrawConsent ends what was agreed to for a purpose: by a user, whoever they are (person 0), by a
// person, through whichever user (user 0), or by this user for this person. What was done on the
// strength of it ends in the same transaction: that is the caller's part.
func (t *tx) withdrawConsent(user, person int64, purpose model.ConsentPurpose) error {
	ended, err := model.WithdrawConsents(t.DB, user, person, purpose, t.now)
	if err != nil || ended == 0 {
		return err
	}
	subject, id := "person", person
	if person == 0 {
		subject, id = "user", user
	}
	return t.audit("consent.withdraw", 0, subject, id, string(purpose))
}

// needAccount locks a user, and refuses one who has closed the account, or is not bound to the actor by now: who the
// actor is was read before the transaction, and who closes an account withdraws only what they find.
func (t *tx) needAccount(user int64) error {
	if err := model.LockUser(t.DB, user); err != nil || t.by.PersonID == 0 {
		return err
	}
	b, err := model.ActiveBindingOf(t.DB, user)
	if err == nil && (b == nil || *b.ActivePersonID != t.by.PersonID) {
		err = model.ErrSignIn
	}
	return err
}
