package service

import (
	"context"
	"time"
)

// What tests reach of the workers.

// SetJob makes fn the code of a kind.
func (s *Service) SetJob(kind string, fn func(ctx context.Context, subject int64) error) {
	s.work.jobs[kind] = fn
}

// SetPoll sets how often the outbox is looked at without being woken.
func (s *Service) SetPoll(every time.Duration) { s.work.poll = every }

// SetRenew sets how often a lease is renewed.
func (s *Service) SetRenew(every time.Duration) { s.work.renew = every }

// Owe owes a job as a command does.
func (s *Service) Owe(ctx context.Context, kind string, subject int64, once string, due time.Time) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) { return struct{}{}, t.owe(kind, subject, once, due) })
	return err
}

// OweThenFail owes a job in a transaction that then fails with err.
func (s *Service) OweThenFail(ctx context.Context, kind string, subject int64, fail error) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		if err := t.owe(kind, subject, "", t.now); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, fail
	})
	return err
}

// OweDuties owes the duties of this moment as a worker that has just started does.
func (s *Service) OweDuties(ctx context.Context) error { return s.crew(1).oweDuties(ctx) }

// Notify tells a person something as a command does.
func (s *Service) Notify(ctx context.Context, person int64, kind, title, body, once string) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		return struct{}{}, t.notify(person, kind, title, body, "pages/me/index", once)
	})
	return err
}

// LeaveOffices ends a person's roles as registering that they have left does, with these nodes locked.
func (s *Service) LeaveOffices(ctx context.Context, person int64, locked []int64) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) { return struct{}{}, t.leaveOffices(person, locked) })
	return err
}
