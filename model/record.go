package model

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// RecordedService is confirmed hours as the volunteer record shows them (志愿服务记录).
type RecordedService struct {
	Hours
	KindName        string
	NodeName        string // of where it was organised
	NodePath        string
	AssociationName string // of the association that organised it, "" for what a place organised itself
	Corrected       bool   // it was corrected after it was confirmed
}

func recorded(tx *gorm.DB, person int64) *gorm.DB {
	return tx.Table("hours").Where("hours.person_id = ? AND hours.state = ?", person, HoursConfirmed)
}

func recordedServices(tx *gorm.DB, person int64) *gorm.DB {
	return recorded(tx, person).
		Select("hours.*, COALESCE(service_kinds.name, '') AS kind_name, nodes.name AS node_name, nodes.path AS node_path, COALESCE(associations.name, '') AS association_name, " +
			"EXISTS (SELECT 1 FROM hours_changes WHERE hours_changes.hours_id = hours.id AND hours_changes.correction_id <> 0) AS corrected").
		Joins("JOIN nodes ON nodes.id = hours.node_id").Joins("LEFT JOIN service_kinds ON service_kinds.code = hours.kind").
		Joins("LEFT JOIN activities ON activities.id = hours.activity_id").Joins("LEFT JOIN associations ON associations.id = activities.association_id")
}

// RecordOf lists a person's confirmed services in whatever community, those that were recorded last
// first.
func RecordOf(tx *gorm.DB, person int64, s Slice) ([]RecordedService, error) {
	var out []RecordedService
	err := s.newestOf(recordedServices(tx, person), "hours", recorded(tx, person)).Find(&out).Error
	slices.SortFunc(out, func(a, b RecordedService) int { return newerFirst(a.ID, b.ID) })
	return out, err
}

// RecordWithin gives a person's confirmed services that began between two moments, in the order of time,
// at most so many.
func RecordWithin(tx *gorm.DB, person int64, from, until time.Time, most int) ([]RecordedService, error) {
	var out []RecordedService
	q := recordedServices(tx, person).Where("hours.starts_at >= ? AND hours.starts_at < ?", from, until)
	return out, q.Order("hours.starts_at, hours.id").Limit(most).Find(&out).Error
}

// RecordTotals is the sum of a person's record.
type RecordTotals struct {
	Services int64
	Minutes  int64
	FirstAt  *time.Time
	LastAt   *time.Time
}

// TotalsOf gives what a person's confirmed services come to. What was earned by them and spent makes no difference.
func TotalsOf(tx *gorm.DB, person int64) (RecordTotals, error) {
	total, err := maybe[ServiceTotal](tx.Where("person_id = ?", person))
	if err != nil || total == nil {
		return RecordTotals{}, err
	}
	t := RecordTotals{Services: total.Services, Minutes: total.Minutes}
	// The first and the last are read as columns: what a function gives is text on SQLite.
	for order, at := range map[string]**time.Time{"hours.starts_at": &t.FirstAt, "hours.starts_at DESC": &t.LastAt} {
		h, err := maybe[Hours](recorded(tx, person).Select("hours.starts_at").Order(order))
		if err != nil {
			return t, err
		}
		if h != nil {
			*at = &h.StartsAt
		}
	}
	return t, nil
}

// CountWithin gives how many of a person's confirmed services began between two moments.
func CountWithin(tx *gorm.DB, person int64, from, until time.Time) (int64, error) {
	var n int64
	return n, recorded(tx, person).Where("hours.starts_at >= ? AND hours.starts_at < ?", from, until).Count(&n).Error
}

// PlaceNames says for each node, named by its path, where it is: from the community down, or by its own
// name above it.
func PlaceNames(tx *gorm.DB, paths []string) (map[string]string, error) {
	var ids []int64
	for _, p := range paths {
		ids = append(ids, PathIDs(p)...)
	}
	slices.Sort(ids)
	nodes, err := inLists(slices.Compact(ids), func(some []int64) ([]Node, error) {
		var found []Node
		return found, tx.Where("id IN ?", some).Find(&found).Error
	})
	if err != nil {
		return nil, err
	}
	byID := map[int64]Node{}
	for _, n := range nodes {
		byID[n.ID] = n
	}
	names := map[string]string{}
	for _, p := range paths {
		var name strings.Builder
		for _, id := range PathIDs(p) {
			if n := byID[id]; !n.Kind.Above(Community) || n.Path == p {
				name.WriteString(n.Name)
			}
		}
		names[p] = name.String()
	}
	return names, nil
}
