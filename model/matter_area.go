package model

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// MatterArea is a unit, a grid or a community, and what its reader may know of the matters there.
type MatterArea struct {
	Kind        NodeKind
	NodeID      int64
	CommunityID int64 // where it lies, or the area itself
	HiddenAt    []Led // units of whose hidden matters the reader must not know
	Chief       int64 // a reader who works at the chief's step alone does not know what was given to others; 0: knows it
}

// within keeps to the area.
func (a MatterArea) within(q *gorm.DB) *gorm.DB {
	switch a.Kind {
	case Unit:
		return q.Where("matters.node_id = ?", a.NodeID)
	case Grid:
		return q.Where("matters.grid_id = ?", a.NodeID)
	default:
		return q.Where("matters.community_id = ?", a.NodeID)
	}
}

// known leaves out what the reader must not know of.
func (a MatterArea) known(q *gorm.DB) *gorm.DB {
	if a.Chief != 0 {
		q = q.Where("matters.handler_id IN ?", []int64{0, a.Chief})
	}
	return exceptHidden(q, a.HiddenAt)
}

// exceptHidden leaves out the matters that who leads or has led these units must not know of.
func exceptHidden(q *gorm.DB, units []Led) *gorm.DB {
	if len(units) == 0 {
		return q
	}
	condition, args := hiddenFrom(units)
	return q.Where("NOT ("+condition+")", args...)
}

// MatterFilter is which matters of an area are wanted; zero values want all.
type MatterFilter struct {
	MatterArea
	State       MatterState
	Open        *bool
	Step        Step
	Category    string
	Overdue     bool // by Now
	Urgent      bool
	Text        string
	From, Until time.Time // reported in between; the end excluded
	Now         time.Time
}

// ErrMatterDays refuses days between which nothing can lie.
var ErrMatterDays = fault.New(fault.Invalid, "matter.days_invalid", "日期不对：开始日期不能晚于结束日期，也不能早于1900年。请重新选择。")

// MatterDays reads the first and the last of some days, either of which may be left out, and gives the moment
// at which they begin and the one at which they are over; zero for what was left out.
func MatterDays(first, last string) (from, until time.Time, err error) {
	if first != "" {
		if from, err = Day(first); err != nil {
			return from, until, ErrMatterDays
		}
	}
	if last != "" {
		if until, err = Day(last); err != nil {
			return from, until, ErrMatterDays
		}
		until = until.AddDate(0, 0, 1)
	}
	if !from.IsZero() && !until.IsZero() && !from.Before(until) {
		err = ErrMatterDays
	}
	return from, until, err
}

// A page that needs more than an index to find what fits looks at ever more matters at once, and so many times
// at most: then it ends early, and the next one goes on from there.
const (
	looksGrow    = 4 // times
	lookedAtOnce = 500
	looksAtMost  = 7
)

// MattersIn lists the matters of an area, the newest first, at most s.Limit. next is what the next page comes
// after, 0 when there is none: a page can be short, or empty, although there is.
func MattersIn(tx *gorm.DB, f MatterFilter, s Slice) (rows []ListedMatter, next int64, err error) {
	find, err := f.finder(tx)
	if err != nil {
		return nil, 0, err
	}
	var ids []int64
	after, look := s.After, s.Limit+1
	for range looksAtMost {
		found, err := find(after, look)
		if err != nil {
			return nil, 0, err
		}
		fit, err := f.fitting(tx, found)
		if err != nil {
			return nil, 0, err
		}
		if ids = append(ids, fit...); len(ids) > s.Limit {
			ids = ids[:s.Limit]
			next = ids[s.Limit-1]
			break
		}
		if next = 0; len(found) < look {
			break
		}
		next = found[len(found)-1]
		after, look = next, min(look*looksGrow, lookedAtOnce)
	}
	rows, err = listedMattersByIDs(tx, ids)
	return rows, next, err
}

// finder gives what finds ids by an index alone, the newest first: so many that come after one.
func (f MatterFilter) finder(tx *gorm.DB) (func(after int64, limit int) ([]int64, error), error) {
	if f.Text != "" && len(Pairs(f.Text)) == 0 {
		return nil, ErrSearchShort
	}
	if f.Text == "" || f.Kind == Unit {
		return func(after int64, limit int) ([]int64, error) { return f.byState(tx, after, limit) }, nil
	}
	term, err := rarestTerm(tx, f.CommunityID, f.Text)
	return func(after int64, limit int) (ids []int64, err error) {
		q := tx.Model(&MatterTerm{}).Where("scope_id = ? AND term = ?", f.CommunityID, term)
		return ids, f.between(q, "matter_id", after).Order("matter_id DESC").Limit(limit).Pluck("matter_id", &ids).Error
	}, err
}

// byState finds ids state by state: one index then serves every filter, with a state or without, in the
// order of the list.
func (f MatterFilter) byState(tx *gorm.DB, after int64, limit int) ([]int64, error) {
	var parts []*gorm.DB
	for _, state := range f.states() {
		q := f.within(tx.Model(&Matter{}).Select("id"))
		if f.Category != "" {
			q = q.Where("category = ?", f.Category)
		}
		parts = append(parts, f.between(q.Where("state = ?", state), "id", after).Order("id DESC").Limit(limit))
	}
	var ids []int64
	if err := UnionAll(tx, parts, &ids); err != nil {
		return nil, err
	}
	slices.SortFunc(ids, newerFirst)
	return ids[:min(limit, len(ids))], nil
}

func newerFirst(a, b int64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// UnionAll reads the rows of all parts, each cut off by itself.
func UnionAll(tx *gorm.DB, parts []*gorm.DB, rows any) error {
	if len(parts) == 0 {
		return nil
	}
	var text []string
	var args []any
	for _, p := range parts {
		text, args = append(text, "SELECT * FROM (?) AS part"), append(args, p)
	}
	return tx.Raw(strings.Join(text, " UNION ALL "), args...).Scan(rows).Error
}

// states gives the states in which a matter can be that is wanted.
func (f MatterFilter) states() []MatterState {
	return slices.DeleteFunc(MatterStates(), func(s MatterState) bool {
		return f.State != "" && s != f.State || f.Open != nil && s.Open() != *f.Open || f.Overdue && !s.Waits()
	})
}

// between keeps to ids after one and to those of the filter's days.
func (f MatterFilter) between(q *gorm.DB, column string, after int64) *gorm.DB {
	if after > 0 {
		q = q.Where(column+" < ?", after)
	}
	if !f.From.IsZero() {
		q = q.Where(column+" >= ?", FirstID(f.From))
	}
	if !f.Until.IsZero() {
		q = q.Where(column+" < ?", FirstID(f.Until))
	}
	return q
}

// fitting leaves of found ids those that fit, in their order.
func (f MatterFilter) fitting(tx *gorm.DB, found []int64) ([]int64, error) {
	if len(found) == 0 || f.Text == "" && f.Step == "" && !f.Overdue && !f.Urgent && f.Chief == 0 && len(f.HiddenAt) == 0 {
		return found, nil
	}
	fit, err := inLists(found, func(some []int64) ([]Matter, error) {
		q := f.known(f.within(tx.Table("(?) AS matters", theseMatters(tx, some)).Select("id, words, place")))
		if f.Text != "" {
			q = q.Where("state IN ?", f.states())
		}
		if f.Category != "" {
			q = q.Where("category = ?", f.Category)
		}
		if f.Step != "" {
			q = q.Where("step = ?", f.Step)
		}
		if f.Overdue {
			q = q.Where("due_at <= ?", f.Now)
		}
		if f.Urgent {
			q = q.Where("urgent = ?", true)
		}
		var them []Matter
		return them, q.Find(&them).Error
	})
	var ids []int64
	for _, m := range fit {
		if m.says(f.Text) {
			ids = append(ids, m.ID)
		}
	}
	slices.SortFunc(ids, newerFirst)
	return ids, err
}
