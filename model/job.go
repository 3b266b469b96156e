package model

import "time"

// JobState says whether a job is still owed.
type JobState string

// The states of a job. Stuck ones have used up their tries and wait for an operator.
const (
	JobDue   JobState = "due"
	JobDone  JobState = "done"
	JobStuck JobState = "stuck"
)

// Job is something owed: written in the transaction that owes it, done by a worker. It names its
// subject by id only, so no personal data lies in the queue.
type Job struct {
	ID        int64
	Kind      string
	SubjectID int64
	OnceKey   *string
	State     JobState
	DueAt     time.Time
	Attempts  int
	Owner     string
	LastError string
	OwedAt    time.Time
	DoneAt    *time.Time
}
