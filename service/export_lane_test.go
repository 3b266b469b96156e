package service

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// Ride is what a test's command does in its transaction.
type Ride struct{ t *tx }

// Ride runs a command in a lane; its answer is a text.
func (s *Service) Ride(ctx context.Context, lane string, cmd Command, hold []ledger.Key, do func(Ride) (string, error)) (string, error) {
	if cmd.Render == nil {
		cmd.Render = func(v any) ([]byte, error) { return fmt.Append(nil, v), nil }
	}
	return inLane(ctx, s, lane, holding{accounts: hold}, cmd, func(t *tx) (string, error) { return do(Ride{t}) })
}

// Waiting is how many commands wait in a lane.
func (s *Service) Waiting(lane string) int {
	s.lanes.Lock()
	defer s.lanes.Unlock()
	if s.DB.Dialect() == "sqlite" {
		lane = "the one writer"
	}
	if in := s.lanes.by[lane]; in != nil {
		return len(in.waiting)
	}
	return 0
}

// Transaction tells transactions apart.
func (r Ride) Transaction() any { return r.t.draft }

// Pay transfers.
func (r Ride) Pay(from, to ledger.Key, amount int64) error {
	if err := r.t.open(from, to); err != nil {
		return err
	}
	_, err := r.t.transfer("test", "test", 1, ledger.Leg{Key: from, Amount: -amount}, ledger.Leg{Key: to, Amount: amount})
	return err
}

// Write writes a row past the draft.
func (r Ride) Write(name string) error { return r.t.Create(&model.Sequence{Name: name}).Error }

// Rows counts the rows that Write has written.
func (r Ride) Rows() (n int64, err error) { return n, r.t.Model(&model.Sequence{}).Count(&n).Error }

// Handle gives the transaction as the command uses it.
func (r Ride) Handle() *gorm.DB { return r.t.DB }

// Stored reads an account's balance past the book.
func (r Ride) Stored(key ledger.Key) (int64, error) { return model.BalanceOf(r.t.DB, string(key)) }

// Audit adds an entry to the log.
func (r Ride) Audit(action string) error { return r.t.audit(action, 0, "test", 1, "") }

// PayAll makes a transfer of eight legs.
func (r Ride) PayAll(own, hot []ledger.Key) error {
	if err := r.t.open(append(own, hot...)...); err != nil {
		return err
	}
	_, err := r.t.transfer("test", "test", 1,
		ledger.Leg{Key: own[0], Amount: 10}, ledger.Leg{Key: hot[0], Amount: -10}, ledger.Leg{Key: hot[1], Amount: 5}, ledger.Leg{Key: hot[2], Amount: -5},
		ledger.Leg{Key: hot[3], Amount: 1}, ledger.Leg{Key: hot[4], Amount: -1}, ledger.Leg{Key: hot[5], Amount: -1}, ledger.Leg{Key: own[1], Amount: 1})
	return err
}
