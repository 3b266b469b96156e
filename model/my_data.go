package model

import (
	"time"

	"gorm.io/gorm"
)

// AllBindingsOf gives every binding of a user, and of the person they are, oldest first.
func AllBindingsOf(tx *gorm.DB, user, person int64) ([]Binding, error) {
	var out []Binding
	return out, mine(tx, user, person).Order("id").Find(&out).Error
}

// PlacedDisplay is a display with the name of its unit.
type PlacedDisplay struct {
	Display
	UnitName string
}

// AllDisplaysOf gives every display of a person, ended ones included.
func AllDisplaysOf(tx *gorm.DB, person int64) ([]PlacedDisplay, error) {
	var out []PlacedDisplay
	err := tx.Model(&Display{}).Select("displays.*, nodes.name AS unit_name").Joins("JOIN nodes ON nodes.id = displays.unit_id").
		Where("displays.person_id = ?", person).Order("displays.id").Find(&out).Error
	return out, err
}

// HeldGroupEntry is that a user has opened the mini-program from a unit's group.
type HeldGroupEntry struct {
	UnitName  string
	EnteredAt time.Time
}

// AllGroupEntriesOf gives every group from which a user has opened the mini-program.
func AllGroupEntriesOf(tx *gorm.DB, user int64) ([]HeldGroupEntry, error) {
	var out []HeldGroupEntry
	err := tx.Table("group_entries").Select("nodes.name AS unit_name, group_entries.entered_at").
		Joins("JOIN unit_groups ON unit_groups.id = group_entries.unit_group_id").Joins("JOIN nodes ON nodes.id = unit_groups.unit_id").
		Where("group_entries.user_id = ?", user).Order("group_entries.id").Find(&out).Error
	return out, err
}

// AllPlaquesOf gives every plaque that a person has applied for.
func AllPlaquesOf(tx *gorm.DB, person int64) ([]Plaque, error) {
	var out []Plaque
	return out, tx.Where("applicant_id = ?", person).Order("id").Find(&out).Error
}

// AllCheckInsOf is the whole of CheckInsOf, oldest first.
func AllCheckInsOf(tx *gorm.DB, person int64) ([]ListedCheckIn, error) {
	var out []ListedCheckIn
	return out, listedCheckIns(tx).Where("check_ins.person_id = ?", person).Order("check_ins.id").Find(&out).Error
}

// AllHoursOf is the whole of HoursOf, oldest first.
func AllHoursOf(tx *gorm.DB, person int64) ([]ListedHours, error) {
	var out []ListedHours
	return out, listedHours(tx).Where("hours.person_id = ?", person).Order("hours.id").Find(&out).Error
}

// AllCorrectionsOf gives every request to correct a person's hours, oldest first.
func AllCorrectionsOf(tx *gorm.DB, person int64) ([]ListedCorrection, error) {
	var out []ListedCorrection
	return out, listedCorrections(tx).Where("corrections.person_id = ?", person).Order("corrections.id").Find(&out).Error
}

// WholeStatement is the whole of Statement, oldest first.
func WholeStatement(tx *gorm.DB, key string) ([]StatementLine, error) {
	return statementOf(tx, key, func(q *gorm.DB) *gorm.DB { return q.Order("entries.seq") })
}

// HeldMatter is a matter that a person has reported, with what they have said in it.
type HeldMatter struct {
	ListedMatter
	OriginalPlace string // what it was before somebody redacted it, "" if nobody did
	Answers       []HeldAnswer
	Said          []HeldMatterEvent
}

// HeldAnswer is an answer, and what it was before somebody redacted it, "" if nobody did.
type HeldAnswer struct {
	MatterAnswer
	Original string
}

// HeldMatterEvent is something that a person, or somebody for them, has done to their own matter.
// Original is what it said before somebody redacted it, "" if nobody did.
type HeldMatterEvent struct {
	ListedMatterEvent
	Original string
}

// AllMattersOf is the whole of MattersOf, oldest first, with what the person has said.
func AllMattersOf(tx *gorm.DB, person int64) ([]HeldMatter, error) {
	var rows []ListedMatter
	if err := listedMatters(tx, "matters").Where("matters.reporter_id = ?", person).Order("matters.id").Find(&rows).Error; err != nil {
		return nil, err
	}
	var answers []HeldAnswer
	err := tx.Table("matter_answers").Select("matter_answers.*, COALESCE(matter_originals.words, '') AS original").Joins("JOIN matters ON matters.id = matter_answers.matter_id").
		Joins("LEFT JOIN matter_originals ON matter_originals.matter_id = matter_answers.matter_id AND matter_originals.seq = -matter_answers.place AND matter_originals.file_id = 0").
		Where("matters.reporter_id = ?", person).Order("matter_answers.matter_id, matter_answers.place").Find(&answers).Error
	if err != nil {
		return nil, err
	}
	var said []HeldMatterEvent
	err = listedMatterEvents(tx, "COALESCE(matter_originals.words, '') AS original").
		Joins("JOIN matters ON matters.id = matter_events.matter_id").
		Joins("LEFT JOIN matter_originals ON matter_originals.matter_id = matter_events.matter_id AND matter_originals.seq = matter_events.seq AND matter_originals.file_id = 0").
		Where("matters.reporter_id = ? AND (matter_events.by_person_id = ? OR matter_events.for_person_id = ?)", person, person, person).
		Order("matter_events.matter_id, matter_events.seq").Find(&said).Error
	if err != nil {
		return nil, err
	}
	var places []MatterOriginal
	err = tx.Select("matter_originals.*").Joins("JOIN matters ON matters.id = matter_originals.matter_id").
		Where("matters.reporter_id = ? AND matter_originals.seq = ?", person, ReportPlace).Find(&places).Error
	if err != nil {
		return nil, err
	}
	all := make([]HeldMatter, len(rows))
	at := map[int64]*HeldMatter{}
	for i, m := range rows {
		all[i].ListedMatter = m
		at[m.ID] = &all[i]
	}
	for _, a := range answers {
		if m := at[a.MatterID]; m != nil { // one that was reported a moment ago may be missing
			m.Answers = append(m.Answers, a)
		}
	}
	for _, o := range places {
		if m := at[o.MatterID]; m != nil {
			m.OriginalPlace = o.Words
		}
	}
	for _, e := range said {
		if m := at[e.MatterID]; m != nil {
			m.Said = append(m.Said, e)
		}
	}
	return all, nil
}

// HeldJoin is a person's joining a neighbour's matter. What the neighbour has said is no data of theirs.
type HeldJoin struct {
	MatterJoin
	CategoryName string
}

// AllMatterJoinsOf gives every matter that a person has joined, also those that they have left.
func AllMatterJoinsOf(tx *gorm.DB, person int64) ([]HeldJoin, error) {
	var out []HeldJoin
	err := tx.Table("matter_joins").Select("matter_joins.*, matter_categories.name AS category_name").
		Joins("JOIN matters ON matters.id = matter_joins.matter_id").Joins("JOIN matter_categories ON matter_categories.code = matters.category").
		Where("matter_joins.person_id = ?", person).Order("matter_joins.joined_at, matter_joins.matter_id").Find(&out).Error
	return out, err
}

// Held counts what there is too much of to list.
type Held struct {
	Sessions int64 // running
	Notices  int64
	Readings int64 // how often somebody read the person's record whole
	Photos   int64 // uploaded by them
}

// CountHeld counts it for a user and the person they are, as CountFilesBy does the photos.
func CountHeld(tx *gorm.DB, user, person int64, now time.Time, led []Led) (Held, error) {
	var h Held
	err := tx.Model(&Session{}).Where("user_id = ? AND ended_at IS NULL AND expires_at > ?", user, now).Count(&h.Sessions).Error
	if err != nil || person == 0 {
		return h, err
	}
	if err := tx.Model(&Notice{}).Where("person_id = ?", person).Count(&h.Notices).Error; err != nil {
		return h, err
	}
	if h.Photos, err = CountFilesBy(tx, person, led); err != nil {
		return h, err
	}
	return h, tx.Model(&Audit{}).Where("subject = ? AND subject_id = ? AND action = ?", "person", person, "person.read").Count(&h.Readings).Error
}
