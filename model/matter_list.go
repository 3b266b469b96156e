package model

import (
	"slices"

	"gorm.io/gorm"
)

// ListedMatter is a matter with the names that belong to it.
type ListedMatter struct {
	Matter
	ReporterName string
	ReporterUser int64  // whose account the reporter has; 0 for who has none
	EnteredBy    string // who reported it for them; "" for themselves
	HandlerName  string // whom it was given to
	CategoryName string
	NodeName     string
	NodePath     string
}

// TableName is that of Matter.
func (ListedMatter) TableName() string { return "matters" }

// listedMatters adds the names to matters, which are the table itself or a few of its rows.
func listedMatters(tx *gorm.DB, matters string, args ...any) *gorm.DB {
	return tx.Table(matters, args...).
		Select("matters.*, persons.name AS reporter_name, COALESCE(bindings.user_id, 0) AS reporter_user, COALESCE(enterers.name, '') AS entered_by, COALESCE(handlers.name, '') AS handler_name, " +
			"matter_categories.name AS category_name, nodes.name AS node_name, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = matters.reporter_id").Joins("JOIN nodes ON nodes.id = matters.node_id").
		Joins("JOIN matter_categories ON matter_categories.code = matters.category").
		Joins("LEFT JOIN bindings ON bindings.active_person_id = matters.reporter_id").
		Joins("LEFT JOIN persons enterers ON enterers.id = matters.entered_by_id").
		Joins("LEFT JOIN persons handlers ON handlers.id = matters.handler_id")
}

// theseMatters is the rows with these ids as a table. Its limit, which cuts nothing off, keeps every engine
// from looking for them by anything but their ids.
func theseMatters(tx *gorm.DB, ids []int64) *gorm.DB {
	return tx.Model(&Matter{}).Where("id IN ?", ids).Limit(len(ids))
}

// listedMattersByIDs gives matters with their names, in the order of the ids. Lists find the ids first: which
// index that takes must not depend on the names.
func listedMattersByIDs(tx *gorm.DB, ids []int64) ([]ListedMatter, error) {
	all, err := inLists(ids, func(some []int64) ([]ListedMatter, error) {
		var found []ListedMatter
		return found, listedMatters(tx, "(?) AS matters", theseMatters(tx, some)).Find(&found).Error
	})
	place := make(map[int64]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(all, func(a, b ListedMatter) int { return place[a.ID] - place[b.ID] })
	return all, err
}

// ListedMatterByID gives a matter with its names.
func ListedMatterByID(tx *gorm.DB, id int64) (ListedMatter, error) {
	var m ListedMatter
	return m, take(listedMatters(tx, "matters").Where("matters.id = ?", id), &m, ErrMatterNotFound)
}

// MattersOf lists what a person has reported, the newest first.
func MattersOf(tx *gorm.DB, person int64, s Slice) ([]ListedMatter, error) {
	var ids []int64
	if err := s.Newest(tx.Model(&Matter{}).Where("reporter_id = ?", person), "id").Pluck("id", &ids).Error; err != nil {
		return nil, err
	}
	return listedMattersByIDs(tx, ids)
}

// MattersJoined lists what a person has joined, the newest first.
func MattersJoined(tx *gorm.DB, person int64, s Slice) ([]ListedMatter, error) {
	var ids []int64
	q := tx.Model(&MatterJoin{}).Where("person_id = ? AND left_at IS NULL", person)
	if err := s.Newest(q, "matter_id").Pluck("matter_id", &ids).Error; err != nil {
		return nil, err
	}
	return listedMattersByIDs(tx, ids)
}

// ListedMatterEvent is an event with the name of who made it.
type ListedMatterEvent struct {
	MatterEvent
	ByName   string
	ForName  string
	Redacted bool // a text or a photo of it are no longer those that were given
}

// ListedMatterEventsOf gives a matter's events with names, the oldest first.
func ListedMatterEventsOf(tx *gorm.DB, id int64) ([]ListedMatterEvent, error) {
	var out []ListedMatterEvent
	return out, listedMatterEvents(tx).Where("matter_events.matter_id = ?", id).Order("matter_events.seq").Find(&out).Error
}

// listedMatterEvents reads events with names, and with what else is asked for.
func listedMatterEvents(tx *gorm.DB, more ...string) *gorm.DB {
	columns := append([]string{
		"matter_events.*", "COALESCE(persons.name, '') AS by_name", "COALESCE(behalf.name, '') AS for_name",
		"EXISTS (SELECT 1 FROM matter_originals WHERE matter_originals.matter_id = matter_events.matter_id AND (matter_originals.seq = matter_events.seq OR matter_originals.seq < 1 AND matter_events.seq = 1)) AS redacted",
	}, more...)
	return tx.Table("matter_events").Select(columns).
		Joins("LEFT JOIN persons ON persons.id = matter_events.by_person_id").
		Joins("LEFT JOIN persons behalf ON behalf.id = matter_events.for_person_id")
}
