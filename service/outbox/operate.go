package outbox

import (
	"errors"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
)

// Refusals to an operator.
var (
	ErrJobNotFound = fault.New(fault.NotFound, "job.not_found", "没有找到这个任务，它可能已经清理。请刷新列表后重试。")
	ErrNotStuck    = fault.New(fault.Conflict, "job.not_stuck", "这个任务没有卡住，不需要重新发送：已经完成，或者正在自动重试。请刷新列表查看。")
)

// List gives the jobs in a state, the newest first.
func List(h *gorm.DB, state model.JobState, part model.Slice) ([]model.Job, error) {
	var jobs []model.Job
	return jobs, part.Newest(h.Where("state = ?", state), "id").Find(&jobs).Error
}

// Again makes a stuck job due now, with all its tries before it.
func Again(tx *gorm.DB, id int64, now time.Time) (model.Job, error) {
	r := tx.Model(&model.Job{}).Where("id = ? AND state = ?", id, model.JobStuck).
		Updates(map[string]any{"state": model.JobDue, "attempts": 0, "due_at": now})
	var j model.Job
	if r.Error != nil {
		return j, r.Error
	}
	err := tx.Where("id = ?", id).Take(&j).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		err = ErrJobNotFound
	case err == nil && r.RowsAffected == 0:
		err = ErrNotStuck
	}
	return j, err
}

// Backlog is how much of a kind is owed, and since when the longest due job has waited for a worker.
type Backlog struct {
	Kind   string
	Due    int64 // owed: waiting, under way, or pausing after a failed try
	Stuck  int64
	Oldest *time.Time // nil when none waits
}

// Count gives the backlog of every kind that has one, by kind.
func Count(h *gorm.DB, now time.Time) ([]Backlog, error) {
	var all []Backlog
	err := h.Model(&model.Job{}).Select("kind, SUM(CASE WHEN state = ? THEN 1 ELSE 0 END) AS due, SUM(CASE WHEN state = ? THEN 1 ELSE 0 END) AS stuck", model.JobDue, model.JobStuck).
		Where("state IN ?", []model.JobState{model.JobDue, model.JobStuck}).Group("kind").Order("kind").Scan(&all).Error
	if err != nil {
		return nil, err
	}
	for i := range all {
		var oldest []model.Job
		if err := h.Where("state = ? AND due_at <= ? AND kind = ?", model.JobDue, now, all[i].Kind).Order("due_at, id").Limit(1).Find(&oldest).Error; err != nil {
			return nil, err
		}
		if len(oldest) > 0 {
			all[i].Oldest = &oldest[0].DueAt
		}
	}
	return all, nil
}

// DoneOnce tells which of some jobs, by their once keys, are done.
func DoneOnce(h *gorm.DB, keys []string) (map[string]bool, error) {
	var found []string
	err := h.Model(&model.Job{}).Where("once_key IN ? AND state = ?", keys, model.JobDone).Pluck("once_key", &found).Error
	done := make(map[string]bool, len(found))
	for _, key := range found {
		done[key] = true
	}
	return done, err
}

// Forget drops at most limit jobs that were done before a moment, and tells how many; with limit 0 it
// drops none, and tells how many there are. A job that is done has kept the end of its last lease as the
// time it is due.
func Forget(tx *gorm.DB, before time.Time, limit int) (int64, error) {
	old := tx.Model(&model.Job{}).Where("state = ? AND due_at < ? AND done_at < ?", model.JobDone, before, before)
	if limit == 0 {
		var due int64
		return due, old.Count(&due).Error
	}
	var ids []int64
	err := old.Order("due_at, id").Limit(limit).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	r := tx.Where("id IN ?", ids).Delete(&model.Job{})
	return r.RowsAffected, r.Error
}
