package service

import (
	"context"
	"log/slog"

	"gorm.io/gorm"

	"danyuan/model"
)

// recountServices is the duty that holds the totals of confirmed hours against the hours, and mends them.
const recountServices = "recount_services"

// recountedAtOnce is the totals of how many people are looked at by one statement.
const recountedAtOnce = 1000

// RecountServices mends the totals of confirmed hours that are not what the hours come to: those of whom an
// older danyuan, which knows no totals, confirmed hours while replicas were exchanged. A worker calls it each
// day; it may run beside itself and beside everything else.
func (s *Service) RecountServices(ctx context.Context) error {
	mended := 0
	err := totalsAstray(ctx, s.DB.Read(ctx), recountedAtOnce, func(person int64) error {
		_, err := inTx(ctx, s, Command{}, func(t *tx) (none struct{}, err error) {
			if _, err := model.LockPerson(t.DB, person); err != nil {
				return none, err
			}
			return none, model.RecountServices(t.DB, person)
		})
		if err == nil {
			mended++
		}
		return err
	})
	if mended > 0 {
		s.Log.WarnContext(ctx, "totals of service were not what the hours come to, and are mended", slog.Int("people", mended))
	}
	return err
}

// totalsAstray gives each person whose total is not what their confirmed hours come to, looking at so many people
// at once.
func totalsAstray(ctx context.Context, tx *gorm.DB, many int, give func(person int64) error) error {
	for after := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		astray, last, err := model.TotalsAstray(tx, after, many)
		if err != nil || last == 0 {
			return err
		}
		for _, person := range astray {
			if err := give(person); err != nil {
				return err
			}
		}
		after = last
	}
}
