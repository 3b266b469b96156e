package service

import (
	"context"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// DraftedNotice is what a community's notice of a quarter would say now.
type DraftedNotice struct {
	model.PublicNotice
	Lines []model.PublicNoticeLine
	Over  bool // the quarter has ended: it can be published
}

// DraftPublicNotice computes a community's notice of a quarter, published or not. Refusals:
// node.not_found, public_notice.not_a_community.
func (s *Service) DraftPublicNotice(ctx context.Context, by model.Actor, community int64, q model.Quarter) (DraftedNotice, error) {
	n, err := s.nodeFor(ctx, by, community, model.PublishNotices, model.ErrNodeNotFound)
	if err != nil {
		return DraftedNotice{}, err
	}
	return draftNotice(s.DB.Read(ctx), n, q, !q.Until().After(s.now()))
}

// PublishPublicNotice makes a community's notice of a quarter public and fixes what it says: sums and
// lines. Refusals: node.not_found outside the actor's scope, public_notice.not_a_community,
// public_notice.quarter_not_over, public_notice.published_already.
func (s *Service) PublishPublicNotice(ctx context.Context, cmd Command, community int64, q model.Quarter) (ShownNotice, error) {
	return inTx(ctx, s, cmd, func(t *tx) (ShownNotice, error) {
		n, err := t.lockNode(community, model.PublishNotices, model.ErrNodeNotFound)
		if err != nil {
			return ShownNotice{}, err
		}
		d, err := draftNotice(t.DB, n, q, !q.Until().After(t.now))
		if err != nil {
			return ShownNotice{}, err
		}
		if !d.Over {
			return ShownNotice{}, model.ErrPublicNoticeEarly
		}
		had, err := model.PublicNoticeFor(t.DB, n.ID, q)
		if err != nil {
			return ShownNotice{}, err
		}
		if had != nil {
			return ShownNotice{}, model.ErrPublicNoticePublished
		}
		d.PublishedAt, d.PublishedByID = t.now, t.by.PersonID
		if err := model.AddPublicNotice(t.DB, &d.PublicNotice, d.Lines); err != nil {
			return ShownNotice{}, err
		}
		return ShownNotice{PublicNotice: d.PublicNotice}, t.audit("public_notice.publish", n.ID, "public_notice", d.ID, q.Title())
	})
}

// draftNotice computes what a notice says: points and money out of the ledger, services out of the
// record, each once, in the quarter in which it was entered.
func draftNotice(h *gorm.DB, community model.Node, q model.Quarter, over bool) (DraftedNotice, error) {
	d := DraftedNotice{Over: over}
	if community.Kind != model.Community {
		return d, model.ErrPublicNoticePlace
	}
	d.CommunityID, d.CommunityName, d.Year, d.Quarter = community.ID, community.Name, q.Year, q.Number
	from, until := q.From(), q.Until()
	var err error
	if d.NoticeSums, err = pointsAndMoney(h, community, q); err != nil {
		return d, err
	}
	if d.Volunteers, d.Services, d.Minutes, err = model.SumServices(h, community, from, until); err != nil {
		return d, err
	}
	d.Lines, err = model.HandedRedemptions(h, community.ID, from, until)
	d.Redemptions = int64(len(d.Lines))
	return d, err
}

func pointsAndMoney(h *gorm.DB, community model.Node, q model.Quarter) (model.NoticeSums, error) {
	var sums model.NoticeSums
	year := int64(q.Year)
	for _, part := range []struct {
		into *int64
		key  ledger.Key
		sign int64
	}{
		{&sums.PointsIssued, ledger.PointsIssued(community.ID), -1},
		{&sums.PointsRedeemed, ledger.PointsRedeemed(community.ID), 1},
		{&sums.FenSpent, ledger.Spent(community.ID, year), 1},
		{&sums.FenSpent, ledger.Spent(community.ID, year-1), 1}, // of last year's budget, handed out in this
	} {
		n, err := model.SumEntries(h, string(part.key), q.From(), q.Until())
		if err != nil {
			return sums, err
		}
		*part.into += part.sign * n
	}
	places, err := model.NodesOnPath(h, community.Path)
	if err != nil {
		return sums, err
	}
	for _, place := range places {
		if place.Kind == model.District {
			sums.PointsExpired, err = model.SumExpired(h, community, string(ledger.PointsExpired(place.ID)), q.From(), q.Until())
		}
	}
	return sums, err
}

// ShownNotice is a published notice with what has become of objections to it.
type ShownNotice struct {
	model.PublicNotice
	Objections  model.CountedObjections
	Corrections []model.Objection // the answers to those that were upheld, and when
}

// PublicNotice gives a published notice to anybody, with what was corrected since beside it.
func (s *Service) PublicNotice(ctx context.Context, id int64) (ShownNotice, error) {
	h := s.DB.Read(ctx)
	n, err := model.PublicNoticeByID(h, id)
	if err != nil {
		return ShownNotice{}, err
	}
	shown, err := withObjections(h, []model.PublicNotice{n})
	if err != nil {
		return ShownNotice{}, err
	}
	shown[0].Corrections, err = model.CorrectionNotes(h, id)
	return shown[0], err
}

// PublicNoticeLines gives a part of a published notice's lines to anybody.
func (s *Service) PublicNoticeLines(ctx context.Context, id int64, slice model.Slice) ([]model.PublicNoticeLine, error) {
	h := s.DB.Read(ctx)
	if _, err := model.PublicNoticeByID(h, id); err != nil {
		return nil, err
	}
	return model.PublicNoticeLines(h, id, slice)
}

// PublicNotices lists what a community has published to anybody, the newest first.
func (s *Service) PublicNotices(ctx context.Context, community int64, slice model.Slice) ([]ShownNotice, error) {
	h := s.DB.Read(ctx)
	if _, err := model.NodeByID(h, community); err != nil {
		return nil, err
	}
	notices, err := model.PublicNoticesOf(h, community, slice)
	if err != nil {
		return nil, err
	}
	return withObjections(h, notices)
}

func withObjections(h *gorm.DB, notices []model.PublicNotice) ([]ShownNotice, error) {
	ids := make([]int64, len(notices))
	for i, n := range notices {
		ids[i] = n.ID
	}
	counts, err := model.CountObjections(h, ids)
	shown := make([]ShownNotice, len(notices))
	for i, n := range notices {
		shown[i] = ShownNotice{PublicNotice: n, Objections: counts[n.ID]}
	}
	return shown, err
}
