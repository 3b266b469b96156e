package model

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// WrongState says in which state hours are that can't be moved so.
func (h Hours) WrongState() error {
	return ErrHoursState.Saying("这条服务记录现在是“" + h.State.Title() + "”，不能这样办理。请刷新列表后再看。")
}

// BeginHoursAgain stores hours that begin in the place of those that were taken back, because a person has
// one record of an activity: no move of the old ones, whose end stands in the history. It refuses every
// state but void.
func BeginHoursAgain(tx *gorm.DB, takenBack Hours, h *Hours) error {
	if takenBack.State != HoursVoid {
		return takenBack.WrongState()
	}
	h.ID, h.CreatedAt = takenBack.ID, takenBack.CreatedAt
	return changed(tx.Model(&Hours{}).Where("id = ? AND state = ?", h.ID, takenBack.State).Select("*").Updates(h), ErrHoursState)
}

// EndHours gives open hours their end. It refuses every state but open.
func EndHours(tx *gorm.DB, h *Hours) error {
	if !h.State.MayBecome(HoursClaimed) {
		return h.WrongState()
	}
	err := changed(tx.Model(&Hours{}).Where("id = ? AND state = ?", h.ID, h.State).Updates(map[string]any{
		"state": HoursClaimed, "ends_at": h.EndsAt, "minutes": h.Minutes, "out_way": h.OutWay, "out_by_id": h.OutByID,
	}), ErrHoursState)
	if err == nil {
		h.State = HoursClaimed
	}
	return err
}

// DecideHours moves hours to refused or void, by somebody, with a reason. It refuses every move that
// hoursMoves does not name. Who confirmed hours that are made void stays on record as who decided.
func DecideHours(tx *gorm.DB, h *Hours, next HoursState, by int64, reason string, now time.Time) error {
	if !h.State.MayBecome(next) {
		return h.WrongState()
	}
	if h.State == HoursConfirmed {
		by = h.DecidedByID
	}
	err := changed(tx.Model(&Hours{}).Where("id = ? AND state = ?", h.ID, h.State).Updates(map[string]any{
		"state": next, "decided_by_id": by, "decided_at": now, "reason": reason, "points": 0, "transfer_id": nil,
	}), ErrHoursState)
	if err == nil {
		h.State, h.DecidedByID, h.DecidedAt, h.Reason, h.Points, h.TransferID = next, by, &now, reason, 0, nil
	}
	return err
}

// MarkConfirmed writes claimed records as confirmed, each with its own points and transfer; who decided,
// when and with which words is the same for all. One that is not claimed any more refuses all.
func MarkConfirmed(tx *gorm.DB, list []Hours) error {
	for _, h := range list {
		if !h.State.MayBecome(HoursConfirmed) {
			return h.WrongState()
		}
	}
	for some := range slices.Chunk(list, RowsAtOnce) {
		ids, points, transfers := make([]int64, len(some)), byID{}, byID{}
		for i, h := range some {
			ids[i] = h.ID
			points.add(h.ID, h.Points)
			transfers.add(h.ID, h.TransferID)
		}
		done := tx.Model(&Hours{}).Where("id IN ? AND state = ?", ids, HoursClaimed).Updates(map[string]any{
			"state": HoursConfirmed, "decided_by_id": some[0].DecidedByID, "decided_at": some[0].DecidedAt, "evaluation": some[0].Evaluation,
			"points": points.of("points"), "transfer_id": transfers.of("transfer_id"),
		})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected != int64(len(some)) {
			return ErrHoursState
		}
	}
	for i := range list {
		list[i].State = HoursConfirmed
	}
	return nil
}

// byID is a value for each row of one statement.
type byID struct {
	text strings.Builder
	args []any
}

func (b *byID) add(id int64, value any) {
	b.text.WriteString(" WHEN ? THEN ?")
	b.args = append(b.args, id, value)
}

// of gives the values of a column, whose own type they take for staying what it is otherwise.
func (b *byID) of(column string) clause.Expr {
	return gorm.Expr("CASE id"+b.text.String()+" ELSE "+column+" END", b.args...)
}

// ChangeHours writes what hours say now: a claim that was changed, or confirmed ones that were corrected.
func ChangeHours(tx *gorm.DB, h Hours) error {
	return changed(tx.Model(&Hours{}).Where("id = ? AND state = ?", h.ID, h.State).Updates(map[string]any{
		"kind": h.Kind, "content": h.Content, "content_print": h.ContentPrint, "place": h.Place,
		"starts_at": h.StartsAt, "ends_at": h.EndsAt, "minutes": h.Minutes, "points": h.Points, "transfer_id": h.TransferID,
	}), ErrHoursState)
}

// Before gives what hours are now, to be kept when they change.
func (h Hours) Before(what string, by int64, now time.Time) HoursChange {
	return HoursChange{
		HoursID: h.ID, What: what, Kind: h.Kind, Content: h.Content, Place: h.Place, StartsAt: h.StartsAt, EndsAt: h.EndsAt,
		Minutes: h.Minutes, Points: h.Points, TransferID: h.TransferID, ByPersonID: by, At: now,
	}
}

// AddHoursChange keeps what hours were before a change.
func AddHoursChange(tx *gorm.DB, c HoursChange) error { return tx.Create(&c).Error }

// CountHoursChanges gives how often hours were changed since they were filed.
func CountHoursChanges(tx *gorm.DB, hours int64) (n int64, err error) {
	return n, tx.Model(&HoursChange{}).Where("hours_id = ?", hours).Count(&n).Error
}

// HoursChangesOf lists what hours were before, the oldest first.
func HoursChangesOf(tx *gorm.DB, hours int64) ([]HoursChange, error) {
	var out []HoursChange
	return out, tx.Where("hours_id = ?", hours).Order("id").Find(&out).Error
}
