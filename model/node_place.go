package model

import (
	"slices"

	"gorm.io/gorm"
)

// Place is a node with the grid, the community and the district that it lies in; 0 where it lies above them.
type Place struct {
	Node
	GridID      int64
	CommunityID int64
	DistrictID  int64
}

// Issuer is whose account what is given out at the place comes from: the community's, and above
// communities the node's own.
func (p Place) Issuer() int64 {
	if p.CommunityID != 0 {
		return p.CommunityID
	}
	return p.ID
}

// PlacesOf gives the places of nodes, in two statements whatever their number up to some hundreds.
func PlacesOf(tx *gorm.DB, ids ...int64) (map[int64]Place, error) {
	nodes, err := NodesByIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	var above []int64
	for _, n := range nodes {
		above = append(above, PathIDs(n.Path)...)
	}
	onPaths, err := NodesByIDs(tx, above)
	if err != nil {
		return nil, err
	}
	kind := map[int64]NodeKind{}
	for _, n := range onPaths {
		kind[n.ID] = n.Kind
	}
	places := map[int64]Place{}
	for _, n := range nodes {
		p := Place{Node: n}
		for _, id := range PathIDs(n.Path) {
			switch kind[id] {
			case Grid:
				p.GridID = id
			case Community:
				p.CommunityID = id
			case District:
				p.DistrictID = id
			default:
			}
		}
		places[n.ID] = p
	}
	return places, nil
}

// NodesByIDs gives nodes, in no order.
func NodesByIDs(tx *gorm.DB, ids []int64) ([]Node, error) {
	return inLists(slices.Compact(slices.Sorted(slices.Values(ids))), func(some []int64) ([]Node, error) {
		var nodes []Node
		return nodes, tx.Where("id IN ?", some).Find(&nodes).Error
	})
}
