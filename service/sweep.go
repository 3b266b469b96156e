package service

import (
	"context"

	"gorm.io/gorm"

	"danyuan/model"
)

// sweptAtOnce bounds one transaction of Sweep, so that nobody waits for it.
const sweptAtOnce = 1000

// Sweep forgets what has had its time: sessions that are over, answers of commands older than
// model.CommandsKept, changes that every replica has read, WeChat's events and checks, and the phone
// numbers of those who proved one and never went on. A worker calls it now and then; it may run beside itself.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	for _, forget := range []func(tx *gorm.DB) (int, error){
		func(tx *gorm.DB) (int, error) { return model.ForgetSessions(tx, now, sweptAtOnce) },
		func(tx *gorm.DB) (int, error) {
			return model.ForgetCommands(tx, now.Add(-model.CommandsKept), sweptAtOnce)
		},
		func(tx *gorm.DB) (int, error) { return model.ForgetChanges(tx, now.Add(-feedKept), sweptAtOnce) },
		func(tx *gorm.DB) (int, error) {
			return model.ForgetCallbacks(tx, now.Add(-model.CallbacksKept), sweptAtOnce)
		},
		func(tx *gorm.DB) (int, error) {
			return model.ForgetUnmatched(tx, now.Add(-model.UnmatchedKept), sweptAtOnce)
		},
		func(tx *gorm.DB) (int, error) {
			return model.ForgetFileChecks(tx, now.Add(-model.FileChecksKept), sweptAtOnce)
		},
	} {
		for more := true; more; {
			dropped, err := inTx(ctx, s, Command{}, func(t *tx) (int, error) { return forget(t.DB) })
			if err != nil {
				return err
			}
			more = dropped == sweptAtOnce
		}
	}
	return nil
}
