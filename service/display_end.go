package service

import (
	"context"

	"danyuan/model"
)

// WithdrawDisplay takes back the consent and shows nothing of the actor from the next request on.
// Somebody who shows nothing may withdraw too: then there is nothing left to end.
func (s *Service) WithdrawDisplay(ctx context.Context, cmd Command) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		p, err := model.LockPerson(t.DB, t.by.PersonID)
		if err != nil {
			return struct{}{}, err
		}
		if err := endDisplay(t, p.ID, model.EndWithdrawn); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.withdrawConsent(0, p.ID, model.ForDisplay)
	})
}

// endDisplay ends what a person shows, if anything, for a reason: they have withdrawn, are no member
// any more, have left or moved. The caller holds the person's lock (model.LockPerson). Consent stays
// as it is: who shows identity again must read and agree again if there is a newer text.
func endDisplay(t *tx, person int64, reason string) error {
	d, err := model.ActiveDisplay(t.DB, person)
	if err != nil || d == nil {
		return err
	}
	if err := model.EndDisplay(t.DB, d.ID, reason, t.now); err != nil {
		return err
	}
	t.touch(model.NodeTopic(d.UnitID))
	return t.audit("display.end", d.UnitID, "display", d.ID, reason)
}

// leaveDoor takes a locked person's display off the door of the room that they have left: behind another one they
// show identity on it anew, if they wish.
func (t *tx) leaveDoor(person int64) error {
	d, err := model.ActiveDisplay(t.DB, person)
	if err != nil || d == nil || !d.OnDoor {
		return err
	}
	return t.leavePlace([]int64{person}, model.EndMoved, func(d *model.Display) { d.OnDoor = false })
}

// leavePlace takes people's displays out of a place that is no more: drop says which. Where no other
// place was chosen, the display ends for the reason. People come in the order of their ids.
func (t *tx) leavePlace(people []int64, reason string, drop func(*model.Display)) error {
	for _, id := range people {
		if _, err := model.LockPerson(t.DB, id); err != nil {
			return err
		}
		d, err := model.ActiveDisplay(t.DB, id)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		left := *d
		drop(&left)
		if left.Anywhere() {
			left.ID = 0
			err = t.show(&left)
		} else {
			err = endDisplay(t, id, reason)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
