package service

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
)

// NoticePoints is the kind of notice that tells people of their points.
const NoticePoints = "points"

// pointsPage is the mini-program page of a person's points.
const pointsPage = "pages/points/index"

// AnnounceExpiry announces that points of a district's people that were earned before one moment expire
// at another. Everybody who would lose some is told, now and again before it happens. Refusals:
// node.not_found outside the actor's scope, expiry.place_unfit, expiry.too_soon, expiry.dates_unfit,
// expiry.announced_already.
func (s *Service) AnnounceExpiry(ctx context.Context, cmd Command, district int64, earnedBefore, effective time.Time, reason string) (model.ExpiryPolicy, error) {
	none := model.ExpiryPolicy{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ExpiryPolicy, error) {
		n, err := t.lockNode(district, model.ManageExpiry, model.ErrNodeNotFound)
		if err == nil && n.Kind != model.District {
			err = model.ErrExpiryPlace
		}
		if err != nil {
			return none, err
		}
		p := model.ExpiryPolicy{
			DistrictID: n.ID, EarnedBefore: earnedBefore.UTC().Truncate(time.Second), EffectiveAt: effective.UTC().Truncate(time.Second),
			Reason: reason, AnnouncedAt: t.now, AnnouncedByID: t.by.PersonID,
		}
		if err := p.CheckDates(t.now); err != nil {
			return none, err
		}
		same, err := model.SameExpiry(t.DB, n.ID, p.EffectiveAt)
		if err == nil && same {
			err = model.ErrExpirySame
		}
		if err != nil {
			return none, err
		}
		if err := model.AnnounceExpiry(t.DB, &p); err != nil {
			return none, err
		}
		for kind, due := range map[string]time.Time{announceExpiry: t.now, remindExpiry: p.EffectiveAt.Add(-model.ExpiryReminder), expirePoints: p.EffectiveAt} {
			if err := t.owe(kind, p.ID, fmt.Sprintf("%s:%d", kind, p.ID), due); err != nil {
				return none, err
			}
		}
		return p, t.audit("expiry.announce", n.ID, "expiry_policy", p.ID, "")
	})
}

// RevokeExpiry takes an announcement back before it takes effect; those whom it would have met are told.
// Refusals: expiry.not_found outside the actor's scope, expiry.effective_already.
func (s *Service) RevokeExpiry(ctx context.Context, cmd Command, id int64, reason string) (model.ExpiryPolicy, error) {
	none := model.ExpiryPolicy{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	found, err := model.ExpiryByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ExpiryPolicy, error) {
		if _, err := t.lockNode(found.DistrictID, model.ManageExpiry, model.ErrExpiryNotFound); err != nil {
			return none, err
		}
		p, err := model.LockExpiry(t.DB, id)
		if err != nil {
			return none, err
		}
		if err := model.RevokeExpiry(t.DB, &p, t.by.PersonID, reason, t.now); err != nil {
			return none, err
		}
		if err := t.owe(recallExpiry, p.ID, fmt.Sprintf("%s:%d", recallExpiry, p.ID), t.now); err != nil {
			return none, err
		}
		return p, t.audit("expiry.revoke", p.DistrictID, "expiry_policy", p.ID, "")
	})
}

// ExpiriesOf lists a district's policies, the newest first. Refusal: node.not_found outside the actor's
// scope.
func (s *Service) ExpiriesOf(ctx context.Context, by model.Actor, district int64, slice model.Slice) ([]model.ExpiryPolicy, error) {
	n, err := s.nodeFor(ctx, by, district, model.ManageExpiry, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.ExpiriesOf(s.DB.Read(ctx), n.ID, slice)
}

// Expiry is a policy ahead, with what the actor would lose by it as things are.
type Expiry struct {
	Policy model.ExpiryPolicy
	Points int64
}

// MyExpiries gives the policies that the actor's district has announced, the next first. What several
// would take is told of each as if it were the only one.
func (s *Service) MyExpiries(ctx context.Context, by model.Actor) ([]Expiry, error) {
	h := s.DB.Read(ctx)
	policies, err := model.ExpiriesAhead(h, model.PathIDs(by.Path))
	if err != nil {
		return nil, err
	}
	mine := string(ledger.PersonPoints(by.PersonID))
	out := make([]Expiry, len(policies))
	for i, p := range policies {
		left, err := model.OldPoints(h, []string{mine}, p.EarnedBefore)
		if err != nil {
			return nil, err
		}
		out[i] = Expiry{p, left[mine]}
	}
	return out, nil
}
