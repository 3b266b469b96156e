package service

import (
	"context"
	"time"

	"danyuan/model"
)

// ConfirmHours confirms a log as it was seen: after so many changes. The volunteer gets points. evaluation, which may
// be "", goes into the record. Refusals: hours.changed when it says something else by now,
// guardian.child_without_consent, and as for refusing: hours.not_found outside the actor's scope, hours.of_activity,
// hours.own, hours.entered_by_you, hours.not_your_turn, hours.wrong_state.
func (s *Service) ConfirmHours(ctx context.Context, cmd Command, id, seen int64, evaluation string) (model.ListedHours, error) {
	evaluation, err := model.CleanText("body.evaluation", evaluation, model.MaxHoursReason, false)
	if err != nil {
		return model.ListedHours{}, err
	}
	return s.onHours(ctx, cmd, id, func(t *tx, p model.Person, h model.Hours, place model.Node) error {
		if err := t.needDecider(h, place); err != nil {
			return err
		}
		if err := t.needGuardian(p); err != nil {
			return err
		}
		if now, err := model.CountHoursChanges(t.DB, h.ID); err != nil || now != seen {
			return or(err, model.ErrHoursChanged)
		}
		return t.confirmHours([]model.Hours{h}, evaluation)
	})
}

// RefuseHours turns a log down, with a reason that the volunteer reads.
func (s *Service) RefuseHours(ctx context.Context, cmd Command, id int64, reason string) (model.ListedHours, error) {
	reason, err := model.NeedText("body.reason", reason, model.MaxHoursReason, false)
	if err != nil {
		return model.ListedHours{}, err
	}
	return s.onHours(ctx, cmd, id, func(t *tx, _ model.Person, h model.Hours, place model.Node) error {
		if err := t.needDecider(h, place); err != nil {
			return err
		}
		if err := model.DecideHours(t.DB, &h, model.HoursRefused, t.by.PersonID, reason, t.now); err != nil {
			return err
		}
		became := "没有通过确认，原因：" + reason + "。" + againText(h, t.now)
		if err := t.notify(h.PersonID, NoticeHours, "服务记录未通过", "您"+spanText(h)+"的志愿服务"+became, myHoursPage, onceForHours(h.ID, "refused")); err != nil {
			return err
		}
		if err := t.tellHoursProxies(h, "refused", "代填的服务记录未通过", became); err != nil {
			return err
		}
		return t.audit("hours.refuse", h.NodeID, "hours", h.ID, "")
	})
}

// VoidHours makes hours void that turned out not to be true, confirmed ones too; their points are taken
// back. Refusals: hours.not_found outside the actor's scope, hours.own, hours.wrong_state,
// hours.points_spent.
func (s *Service) VoidHours(ctx context.Context, cmd Command, id int64, reason string) (model.ListedHours, error) {
	reason, err := model.NeedText("body.reason", reason, model.MaxHoursReason, false)
	if err != nil {
		return model.ListedHours{}, err
	}
	return s.onHours(ctx, cmd, id, func(t *tx, _ model.Person, h model.Hours, place model.Node) error {
		switch {
		case !t.by.May(model.VoidHours, place.Path, t.now):
			return model.ErrHoursNotFound
		case h.PersonID == t.by.PersonID:
			return model.ErrHoursOwn
		}
		if err := t.voidHours(h, reason); err != nil {
			return err
		}
		body := "您" + spanText(h) + "的志愿服务记录已作废，原因：" + reason + "。已得的积分同时冲回。如有疑问请联系社区。"
		if err := t.notify(h.PersonID, NoticeHours, "服务记录已作废", body, myHoursPage, onceForHours(h.ID, "void")); err != nil {
			return err
		}
		return t.tellHoursProxies(h, "void", "代填的服务记录已作废", "已作废，原因："+reason+"。已得的积分同时冲回。")
	})
}

// againText says whether what was refused can be filed again.
func againText(h model.Hours, now time.Time) string {
	if h.StartsAt.Before(now.Add(-model.LogsFiledFor)) {
		return "服务已经超过30天，不能重新填报；情况不符的，请联系社区核实。"
	}
	return "情况不符可以更正后重新填报。"
}

// needDecider refuses whoever may not decide about a log, or not yet.
func (t *tx) needDecider(h model.Hours, place model.Node) error {
	switch {
	case !t.by.May(model.ConfirmHours, place.Path, t.now):
		return model.ErrHoursNotFound
	case h.Source != model.FromLog:
		return model.ErrHoursActivity
	case h.PersonID == t.by.PersonID:
		return model.ErrHoursOwn
	case h.EnteredByID != 0 && h.EnteredByID == t.by.PersonID:
		return model.ErrHoursEntered
	case h.State != model.HoursClaimed:
		return h.WrongState()
	case !h.CreatedAt.Add(model.TurnPassesUp).After(t.now):
		return nil
	}
	officers, err := model.OfficersAt(t.DB, model.PathIDs(place.Path), t.now, model.DecidingRoles()...)
	if err != nil {
		return err
	}
	if turn, them := model.TurnOf(officers, h.PersonID, h.EnteredByID); turn < t.by.LevelOf(place.Path, t.now) {
		return model.ErrHoursTurn.Saying("这条记录现在由" + them[0].Role.Title() + "确认。7天以后仍没有确认的，您可以直接办理。")
	}
	return nil
}
