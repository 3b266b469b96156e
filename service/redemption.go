package service

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// NoticeRedemption is the kind of notice that tells people of their redemptions.
const NoticeRedemption = "redemption"

// The kinds of transfer of a redemption.
const (
	redeemed            = "redemption.reserve"
	redemptionFulfilled = "redemption.fulfil"
	redemptionCancelled = "redemption.cancel"
	redemptionExpired   = "redemption.expire"
)

// remindBefore is how long before a redemption expires its holder is told.
const remindBefore = 24 * time.Hour

// Redeem exchanges the actor's points for a reward of their community, at the price that they saw: all
// of points, piece, budget and limit, or nothing. Refusals: reward.not_found, reward.withdrawn,
// reward.not_yet, reward.over, reward.price_changed, reward.limit_reached, reward.sold_out,
// points.short, budget.exhausted.
//
// Everybody who redeems in a community is paid from one budget: they share transactions. Beside what
// they hold locked beforehand nothing is read or written until the end.
func (s *Service) Redeem(ctx context.Context, cmd Command, reward, points int64) (model.Redemption, error) {
	seen, err := s.knownReward(ctx, reward)
	if err != nil {
		return model.Redemption{}, err
	}
	lane := "budget/" + strconv.FormatInt(seen.CommunityID, 10)
	return inLane(ctx, s, lane, s.heldToRedeem(cmd.By, seen), cmd, func(t *tx) (model.Redemption, error) {
		r, err := t.redeem(reward, points, t.by.PersonID, t.by.Path, 0)
		if err != nil {
			return r, err
		}
		return r, t.audit("redemption.reserve", r.CommunityID, "redemption", r.ID, "")
	})
}

// knownReward gives a reward's terms as they were a moment ago, to know what to lock.
func (s *Service) knownReward(ctx context.Context, id int64) (model.Reward, error) {
	return s.rewards.Get(ctx, id, func(ctx context.Context) (model.Reward, []string, error) {
		r, err := model.RewardByID(s.DB.Read(ctx), id)
		return r, []string{model.RewardTopic(id)}, err
	})
}

// heldToRedeem names what redeeming a reward locks. Accounts are made for nobody whose community it is
// not.
func (s *Service) heldToRedeem(by model.Actor, r model.Reward) (h holding) {
	if belongsTo(by.Path, r.CommunityID) {
		h.rewards, h.accounts = []int64{r.ID}, keysToRedeem(r, by.PersonID, s.now()).all()
	}
	return h
}

// RedeemFor is Redeem by the unit chief or the community, for somebody who has no phone. It is on
// record, and the person is told. Refusals also: person.not_found outside the actor's scope,
// redemption.person_has_account, redemption.person_moved_away.
func (s *Service) RedeemFor(ctx context.Context, cmd Command, person, reward, points int64) (model.Redemption, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Redemption, error) {
		none := model.Redemption{}
		p, err := model.LockPerson(t.DB, person)
		if err != nil {
			return none, err
		}
		home, err := redeemsFor(t.DB, t.by, p, t.now)
		if err != nil {
			return none, err
		}
		if err := t.needGuardian(p); err != nil {
			return none, err
		}
		r, err := t.redeem(reward, points, p.ID, home.Path, t.by.PersonID)
		if err != nil {
			return none, err
		}
		body := fmt.Sprintf("%s为您代办了兑换：%s，用去 %d 积分。请在%s前领取。如果不是您要求的，请告诉社区。", t.by.Name, r.RewardName, r.Points, model.Minute(r.ExpiresAt))
		if err := t.notify(p.ID, NoticeRedemption, "已为您代办兑换", body, myRedemptionsPage, onceForRedemption(r)); err != nil {
			return none, err
		}
		return r, t.audit("redemption.reserve_for", r.CommunityID, "redemption", r.ID, "")
	})
}

// redeemsFor gives where somebody lives for whom the actor may redeem, because they have no phone.
func redeemsFor(h *gorm.DB, by model.Actor, p model.Person, now time.Time) (model.Node, error) {
	home, err := model.NodeByID(h, p.NodeID)
	if err != nil {
		return home, err
	}
	if !by.May(model.RedeemForOthers, home.Path, now) {
		return home, model.ErrPersonNotFound
	}
	if p.State != model.PersonHere {
		return home, model.ErrRedemptionAway
	}
	b, err := model.ActiveBindingOfPerson(h, p.ID)
	if err == nil && b != nil {
		err = model.ErrRedemptionBound
	}
	return home, err
}

// myRedemptionsPage is the mini-program page of a person's redemptions.
const myRedemptionsPage = "pages/redemptions/mine"

func onceForRedemption(r model.Redemption) string {
	return fmt.Sprintf("redemption:%d:%s", r.ID, r.State)
}

// redeem exchanges a person's points, who lives at a path. enteredBy is who does it for them, 0 for
// themselves.
func (t *tx) redeem(reward, points, person int64, path string, enteredBy int64) (model.Redemption, error) {
	none := model.Redemption{}
	r, err := t.reward(reward)
	if err == nil && !belongsTo(path, r.CommunityID) {
		err = model.ErrRewardNotFound
	}
	if err != nil {
		return none, err
	}
	k := keysToRedeem(r, person, t.now)
	if err := t.open(k.all()...); err != nil {
		return none, err
	}
	has := model.Holdings{Points: t.balance(k.points), Stock: t.balance(k.shelf), Budget: t.balance(k.budget), Turns: t.balance(k.used)}
	if err := r.Refuse(t.now, points, has); err != nil {
		return none, err
	}
	red := r.Redeem(model.KeysOf(t.DB), person, enteredBy, t.now)
	made := t.newTransfer(redeemed, "redemption", red.ID)
	red.TransferID = made.ID
	if err := t.draft.book.Transfer(made, reservation(red)...); err != nil {
		return none, err
	}
	t.draft.redemptions = append(t.draft.redemptions, red)
	once := fmt.Sprintf("redemption:%d:", red.ID)
	if err := t.owe(expireRedemption, red.ID, once+"expire", red.ExpiresAt); err != nil || r.PickUpDays < 2 {
		return red, err
	}
	return red, t.owe(remindRedemption, red.ID, once+"remind", red.ExpiresAt.Add(-remindBefore))
}

// redeemKeys are the accounts that a redemption moves between. open and used are "" without a limit,
// budget and committed where the reward costs nothing.
type redeemKeys struct {
	points, taken, shelf, reserved, budget, committed, open, used ledger.Key
}

func (k redeemKeys) all() []ledger.Key {
	var keys []ledger.Key
	for _, key := range []ledger.Key{k.points, k.taken, k.shelf, k.reserved, k.budget, k.committed, k.open, k.used} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// keysToRedeem gives the accounts that a redemption of a reward by a person now moves between.
func keysToRedeem(r model.Reward, person int64, now time.Time) redeemKeys {
	red := model.Redemption{RewardID: r.ID, CommunityID: r.CommunityID, PersonID: person, Cost: r.Cost, Year: model.YearOf(now)}
	if r.Limited() {
		n := r.PerPeriod.Number(now)
		red.Period = &n
	}
	return keysOfRedemption(red)
}

func keysOfRedemption(r model.Redemption) redeemKeys {
	k := redeemKeys{
		points: ledger.PersonPoints(r.PersonID), taken: ledger.PointsRedeemed(r.CommunityID),
		shelf: ledger.Shelf(r.RewardID), reserved: ledger.Reserved(r.RewardID),
	}
	if r.Cost > 0 {
		k.budget, k.committed = ledger.Budget(r.CommunityID, r.Year), ledger.Committed(r.CommunityID, r.Year)
	}
	if r.Period != nil {
		k.open, k.used = ledger.QuotaOpen(r.RewardID, *r.Period), ledger.QuotaUsed(r.RewardID, *r.Period, r.PersonID)
	}
	return k
}

// reservation is what a redemption does to the ledger.
func reservation(r model.Redemption) []ledger.Leg {
	k := keysOfRedemption(r)
	legs := move(k.points, k.taken, r.Points)
	legs = append(legs, move(k.shelf, k.reserved, 1)...)
	if r.Cost > 0 {
		legs = append(legs, move(k.budget, k.committed, r.Cost)...)
	}
	if r.Period != nil {
		legs = append(legs, move(k.open, k.used, 1)...)
	}
	return legs
}

// handing is what its fulfilment does.
func handing(r model.Redemption) []ledger.Leg {
	legs := move(ledger.Reserved(r.RewardID), ledger.Handed(r.RewardID), 1)
	if r.Cost > 0 {
		legs = append(legs, move(ledger.Committed(r.CommunityID, r.Year), ledger.Spent(r.CommunityID, r.Year), r.Cost)...)
	}
	return legs
}

func move(from, to ledger.Key, amount int64) []ledger.Leg {
	return []ledger.Leg{{Key: from, Amount: -amount}, {Key: to, Amount: amount}}
}
