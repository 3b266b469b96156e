package service

import (
	"context"
	"time"

	"danyuan/model"
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

// AttachFiles makes a record of a test's own name photos, as an area's command does.
func (s *Service) AttachFiles(ctx context.Context, cmd Command, subject string, id int64, files []int64, most int) error {
	_, err := inTx(ctx, s, cmd, func(t *tx) (struct{}, error) { return struct{}{}, t.attachFiles(naming{subject, id, 0}, files, most) })
	return err
}

// ReleaseFiles makes it let go of them.
func (s *Service) ReleaseFiles(ctx context.Context, cmd Command, subject string, id int64, files ...int64) error {
	_, err := inTx(ctx, s, cmd, func(t *tx) (struct{}, error) { return struct{}{}, t.releaseFiles(subject, id, files...) })
	return err
}

// FilesOf gives what records name, once as a reader sees it and once as a command does.
func (s *Service) FilesOf(ctx context.Context, subject string, ids ...int64) (read, inside map[int64][]model.File, err error) {
	if read, err = s.filesOf(ctx, subject, ids...); err != nil {
		return nil, nil, err
	}
	inside, err = inTx(ctx, s, Command{}, func(t *tx) (map[int64][]model.File, error) { return t.filesOf(subject, ids...) })
	return read, inside, err
}

// RetainingDuties are the kinds of the duties that carry out retentions.
var RetainingDuties = []string{sweep, retain, forgetJobs}

// DoJob does what a kind of job does, once.
func (s *Service) DoJob(ctx context.Context, kind string) error { return s.work.jobs[kind](ctx, 0) }
