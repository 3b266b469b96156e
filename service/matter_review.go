package service

import (
	"context"
	"fmt"
	"slices"

	"danyuan/model"
)

const pageMatterReviews = "staff/matter-reviews/index"

// MatterReviews lists the matters of a subtree whose words wait for a person, the oldest first.
func (s *Service) MatterReviews(ctx context.Context, by model.Actor, node int64, part model.Slice) ([]model.ListedMatter, error) {
	n, err := s.nodeFor(ctx, by, node, model.ReviewMatters, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.MattersInReview(s.DB.Read(ctx), n.Path, by, s.now(), part)
}

// PassWords lets a matter's words be shown to neighbours. Refusals, also of RejectWords: matter.not_found
// outside the actor's scope, matter.own also for who has entered or redacted them, matter.not_in_review.
func (s *Service) PassWords(ctx context.Context, cmd Command, id int64) (MatterRecord, error) {
	return s.decideWords(ctx, cmd, id, model.FilePassed, "")
}

// RejectWords keeps a matter's words from neighbours, with a reason that its reporter reads. The matter
// itself goes on.
func (s *Service) RejectWords(ctx context.Context, cmd Command, id int64, reason string) (MatterRecord, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return MatterRecord{}, err
	}
	return s.decideWords(ctx, cmd, id, model.FileRejected, reason)
}

func (s *Service) decideWords(ctx context.Context, cmd Command, id int64, next model.FileState, reason string) (MatterRecord, error) {
	return s.onMatter(ctx, cmd, id, func(t *tx, m *model.ListedMatter, _ MatterSeenAs) error {
		switch {
		case m.ReporterID == t.by.PersonID || m.EnteredByID == t.by.PersonID || m.UserID == t.by.UserID:
			return model.ErrMatterOwn
		case !t.by.May(model.ReviewMatters, m.NodePath, t.now):
			return model.ErrMatterNotFound
		}
		if err := model.DecideMatterWords(t.DB, &m.Matter, next, t.by.PersonID, reason, t.now); err != nil {
			return err
		}
		return t.wordsMoved(m.Matter, "")
	})
}

// tellWordReviewers tells the community that words wait for a person: once a day, not for each.
func (t *tx) tellWordReviewers(m model.Matter) error {
	once := fmt.Sprintf("matter_review:%d:%s", m.CommunityID, t.now.In(model.Beijing).Format("20060102"))
	return t.tellMatterReviewers(m, told{0, NoticeMatter, "有事项的文字等待审核", "居民上报的事项里有文字需要人工审核，通过后才会给邻居看到，请处理。", pageMatterReviews, once})
}

// tellMatterReviewers tells the same to everybody who reviews a matter and may know of it.
func (t *tx) tellMatterReviewers(m model.Matter, news told) error {
	path, err := t.pathOf(m)
	if err != nil {
		return err
	}
	able, err := t.officersFor(m, path)
	if err != nil {
		return err
	}
	var all []told
	for _, o := range able {
		if !model.ReviewMatters.AllowedTo(o.Role) || o.PersonID == t.by.PersonID || slices.ContainsFunc(all, func(n told) bool { return n.person == o.PersonID }) {
			continue
		}
		one := news
		one.person, one.once = o.PersonID, fmt.Sprintf("%s:%d", news.once, o.PersonID)
		all = append(all, one)
	}
	return t.notifyMany(all)
}

func (t *tx) pathOf(m model.Matter) (string, error) {
	n, err := model.NodeByID(t.DB, m.NodeID)
	return n.Path, err
}

// tellRejected tells a reporter that neighbours will not see their words.
func (t *tx) tellRejected(m model.Matter) error {
	body := "您上报的事项，文字没有通过内容审核，不会给邻居看到；事项照常办理。"
	if m.CheckedByID != 0 {
		body = "您上报的事项，文字没有通过审核，不会给邻居看到，原因：" + m.CheckReason + "。事项照常办理。"
	}
	return t.notify(m.ReporterID, NoticeMatter, "上报的文字没有通过审核", body, matterPage(m.ID), fmt.Sprintf("matter:%d:words:%d", m.ID, m.CheckedAt.Unix()))
}
