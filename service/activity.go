package service

import (
	"context"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
)

// The longest texts of an activity, in characters.
const maxActivityTitle, maxActivityContent, maxActivityPlace = 60, 1000, 80

// ActivityForm is what an activity is made from.
type ActivityForm struct {
	AssociationID         int64 // 0: of no association
	Kind                  string
	Title, Content, Place string
	StartsAt, EndsAt      time.Time
	Capacity              int64 // 0: no limit
	Audience              model.Audience
}

// MakeActivity makes an activity at a node that the actor's role reaches, or at that of an association
// which they lead. Refusals: node.not_found where they may not, association.not_found,
// association.ended, activity.times_invalid, activity.audience_unknown, activity.audience_not_yours,
// hours.kind_unknown, node.ended.
func (s *Service) MakeActivity(ctx context.Context, cmd Command, node int64, form ActivityForm) (SeenActivity, error) {
	a := model.Activity{
		NodeID: node, Kind: form.Kind, StartsAt: toSecond(form.StartsAt), EndsAt: toSecond(form.EndsAt),
		Capacity: form.Capacity, Audience: form.Audience, MadeByID: cmd.By.PersonID,
	}
	if form.AssociationID != 0 {
		a.AssociationID = &form.AssociationID
	}
	if err := activityTexts(&a, form.Title, form.Content, form.Place); err != nil {
		return SeenActivity{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenActivity, error) {
		n, err := model.LockNode(t.DB, node)
		if err != nil {
			return SeenActivity{}, err
		}
		if err := t.mayMake(a, n); err != nil {
			return SeenActivity{}, err
		}
		if err := a.Timely(t.now); err != nil {
			return SeenActivity{}, err
		}
		if err := model.NeedServiceKind(t.DB, a.Kind); err != nil {
			return SeenActivity{}, err
		}
		a.MadeAt = t.now
		if err := model.MakeActivity(t.DB, &a); err != nil {
			return SeenActivity{}, err
		}
		if err := t.scheduleActivity(a); err != nil {
			return SeenActivity{}, err
		}
		if err := t.audit("activity.make", n.ID, "activity", a.ID, string(a.Audience)+" "+a.Kind); err != nil {
			return SeenActivity{}, err
		}
		return t.seen(a.ID)
	})
}

// seen gives an activity as its organiser sees it right after they did something to it.
func (t *tx) seen(id int64) (SeenActivity, error) {
	a, err := model.ListedActivityByID(t.DB, id)
	return SeenActivity{ListedActivity: a, Phase: a.Phase(t.now), Organiser: true}, err
}

func toSecond(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }

func activityTexts(a *model.Activity, title, content, place string) (err error) {
	if a.Title, err = model.NeedText("body.title", title, maxActivityTitle, false); err != nil {
		return err
	}
	if a.Content, err = model.CleanText("body.content", content, maxActivityContent, true); err != nil {
		return err
	}
	a.Place, err = model.NeedText("body.place", place, maxActivityPlace, false)
	return err
}

// mayMake refuses unless the actor may make the activity at a locked node.
func (t *tx) mayMake(a model.Activity, n model.Node) error {
	missing := model.ErrNodeNotFound
	officer, leads := t.by.May(model.MakeActivities, n.Path, t.now), false
	if a.AssociationID != nil {
		of, is, err := leadOf(t.DB, *a.AssociationID, t.by.PersonID)
		if err != nil {
			return err
		}
		leads = is
		switch {
		case of.NodeID != n.ID || !officer && !leads:
			missing = model.ErrAssociationNotFound
			officer, leads = false, false
		case of.EndedAt != nil:
			return model.ErrAssociationEnded
		}
	}
	switch {
	case !officer && !leads:
		return missing
	case n.State != model.NodeActive:
		return model.ErrNodeEnded
	case !officer && a.Audience.TellsMembership():
		return model.ErrActivityNotYours
	}
	return nil
}

// organises tells whether the actor organises an activity at the node with a path now: whoever may make
// activities there, and the lead of its association. Where taking part tells of a membership it takes a
// role: a lead may not know who is a member.
func organises(h *gorm.DB, by model.Actor, a model.Activity, path string, now time.Time) (bool, error) {
	switch {
	case by.May(model.MakeActivities, path, now):
		return true, nil
	case a.AssociationID == nil || by.PersonID == 0 || a.Audience.TellsMembership():
		return false, nil
	}
	of, leads, err := leadOf(h, *a.AssociationID, by.PersonID)
	return leads && of.EndedAt == nil, err
}

// lockOrganised locks an activity that the actor organises, and gives it with its node; another is not
// found.
func (t *tx) lockOrganised(id int64) (model.Activity, model.Node, error) {
	a, err := model.LockActivity(t.DB, id)
	if err != nil {
		return a, model.Node{}, err
	}
	n, err := model.NodeByID(t.DB, a.NodeID)
	if err != nil {
		return a, n, err
	}
	yes, err := organises(t.DB, t.by, a, n.Path, t.now)
	if err == nil && !yes {
		err = model.ErrActivityNotFound
	}
	return a, n, err
}

// scheduleActivity owes what an activity's times ask for, and shows it on the pages concerned.
func (t *tx) scheduleActivity(a model.Activity) error {
	t.touch(model.NodeTopic(a.NodeID))
	if at := a.StartsAt.Add(-model.RemindBefore); at.After(t.now) {
		if err := t.owe(remindActivity, a.ID, onceAt(a.ID, "remind", a.StartsAt), at); err != nil {
			return err
		}
	}
	return t.owe(endActivity, a.ID, onceAt(a.ID, "over", a.EndsAt), a.EndsAt)
}

func onceAt(id int64, news string, at time.Time) string {
	return model.ActivityOnce(id, news+":"+strconv.FormatInt(at.Unix(), 10))
}

// ActivityChange is what is to be different; nil leaves a thing as it is.
type ActivityChange struct {
	Title, Content, Place *string
	StartsAt, EndsAt      *time.Time
	Capacity              *int64
}

// ChangeActivity changes an activity before its start and before anybody has checked in, and tells
// everybody who has signed up; who waits moves up where there are more seats. Refusals:
// activity.not_found to whom it is not to organise, activity.cancelled, activity.started,
// activity.attended, activity.times_invalid, activity.capacity_taken, activity.unchanged.
func (s *Service) ChangeActivity(ctx context.Context, cmd Command, id int64, change ActivityChange) (SeenActivity, error) {
	return inTx(ctx, s, cmd, func(t *tx) (SeenActivity, error) {
		none := SeenActivity{}
		a, n, err := t.lockOrganised(id)
		if err != nil {
			return none, err
		}
		if err := t.adjustableActivity(a); err != nil {
			return none, err
		}
		fields, err := t.changeInto(&a, change)
		if err != nil {
			return none, err
		}
		if err := model.ChangeActivity(t.DB, &a); err != nil {
			return none, err
		}
		if err := t.moveUp(a, n); err != nil {
			return none, err
		}
		if err := t.scheduleActivity(a); err != nil {
			return none, err
		}
		if err := t.tellChange(a, fields); err != nil {
			return none, err
		}
		if err := t.audit("activity.change", n.ID, "activity", a.ID, fields); err != nil {
			return none, err
		}
		return t.seen(a.ID)
	})
}

// tellChange owes telling those who have signed up of a change that concerns them, and tells who made the activity.
func (t *tx) tellChange(a model.Activity, fields string) error {
	changed := "changed:" + strconv.FormatInt(a.Version, 10)
	if fields != capacityAlone {
		if err := t.owe(tellChanged, a.ID, model.ActivityOnce(a.ID, changed), t.now); err != nil {
			return err
		}
	}
	return t.tellMaker(a, "您发起的活动有调整", "调整了，现在是："+whenAndWhere(a)+"。", changed)
}

// capacityAlone is a change that nobody with a seat has to know of.
const capacityAlone = "capacity "

// adjustableActivity refuses an activity that can't be changed any more.
func (t *tx) adjustableActivity(a model.Activity) error {
	if err := a.Coming(t.now); err != nil {
		return err
	}
	attended, err := model.AttendancesOf(t.DB, a.ID)
	if err == nil && slices.ContainsFunc(attended, func(h model.Hours) bool { return h.State != model.HoursVoid }) {
		err = model.ErrActivityAttended
	}
	return err
}

// changeInto makes the changes, checks what has come of them, and names them for the audit log.
func (t *tx) changeInto(a *model.Activity, c ActivityChange) (fields string, err error) {
	was := *a
	title, content, place := a.Title, a.Content, a.Place
	set(&title, c.Title)
	set(&content, c.Content)
	set(&place, c.Place)
	if err := activityTexts(a, title, content, place); err != nil {
		return "", err
	}
	set(&a.StartsAt, c.StartsAt)
	set(&a.EndsAt, c.EndsAt)
	set(&a.Capacity, c.Capacity)
	a.StartsAt, a.EndsAt = toSecond(a.StartsAt), toSecond(a.EndsAt)
	if err := a.Timely(t.now); err != nil {
		return "", err
	}
	if a.Capacity != 0 && a.Capacity != was.Capacity {
		seated, err := model.CountSignUps(t.DB, a.ID, model.Seated)
		if err != nil {
			return "", err
		}
		if a.Capacity < seated {
			return "", model.ErrActivityCapacity.With(fault.Field{Path: "body.capacity", Text: "已经有 " + strconv.FormatInt(seated, 10) + " 人报上名。"})
		}
	}
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{"title", a.Title != was.Title},
		{"content", a.Content != was.Content},
		{"place", a.Place != was.Place},
		{"times", !a.StartsAt.Equal(was.StartsAt) || !a.EndsAt.Equal(was.EndsAt)},
		{"capacity", a.Capacity != was.Capacity},
	} {
		if f.changed {
			fields += f.name + " "
		}
	}
	if fields == "" {
		return "", model.ErrActivitySame
	}
	return fields, nil
}

func set[V any](into *V, value *V) {
	if value != nil {
		*into = *value
	}
}

// CancelActivity calls an activity off that is not over, with a reason. Who has signed up is told once;
// open attendance is void. What somebody has already been checked out of stays, to be confirmed.
// Refusals: activity.not_found to whom it is not to organise, activity.cancelled, activity.over.
func (s *Service) CancelActivity(ctx context.Context, cmd Command, id int64, reason string) (SeenActivity, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return SeenActivity{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenActivity, error) {
		none := SeenActivity{}
		a, n, err := t.lockOrganised(id)
		if err != nil {
			return none, err
		}
		if a.State == model.ActivityOpen && a.Phase(t.now) == model.PhaseOver {
			return none, model.ErrActivityOver
		}
		if err := model.CancelActivity(t.DB, a.ID, t.by.PersonID, reason, t.now); err != nil {
			return none, err
		}
		if err := t.voidOpen(a, reason); err != nil {
			return none, err
		}
		t.touch(model.NodeTopic(n.ID))
		if err := t.owe(tellCancelled, a.ID, model.ActivityOnce(a.ID, "cancelled"), t.now); err != nil {
			return none, err
		}
		if err := t.tellMaker(a, "您发起的活动被取消", "取消了，原因："+reason+"。", "cancelled"); err != nil {
			return none, err
		}
		if err := t.audit("activity.cancel", n.ID, "activity", a.ID, ""); err != nil {
			return none, err
		}
		return t.seen(a.ID)
	})
}
