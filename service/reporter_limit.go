package service

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
)

// The mini-program pages that notices of limits lead to: the community's list, the person's own.
const reporterLimitsPage, myReporterLimitPage = "staff/report-limits/index", "pages/report-limit/mine"

// dangerGetsThrough tells a limited reporter that danger gets through.
const dangerGetsThrough = "有危险的急事请选“紧急”上报，不受这个限制。"

// SeenLimit is a limit as it is now.
type SeenLimit struct {
	model.ListedReporterLimit
	Title     string
	Counts    bool // whether it still holds
	MayObject bool
}

func seeLimit(l model.ListedReporterLimit, now time.Time) SeenLimit {
	counts := l.State != model.LimitLifted && !l.Over(now)
	return SeenLimit{l, l.ReporterLimit.Title(now), counts, counts && l.ObjectedAt == nil}
}

func seeLimits(rows []model.ListedReporterLimit, now time.Time) []SeenLimit {
	out := make([]SeenLimit, len(rows))
	for i, l := range rows {
		out[i] = seeLimit(l, now)
	}
	return out
}

func (t *tx) seenLimit(id int64) (SeenLimit, error) {
	l, err := model.ListedReporterLimitByID(t.DB, id)
	return seeLimit(l, t.now), err
}

// LimitReporter lets somebody report at most so many matters a Beijing day, from now on to the end of the
// last of so many days, today included. They are told at once: the rule, why, until when, how to object.
// Urgent matters pass, up to what anybody may report. Refusals: person.not_found outside the actor's
// scope, reporter_limit.own, reporter_limit.open_already, text.empty.
func (s *Service) LimitReporter(ctx context.Context, cmd Command, person, aDay int64, days int, reason string) (SeenLimit, error) {
	none := SeenLimit{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenLimit, error) {
		p, err := t.lockPersonFor(person, model.LimitReporters)
		if err != nil {
			return none, err
		}
		if p.ID == t.by.PersonID {
			return none, model.ErrLimitOwn
		}
		l := model.ReporterLimit{
			PersonID: p.ID, NodeID: p.NodeID, ADay: aDay, Reason: reason, MadeByID: t.by.PersonID, StartsAt: t.now,
			EndsAt: model.BeijingMidnight(t.now).AddDate(0, 0, days),
		}
		if err := model.LimitReporter(t.DB, &l); err != nil {
			return none, err
		}
		body := fmt.Sprintf("到%s（含当天）为止，您每天最多上报%d件事。原因：%s。%s%s", l.LastDay(), l.ADay, reason, howToObject(l), dangerGetsThrough)
		if err := t.notify(p.ID, NoticeMatter, "您上报的次数有了限制", body, myReporterLimitPage, onceForLimit(l.ID, l.State)); err != nil {
			return none, err
		}
		if err := t.audit("reporter_limit.make", l.NodeID, "reporter_limit", l.ID, fmt.Sprintf("%d a day for %d days", aDay, days)); err != nil {
			return none, err
		}
		return t.seenLimit(l.ID)
	})
}

func onceForLimit(id int64, state model.ReporterLimitState) string {
	return fmt.Sprintf("reporter_limit:%d:%s", id, state)
}

// howToObject tells a limited person what they can still do about it.
func howToObject(l model.ReporterLimit) string {
	switch l.State {
	case model.LimitObjected:
		return "您的异议正等社区的另一位同志决定。"
	case model.LimitUpheld:
		return "您的异议已有决定：" + l.Decision + "。"
	case model.LimitRunning, model.LimitLifted:
	}
	return "不同意的，可以在“我的上报限制”里提出一次异议，由社区的另一位同志决定。"
}

// limited refuses a report over a limit. The reason is between the community and the person: who reports
// for them reads it only if they could have made the limit.
func (t *tx) limited(l model.ReporterLimit, path string) error {
	if l.PersonID == t.by.PersonID {
		return model.ErrMatterLimited.Saying(fmt.Sprintf("到%s（含当天）为止，您每天最多上报%d件事，今天已经到了，请明天再上报。原因：%s。%s%s",
			l.LastDay(), l.ADay, l.Reason, howToObject(l), dangerGetsThrough))
	}
	reason := "原因已经告诉本人。"
	if t.by.May(model.LimitReporters, path, t.now) {
		reason = "原因：" + l.Reason + "。"
	}
	return model.ErrMatterLimited.Saying(fmt.Sprintf("到%s（含当天）为止，这位居民每天最多上报%d件事，代为上报的也算，今天已经到了，请明天再上报。%s本人不同意的，可以提出一次异议，由社区的另一位同志决定。%s",
		l.LastDay(), l.ADay, reason, dangerGetsThrough))
}

// ObjectToLimit takes the limited person's own words, once; the limit runs on until somebody else than
// who made it decides. Refusals: reporter_limit.not_found for somebody else's,
// reporter_limit.objected_already, reporter_limit.wrong_state once it is lifted, reporter_limit.over.
func (s *Service) ObjectToLimit(ctx context.Context, cmd Command, id int64, words string) (SeenLimit, error) {
	none := SeenLimit{}
	words, err := model.NeedText("body.words", words, model.MaxLimitObjection, true)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenLimit, error) {
		l, err := model.LockReporterLimit(t.DB, id)
		switch {
		case err != nil:
			return none, err
		case l.PersonID != t.by.PersonID:
			return none, model.ErrLimitNotFound
		}
		if err := model.ObjectToLimit(t.DB, l, words, t.now); err != nil {
			return none, err
		}
		listed, err := model.ListedReporterLimitByID(t.DB, id)
		if err != nil {
			return none, err
		}
		body := model.MaskName(listed.Name) + "对上报次数的限制提出异议，请由不是作出限制的同志核实后决定。"
		if err := t.tellOfficers(model.LimitReporters, listed.NodePath, NoticeMatter, "上报限制有新的异议", body, reporterLimitsPage, onceForLimit(id, listed.State)); err != nil {
			return none, err
		}
		return seeLimit(listed, t.now), t.audit("reporter_limit.object", l.NodeID, "reporter_limit", id, "")
	})
}

// LiftLimit ends a limit, objected to or not, with a reason that the person reads. Refusals:
// reporter_limit.not_found outside the actor's scope, reporter_limit.own, reporter_limit.made_by_you,
// reporter_limit.wrong_state, reporter_limit.over.
func (s *Service) LiftLimit(ctx context.Context, cmd Command, id int64, reason string) (SeenLimit, error) {
	return s.decideLimit(ctx, cmd, id, model.LimitLifted, reason)
}

// UpholdLimit decides that a limit to which the person objects runs on to its end, with a reason that they
// read. Refusals as for lifting.
func (s *Service) UpholdLimit(ctx context.Context, cmd Command, id int64, reason string) (SeenLimit, error) {
	return s.decideLimit(ctx, cmd, id, model.LimitUpheld, reason)
}

func (s *Service) decideLimit(ctx context.Context, cmd Command, id int64, next model.ReporterLimitState, reason string) (SeenLimit, error) {
	none := SeenLimit{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (SeenLimit, error) {
		l, err := model.LockReporterLimit(t.DB, id)
		if err != nil {
			return none, err
		}
		listed, err := model.ListedReporterLimitByID(t.DB, id)
		switch {
		case err != nil:
			return none, err
		case !t.by.May(model.LimitReporters, listed.NodePath, t.now):
			return none, model.ErrLimitNotFound
		case l.PersonID == t.by.PersonID:
			return none, model.ErrLimitOwn
		case l.MadeByID == t.by.PersonID:
			return none, model.ErrLimitMaker
		}
		if err := model.DecideReporterLimit(t.DB, l, next, t.by.PersonID, reason, t.now); err != nil {
			return none, err
		}
		title, body := "您上报次数的限制已解除", "社区解除了对您上报次数的限制："+reason+"。"
		if next == model.LimitUpheld {
			title = "您上报次数的限制维持不变"
			body = fmt.Sprintf("社区对您异议的决定：维持每天最多上报%d件事的限制，到%s（含当天）为止。理由：%s。%s", l.ADay, l.LastDay(), reason, dangerGetsThrough)
		}
		if err := t.notify(l.PersonID, NoticeMatter, title, body, myReporterLimitPage, onceForLimit(id, next)); err != nil {
			return none, err
		}
		if err := t.audit("reporter_limit."+string(next), l.NodeID, "reporter_limit", id, ""); err != nil {
			return none, err
		}
		return t.seenLimit(id)
	})
}

// MyReporterLimits lists the actor's limits, the newest first.
func (s *Service) MyReporterLimits(ctx context.Context, by model.Actor, slice model.Slice) ([]SeenLimit, error) {
	rows, err := model.ReporterLimitsOf(s.DB.Read(ctx), by.PersonID, slice)
	return seeLimits(rows, s.now()), err
}

// ReporterLimitsAt lists the limits of people at a node and below it, the newest first; "" is every state.
func (s *Service) ReporterLimitsAt(ctx context.Context, by model.Actor, node int64, state model.ReporterLimitState, slice model.Slice) ([]SeenLimit, error) {
	n, err := s.nodeFor(ctx, by, node, model.LimitReporters, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.ReporterLimitsUnder(s.DB.Read(ctx), n.Path, state, slice)
	return seeLimits(rows, s.now()), err
}
