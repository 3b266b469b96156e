package main

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
)

// idleTurns is how often the sweep is run with nothing due, and aheadBy how far the clock is then put
// forward, so that some of what is open is due: all that the measured chiefs have on their desks.
const (
	idleTurns = 200
	aheadBy   = 20 * time.Hour
)

// watch measures the sweep of the limits: with nothing due, and with what is due most of a day later.
func watch(url, keys string) error {
	h, err := openHouse(url, keys, 4)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	ctx := context.Background()
	count := func(at time.Time) (int, error) {
		due, err := model.MattersToLookAt(h.db.Read(ctx), at, 1<<30)
		return len(due), err
	}
	due, err := count(h.Now())
	if err != nil {
		return err
	}
	if err := h.s.WatchMatters(ctx); err != nil { // what has become due in the meantime
		return err
	}
	began := time.Now()
	for range idleTurns {
		if err := h.s.WatchMatters(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("sweep with nothing due: %d us (%d were due before)\n", time.Since(began).Microseconds()/idleTurns, due)
	h.ahead.Store(int64(aheadBy))
	if due, err = count(h.Now()); err != nil || due == 0 {
		return err
	}
	began = time.Now()
	if err := h.s.WatchMatters(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Printf("sweep with %d due: %.1f s, %.2f ms each\n", due, took.Seconds(), took.Seconds()*1000/float64(due))
	return nil
}
