package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"danyuan/model"
)

// The jobs of an activity: reminding before it begins, what is to be done when it is over, telling
// everybody who has signed up of a change or a cancellation.
const (
	remindActivity = "remind_activity"
	endActivity    = "end_activity"
	tellChanged    = "tell_activity_changed"
	tellCancelled  = "tell_activity_cancelled"
)

// toldAtOnce bounds one transaction of telling many.
const toldAtOnce = 100

// The mini-program pages that notices of activities lead to: one's own, and what one organises.
const myActivitiesPage, activityPage = "pages/activities/mine", "pages/activities/one?id="

// whenAndWhere says it as people write it.
func whenAndWhere(a model.Activity) string {
	from, until := a.StartsAt.In(model.Beijing), a.EndsAt.In(model.Beijing)
	end := "15:04"
	if from.YearDay() != until.YearDay() {
		end = "1月2日15:04"
	}
	return from.Format("1月2日15:04") + "到" + until.Format(end) + "，" + a.Place
}

// news is what one sign-up is told of an activity. once makes it reach them once.
type news struct{ title, body, once string }

// tellSignedUp tells those who have signed up, a batch a transaction. What they are told is made from
// the activity as it is by then; ok is false when there is nothing to tell any more. Run again it
// tells those who were not told yet.
func (s *Service) tellSignedUp(ctx context.Context, id int64, states []model.SignUpState, of func(a model.Activity, now time.Time) (n news, ok bool)) error {
	after := int64(0)
	for {
		last, err := inTx(ctx, s, Command{}, func(t *tx) (int64, error) {
			a, err := model.ActivityByID(t.DB, id)
			if err != nil {
				return 0, err
			}
			n, ok := of(a, t.now)
			if !ok {
				return 0, nil
			}
			rows, err := model.SignUpsAfter(t.DB, id, states, after, toldAtOnce)
			if err != nil || len(rows) == 0 {
				return 0, err
			}
			for _, r := range rows {
				once := model.ActivityOnce(id, n.once+":"+strconv.FormatInt(r.PersonID, 10))
				if err := t.notify(r.PersonID, NoticeActivity, n.title, n.body, myActivitiesPage, once); err != nil {
					return 0, err
				}
			}
			return rows[len(rows)-1].ID, nil
		})
		if err != nil || last == 0 {
			return err
		}
		after = last
	}
}

// remindOfActivity tells those with a seat the day before. An activity that was moved or cancelled since
// the job was owed has another job, or none.
func (s *Service) remindOfActivity(ctx context.Context, id int64) error {
	return s.tellSignedUp(ctx, id, []model.SignUpState{model.Seated}, func(a model.Activity, now time.Time) (news, bool) {
		due := a.Phase(now) == model.PhaseUpcoming && !now.Before(a.StartsAt.Add(-model.RemindBefore))
		body := fmt.Sprintf("您报名的“%s”快到了：%s。不能来请提前退出，把名额让给候补的邻居。", a.Title, whenAndWhere(a))
		return news{"活动提醒", body, "remind:" + strconv.FormatInt(a.StartsAt.Unix(), 10)}, due
	})
}

// tellOfChange tells everybody who has signed up how an activity stands after a change.
func (s *Service) tellOfChange(ctx context.Context, id int64) error {
	return s.tellSignedUp(ctx, id, []model.SignUpState{model.Seated, model.Waiting}, func(a model.Activity, _ time.Time) (news, bool) {
		body := fmt.Sprintf("您报名的“%s”有调整，现在是：%s。不方便的话，请在开始前退出。", a.Title, whenAndWhere(a))
		return news{"活动有调整", body, "changed:" + strconv.FormatInt(a.Version, 10)}, a.State == model.ActivityOpen
	})
}

// tellOfCancellation tells everybody who has signed up that an activity does not take place.
func (s *Service) tellOfCancellation(ctx context.Context, id int64) error {
	return s.tellSignedUp(ctx, id, []model.SignUpState{model.Seated, model.Waiting}, func(a model.Activity, _ time.Time) (news, bool) {
		return news{"活动已取消", fmt.Sprintf("您报名的“%s”已经取消，原因：%s。", a.Title, a.Reason), "cancelled"}, a.State == model.ActivityCancelled
	})
}

// tellMaker tells who made an activity, and organises it still, what another of its organisers has done with it.
func (t *tx) tellMaker(a model.Activity, title, became, what string) error {
	if a.MadeByID == t.by.PersonID {
		return nil
	}
	them, err := t.toldOfEnd(a)
	if err != nil || !slices.Contains(them, a.MadeByID) {
		return err
	}
	body := fmt.Sprintf("您发起的“%s”由%s%s", a.Title, t.by.Name, became)
	return t.notify(a.MadeByID, NoticeActivity, title, body, activityPage+strconv.FormatInt(a.ID, 10), model.ActivityOnce(a.ID, "maker:"+what))
}

// closeActivity takes an activity that is over off the pages, and tells who made it what is left to do, also where it
// was called off after somebody had come; who has no office there any more by which they could do it, everybody who has.
func (s *Service) closeActivity(ctx context.Context, id int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		a, err := model.ActivityByID(t.DB, id)
		if err != nil || t.now.Before(a.EndsAt) {
			return struct{}{}, err
		}
		t.touch(model.NodeTopic(a.NodeID))
		attended, err := model.AttendancesOf(t.DB, id)
		if err != nil || len(inState(attended, model.HoursOpen))+len(inState(attended, model.HoursClaimed)) == 0 {
			return struct{}{}, err
		}
		them, err := t.toldOfEnd(a)
		if err != nil {
			return struct{}{}, err
		}
		body := fmt.Sprintf("“%s”已经结束。请核对没有签退的人，再确认大家的时长。", a.Title)
		if a.State == model.ActivityCancelled {
			body = fmt.Sprintf("“%s”取消以前，已经有人参加并签退。请确认他们的时长。", a.Title)
		}
		page := activityPage + strconv.FormatInt(id, 10)
		news := make([]told, len(them))
		for i, p := range them {
			news[i] = told{p, NoticeActivity, "请确认活动时长", body, page, model.ActivityOnce(id, "over:"+strconv.FormatInt(p, 10))}
		}
		return struct{}{}, t.notifyMany(news)
	})
	return err
}

// toldOfEnd gives who made an activity, if they still organise it, or else everybody who does.
func (t *tx) toldOfEnd(a model.Activity) ([]int64, error) {
	n, err := model.NodeByID(t.DB, a.NodeID)
	if err != nil {
		return nil, err
	}
	officers, err := model.OfficersAt(t.DB, model.PathIDs(n.Path), t.now, model.MakeActivities.PermittedRoles()...)
	if err != nil {
		return nil, err
	}
	var them []int64
	for _, o := range officers {
		them = append(them, o.PersonID)
	}
	if a.AssociationID != nil && !a.Audience.TellsMembership() {
		of, err := model.ListedAssociationByID(t.DB, *a.AssociationID)
		if err != nil {
			return nil, err
		}
		led, err := led(t.DB, of)
		if err != nil {
			return nil, err
		}
		if of.EndedAt == nil && led[of.ID] {
			them = append(them, of.LeadID)
		}
	}
	if slices.Contains(them, a.MadeByID) {
		return []int64{a.MadeByID}, nil
	}
	slices.Sort(them)
	return slices.Compact(them), nil
}
