package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"danyuan/fault"
	"danyuan/model"
)

// Left is when somebody left an activity who was not checked out, as its organiser knows, and why they
// say so.
type Left struct {
	PersonID int64
	At       time.Time
	Reason   string
}

// SettleAttendance gives the end of the attendance of people who forgot to check out, all of them or
// none. The organiser says when each left; nothing is guessed. Refusals: activity.not_found to whom it
// is not to organise, activity.cancelled, activity.not_checked_in, activity.own_attendance,
// activity.left_at_invalid, activity.person_twice, hours.wrong_state, hours.too_short. Who stayed longer than one record
// may be is settled as that long, as by a scan.
func (s *Service) SettleAttendance(ctx context.Context, cmd Command, activity int64, left []Left) ([]model.Hours, error) {
	left = slices.Clone(left)
	for i := range left {
		var err error
		if left[i].Reason, err = model.NeedText(fmt.Sprintf("body.people[%d].reason", i), left[i].Reason, maxReason, false); err != nil {
			return nil, err
		}
		left[i].At = toSecond(left[i].At)
	}
	slices.SortFunc(left, func(a, b Left) int { return cmp.Compare(a.PersonID, b.PersonID) })
	for i := 1; i < len(left); i++ {
		if left[i].PersonID == left[i-1].PersonID {
			return nil, model.ErrAttendanceTwice
		}
	}
	return inTx(ctx, s, cmd, func(t *tx) ([]model.Hours, error) {
		a, n, err := t.lockOrganised(activity)
		if err != nil {
			return nil, err
		}
		if a.State == model.ActivityCancelled {
			return nil, model.ErrActivityCancelled
		}
		people := make([]int64, len(left))
		for i, l := range left {
			people[i] = l.PersonID
		}
		if _, err := model.LockPersons(t.DB, people); err != nil {
			return nil, err
		}
		out := make([]model.Hours, len(left))
		for i, l := range left {
			if out[i], err = t.settleOne(a, l); err != nil {
				return nil, err
			}
		}
		return out, t.audit("activity.settle", n.ID, "activity", a.ID, strconv.Itoa(len(left)))
	})
}

// settleOne ends the open attendance of a locked person at a moment that the organiser gives.
func (t *tx) settleOne(a model.Activity, l Left) (model.Hours, error) {
	if l.PersonID == t.by.PersonID {
		return model.Hours{}, model.ErrAttendanceOwn
	}
	h, err := model.AttendanceOf(t.DB, a.ID, l.PersonID)
	switch {
	case err != nil:
		return model.Hours{}, err
	case h == nil, h.State == model.HoursVoid:
		// Who has not come is not named: a list could be made up of anybody.
		return model.Hours{}, model.ErrAttendanceNone.With(fault.Field{Path: personField(l.PersonID), Text: "这个人没有签到。"})
	case h.State != model.HoursOpen:
		return *h, t.unfit(model.ErrHoursState.Saying("有人已经签退，不用再补。请刷新列表后再看。"), l.PersonID, "已经签退。")
	case !l.At.After(h.StartsAt) || l.At.After(a.EndsAt) || l.At.After(t.now):
		return *h, t.unfit(model.ErrAttendanceLeft, l.PersonID, "离开的时间要在签到以后、活动结束以前，不能晚于现在。")
	case model.MinutesBetween(h.StartsAt, l.At) < 1:
		return *h, t.unfit(model.ErrHoursShort, l.PersonID, "签到以后不到1分钟就离开了，没有时长可记。请先作废这次签到，再补别人的。")
	}
	if err := t.endHours(h, h.AtMost(l.At), model.ByOrganiser); err != nil {
		return *h, err
	}
	if err := model.NoteLeft(t.DB, a.ID, l.PersonID, l.Reason); err != nil {
		return *h, err
	}
	body := fmt.Sprintf("您在“%s”没有签退，组织者补记您%s离开，原因：%s。如果不对，请联系组织者。", a.Title, l.At.In(model.Beijing).Format("1月2日15:04"), l.Reason)
	return *h, t.notify(l.PersonID, NoticeActivity, "补记了签退时间", body, myActivitiesPage, model.ActivityOnce(a.ID, "left:"+strconv.FormatInt(h.ID, 10)))
}

// unfit refuses to do something for one of a list who has come, and says for whom and why.
func (t *tx) unfit(refusal *fault.Fault, person int64, why string) error {
	p, err := model.PersonByID(t.DB, person)
	if err != nil {
		return err
	}
	return refusal.With(fault.Field{Path: personField(person), Text: model.MaskName(p.Name) + "：" + why})
}

// personField names a person of a list in a refusal.
func personField(id int64) string { return "body.people." + strconv.FormatInt(id, 10) }

// Confirmed is what came of confirming the hours of an activity.
type Confirmed struct {
	People  int
	Minutes int64
	OwnLeft bool // the actor's own are left for somebody else
}

// ConfirmActivity confirms the hours of everybody who took part in an activity that is over, in one
// transaction. The actor's own are left for another organiser, who is told. Refusals: activity.not_found
// to whom it is not to organise, activity.not_over, activity.unsettled with who is not checked out,
// activity.nothing_to_confirm, hours.own when only the actor's own are left.
func (s *Service) ConfirmActivity(ctx context.Context, cmd Command, activity int64, evaluation string) (Confirmed, error) {
	evaluation, err := model.CleanText("body.evaluation", evaluation, maxReason, false)
	if err != nil {
		return Confirmed{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (Confirmed, error) {
		a, n, err := t.lockOrganised(activity)
		if err != nil {
			return Confirmed{}, err
		}
		if phase := a.Phase(t.now); phase == model.PhaseUpcoming || phase == model.PhaseRunning {
			return Confirmed{}, model.ErrActivityNotOver
		}
		attended, err := t.lockAttendances(a)
		if err != nil {
			return Confirmed{}, err
		}
		if open := inState(attended, model.HoursOpen); len(open) > 0 {
			return Confirmed{}, t.unsettled(open)
		}
		done, list, err := t.toConfirm(attended)
		if err != nil {
			return Confirmed{}, err
		}
		if err := t.confirmHours(list, evaluation); err != nil {
			return Confirmed{}, err
		}
		if done.OwnLeft {
			body := fmt.Sprintf("“%s”的组织者自己也参加了，其本人的时长要由您或其他负责人确认。", a.Title)
			once := model.ActivityOnce(a.ID, "own:"+strconv.FormatInt(t.by.PersonID, 10))
			err := t.tellOfficers(model.MakeActivities, n.Path, NoticeActivity, "有一份活动时长待确认", body, activityPage+strconv.FormatInt(a.ID, 10), once)
			if err != nil {
				return Confirmed{}, err
			}
		}
		return done, t.audit("activity.confirm", n.ID, "activity", a.ID, strconv.Itoa(done.People))
	})
}

// toConfirm gives the claimed hours that the actor may confirm, of a locked activity's attendance.
func (t *tx) toConfirm(attended []model.Hours) (done Confirmed, list []model.Hours, err error) {
	for _, h := range inState(attended, model.HoursClaimed) {
		if h.PersonID == t.by.PersonID {
			done.OwnLeft = true
			continue
		}
		list = append(list, h)
		done.People++
		done.Minutes += h.Minutes
	}
	switch {
	case len(list) == 0 && done.OwnLeft:
		err = model.ErrHoursOwn.Saying("剩下的只有您自己的时长，不能由自己确认。请由另一位组织者，或网格、社区的负责人确认。")
	case len(list) == 0:
		err = model.ErrAttendanceNothing
	}
	return done, list, err
}

// unsettled refuses to confirm, and says who is not checked out.
func (t *tx) unsettled(open []model.Hours) error {
	fields := make([]fault.Field, len(open))
	for i, h := range open {
		p, err := model.PersonByID(t.DB, h.PersonID)
		if err != nil {
			return err
		}
		fields[i] = fault.Field{Path: personField(h.PersonID), Text: model.MaskName(p.Name) + "还没有签退。"}
	}
	return model.ErrAttendanceOpen.With(fields...)
}
