package model

import (
	"time"

	"gorm.io/gorm"
)

// wrongState says in which state hours are that can't be moved so.
func (h Hours) wrongState() error {
	return ErrHoursState.Saying("这条服务记录现在是“" + h.State.Title() + "”,不能这样办理。请刷新列表后再看。")
}

// EndHours gives open hours their end. It refuses every state but open.
func EndHours(tx *gorm.DB, h *Hours) error {
	if !h.State.MayBecome(HoursClaimed) {
		return h.wrongState()
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
// hoursMoves does not name.
func DecideHours(tx *gorm.DB, h *Hours, next HoursState, by int64, reason string, now time.Time) error {
	if !h.State.MayBecome(next) {
		return h.wrongState()
	}
	err := changed(tx.Model(&Hours{}).Where("id = ? AND state = ?", h.ID, h.State).Updates(map[string]any{
		"state": next, "decided_by_id": by, "decided_at": now, "reason": reason, "points": 0, "transfer_id": nil,
	}), ErrHoursState)
	if err == nil {
		h.State, h.DecidedByID, h.DecidedAt, h.Reason, h.Points, h.TransferID = next, by, &now, reason, 0, nil
	}
	return err
}
