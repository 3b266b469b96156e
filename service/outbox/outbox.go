// Package outbox is what danyuan owes to the world outside its transactions: a job is written in the
// transaction that owes it (Owe), and a worker claims and does it (Claim). Delivery is at least once.
// It must not know what the jobs do.
package outbox

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/model"
)

// Owe writes a job about a subject, to be done at due or later. A second job with the same once key
// is the same job; "" allows any number.
func Owe(tx *gorm.DB, kind string, subject int64, once string, due, now time.Time) error {
	j := model.Job{Kind: kind, SubjectID: subject, State: model.JobDue, DueAt: due, OwedAt: now}
	if once != "" {
		j.OnceKey = &once
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&j).Error
}
