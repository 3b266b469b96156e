package service

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestAwait_isOverWhenTheCallersTimeIs: a database may hang over a commit for longer than anybody waits.
func TestAwait_isOverWhenTheCallersTimeIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := await[int](ctx, nil, newPart(Command{}, func(*tx) (int, error) { return 1, nil }))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute+ending {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// TestAwait_givesWhatEndsInTheLastMoment: what is broken off has a moment to say so.
func TestAwait_givesWhatEndsInTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := newPart(Command{}, func(*tx) (int, error) { return 1, nil })
		time.AfterFunc(time.Minute+ending/2, func() {
			p.result = 7
			close(p.done)
		})
		if got, err := await[int](ctx, nil, p); got != 7 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	})
}

// TestCarry_thatPanicsAcknowledgesNothing: not to those either who share the transaction.
func TestCarry_thatPanicsAcknowledgesNothing(t *testing.T) {
	parts := []*part{newPart(Command{}, func(*tx) (int, error) { return 1, nil }), newPart(Command{}, func(*tx) (int, error) { return 2, nil })}
	(*Service)(nil).carry(t.Context(), parts)
	for i, p := range parts {
		if _, err := await[int](t.Context(), &Service{}, p); err == nil {
			t.Errorf("part %d is acknowledged", i)
		}
	}
}
