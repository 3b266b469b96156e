// Package outbox is what danyuan owes to the world outside its transactions: a job is written in the
// transaction that owes it (Owe), and a worker claims and does it (Claim, then Done, Failed or GiveUp).
// Delivery is at least once: a job whose worker died is claimed again when its lease is over, so
// whoever does it must bear doing it twice. It must not know what the jobs do.
package outbox

import (
	"cmp"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/model"
)

// Lease is for how long a claimed job is its worker's, unless renewed. While it lasts, DueAt is its end.
const Lease = time.Minute

// ErrLost says that a job is no longer this worker's: its lease ran out and another has taken it.
var ErrLost = errors.New("outbox: the job belongs to another worker now")

// Owed gives a job about a subject, to be done at due or later. A second job with the same once key is
// the same job; "" allows any number.
func Owed(kind string, subject int64, once string, due, now time.Time) model.Job {
	j := model.Job{Kind: kind, SubjectID: subject, State: model.JobDue, DueAt: due, OwedAt: now}
	if once != "" {
		j.OnceKey = &once
	}
	return j
}

// Owe writes jobs, in the transaction that owes them.
func Owe(tx *gorm.DB, jobs ...model.Job) error {
	return model.AddAll(tx.Clauses(clause.OnConflict{DoNothing: true}), jobs)
}

// Due gives the ids of at most limit jobs of these kinds that wait for a worker, the longest due
// first. It looks only: another worker may claim them first.
func Due(h *gorm.DB, kinds []string, now time.Time, limit int) ([]int64, error) {
	var due []model.Job
	parts := make([]*gorm.DB, len(kinds)) // each by itself, so that one with a long backlog costs the others nothing
	for i, kind := range kinds {
		parts[i] = h.Model(&model.Job{}).Select("id, due_at").Where("state = ? AND kind = ? AND due_at <= ?", model.JobDue, kind, now).Order("due_at, id").Limit(limit)
	}
	if err := model.UnionAll(h, parts, &due); err != nil {
		return nil, err
	}
	slices.SortFunc(due, func(a, b model.Job) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	ids := make([]int64, 0, limit)
	for _, j := range due[:min(limit, len(due))] {
		ids = append(ids, j.ID)
	}
	return ids, nil
}

// Claim takes those of the jobs that are still due, for the length of a lease, and counts the try. The
// owner is a new random word each time, so that no two claims are mistaken for one another.
func Claim(tx *gorm.DB, ids []int64, now time.Time) ([]model.Job, error) {
	owner := rand.Text()[:24]
	claimed := tx.Model(&model.Job{}).Where("id IN ? AND state = ? AND due_at <= ?", ids, model.JobDue, now).
		Updates(map[string]any{"owner": owner, "due_at": now.Add(Lease), "attempts": gorm.Expr("attempts + 1")})
	if claimed.Error != nil || claimed.RowsAffected == 0 {
		return nil, claimed.Error
	}
	var jobs []model.Job
	return jobs, tx.Where("id IN ? AND owner = ?", ids, owner).Order("id").Find(&jobs).Error
}

// Renew makes the lease of a claimed job last from now on, ErrLost if it has gone to another.
func Renew(tx *gorm.DB, j model.Job, now time.Time) error {
	return change(tx, j, map[string]any{"due_at": now.Add(Lease)})
}

// Done ends claimed jobs, but for those that have gone to another worker. note is the code of what became of them
// where that is not simply "done".
func Done(tx *gorm.DB, jobs []model.Job, note string, now time.Time) error {
	of := map[string][]int64{}
	for _, j := range jobs {
		of[j.Owner] = append(of[j.Owner], j.ID)
	}
	for owner, ids := range of {
		err := tx.Model(&model.Job{}).Where("id IN ? AND owner = ? AND state = ?", ids, owner, model.JobDue).
			Updates(map[string]any{"state": model.JobDone, "owner": "", "last_error": note, "done_at": now}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Failed gives a claimed job back, to be tried again after a pause that grows; after the last of its
// tries it is stuck. code says why; it is never the text of an error, which might tell of a person.
func Failed(tx *gorm.DB, j model.Job, code string, now time.Time) (model.JobState, error) {
	if j.Attempts >= Tries {
		return model.JobStuck, GiveUp(tx, j, code)
	}
	return model.JobDue, change(tx, j, map[string]any{"owner": "", "last_error": code, "due_at": now.Add(Pause(j.Attempts))})
}

// GiveUp makes a claimed job stuck at once, for a failure that no further try mends.
func GiveUp(tx *gorm.DB, j model.Job, code string) error {
	return change(tx, j, map[string]any{"state": model.JobStuck, "owner": "", "last_error": code})
}

// change writes to a claimed job, while it is still the claimer's.
func change(tx *gorm.DB, j model.Job, to map[string]any) error {
	r := tx.Model(&model.Job{}).Where("id = ? AND owner = ? AND state = ?", j.ID, j.Owner, model.JobDue).Updates(to)
	if r.Error == nil && r.RowsAffected == 0 {
		return ErrLost
	}
	return r.Error
}
