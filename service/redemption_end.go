package service

import (
	"context"
	"fmt"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/ledger"
)

// CancelRedemption takes back the actor's own redemption before it is picked up: points, piece, budget
// and limit come back. Refusals: redemption.not_found for anybody else's, redemption.wrong_state.
func (s *Service) CancelRedemption(ctx context.Context, cmd Command, id int64) (model.ListedRedemption, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedRedemption, error) {
		r, err := model.LockRedemption(t.DB, id)
		if err == nil && r.PersonID != t.by.PersonID {
			err = model.ErrRedemptionNotFound
		}
		if err != nil {
			return model.ListedRedemption{}, err
		}
		return t.redemptionEnded(&r, model.RedemptionCancelled, "")
	})
}

// CallOffRedemption is CancelRedemption by the community's staff, with a reason that the holder reads.
// Refusals: redemption.not_found outside the actor's scope, redemption.wrong_state.
func (s *Service) CallOffRedemption(ctx context.Context, cmd Command, id int64, reason string) (model.ListedRedemption, error) {
	none := model.ListedRedemption{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedRedemption, error) {
		r, err := model.LockRedemption(t.DB, id)
		if err != nil {
			return none, err
		}
		community, err := model.NodeByID(t.DB, r.CommunityID)
		if err == nil && !t.by.May(model.PickUp, community.Path, t.now) {
			err = model.ErrRedemptionNotFound
		}
		if err != nil {
			return none, err
		}
		return t.redemptionEnded(&r, model.RedemptionCancelled, reason)
	})
}

// redemptionEnded ends a locked redemption, tells its holder if somebody else did it, and shows it.
func (t *tx) redemptionEnded(r *model.Redemption, next model.RedemptionState, reason string) (model.ListedRedemption, error) {
	none := model.ListedRedemption{}
	if err := t.endRedemption(r, next, reason); err != nil {
		return none, err
	}
	if title, body := redemptionNews(*r); r.PersonID != t.by.PersonID {
		if err := t.notify(r.PersonID, NoticeRedemption, title, body, myRedemptionsPage, onceForRedemption(*r)); err != nil {
			return none, err
		}
		if err := t.tellProxiesOfEnd(*r); err != nil {
			return none, err
		}
	}
	return model.ListedRedemptionByID(t.DB, r.ID)
}

// tellProxiesOfEnd tells who has redeemed for somebody without a phone that it was not picked up, or was called off.
func (t *tx) tellProxiesOfEnd(r model.Redemption) error {
	switch r.State {
	case model.RedemptionExpired:
		became := fmt.Sprintf("没有按时领取，已经过期，%d 积分已退回。需要的话可以重新代办。", r.Points)
		return t.tellRedemptionProxies(r, "代办的兑换已过期", became, onceForRedemption(r))
	case model.RedemptionCancelled:
		became := fmt.Sprintf("由社区取消了，原因：%s。%d 积分已退回。请告诉本人。", r.Reason, r.Points)
		return t.tellRedemptionProxies(r, "代办的兑换已取消", became, onceForRedemption(r))
	case model.Reserved, model.Fulfilled:
	}
	return nil
}

// endRedemption moves a locked redemption, and does to the ledger what the move means: handing over, or
// giving back exactly what it took.
func (t *tx) endRedemption(r *model.Redemption, next model.RedemptionState, reason string) error {
	if err := r.RefuseMove(next); err != nil {
		return err
	}
	move := t.giveBackRedemption
	if next == model.Fulfilled {
		move = t.handOver
	}
	transfer, err := move(*r, next)
	if err != nil {
		return err
	}
	if err := model.EndRedemption(t.DB, r, next, t.by.PersonID, transfer, reason, t.now); err != nil {
		return err
	}
	return t.audit("redemption."+string(next), r.CommunityID, "redemption", r.ID, "")
}

func (t *tx) handOver(r model.Redemption, _ model.RedemptionState) (int64, error) {
	legs := handing(r)
	var keys []ledger.Key
	for _, leg := range legs {
		keys = append(keys, leg.Key)
	}
	if err := t.open(keys...); err != nil {
		return 0, err
	}
	return t.transfer(redemptionFulfilled, "redemption", r.ID, legs...)
}

// giveBackRedemption reverses what a redemption took. Money of a year that is closed goes on to where
// that year's rest has gone, points that have expired meanwhile to where those have gone.
func (t *tx) giveBackRedemption(r model.Redemption, next model.RedemptionState) (int64, error) {
	year, err := t.lockYear(r)
	if err != nil {
		return 0, err
	}
	met, err := model.LockExpiriesMet(t.DB, r.PersonID, r.ReservedAt, t.now)
	if err != nil {
		return 0, err
	}
	keys := append(keysOfRedemption(r).all(), expiredKeys(met)...)
	if year != nil && year.State == model.BudgetClosed {
		keys = append(keys, ledger.MoneyOutside(year.DistrictID))
	}
	if err := t.open(keys...); err != nil { // all at once, in order
		return 0, err
	}
	kind := redemptionCancelled
	if next == model.RedemptionExpired {
		kind = redemptionExpired
	}
	transfer, err := t.reverse(r.TransferID, kind, "redemption", r.ID)
	if err != nil {
		return 0, err
	}
	if err := t.passOn(year); err != nil {
		return 0, err
	}
	return transfer, t.expireReturned(met, r.PersonID, r.Points)
}

// redemptionNews is what the holder is told of a move.
func redemptionNews(r model.Redemption) (title, body string) {
	switch r.State {
	case model.Fulfilled:
		return "兑换品已领取", "您兑换的" + r.RewardName + "已领取。如果不是您本人领取的，请马上告诉社区。"
	case model.RedemptionExpired:
		return "兑换已过期", fmt.Sprintf("您兑换的%s没有按时领取，已经过期，%d 积分已退回。需要的话可以重新兑换。", r.RewardName, r.Points)
	case model.RedemptionCancelled, model.Reserved:
	}
	return "兑换已取消", fmt.Sprintf("社区取消了您兑换的%s，原因：%s。%d 积分已退回。", r.RewardName, r.Reason, r.Points)
}

// expireRedemption gives back what was not picked up in time. The job is done whenever a server is up
// again; who picks it up before that has it.
func (s *Service) expireRedemption(ctx context.Context, id int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		none := struct{}{}
		r, err := model.LockRedemption(t.DB, id)
		if err != nil || r.State != model.Reserved || t.now.Before(r.ExpiresAt) {
			return none, err
		}
		_, err = t.redemptionEnded(&r, model.RedemptionExpired, "")
		return none, err
	})
	return gone(err)
}

// remindRedemption tells the holder that a redemption expires soon.
func (s *Service) remindRedemption(ctx context.Context, id int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		r, err := model.ListedRedemptionByID(t.DB, id)
		if err != nil || r.State != model.Reserved || !t.now.Before(r.ExpiresAt) {
			return struct{}{}, err
		}
		body := fmt.Sprintf("您兑换的%s还没有领取，请在%s前到%s领取。过期会自动取消，积分退回。", r.RewardName, model.Minute(r.ExpiresAt), r.Place)
		once := fmt.Sprintf("redemption:%d:remind", id)
		if err := t.notify(r.PersonID, NoticeRedemption, "兑换快到期了", body, myRedemptionsPage, once); err != nil {
			return struct{}{}, err
		}
		became := fmt.Sprintf("还没有领取，请提醒本人在%s前到%s领取。领取码丢了的，请社区取消以后重新代办。", model.Minute(r.ExpiresAt), r.Place)
		return struct{}{}, t.tellRedemptionProxies(r.Redemption, "代办的兑换快到期了", became, once)
	})
	return gone(err)
}

// gone makes "it is no longer there" the end of a job.
func gone(err error) error {
	if f := fault.Of(err); f != nil && f.Kind == fault.NotFound {
		return &settled{err}
	}
	return err
}
