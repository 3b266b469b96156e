package model

import (
	"time"

	"gorm.io/gorm"
)

// ListedMatter is a matter with the names that belong to it.
type ListedMatter struct {
	Matter
	ReporterName string
	EnteredBy    string // who reported it for them; "" for themselves
	HandlerName  string // whom it was given to
	CategoryName string
	NodeName     string
	NodePath     string
}

// TableName is that of Matter.
func (ListedMatter) TableName() string { return "matters" }

func listedMatters(tx *gorm.DB) *gorm.DB {
	return tx.Table("matters").
		Select("matters.*, persons.name AS reporter_name, COALESCE(enterers.name, '') AS entered_by, COALESCE(handlers.name, '') AS handler_name, " +
			"matter_categories.name AS category_name, nodes.name AS node_name, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = matters.reporter_id").Joins("JOIN nodes ON nodes.id = matters.node_id").
		Joins("JOIN matter_categories ON matter_categories.code = matters.category").
		Joins("LEFT JOIN persons enterers ON enterers.id = matters.entered_by_id").
		Joins("LEFT JOIN persons handlers ON handlers.id = matters.handler_id")
}

// ListedMatterByID gives a matter with its names.
func ListedMatterByID(tx *gorm.DB, id int64) (ListedMatter, error) {
	var m ListedMatter
	return m, take(listedMatters(tx).Where("matters.id = ?", id), &m, ErrMatterNotFound)
}

// MattersOf lists what a person has reported, the newest first.
func MattersOf(tx *gorm.DB, person int64, s Slice) ([]ListedMatter, error) {
	var out []ListedMatter
	return out, s.Newest(listedMatters(tx).Where("matters.reporter_id = ?", person), "matters.id").Find(&out).Error
}

// MattersJoined lists what a person has joined, the newest first.
func MattersJoined(tx *gorm.DB, person int64, s Slice) ([]ListedMatter, error) {
	var out []ListedMatter
	q := listedMatters(tx).Joins("JOIN matter_joins ON matter_joins.matter_id = matters.id").
		Where("matter_joins.person_id = ? AND matter_joins.left_at IS NULL", person)
	return out, s.Newest(q, "matters.id").Find(&out).Error
}

// MattersWaiting lists what waits on desks, or for a handler, the one due first before the others, at most limit.
// hiddenAt are units of whose hidden matters the reader must not know.
func MattersWaiting(tx *gorm.DB, desks []int64, handler int64, hiddenAt []int64, limit int) ([]ListedMatter, error) {
	given := []ListedMatter{}
	err := listedMatters(tx).Where("matters.handler_id = ? AND matters.is_open = ? AND matters.state IN ?", handler, true, []MatterState{MatterReported, MatterAccepted}).
		Order("matters.due_at, matters.id").Limit(limit).Find(&given).Error
	if err != nil || len(desks) == 0 {
		return given, err
	}
	var out []ListedMatter
	err = exceptHidden(listedMatters(tx).Where("matters.desk_id IN ?", desks), hiddenAt).
		Order("matters.due_at, matters.id").Limit(limit).Find(&out).Error
	return append(given, out...), err
}

// exceptHidden leaves out the matters that the chief of these units must not know of.
func exceptHidden(q *gorm.DB, units []int64) *gorm.DB {
	if len(units) == 0 {
		return q
	}
	return q.Where("NOT (matters.anonymity = ? AND matters.node_id IN ?)", HiddenFromChief, units)
}

// ListedMatterEvent is an event with the name of who made it.
type ListedMatterEvent struct {
	MatterEvent
	ByName  string
	ForName string
}

// ListedMatterEventsOf gives a matter's events with names, the oldest first.
func ListedMatterEventsOf(tx *gorm.DB, id int64) ([]ListedMatterEvent, error) {
	var out []ListedMatterEvent
	return out, listedMatterEvents(tx).Where("matter_events.matter_id = ?", id).Order("matter_events.seq").Find(&out).Error
}

// listedMatterEvents reads events with names, and with what else is asked for.
func listedMatterEvents(tx *gorm.DB, more ...string) *gorm.DB {
	columns := append([]string{"matter_events.*", "COALESCE(persons.name, '') AS by_name", "COALESCE(behalf.name, '') AS for_name"}, more...)
	return tx.Table("matter_events").Select(columns).
		Joins("LEFT JOIN persons ON persons.id = matter_events.by_person_id").
		Joins("LEFT JOIN persons behalf ON behalf.id = matter_events.for_person_id")
}

// MatterFilter is which matters of an area are wanted; zero values want all.
type MatterFilter struct {
	CommunityID int64 // where the area lies; a community, or one whose grid or unit is asked for
	GridID      int64
	NodeID      int64
	State       MatterState
	Open        *bool
	Step        Step
	Category    string
	Overdue     bool // by Now
	Urgent      bool
	Text        string
	From, Until time.Time // reported in between; the end excluded
	Now         time.Time
	HiddenAt    []int64 // units of whose hidden matters the reader must not know
	NotHidden   bool    // leaves out all that are hidden from the chief
}

// MattersIn lists the matters of an area, the newest first.
func MattersIn(tx *gorm.DB, f MatterFilter, s Slice) ([]ListedMatter, error) {
	q, err := f.narrow(tx, listedMatters(tx))
	if err != nil {
		return nil, err
	}
	var out []ListedMatter
	return out, s.Newest(q, "matters.id").Find(&out).Error
}

func (f MatterFilter) narrow(tx, q *gorm.DB) (*gorm.DB, error) {
	switch {
	case f.NodeID != 0:
		q = q.Where("matters.node_id = ?", f.NodeID)
	case f.GridID != 0:
		q = q.Where("matters.grid_id = ?", f.GridID)
	default:
		q = q.Where("matters.community_id = ?", f.CommunityID)
	}
	if f.State != "" {
		q = q.Where("matters.state = ? AND matters.is_open = ?", f.State, f.State.Open())
	}
	if f.Open != nil {
		q = q.Where("matters.is_open = ?", *f.Open)
	}
	if f.Step != "" {
		q = q.Where("matters.step = ?", f.Step)
	}
	if f.Category != "" {
		q = q.Where("matters.category = ?", f.Category)
	}
	if f.Overdue {
		q = q.Where("matters.is_open = ? AND matters.due_at < ?", true, f.Now)
	}
	if f.Urgent {
		q = q.Where("matters.urgent = ?", true)
	}
	if !f.From.IsZero() {
		q = q.Where("matters.id >= ?", FirstID(f.From))
	}
	if !f.Until.IsZero() {
		q = q.Where("matters.id < ?", FirstID(f.Until))
	}
	if f.NotHidden {
		q = q.Where("matters.anonymity <> ?", HiddenFromChief)
	}
	q = exceptHidden(q, f.HiddenAt)
	if f.Text != "" {
		return searchMatters(tx, q, f.CommunityID, f.Text)
	}
	return q, nil
}
