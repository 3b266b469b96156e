package service

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// RewardStock is a reward with its pieces, as the community's staff see it.
type RewardStock struct {
	Reward                    model.Reward
	Shelf, Reserved, HandedTo int64
	Photos                    []model.File
}

// RewardsOf lists the rewards of a community, or of those below a node, in every state, the newest
// first. Refusal: node.not_found outside the actor's scope.
func (s *Service) RewardsOf(ctx context.Context, by model.Actor, node int64, slice model.Slice) ([]RewardStock, error) {
	n, err := s.nodeFor(ctx, by, node, model.ManageRewards, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	rows, err := model.RewardsUnder(h, n.Path, slice)
	if err != nil {
		return nil, err
	}
	return stocksOf(h, s.now(), rows)
}

// stocksOf reads from the ledger how many pieces there are, and what they look like.
func stocksOf(h *gorm.DB, now time.Time, rows []model.Reward) ([]RewardStock, error) {
	var keys []string
	for _, r := range rows {
		keys = append(keys, string(ledger.Shelf(r.ID)), string(ledger.Reserved(r.ID)), string(ledger.Handed(r.ID)))
	}
	holds, err := model.BalancesOf(h, keys)
	if err != nil {
		return nil, err
	}
	photos, err := photosOf(h, now, rows)
	out := make([]RewardStock, len(rows))
	for i, r := range rows {
		out[i] = RewardStock{r, holds[keys[3*i]], holds[keys[3*i+1]], holds[keys[3*i+2]], photos[r.ID]}
	}
	return out, err
}

func photosOf(h *gorm.DB, now time.Time, rows []model.Reward) (map[int64][]model.File, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return model.FilesOf(h, now, rewardPhotos, ids...)
}

// Offer is a reward as a resident of its community sees it.
type Offer struct {
	Reward model.Reward
	Stock  int64
	Turns  int64 // that the person has taken in this period
	Funded bool  // the budget suffices
	Refuse error // why they can't redeem it now; nil when they can
	Photos []model.File
}

// Catalogue lists what the actor's community offers now, the newest first, with what each lacks for
// them, and the actor's points.
func (s *Service) Catalogue(ctx context.Context, by model.Actor, slice model.Slice) (points int64, offers []Offer, err error) {
	h := s.DB.Read(ctx)
	rows, err := model.RewardsOffered(h, model.PathIDs(by.Path), s.now(), slice)
	if err != nil {
		return 0, nil, err
	}
	return s.offersTo(h, by.PersonID, rows)
}

// CatalogueFor is Catalogue for somebody without a phone, whose community's rewards the actor redeems for them.
// Refusals: those of RedeemFor about the person.
func (s *Service) CatalogueFor(ctx context.Context, by model.Actor, person int64, slice model.Slice) (points int64, offers []Offer, err error) {
	h, now := s.DB.Read(ctx), s.now()
	p, err := model.PersonByID(h, person)
	if err != nil {
		return 0, nil, err
	}
	home, err := redeemsFor(h, by, p, now)
	if err != nil {
		return 0, nil, err
	}
	if p.IsChild(now) {
		if agreed, err := model.HasConsent(h, p.ID); err != nil || !agreed {
			return 0, nil, or(err, model.ErrChildWithoutConsent)
		}
	}
	rows, err := model.RewardsOffered(h, model.PathIDs(home.Path), now, slice)
	if err != nil {
		return 0, nil, err
	}
	return s.offersTo(h, p.ID, rows)
}

// OfferTo gives one reward of the actor's community in any state. Refusal: reward.not_found for any
// other.
func (s *Service) OfferTo(ctx context.Context, by model.Actor, reward int64) (points int64, offer Offer, err error) {
	h := s.DB.Read(ctx)
	r, err := model.RewardByID(h, reward)
	if err == nil && !belongsTo(by.Path, r.CommunityID) {
		err = model.ErrRewardNotFound
	}
	if err != nil {
		return 0, Offer{}, err
	}
	points, offers, err := s.offersTo(h, by.PersonID, []model.Reward{r})
	if err != nil {
		return 0, Offer{}, err
	}
	return points, offers[0], nil
}

// belongsTo tells whether who lives at a path belongs to a community.
func belongsTo(path string, community int64) bool {
	return slices.Contains(model.PathIDs(path), community)
}

func (s *Service) offersTo(h *gorm.DB, person int64, rows []model.Reward) (points int64, offers []Offer, err error) {
	now := s.now()
	mine := string(ledger.PersonPoints(person))
	keys := []string{mine}
	for _, r := range rows {
		k := keysToRedeem(r, person, now)
		keys = append(keys, string(k.shelf), string(k.budget), string(k.used))
	}
	holds, err := model.BalancesOf(h, keys)
	if err != nil {
		return 0, nil, err
	}
	photos, err := photosOf(h, now, rows)
	if err != nil {
		return 0, nil, err
	}
	offers = make([]Offer, len(rows))
	for i, r := range rows {
		k := keys[1+3*i:]
		has := model.Holdings{Points: holds[mine], Stock: holds[k[0]], Budget: holds[k[1]], Turns: holds[k[2]]}
		offers[i] = Offer{Reward: r, Stock: has.Stock, Turns: has.Turns, Funded: has.Budget >= r.Cost, Refuse: r.Refuse(now, r.Points, has), Photos: photos[r.ID]}
	}
	return holds[mine], offers, nil
}
