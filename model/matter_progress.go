package model

import (
	"time"

	"gorm.io/gorm"
)

// MatterProgress is how officers have got on with a matter: when it was first accepted, when it was
// resolved unless that has not held, and what they said last.
type MatterProgress struct {
	AcceptedAt *time.Time
	ResolvedAt *time.Time
	Answer     string
}

// MatterProgressOf tells it of matters, by their ids.
func MatterProgressOf(tx *gorm.DB, matters []ListedMatter) (map[int64]MatterProgress, error) {
	ids := make([]int64, len(matters))
	for i, m := range matters {
		ids[i] = m.ID
	}
	events, err := inLists(ids, func(some []int64) ([]MatterEvent, error) {
		var found []MatterEvent
		return found, tx.Where("matter_id IN ?", some).Order("matter_id, seq").Find(&found).Error
	})
	all := make(map[int64]MatterProgress, len(ids))
	for _, e := range events {
		p, at := all[e.MatterID], e.At
		switch e.Move {
		case MoveAccept:
			if p.AcceptedAt == nil {
				p.AcceptedAt = &at
			}
		case MoveResolve:
			p.ResolvedAt = &at
		case MoveReopen:
			p.ResolvedAt = nil
		default:
		}
		if e.Words != "" && RuleOf(e.Move).By == HandlerMoves {
			p.Answer = e.Words
		}
		all[e.MatterID] = p
	}
	return all, err
}

// WhoHandled gives who has worked on a matter.
func WhoHandled(tx *gorm.DB, id int64) ([]int64, error) {
	var moves []MatterMove
	for _, r := range MatterRules {
		if r.By == HandlerMoves {
			moves = append(moves, r.Move)
		}
	}
	var people []int64
	return people, tx.Model(&MatterEvent{}).Where("matter_id = ? AND move IN ?", id, moves).Distinct().Pluck("by_person_id", &people).Error
}
