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
	_ struct{} `privacy:"about=resident; why=后台任务:给谁发消息、办哪一件,只写编号; kept=jobs"`

	ID        int64
	Kind      string   `privacy:"mark"`
	SubjectID int64    `privacy:"person"`
	OnceKey   *string  `privacy:"person"`
	State     JobState `privacy:"mark"`
	DueAt     time.Time
	Attempts  int    `privacy:"figure"`
	Owner     string `privacy:"mark"`
	LastError string `privacy:"mark"`
	OwedAt    time.Time
	DoneAt    *time.Time
}
