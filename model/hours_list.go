package model

import (
	"slices"

	"gorm.io/gorm"
)

// ListedHours are hours with the names that belong to them.
type ListedHours struct {
	Hours
	Name      string // of the volunteer
	HomePath  string // where they belong
	EnteredBy string // who filed it for them; "" for themselves
	KindName  string
	NodeName  string
	NodePath  string
	Changed   int64 // how often it was changed since it was filed
}

func listedHours(tx *gorm.DB) *gorm.DB {
	return tx.Table("hours").
		Select("hours.*, persons.name, homes.path AS home_path, COALESCE(enterers.name, '') AS entered_by, COALESCE(service_kinds.name, '') AS kind_name, nodes.name AS node_name, nodes.path AS node_path, " +
			"(SELECT COUNT(*) FROM hours_changes WHERE hours_changes.hours_id = hours.id) AS changed").
		Joins("JOIN persons ON persons.id = hours.person_id").Joins("JOIN nodes ON nodes.id = hours.node_id").
		Joins("JOIN nodes homes ON homes.id = persons.node_id").
		Joins("LEFT JOIN service_kinds ON service_kinds.code = hours.kind").
		Joins("LEFT JOIN persons enterers ON enterers.id = hours.entered_by_id")
}

// ListedHoursByID gives hours with their names.
func ListedHoursByID(tx *gorm.DB, id int64) (ListedHours, error) {
	var h ListedHours
	return h, take(listedHours(tx).Where("hours.id = ?", id), &h, ErrHoursNotFound)
}

// HoursOf lists a person's hours, the newest first; "" is every state.
func HoursOf(tx *gorm.DB, person int64, state HoursState, s Slice) ([]ListedHours, error) {
	find := tx.Table("hours").Where("hours.person_id = ?", person)
	if state != "" {
		find = find.Where("hours.state = ?", state)
	}
	var out []ListedHours
	err := s.newestOf(listedHours(tx), "hours", find).Find(&out).Error
	slices.SortFunc(out, func(a, b ListedHours) int { return newerFirst(a.ID, b.ID) })
	return out, err
}

// UnconfirmedHours locks a person's hours that are open or wait for somebody to confirm them.
func UnconfirmedHours(tx *gorm.DB, person int64) ([]Hours, error) {
	var out []Hours
	return out, forUpdate(tx).
		Where("person_id = ? AND state IN ?", person, []HoursState{HoursOpen, HoursClaimed}).Order("id").Find(&out).Error
}

// HoursUnder lists the hours of organisers in a subtree, the newest first; "" is every state.
func HoursUnder(tx *gorm.DB, path string, state HoursState, s Slice) ([]ListedHours, error) {
	states := []HoursState{state}
	if state == "" {
		states = HoursStates()
	}
	ids, err := s.newestIDs(tx, "hours", idsOfADay, func() *gorm.DB {
		return rowsBelow(tx, path, "hours", "node_id").Where("hours.state IN ?", states)
	})
	var out []ListedHours
	if err == nil {
		err = listedHours(tx).Where("hours.id IN ?", ids).Find(&out).Error
	}
	slices.SortFunc(out, func(a, b ListedHours) int { return newerFirst(a.ID, b.ID) })
	return out, err
}

// LogsWaiting lists the logs in subtrees that wait for somebody who is not the volunteer and has not
// filed them, the longest waiting first.
func LogsWaiting(tx *gorm.DB, roots []string, but int64, s Slice) ([]ListedHours, error) {
	var out []ListedHours
	q := InSubtree(listedHours(tx), "nodes.path", roots...).
		Where("hours.state = ? AND hours.source = ? AND hours.person_id <> ? AND hours.entered_by_id <> ?", HoursClaimed, FromLog, but, but)
	return out, s.Oldest(q, "hours.id").Find(&out).Error
}
