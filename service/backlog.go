package service

import (
	"context"

	"danyuan/model"
	"danyuan/service/outbox"
)

// Backlog is how much of one kind of job is owed.
type Backlog = outbox.Backlog

// Backlog gives how much is owed, by kind of job: for metrics, and for an operator.
func (s *Service) Backlog(ctx context.Context) ([]Backlog, error) {
	return outbox.Count(s.DB.Read(ctx), s.now())
}

// JobBacklog is Backlog for those who may operate the outbox.
func (s *Service) JobBacklog(ctx context.Context, by model.Actor) ([]Backlog, error) {
	if !by.Holds(model.OperateOutbox, s.now()) {
		return nil, model.ErrNotAllowed
	}
	return s.Backlog(ctx)
}

// Jobs gives the jobs in a state, the newest first. A job belongs to no place, so an operator sees all.
func (s *Service) Jobs(ctx context.Context, by model.Actor, state model.JobState, part model.Slice) ([]model.Job, error) {
	if !by.Holds(model.OperateOutbox, s.now()) {
		return nil, model.ErrNotAllowed
	}
	return outbox.List(s.DB.Read(ctx), state, part)
}

// DoAgain makes a stuck job due at once, with all its tries before it. The entry in the audit log lies
// at the operator's own node.
func (s *Service) DoAgain(ctx context.Context, cmd Command, id int64) (model.Job, error) {
	if !cmd.By.Holds(model.OperateOutbox, s.now()) {
		return model.Job{}, model.ErrNotAllowed
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Job, error) {
		j, err := outbox.Again(t.DB, id, t.now)
		if err != nil {
			return j, err
		}
		t.owes = true
		return j, t.audit("job.again", cmd.By.NodeID, "job", j.ID, j.Kind)
	})
}
