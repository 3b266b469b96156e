package service

import (
	"context"
	"errors"
	"fmt"

	"danyuan/model"
)

// hoursCorrected is the change of hours that a granted correction makes.
const hoursCorrected = "correct"

// AskCorrection asks to correct confirmed hours. It is for the volunteer, for a guardian who acts for
// them, and for who may enter hours where they live. Refusals: hours.not_found for anybody else, hours.wrong_state for hours that are not
// confirmed (a claim is changed instead), correction.open_already, guardian.child_without_consent, and those
// of FileHours.
func (s *Service) AskCorrection(ctx context.Context, cmd Command, hours int64, claim model.HoursClaim, why string) (model.ListedCorrection, error) {
	none := model.ListedCorrection{}
	claim, err := claim.Clean()
	if err != nil {
		return none, err
	}
	if why, err = model.NeedText("body.why", why, model.MaxHoursReason, false); err != nil {
		return none, err
	}
	found, err := model.HoursByID(s.DB.Read(ctx), hours)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCorrection, error) {
		p, err := model.LockPerson(t.DB, found.PersonID)
		if err != nil {
			return none, err
		}
		h, err := model.LockHours(t.DB, hours)
		if err != nil {
			return none, err
		}
		if err := t.needSpokesman(p); err != nil {
			return none, err
		}
		if err := t.mayCorrect(h, claim); err != nil {
			return none, err
		}
		c := model.Correction{
			HoursID: h.ID, NodeID: h.NodeID, PersonID: h.PersonID, Kind: claim.Kind, Content: claim.Content, Place: claim.Place,
			StartsAt: claim.StartsAt, EndsAt: claim.EndsAt, Why: why, AskedByID: t.by.PersonID, AskedAt: t.now,
		}
		if err := model.AskCorrection(t.DB, &c); err != nil {
			return none, err
		}
		place, err := model.NodeByID(t.DB, h.NodeID)
		if err != nil {
			return none, err
		}
		body := model.MaskName(p.Name) + "申请更正一条服务记录，请核实后办理。"
		if err := t.tellOfficers(model.ConfirmHours, place.Path, NoticeHours, "有服务记录申请更正", body, correctionsPage, fmt.Sprintf("correction:%d", c.ID)); err != nil {
			return none, err
		}
		if err := t.audit("correction.ask", h.NodeID, "correction", c.ID, ""); err != nil {
			return none, err
		}
		return t.shownCorrection(c.ID)
	})
}

// mayCorrect refuses a correction of hours that are not confirmed, that have one open, or that can't be
// what is claimed.
func (t *tx) mayCorrect(h model.Hours, claim model.HoursClaim) error {
	if h.State != model.HoursConfirmed {
		return h.WrongState()
	}
	open, err := model.LockOpenCorrection(t.DB, h.ID)
	if err == nil && open != nil {
		err = model.ErrCorrectionOpen
	}
	if err != nil {
		return err
	}
	return t.needClaim(claim, h.PersonID, h)
}

// needSpokesman refuses everybody but the person, a guardian who acts for them, and who may enter hours
// where they live: these for somebody under 14 only while a guardian agrees.
func (t *tx) needSpokesman(p model.Person) error {
	if p.ID == t.by.PersonID {
		return nil
	}
	if _, err := t.actsFor(p.ID); !errors.Is(err, model.ErrChildNotFound) {
		return err
	}
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err == nil && !t.by.May(model.EnterHours, home.Path, t.now) {
		err = model.ErrHoursNotFound
	}
	if err != nil {
		return err
	}
	return t.needGuardian(p)
}

// GrantCorrection corrects hours as was asked: what they gave is reversed, and given anew by the rule
// of their own date, unless words alone are corrected; what they said before is kept. Refusals: correction.not_found outside the actor's
// scope, hours.own, correction.asked_by_you, correction.wrong_state, hours.wrong_state, hours.overlap,
// hours.points_spent, guardian.child_without_consent unless a guardian has asked.
func (s *Service) GrantCorrection(ctx context.Context, cmd Command, id int64) (model.ListedCorrection, error) {
	return s.decideCorrection(ctx, cmd, id, model.CorrectionGranted, "", func(t *tx, p model.Person, h model.Hours, c model.Correction) error {
		if h.State != model.HoursConfirmed {
			return h.WrongState()
		}
		if err := t.needConsentTo(c, p); err != nil {
			return err
		}
		if err := t.needClaim(c.Claim(), h.PersonID, h); err != nil {
			return err
		}
		was := h.Before(hoursCorrected, t.by.PersonID, t.now)
		was.CorrectionID = c.ID
		old := h
		h.Claim(c.Claim())
		if !h.EarnsAs(old) {
			if err := t.takeBack(old, &h); err != nil {
				return err
			}
		}
		if err := model.ChangeHours(t.DB, h); err != nil {
			return err
		}
		if err := model.AddHoursChange(t.DB, was); err != nil {
			return err
		}
		if err := t.raiseFlags([]model.Hours{h}, onFiling|onConfirming); err != nil {
			return err
		}
		body := fmt.Sprintf("您的服务记录已更正为%s，计%s，积分由%d变为%d。", spanText(h), minutesText(h.Minutes), was.Points, h.Points)
		if err := t.notify(h.PersonID, NoticeHours, "服务记录已更正", body, myHoursPage, fmt.Sprintf("correction:%d:granted", c.ID)); err != nil {
			return err
		}
		return t.tellAsker(c, h, "")
	})
}

// needConsentTo refuses to correct the hours of somebody under 14 for whom no guardian agrees, unless a guardian
// has asked: to have put right what is wrong is theirs also after they have withdrawn.
func (t *tx) needConsentTo(c model.Correction, p model.Person) error {
	if !p.IsChild(t.now) {
		return nil
	}
	if _, err := t.guardedBy(p.ID, c.AskedByID); !errors.Is(err, model.ErrChildNotFound) {
		return err
	}
	return t.needGuardian(p)
}

// RefuseCorrection turns a request down, with a reason that the volunteer reads.
func (s *Service) RefuseCorrection(ctx context.Context, cmd Command, id int64, reason string) (model.ListedCorrection, error) {
	reason, err := model.NeedText("body.reason", reason, model.MaxHoursReason, false)
	if err != nil {
		return model.ListedCorrection{}, err
	}
	return s.decideCorrection(ctx, cmd, id, model.CorrectionRefused, reason, func(t *tx, _ model.Person, h model.Hours, c model.Correction) error {
		body := "您对" + spanText(h) + "服务记录的更正申请没有通过，原因：" + reason + "。"
		if err := t.notify(h.PersonID, NoticeHours, "更正申请未通过", body, myHoursPage, fmt.Sprintf("correction:%d:refused", c.ID)); err != nil {
			return err
		}
		return t.tellAsker(c, h, reason)
	})
}

// closeCorrection turns down what was asked for about hours that are void now: nobody can grant it any
// more. The volunteer reads of the hours why.
func (t *tx) closeCorrection(h model.Hours) error {
	c, err := model.LockOpenCorrection(t.DB, h.ID)
	if err != nil || c == nil {
		return err
	}
	if err := model.MoveCorrection(t.DB, c, model.CorrectionRefused, t.by.PersonID, "这条记录已经作废。", t.now); err != nil {
		return err
	}
	return t.audit("correction."+string(model.CorrectionRefused), c.NodeID, "correction", c.ID, "")
}

func (s *Service) decideCorrection(ctx context.Context, cmd Command, id int64, next model.CorrectionState, reason string, then func(*tx, model.Person, model.Hours, model.Correction) error) (model.ListedCorrection, error) {
	return s.onCorrection(ctx, cmd, id, func(t *tx, p model.Person, h model.Hours, c *model.Correction) error {
		place, err := model.NodeByID(t.DB, c.NodeID)
		switch {
		case err != nil:
			return err
		case !t.by.May(model.ConfirmHours, place.Path, t.now):
			return model.ErrCorrectionNotFound
		case c.PersonID == t.by.PersonID:
			return model.ErrHoursOwn
		case c.AskedByID == t.by.PersonID:
			return model.ErrCorrectionOwn
		}
		if err := model.MoveCorrection(t.DB, c, next, t.by.PersonID, reason, t.now); err != nil {
			return err
		}
		if err := then(t, p, h, *c); err != nil {
			return err
		}
		return t.audit("correction."+string(next), c.NodeID, "correction", c.ID, "")
	})
}

// WithdrawCorrection takes a request back, by the volunteer or by who asked for them. Refusals:
// correction.not_found for anybody else, correction.wrong_state.
func (s *Service) WithdrawCorrection(ctx context.Context, cmd Command, id int64) (model.ListedCorrection, error) {
	return s.onCorrection(ctx, cmd, id, func(t *tx, p model.Person, _ model.Hours, c *model.Correction) error {
		err := t.needSpokesman(p)
		if errors.Is(err, model.ErrHoursNotFound) || c.PersonID != t.by.PersonID && c.AskedByID != t.by.PersonID {
			return model.ErrCorrectionNotFound
		}
		if err != nil {
			return err
		}
		if err := model.MoveCorrection(t.DB, c, model.CorrectionWithdrawn, t.by.PersonID, "", t.now); err != nil {
			return err
		}
		return t.audit("correction.withdraw", c.NodeID, "correction", c.ID, "")
	})
}

// onCorrection does something to a request, under the volunteer's lock.
func (s *Service) onCorrection(ctx context.Context, cmd Command, id int64, do func(t *tx, p model.Person, h model.Hours, c *model.Correction) error) (model.ListedCorrection, error) {
	none := model.ListedCorrection{}
	found, err := model.CorrectionByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCorrection, error) {
		p, err := model.LockPerson(t.DB, found.PersonID)
		if err != nil {
			return none, err
		}
		h, err := model.LockHours(t.DB, found.HoursID)
		if err != nil {
			return none, err
		}
		c, err := model.LockCorrection(t.DB, id)
		if err != nil {
			return none, err
		}
		if err := do(t, p, h, &c); err != nil {
			return none, err
		}
		return t.shownCorrection(id)
	})
}

// CorrectionsToDecide lists the requests that wait in the actor's scopes, the longest waiting first.
func (s *Service) CorrectionsToDecide(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedCorrection, error) {
	now := s.now()
	rows, err := model.CorrectionsWaiting(s.DB.Read(ctx), by.Scopes(model.ConfirmHours, now), by.PersonID, slice)
	for i, c := range rows {
		rows[i] = correctionSeenBy(by, c, now)
	}
	return rows, err
}

// shownCorrection gives a request as the actor may see it.
func (t *tx) shownCorrection(id int64) (model.ListedCorrection, error) {
	c, err := model.ListedCorrectionByID(t.DB, id)
	return correctionSeenBy(t.by, c, t.now), err
}
