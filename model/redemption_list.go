package model

import (
	"slices"

	"gorm.io/gorm"
)

// ListedRedemption is a redemption with what lists show beside it.
type ListedRedemption struct {
	Redemption
	Name      string // of the person
	Place     string // where it is picked up now
	EnteredBy string // the name of who did it for the person; "" for themselves
	NodePath  string // of the community
}

// TableName binds the sealed code to the table that it is stored in.
func (ListedRedemption) TableName() string { return "redemptions" }

func listedRedemptions(tx *gorm.DB) *gorm.DB {
	return tx.Table("redemptions").Select("redemptions.*, persons.name, rewards.place, COALESCE(others.name, '') AS entered_by, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = redemptions.person_id").Joins("JOIN rewards ON rewards.id = redemptions.reward_id").
		Joins("JOIN nodes ON nodes.id = redemptions.community_id").Joins("LEFT JOIN persons AS others ON others.id = redemptions.entered_by_id")
}

// ListedRedemptionByID gives one of them.
func ListedRedemptionByID(tx *gorm.DB, id int64) (ListedRedemption, error) {
	var r ListedRedemption
	return r, take(listedRedemptions(tx).Where("redemptions.id = ?", id), &r, ErrRedemptionNotFound)
}

// RedemptionsOf lists a person's redemptions, the newest first.
func RedemptionsOf(tx *gorm.DB, person int64, s Slice) ([]ListedRedemption, error) {
	var out []ListedRedemption
	return out, s.Newest(listedRedemptions(tx).Where("redemptions.person_id = ?", person), "redemptions.id").Find(&out).Error
}

// AllRedemptionsOf is the whole of RedemptionsOf, oldest first.
func AllRedemptionsOf(tx *gorm.DB, person int64) ([]ListedRedemption, error) {
	var out []ListedRedemption
	return out, listedRedemptions(tx).Where("redemptions.person_id = ?", person).Order("redemptions.id").Find(&out).Error
}

// RedemptionsUnder lists the redemptions of the communities of a subtree, the newest first; "" is every
// state.
func RedemptionsUnder(tx *gorm.DB, path string, state RedemptionState, s Slice) ([]ListedRedemption, error) {
	states := []RedemptionState{state}
	if state == "" {
		states = []RedemptionState{Reserved, Fulfilled, RedemptionCancelled, RedemptionExpired}
	}
	ids, err := s.newestIDs(tx, "redemptions", idsOfADay, func() *gorm.DB {
		return rowsBelow(tx, path, "redemptions", "community_id").Where("redemptions.state IN ?", states)
	})
	var out []ListedRedemption
	if err == nil {
		err = listedRedemptions(tx).Where("redemptions.id IN ?", ids).Find(&out).Error
	}
	slices.SortFunc(out, func(a, b ListedRedemption) int { return newerFirst(a.ID, b.ID) })
	return out, err
}

// RedemptionByCode gives the redemption of a community that a pick-up code stands for, the one that
// waits before those that are over; nil when there is none.
func RedemptionByCode(tx *gorm.DB, community int64, digits string) (*Redemption, error) {
	index := KeysOf(tx).Index(redemptionCode, digits)
	waits, err := maybe[Redemption](tx.Where("open_code_index = ? AND community_id = ?", index, community))
	if waits != nil || err != nil {
		return waits, err
	}
	return maybe[Redemption](tx.Where("code_index = ? AND community_id = ?", index, community).Order("id DESC"))
}
