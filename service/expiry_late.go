package service

import (
	"fmt"

	"danyuan/model"
	"danyuan/service/ledger"
)

// What has expired is what would have expired if the book had always been as it is now: points that were
// never due have not expired, and old ones that come back when a policy has passed expire at once.

// openWithExpiries locks the policies that have met whose hours these are since they were confirmed, and
// then, if there are any, their accounts and those of what the hours gave, all at once.
func (t *tx) openWithExpiries(h model.Hours) ([]model.MetExpiry, error) {
	if h.TransferID == nil || h.DecidedAt == nil {
		return nil, nil
	}
	met, err := model.LockExpiriesMet(t.DB, h.PersonID, *h.DecidedAt, t.now)
	if err != nil || len(met) == 0 {
		return nil, err
	}
	legs, err := ledger.Legs(t.DB, *h.TransferID)
	if err != nil {
		return nil, err
	}
	keys := expiredKeys(met)
	for _, leg := range legs {
		keys = append(keys, leg.Key)
	}
	return met, t.open(keys...)
}

func expiredKeys(met []model.MetExpiry) []ledger.Key {
	keys := make([]ledger.Key, len(met))
	for i, p := range met {
		keys[i] = ledger.PointsExpired(p.DistrictID)
	}
	return keys
}

// giveBackExpired gives back what has expired of points that hours take back, left of which they keep:
// what a policy would not have taken without them. All accounts are open.
func (t *tx) giveBackExpired(met []model.MetExpiry, h model.Hours, left int64) error {
	mine, given := ledger.PersonPoints(h.PersonID), int64(0)
	for _, p := range met {
		had, err := model.PointsHad(t.DB, string(mine), "hours", h.ID, p.EarnedBefore)
		if err != nil {
			return err
		}
		n := min(p.Lost, min(had, h.Points)-min(had, left)-given)
		if n <= 0 {
			continue
		}
		transfer, err := t.transfer(pointsUnexpire, "expiry_policy", p.ID, move(ledger.PointsExpired(p.DistrictID), mine, n)...)
		if err != nil {
			return err
		}
		given += n
		if err := model.AddExpiredPoints(t.DB, []model.ExpiredPoints{{PolicyID: p.ID, PersonID: h.PersonID, Points: -n, TransferID: transfer, At: t.now}}); err != nil {
			return err
		}
	}
	return nil
}

// expireReturned takes what policies have missed of points that have come back to a person, or that a
// correction has given anew, and tells them. All accounts are open.
func (t *tx) expireReturned(met []model.MetExpiry, person, points int64) error {
	mine := ledger.PersonPoints(person)
	for _, p := range met {
		if points <= 0 {
			return nil
		}
		missed, err := model.PointsMissed(t.DB, string(mine), p.ExpiryPolicy, t.now)
		if err != nil {
			return err
		}
		n := min(missed, points, t.balance(mine))
		if n <= 0 {
			continue
		}
		lost, err := t.expire(p.ExpiryPolicy, person, n)
		if err != nil {
			return err
		}
		points -= n
		if err := model.AddExpiredPoints(t.DB, []model.ExpiredPoints{lost}); err != nil {
			return err
		}
		body := fmt.Sprintf("退回给您的积分中，有 %d 积分是在%s前得到的，已经按公告过期，不能再用。服务时长不受影响，永远保留。", n, model.Minute(p.EarnedBefore))
		if err := t.notify(person, NoticePoints, "退回的积分已过期", body, pointsPage, fmt.Sprintf("expiry:%d:returned:%d", p.ID, lost.TransferID)); err != nil {
			return err
		}
	}
	return nil
}
