package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// killed kills the server at random moments while people act. After each start the books are verified
// beside the people, and what was acknowledged is looked for.
func killed(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	var took []time.Duration
	var err error
	for n := 0; n < s.set.times && err == nil && ctx.Err() == nil; n++ {
		rest(ctx, 200*time.Millisecond+rand.N(time.Second)) //nolint:gosec // a random moment
		err = s.server.kill()
		if n == s.set.times-1 {
			err = errors.Join(err, s.freeLeases(ctx))
		}
		ready, failed := s.server.start(ctx)
		took = append(took, ready)
		err = errors.Join(err, failed)
		if err == nil {
			err = errors.Join(s.verify(ctx), s.look(ctx))
		}
	}
	stop()
	wait()
	err = errors.Join(err, ctx.Err(), s.settle(ctx))
	fmt.Printf("killed %d times, books clean after each; ready again after %v (median), %v at most\n",
		len(took), percentile(took, 50).Round(time.Millisecond), percentile(took, 100).Round(time.Millisecond))
	return err
}
