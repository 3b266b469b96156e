package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/outbox"
)

// sweptAtOnce bounds one transaction that forgets, so that nobody waits for it.
const sweptAtOnce = 1000

// forgetting carries out a retention on at most limit rows that had their time before a moment, and gives
// how many; with limit 0 it does nothing, and gives how many there are.
type forgetting func(t *tx, before time.Time, limit int) (int, error)

// forgettings carry out model.Retentions, each under its name.
var forgettings = map[string]forgetting{
	"sessions":       byRows(model.ForgetSessions),
	"console_logins": byRows(model.ForgetConsoleLogins),
	"commands":       byRows(model.ForgetCommands),
	"callbacks":      byRows(model.ForgetCallbacks),
	"file_checks":    byRows(model.ForgetFileChecks),
	"unmatched":      byRows(model.ForgetUnmatched),
	"import_faults":  byRows(model.ForgetImportFaults),
	"group_entries":  byRows(model.ForgetGroupEntries),
	"spent_accepts":  byRows(model.ForgetAccepts),
	"notices":        byRows(model.ForgetNotices),
	"ended_bindings": byRows(model.ForgetEndedBindings),
	"left_people":    forgetLeftPeople,

	"ended_guardians": byRows(model.ForgetEndedGuardianships),
	"jobs": func(t *tx, before time.Time, limit int) (int, error) {
		n, err := outbox.Forget(t.DB, before, limit)
		return int(n), err
	},
}

// swept are the retentions that a worker looks at every hour, and jobs; the others it looks at once a day.
var swept = []string{"sessions", "console_logins", "commands", "callbacks", "unmatched", "file_checks"}

func byRows(forget func(tx *gorm.DB, before time.Time, limit int) (int, error)) forgetting {
	return func(t *tx, before time.Time, limit int) (int, error) { return forget(t.DB, before, limit) }
}

// forgetLeftPeople enters each of them in the audit log.
func forgetLeftPeople(t *tx, before time.Time, limit int) (int, error) {
	them, n, err := model.ForgetLeftPeople(t.DB, before, limit)
	if err != nil || len(them) == 0 {
		return int(n), err
	}
	ids := make([]int64, len(them))
	for i, p := range them {
		ids[i] = p.ID
		if err := t.audit("person.forget", p.NodeID, "person", p.ID, "phone id_number birth_date address membership rectifications"); err != nil {
			return 0, err
		}
	}
	return int(n), model.ForgetRectifications(t.DB, ids, t.now)
}

// Sweep forgets what is kept for days, as the retentions say, and changes that every replica has read. A
// worker calls it now and then; it may run beside itself.
func (s *Service) Sweep(ctx context.Context) error {
	changes := s.now().Add(-feedKept)
	if _, err := s.forgetAll(ctx, byRows(model.ForgetChanges), changes); err != nil {
		return err
	}
	return s.retain(ctx, swept...)
}

// retainLong is the duty that carries out the retentions of months and years.
func (s *Service) retainLong(ctx context.Context, _ int64) error {
	var long []string
	for _, r := range model.Retentions {
		if r.Name != "jobs" && !slices.Contains(swept, r.Name) {
			long = append(long, r.Name)
		}
	}
	return s.retain(ctx, long...)
}

// retain carries out the retentions of these names.
func (s *Service) retain(ctx context.Context, names ...string) error {
	_, err := s.carryOut(ctx, false, names...)
	return err
}

// Retained is a retention with what came of it.
type Retained struct {
	model.Retention
	Before time.Time // what had its use before has had its time
	Rows   int       // how many were dropped or cleared; in a dry run, would be
}

// Retain carries out every retention now; in a dry run it changes nothing, and counts.
func (s *Service) Retain(ctx context.Context, dryRun bool) ([]Retained, error) {
	var names []string
	for _, r := range model.Retentions {
		names = append(names, r.Name)
	}
	return s.carryOut(ctx, dryRun, names...)
}

func (s *Service) carryOut(ctx context.Context, dryRun bool, names ...string) (done []Retained, failed error) {
	rules, err := model.RetentionsNow(s.DB.Read(ctx))
	if err != nil {
		return nil, err
	}
	now := s.now()
	for _, rule := range rules {
		if !slices.Contains(names, rule.Name) {
			continue
		}
		r := Retained{Retention: rule, Before: now.AddDate(0, 0, -int(rule.Days))}
		if dryRun {
			r.Rows, err = forgettings[rule.Name](&tx{DB: s.DB.Read(ctx), now: now}, r.Before, 0)
		} else {
			r.Rows, err = s.forgetAll(ctx, forgettings[rule.Name], r.Before)
		}
		switch {
		case err == nil:
			done = append(done, r)
		case ctx.Err() != nil:
			return done, ctx.Err()
		default: // what one rule can't do keeps none of the others from being carried out
			failed = errors.Join(failed, fmt.Errorf("service: retention %s: %w", rule.Name, err))
		}
	}
	return done, failed
}

// forgetAll forgets some at a time until nothing is left.
func (s *Service) forgetAll(ctx context.Context, forget forgetting, before time.Time) (all int, err error) {
	for {
		n, err := inTx(ctx, s, Command{}, func(t *tx) (int, error) { return forget(t, before, sweptAtOnce) })
		all += n
		if err != nil || n < sweptAtOnce {
			return all, err
		}
	}
}

// SetRetention says how many days a retention keeps from now on. Refusals: model.ErrRetentionUnknown,
// model.ErrRetentionShort, model.ErrRetentionLong.
func (s *Service) SetRetention(ctx context.Context, name string, days int64, reason string) (before int64, err error) {
	return inTx(ctx, s, Command{}, func(t *tx) (int64, error) {
		before, err := model.SetRetention(t.DB, model.RetentionDays{Name: name, Days: days, Reason: reason, SetAt: t.now})
		if err != nil {
			return 0, err
		}
		return before, t.audit("retention.change", 0, "retention", 0, name)
	})
}
