package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// rowsOf is what each kind of act makes, in the world of this run only.
func (s *storm) rowsOf(h *gorm.DB, k kind) *gorm.DB {
	switch k {
	case redeem:
		return h.Model(&model.Redemption{}).Where("reward_id = ?", s.world.reward)
	case checkIn:
		return h.Model(&model.Hours{}).Where("activity_id = ?", s.world.activity.ID)
	case log:
		return h.Model(&model.Hours{}).Where("content LIKE ?", "storm-%")
	case report:
	}
	return h.Model(&model.Matter{}).Where("words LIKE ?", "storm-%")
}

// look finds whether everything is there that was acknowledged since it last looked.
func (s *storm) look(ctx context.Context) error {
	s.journal.mu.Lock()
	fresh := map[kind][]string{}
	upTo := len(s.journal.acts)
	for _, a := range s.journal.acts[s.journal.seen:] {
		if a.told {
			fresh[a.kind] = append(fresh[a.kind], a.id)
		}
	}
	s.journal.seen = max(s.journal.seen, upTo-s.set.clients*2) // those under way are looked for next time
	s.journal.mu.Unlock()
	for k, ids := range fresh {
		for some := range slices.Chunk(ids, model.RowsAtOnce) {
			var n int64
			if err := s.rowsOf(s.db.Read(ctx), k).Where("id IN ?", some).Count(&n).Error; err != nil {
				return err
			}
			if int(n) != len(some) {
				return fmt.Errorf("%s: %d of %d acknowledged since the last look are not there", k, len(some)-int(n), len(some))
			}
		}
	}
	return nil
}

// count is what became of one kind of act.
type count struct {
	told, refused, turned, open int // open: nothing was ever heard
	lost                        int // acknowledged and not there
	doubled                     int // there more often than acknowledged
}

// compare holds everything that was acknowledged against everything that is there.
func (s *storm) compare(ctx context.Context) (map[kind]*count, error) {
	all := map[kind]*count{}
	for _, k := range kinds {
		var ids []int64
		if err := s.rowsOf(s.db.Read(ctx), k).Pluck("id", &ids).Error; err != nil {
			return nil, err
		}
		there := map[string]bool{}
		for _, id := range ids {
			there[strconv.FormatInt(id, 10)] = true
		}
		c := &count{}
		all[k] = c
		for _, a := range s.journal.acts {
			switch {
			case a.kind != k:
			case a.told && there[a.id]:
				c.told++
				delete(there, a.id)
			case a.told:
				c.told++
				c.lost++
			case a.refused != "":
				c.refused++
			case a.turned:
				c.turned++
			default:
				c.open++
			}
		}
		c.doubled = max(0, len(there)-c.open)
	}
	return all, nil
}

// slowest is how long the outbox may take for one job.
const slowest = time.Minute

// owed waits until the outbox owes nothing that is due, for as long as it gets on, and tells how many messages
// the chief was owed, and has.
func (s *storm) owed(ctx context.Context) (owed, sent int, err error) {
	var least int64 = math.MaxInt64
	until := time.Now().Add(slowest)
	for ctx.Err() == nil && time.Now().Before(until) {
		now := s.world.present().UTC()
		var left int64
		// What pauses after a failure is due now: the storm is over, and nobody wants to wait for it.
		err := s.db.Tx(ctx, func(tx *gorm.DB) error {
			return tx.Model(&model.Job{}).Where("state = ? AND owner = ? AND due_at > ? AND due_at < ? AND attempts > 0", model.JobDue, "", now, now.Add(26*time.Hour)).
				Update("due_at", now.Truncate(time.Second)).Error
		})
		if err == nil {
			err = s.db.Read(ctx).Model(&model.Job{}).Where("state = ? AND (due_at <= ? OR owner <> ?)", model.JobDue, now, "").Count(&left).Error
		}
		if err != nil {
			return 0, 0, err
		}
		if left == 0 {
			break
		}
		if left < least {
			least, until = left, time.Now().Add(slowest)
		}
		rest(ctx, 100*time.Millisecond)
	}
	var undone []model.Job
	err = s.db.Read(ctx).Where("state = ? OR state = ? AND due_at <= ?", model.JobStuck, model.JobDue, s.world.present().UTC()).Limit(10).Find(&undone).Error
	if err != nil {
		return 0, 0, err
	}
	var wrong []string
	for _, j := range undone {
		wrong = append(wrong, fmt.Sprintf("%s %s after %d tries: %s", j.Kind, j.State, j.Attempts, j.LastError))
	}
	for _, a := range s.journal.acts {
		if a.kind == log && a.told {
			owed++
		}
	}
	sent = s.wechat.sentTo(s.world.chief)
	if len(wrong) > 0 || sent < owed {
		return owed, sent, fmt.Errorf("the outbox still owes: %d of %d messages were sent; %s", sent, owed, strings.Join(wrong, "; "))
	}
	return owed, sent, nil
}

// freeLeases ends the leases of workers that were killed: a minute later they would have ended by themselves.
func (s *storm) freeLeases(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&model.Job{}).Where("state = ? AND owner <> ?", model.JobDue, "").
			Updates(map[string]any{"owner": "", "due_at": s.world.present().UTC().Truncate(time.Second)}).Error
	})
}
