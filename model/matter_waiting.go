package model

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"
)

// MatterDesks is where matters wait for somebody: on desks, which are the nodes of steps at which they work,
// and in their own hand.
type MatterDesks struct {
	Person   int64
	At       []int64 // the nodes
	Grids    []int64 // where they hold a role by which what was given to them is theirs
	HiddenAt []Led   // units of whose hidden matters they must not know
}

// MattersWaiting lists what waits for somebody, what is due first before the others, at most limit; total
// counts all of it, up to most. What they have reported themselves waits for others.
func MattersWaiting(tx *gorm.DB, d MatterDesks, limit, most int) (rows []ListedMatter, total int, err error) {
	var parts []*gorm.DB
	wait := func(q *gorm.DB) {
		q = exceptHidden(q.Select("id, due_at").Where("reporter_id <> ?", d.Person), d.HiddenAt)
		parts = append(parts, q.Order("due_at, id").Limit(most))
	}
	if len(d.Grids) > 0 { // what is asked or resolved has no limit that runs
		wait(tx.Model(&Matter{}).Where("handler_id = ? AND is_open = ? AND due_at IS NOT NULL AND grid_id IN ?", d.Person, true, d.Grids))
	}
	for _, desk := range d.At {
		wait(tx.Model(&Matter{}).Where("desk_id = ?", desk))
	}
	var due []struct {
		ID    int64
		DueAt time.Time
	}
	if err := UnionAll(tx, parts, &due); err != nil {
		return nil, 0, err
	}
	slices.SortFunc(due, func(a, b struct {
		ID    int64
		DueAt time.Time
	},
	) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	ids := make([]int64, min(limit, len(due)))
	for i := range ids {
		ids[i] = due[i].ID
	}
	rows, err = listedMattersByIDs(tx, ids)
	return rows, min(most, len(due)), err
}
