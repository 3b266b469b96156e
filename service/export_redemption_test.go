package service

import (
	"context"

	"danyuan/model"
)

// counter counts the statements of a handle.
type counter struct{ n int }

func (c *counter) Meet(bool) error { c.n++; return nil }

// RedeemTogether lets actors redeem a reward in one transaction, as those do who wait in a lane, and
// gives each one's error and how many statements each made before the end. then is done by each of them
// afterwards in the same command; count reads how many redemptions the database has.
func (s *Service) RedeemTogether(ctx context.Context, reward, points int64, people []model.Actor, then func(i int, count func() (int64, error)) error) (errs []error, statements []int) {
	seen, err := model.RewardByID(s.DB.Read(ctx), reward)
	if err != nil {
		return []error{err}, nil
	}
	statements = make([]int, len(people))
	var parts []*part
	for i, by := range people {
		p := newPart(Command{By: by}, func(t *tx) (struct{}, error) {
			c, raw, handle := &counter{}, t.draft.raw, t.DB
			t.draft.raw, t.DB = model.Drafting(raw, c), model.Drafting(handle, c)
			_, err := t.redeem(reward, points, by.PersonID, by.Path, 0)
			t.draft.raw, t.DB, statements[i] = raw, handle, c.n
			if err != nil {
				return struct{}{}, err
			}
			return struct{}{}, then(i, func() (n int64, err error) { return n, t.DB.Model(&model.Redemption{}).Count(&n).Error })
		})
		p.hold = s.heldToRedeem(by, seen)
		parts = append(parts, p)
	}
	s.commit(ctx, parts)
	for _, p := range parts {
		errs = append(errs, p.err)
	}
	return errs, statements
}

// ExpireSome does one transaction's worth of a policy's taking, and fails it in the end if err is given.
func (s *Service) ExpireSome(ctx context.Context, policy int64, err error) error {
	_, failed := inTx(ctx, s, Command{}, func(t *tx) (bool, error) {
		more, done := t.workOnExpiry(policy, model.ExpiryTaking)
		if done == nil {
			done = err
		}
		return more, done
	})
	return failed
}

// KnownReward gives a reward's terms as this replica has them in memory.
func (s *Service) KnownReward(ctx context.Context, id int64) (model.Reward, error) {
	return s.knownReward(ctx, id)
}
