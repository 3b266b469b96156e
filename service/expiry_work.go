package service

import (
	"context"
	"fmt"

	"danyuan/model"
	"danyuan/service/ledger"
)

// The kinds of transfer of points that expire.
const (
	pointsExpire   = "points.expire"
	pointsUnexpire = "points.unexpire"
)

// expiryAtOnce is how many people one transaction of a policy's work looks at.
const expiryAtOnce = 100

// expiryKinds are the kinds of job by the piece of work that each does.
var expiryKinds = map[string]model.ExpiryWork{
	announceExpiry: model.ExpiryAnnouncing, remindExpiry: model.ExpiryReminding, expirePoints: model.ExpiryTaking, recallExpiry: model.ExpiryRecalling,
}

// expiryJob gives the code of a kind: a piece of work of a policy, some people at a time. How far it has
// come is kept in the transaction that did it, under the policy's lock, so that it goes on where it was
// broken off and meets nobody twice, also when two do it at once.
func (s *Service) expiryJob(kind string) job {
	work := expiryKinds[kind]
	return func(ctx context.Context, policy int64) error {
		for {
			more, err := inTx(ctx, s, Command{}, func(t *tx) (bool, error) { return t.workOnExpiry(policy, work) })
			if err != nil || !more {
				return gone(err)
			}
		}
	}
}

// workOnExpiry does a piece of work for the next people. more is false when there are none left.
func (t *tx) workOnExpiry(policy int64, work model.ExpiryWork) (more bool, err error) {
	p, err := model.LockExpiry(t.DB, policy)
	if err != nil || !p.Wants(work) || work == model.ExpiryTaking && t.now.Before(p.EffectiveAt) {
		return false, err
	}
	district, err := model.NodeByID(t.DB, p.DistrictID)
	if err != nil {
		return false, err
	}
	people, err := model.PersonsAfter(t.DB, district.Path, p.Upto(work), expiryAtOnce)
	if err != nil {
		return false, err
	}
	if len(people) == 0 {
		return false, t.finishExpiry(p, work)
	}
	if work == model.ExpiryTaking {
		err = t.takeOldPoints(p, people)
	} else {
		err = t.tellOfExpiry(p, work, people)
	}
	if err != nil {
		return false, err
	}
	return true, model.AdvanceExpiry(t.DB, p.ID, work, people[len(people)-1])
}

func (t *tx) finishExpiry(p model.ExpiryPolicy, work model.ExpiryWork) error {
	if work != model.ExpiryTaking {
		return nil
	}
	if err := model.FinishExpiry(t.DB, p.ID, t.now); err != nil {
		return err
	}
	return t.audit("expiry.done", p.DistrictID, "expiry_policy", p.ID, "")
}

// oldPointsOf gives what people have left of what the policy is about, by person.
func (t *tx) oldPointsOf(p model.ExpiryPolicy, people []int64) (map[int64]int64, error) {
	keys := make([]string, len(people))
	for i, person := range people {
		keys[i] = string(ledger.PersonPoints(person))
	}
	left, err := model.OldPoints(t.DB, keys, p.EarnedBefore)
	out := map[int64]int64{}
	for i, person := range people {
		if n := left[keys[i]]; n > 0 {
			out[person] = n
		}
	}
	return out, err
}

// takeOldPoints takes from people what they have left of the old points: one transfer each. They are
// counted under the accounts' locks, so that nobody redeems them meanwhile.
func (t *tx) takeOldPoints(p model.ExpiryPolicy, people []int64) error {
	maybe, err := t.oldPointsOf(p, people)
	if err != nil || len(maybe) == 0 {
		return err
	}
	keys := []ledger.Key{ledger.PointsExpired(p.DistrictID)}
	for person := range maybe {
		keys = append(keys, ledger.PersonPoints(person))
	}
	if err := t.open(keys...); err != nil {
		return err
	}
	left, err := t.oldPointsOf(p, people)
	if err != nil {
		return err
	}
	var rows []model.ExpiredPoints
	for _, person := range people { // in order
		n := min(left[person], t.balance(ledger.PersonPoints(person)))
		if n <= 0 {
			continue
		}
		lost, err := t.expire(p, person, n)
		if err != nil {
			return err
		}
		rows = append(rows, lost)
	}
	if err := model.AddExpiredPoints(t.DB, rows); err != nil {
		return err
	}
	for _, r := range rows {
		body := fmt.Sprintf("您在%s前得到的志愿积分中，没有用完的 %d 积分今天已经过期。服务时长不受影响，永远保留。", model.Minute(p.EarnedBefore), r.Points)
		if err := t.tellOfPoints(r.PersonID, p.ID, model.ExpiryTaking, "志愿积分已过期", body); err != nil {
			return err
		}
	}
	return nil
}

// expire takes so many points from a person by a policy. Both accounts are open.
func (t *tx) expire(p model.ExpiryPolicy, person, points int64) (model.ExpiredPoints, error) {
	transfer, err := t.transfer(pointsExpire, "expiry_policy", p.ID, move(ledger.PersonPoints(person), ledger.PointsExpired(p.DistrictID), points)...)
	return model.ExpiredPoints{PolicyID: p.ID, PersonID: person, Points: points, TransferID: transfer, At: t.now}, err
}

// tellOfExpiry tells people what they would lose, or that they will not.
func (t *tx) tellOfExpiry(p model.ExpiryPolicy, work model.ExpiryWork, people []int64) error {
	left, err := t.oldPointsOf(p, people)
	if err != nil {
		return err
	}
	for _, person := range people {
		if left[person] == 0 {
			continue
		}
		title, body := "志愿积分将要过期", fmt.Sprintf("您在%s前得到的志愿积分，到%s还没有用完的将过期，现在是 %d 积分。请及时兑换。服务时长不受影响。",
			model.Minute(p.EarnedBefore), model.Minute(p.EffectiveAt), left[person])
		if work == model.ExpiryRecalling {
			title, body = "志愿积分不过期了", fmt.Sprintf("原定%s过期的志愿积分不过期了，您的积分照常使用。原因：%s。", model.Minute(p.EffectiveAt), p.RevokeReason)
		}
		if err := t.tellOfPoints(person, p.ID, work, title, body); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) tellOfPoints(person, policy int64, work model.ExpiryWork, title, body string) error {
	return t.notify(person, NoticePoints, title, body, pointsPage, fmt.Sprintf("expiry:%d:%s:%d", policy, work, person))
}
