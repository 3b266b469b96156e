package service

import (
	"context"
	"time"

	"danyuan/model"
)

// What tests reach of hours that activities will call.

// TotalsAstray is how verify and the duty find them.
var TotalsAstray = totalsAstray

// BeginHours checks somebody in, under their lock.
func (s *Service) BeginHours(ctx context.Context, by model.Actor, h model.Hours) (model.Hours, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (model.Hours, error) {
		at := door{*h.ActivityID, h.PersonID}
		if err := t.draft.readDoors([]door{at}); err != nil {
			return h, err
		}
		c := t.draft.doors.comer(at)
		if c.hours != nil && c.hours.State == model.HoursOpen { // who calls beginHours has looked
			return h, model.ErrHoursOverlap
		}
		return t.beginHours(h, c)
	})
}

// EndHours checks somebody out, under their lock.
func (s *Service) EndHours(ctx context.Context, by model.Actor, h model.Hours, at time.Time) (model.Hours, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (model.Hours, error) {
		if _, err := model.LockPersons(t.DB, []int64{h.PersonID}); err != nil {
			return h, err
		}
		return h, t.endHours(&h, at, model.ByOrganiser)
	})
}

// ConfirmAll confirms records, under the locks of all whose they are.
func (s *Service) ConfirmAll(ctx context.Context, by model.Actor, list []model.Hours) error {
	_, err := inTx(ctx, s, Command{By: by}, func(t *tx) (struct{}, error) {
		if _, err := model.LockPersons(t.DB, peopleIn(list)); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.confirmHours(list, "感谢")
	})
	return err
}

// VoidAttendance takes a record back, under its person's lock.
func (s *Service) VoidAttendance(ctx context.Context, by model.Actor, h model.Hours) error {
	_, err := inTx(ctx, s, Command{By: by}, func(t *tx) (struct{}, error) {
		if _, err := model.LockPersons(t.DB, []int64{h.PersonID}); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.voidHours(h, "活动取消")
	})
	return err
}
