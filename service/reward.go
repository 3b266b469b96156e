package service

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"danyuan/model"
	"danyuan/service/ledger"
)

// reward gives a reward that nobody changes until the transaction ends. One that was held beforehand
// costs no statement.
func (t *tx) reward(id int64) (model.Reward, error) {
	if t.draft.rewards[id] == nil {
		if err := t.draft.keepRewards(t.DB, []int64{id}); err != nil {
			return model.Reward{}, err
		}
	}
	if r := t.draft.rewards[id]; r != nil {
		return *r, nil
	}
	return model.Reward{}, model.ErrRewardNotFound
}

// rewardPhotos is what a reward's photos are kept under, mostRewardPhotos how many it may have.
const rewardPhotos, mostRewardPhotos = "reward", 3

// MakeReward offers a new reward of a community, with photos that the actor has uploaded. Refusals:
// node.not_found outside the actor's scope, reward.place_unfit, reward.terms_unfit with the fields, file.*.
func (s *Service) MakeReward(ctx context.Context, cmd Command, community int64, terms model.RewardTerms, photos []int64) (RewardStock, error) {
	return inTx(ctx, s, cmd, func(t *tx) (RewardStock, error) {
		n, err := t.lockNode(community, model.ManageRewards, model.ErrNodeNotFound)
		if err == nil && n.Kind != model.Community {
			err = model.ErrRewardPlace
		}
		if err != nil {
			return RewardStock{}, err
		}
		if terms.ValidFrom.IsZero() {
			terms.ValidFrom = t.now
		}
		if terms, err = terms.Clean(t.now); err != nil {
			return RewardStock{}, err
		}
		r := model.Reward{CommunityID: n.ID, RewardTerms: terms, MadeByID: t.by.PersonID, MadeAt: t.now, ChangedAt: t.now}
		if err := model.AddReward(t.DB, &r); err != nil {
			return RewardStock{}, err
		}
		if err := t.attachFiles(naming{rewardPhotos, r.ID, 0}, photos, mostRewardPhotos); err != nil {
			return RewardStock{}, err
		}
		if err := t.audit("reward.make", n.ID, "reward", r.ID, ""); err != nil {
			return RewardStock{}, err
		}
		return t.shownReward(r)
	})
}

// ChangeReward gives a reward other terms, and other photos unless they are nil. Redemptions that were
// made keep theirs. Refusals: reward.not_found outside the actor's scope, reward.terms_unfit, file.*.
func (s *Service) ChangeReward(ctx context.Context, cmd Command, id int64, terms model.RewardTerms, photos []int64) (RewardStock, error) {
	return s.onReward(ctx, cmd, id, func(t *tx, r *model.Reward) error {
		if terms.ValidFrom.IsZero() {
			terms.ValidFrom = r.ValidFrom
		}
		cleaned, err := terms.Clean(t.now)
		if err != nil {
			return err
		}
		what := changedTerms(r.RewardTerms, cleaned)
		if err := model.ChangeReward(t.DB, r, cleaned, t.now); err != nil {
			return err
		}
		if photos != nil {
			if err := t.changePhotos(r.ID, photos); err != nil {
				return err
			}
		}
		return t.audit("reward.change", r.CommunityID, "reward", r.ID, what)
	})
}

// changePhotos lets a reward go of the photos that are no longer wanted, and takes the new ones.
func (t *tx) changePhotos(reward int64, wanted []int64) error {
	has, err := t.filesOf(rewardPhotos, reward)
	if err != nil {
		return err
	}
	var kept, unwanted []int64
	for _, f := range has[reward] {
		if slices.Contains(wanted, f.ID) {
			kept = append(kept, f.ID)
		} else {
			unwanted = append(unwanted, f.ID)
		}
	}
	if len(unwanted) > 0 {
		if err := t.releaseFiles(rewardPhotos, reward, unwanted...); err != nil {
			return err
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(wanted), func(id int64) bool { return slices.Contains(kept, id) })
	return t.attachFiles(naming{rewardPhotos, reward, 0}, fresh, mostRewardPhotos)
}

// changedTerms names the fields in which two terms differ, those that matter to people.
func changedTerms(was, is model.RewardTerms) string {
	var names []string
	for name, differs := range map[string]bool{
		"name": was.Name != is.Name, "text": was.Text != is.Text, "points": was.Points != is.Points, "cost": was.Cost != is.Cost,
		"limit": was.PerPerson != is.PerPerson || was.PerPeriod != is.PerPeriod, "place": was.Place != is.Place, "pick_up_days": was.PickUpDays != is.PickUpDays,
		"valid": !was.ValidFrom.Equal(is.ValidFrom) || (was.ValidUntil == nil) != (is.ValidUntil == nil) || was.ValidUntil != nil && !was.ValidUntil.Equal(*is.ValidUntil),
	} {
		if differs {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

// MoveReward withdraws a reward, or offers it again. Refusals: reward.not_found, reward.wrong_state.
func (s *Service) MoveReward(ctx context.Context, cmd Command, id int64, next model.RewardState) (RewardStock, error) {
	return s.onReward(ctx, cmd, id, func(t *tx, r *model.Reward) error {
		if err := model.MoveReward(t.DB, r, next, t.now); err != nil {
			return err
		}
		return t.audit("reward."+string(next), r.CommunityID, "reward", r.ID, "")
	})
}

// The kinds of transfer that put pieces onto a reward's shelf and take them away.
const stockAdded, stockTaken = "stock.add", "stock.take"

// ChangeStock puts pieces onto a reward's shelf, or takes some away (below zero), as far as they are
// not reserved. Refusals: reward.not_found, reward.stock_unfit, reward.stock_reserved with the figures.
func (s *Service) ChangeStock(ctx context.Context, cmd Command, id, pieces int64) (RewardStock, error) {
	return s.onReward(ctx, cmd, id, func(t *tx, r *model.Reward) error {
		if pieces == 0 || pieces > model.MostPieces || pieces < -model.MostPieces {
			return model.ErrStockAmount
		}
		supplied, shelf, reserved := ledger.Supplied(r.ID), ledger.Shelf(r.ID), ledger.Reserved(r.ID)
		if err := t.open(supplied, shelf, reserved); err != nil {
			return err
		}
		if free := t.balance(shelf); free+pieces < 0 {
			return model.ErrStockReserved.Saying(fmt.Sprintf("不能减 %d 件：还可以兑换的只有 %d 件，另有 %d 件已被兑换、等待领取。请减少件数。", -pieces, free, t.balance(reserved)))
		}
		kind := signed(pieces, stockAdded, stockTaken)
		if _, err := t.transfer(kind, "reward", r.ID, ledger.Leg{Key: supplied, Amount: -pieces}, ledger.Leg{Key: shelf, Amount: pieces}); err != nil {
			return err
		}
		return t.audit(kind, r.CommunityID, "reward", r.ID, "")
	})
}

// onReward does something with a reward of the actor's community, locked.
func (s *Service) onReward(ctx context.Context, cmd Command, id int64, do func(*tx, *model.Reward) error) (RewardStock, error) {
	found, err := model.RewardByID(s.DB.Read(ctx), id)
	if err != nil {
		return RewardStock{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (RewardStock, error) {
		if _, err := t.lockNode(found.CommunityID, model.ManageRewards, model.ErrRewardNotFound); err != nil {
			return RewardStock{}, err
		}
		r, err := model.LockReward(t.DB, id)
		if err == nil {
			err = do(t, &r)
		}
		if err != nil {
			return RewardStock{}, err
		}
		t.touch(model.RewardTopic(id))
		return t.shownReward(r)
	})
}

func (t *tx) shownReward(r model.Reward) (RewardStock, error) {
	stocks, err := stocksOf(t.DB, t.now, []model.Reward{r})
	if err != nil {
		return RewardStock{}, err
	}
	return stocks[0], nil
}
