package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// MatterJoin is a neighbour's joining somebody's matter: they get every answer.
type MatterJoin struct {
	_ struct{} `privacy:"about=resident; why=加入邻居上报的事项; kept=always; because=办理情况要能追溯"`

	MatterID int64 `gorm:"primaryKey;autoIncrement:false"`
	PersonID int64 `gorm:"primaryKey;autoIncrement:false"`
	JoinedAt time.Time
	LeftAt   *time.Time
}

// JoinableBy tells whether a matter may be shown to a neighbour to join: it is open, of a kind that
// concerns others and did when it was reported, not hidden from the chief (who is a neighbour too), and
// its words have passed.
func (m Matter) JoinableBy(person int64, c MatterCategory) bool {
	shared := c.Shared && (c.SharedAt == nil || m.CreatedAt.After(*c.SharedAt))
	return m.IsOpen && shared && m.Anonymity != HiddenFromChief && m.CheckState == FilePassed && m.ReporterID != person
}

// JoinMatter makes a person one who joined a locked matter; again is fine.
func JoinMatter(tx *gorm.DB, m Matter, person int64, now time.Time) error {
	err := tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "matter_id"}, {Name: "person_id"}}, DoUpdates: clause.Assignments(map[string]any{"left_at": nil}),
	}).Create(&MatterJoin{MatterID: m.ID, PersonID: person, JoinedAt: now}).Error
	if err != nil {
		return err
	}
	return countJoined(tx, m.ID)
}

// LeaveMatter ends it.
func LeaveMatter(tx *gorm.DB, m Matter, person int64, now time.Time) error {
	err := changed(tx.Model(&MatterJoin{}).Where("matter_id = ? AND person_id = ? AND left_at IS NULL", m.ID, person).Update("left_at", now), ErrMatterNotFound)
	if err != nil {
		return err
	}
	return countJoined(tx, m.ID)
}

func countJoined(tx *gorm.DB, id int64) error {
	var n int64
	if err := tx.Model(&MatterJoin{}).Where("matter_id = ? AND left_at IS NULL", id).Count(&n).Error; err != nil {
		return err
	}
	return tx.Model(&Matter{}).Where("id = ?", id).Update("joined", n).Error
}

// MatterJoiners gives who has joined a matter.
func MatterJoiners(tx *gorm.DB, id int64) ([]int64, error) {
	var people []int64
	return people, tx.Model(&MatterJoin{}).Where("matter_id = ? AND left_at IS NULL", id).Order("person_id").Pluck("person_id", &people).Error
}

// HasJoined tells whether a person has joined a matter.
func HasJoined(tx *gorm.DB, id, person int64) (bool, error) {
	var n int64
	err := tx.Model(&MatterJoin{}).Where("matter_id = ? AND person_id = ? AND left_at IS NULL", id, person).Count(&n).Error
	return n > 0, err
}

// comparedAtMost is among how many of the newest open matters of a grid similar ones are looked for.
const comparedAtMost = 200

// SimilarMatters gives open matters of a grid and category that a person may join and that say much of
// the same, the most similar first, at most limit.
func SimilarMatters(tx *gorm.DB, grid, person int64, c MatterCategory, words string, limit int) ([]ListedMatter, error) {
	open := slices.DeleteFunc(MatterStates(), func(s MatterState) bool { return !s.Open() })
	var ids []int64
	err := tx.Model(&Matter{}).Where("grid_id = ? AND category = ? AND state IN ?", grid, c.Code, open).
		Order("id DESC").Limit(comparedAtMost).Pluck("id", &ids).Error
	if err != nil {
		return nil, err
	}
	near, err := listedMattersByIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	said := Pairs(words)
	likeness := map[int64]float64{}
	near = slices.DeleteFunc(near, func(m ListedMatter) bool {
		likeness[m.ID] = alike(said, Pairs(m.Words, m.Place))
		return !m.JoinableBy(person, c) || likeness[m.ID] < leastAlike
	})
	slices.SortStableFunc(near, func(a, b ListedMatter) int {
		switch {
		case likeness[a.ID] > likeness[b.ID]:
			return -1
		case likeness[a.ID] < likeness[b.ID]:
			return 1
		}
		return 0
	})
	return near[:min(limit, len(near))], nil
}

// leastAlike is what part of the shorter text's pairs both must have.
const leastAlike = 0.2

// alike gives what part of the fewer pairs the others hold too. Both are sorted.
func alike(a, b []int64) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	both := 0
	for _, p := range a {
		if _, ok := slices.BinarySearch(b, p); ok {
			both++
		}
	}
	return float64(both) / float64(len(a))
}
