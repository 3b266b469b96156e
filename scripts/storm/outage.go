package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// services has scripts/services do something to one of its servers.
func (s *storm) services(ctx context.Context, what, name string) error {
	out, err := exec.CommandContext(ctx, s.set.services, what, s.set.home, name).CombinedOutput() //nolint:gosec // scripts/chaos names it
	if err != nil {
		err = fmt.Errorf("services %s %s: %w: %s", what, name, err, out)
	}
	return err
}

// mostRecovery is within what time the service goes on by itself once what it stands on is back.
const mostRecovery = 2 * time.Second

// databaseKilled kills the database under load and brings it back. Nobody may be told that something of
// ours is broken, only to come again, and service goes on by itself.
func databaseKilled(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	name := "mariadb"
	if strings.HasPrefix(s.url, "postgres:") {
		name = "postgres"
	}
	var recovered []time.Duration
	var err error
	for n := 0; n < s.set.times && err == nil && ctx.Err() == nil; n++ {
		rest(ctx, 2*time.Second)
		if err = s.services(ctx, "kill", name); err != nil {
			break
		}
		rest(ctx, time.Duration(1+n%3)*time.Second)
		if err = s.services(ctx, "again", name); err != nil {
			break
		}
		back := time.Now()
		for s.journal.lastTold().Before(back) && time.Since(back) < 5*mostRecovery {
			rest(ctx, 10*time.Millisecond)
		}
		recovered = append(recovered, time.Since(back))
		err = errors.Join(s.verify(ctx), s.look(ctx))
	}
	stop()
	wait()
	// What a worker could not write down is done again when its lease is over: not to wait for that, it is.
	err = errors.Join(err, s.server.stop(), s.freeLeases(ctx))
	if _, failed := s.server.start(ctx); failed != nil {
		return errors.Join(err, failed)
	}
	longest := percentile(recovered, 100)
	if longest > mostRecovery {
		err = errors.Join(err, fmt.Errorf("service went on only %v after the database was back", longest))
	}
	err = errors.Join(err, ctx.Err(), s.settle(ctx))
	fmt.Printf("database killed %d times; service goes on after it is back within %v (median), %v at most\n",
		len(recovered), percentile(recovered, 50).Round(time.Millisecond), longest.Round(time.Millisecond))
	return err
}

// intruder is somebody whom nothing that happens to Redis may let in: one who has signed out, and one who
// has used up what they may do in a minute.
type intruder struct {
	out            string // a token whose session is over
	refused, let   atomic.Int64
	hasty          string // a token of somebody who asks without end
	allowed, asked atomic.Int64
	began          time.Time
}

func (s *storm) tryToGetIn(ctx context.Context) (*intruder, func(), error) {
	i := &intruder{out: s.world.tokens[len(s.world.tokens)-1], hasty: s.world.tokens[len(s.world.tokens)-2], began: time.Now()}
	client := &http.Client{Timeout: 15 * time.Second}
	if status, _, _ := s.ask(ctx, client, http.MethodPost, "/v1/logout", i.out, "{}", "out"); status != http.StatusOK {
		return nil, nil, fmt.Errorf("signing out was answered with %d", status)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			status, _, err := s.ask(ctx, client, http.MethodGet, "/v1/me", i.out, "", "")
			switch {
			case err != nil:
			case status == http.StatusOK:
				i.let.Add(1)
			default:
				i.refused.Add(1)
			}
			rest(ctx, 20*time.Millisecond)
		}
	})
	all.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			if status, _, err := s.ask(ctx, client, http.MethodPost, "/v1/notices/read-all", i.hasty, "{}", fmt.Sprint("hasty-", n)); err == nil {
				i.asked.Add(1)
				if status == http.StatusOK {
					i.allowed.Add(1)
				}
			}
			rest(ctx, 30*time.Millisecond)
		}
	})
	return i, all.Wait, nil
}

// commandsAMinute is how many commands a user may give in a minute.
const commandsAMinute = 120

// redisGone makes Redis slow, silent, empty and dead, and brings it back, within a minute.
func redisGone(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	in, waitForIntruder, err := s.tryToGetIn(acting)
	if err != nil {
		return err
	}
	wait := s.people(acting, 10*time.Millisecond)
	fmt.Printf("%-22s %10s %10s %10s\n", "Redis is", "acts", "p50", "p99")
	for _, t := range []struct {
		name     string
		make, ok func() error
	}{
		{"well", nothing, nothing},
		{"slow, 100 ms each way", func() error { s.redis.delay.Store(int64(100 * time.Millisecond)); return nil }, func() error { s.redis.delay.Store(0); return nil }},
		{"silent", func() error { s.redis.silent.Store(true); return nil }, func() error { s.redis.silent.Store(false); s.redis.cut(); return nil }},
		{"flushed each 100 ms", func() error { return s.flush(ctx) }, nothing},
		{"killed", func() error { s.redis.cut(); return s.services(ctx, "kill", "redis") }, func() error { return s.services(ctx, "again", "redis") }},
		{"back", nothing, nothing},
	} {
		err = errors.Join(err, t.make())
		from := s.journal.mark()
		rest(ctx, time.Duration(s.set.seconds)*time.Second)
		took := s.journal.tookSince(from)
		err = errors.Join(err, t.ok())
		fmt.Printf("%-22s %10d %10v %10v\n", t.name, len(took), percentile(took, 50).Round(time.Millisecond), percentile(took, 99).Round(time.Millisecond))
		if len(took) == 0 {
			err = errors.Join(err, fmt.Errorf("nothing was done while Redis was %s", t.name))
		}
	}
	stop()
	wait()
	waitForIntruder()
	fmt.Printf("who had signed out was refused %d times, let in %d times; who may give %d commands a minute asked %d times and was let %d times\n",
		in.refused.Load(), in.let.Load(), commandsAMinute, in.asked.Load(), in.allowed.Load())
	if in.let.Load() > 0 || in.refused.Load() == 0 || in.allowed.Load() > commandsAMinute || in.asked.Load() < 2*commandsAMinute {
		err = errors.Join(err, errors.New("somebody was let in who should not have been, or nobody tried"))
	}
	return errors.Join(err, ctx.Err(), s.settle(ctx))
}

func nothing() error { return nil }

// flush empties Redis, again and again for as long as the trouble lasts.
func (s *storm) flush(ctx context.Context) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.redis.to)
	if err != nil {
		return err
	}
	go func() {
		defer func() { _ = c.Close() }()
		for range 10 * s.set.seconds {
			if _, err := c.Write([]byte("FLUSHALL\r\n")); err != nil {
				return
			}
			rest(ctx, 100*time.Millisecond)
		}
	}()
	return nil
}

// before puts the relay into Redis's address.
func before(url string) (*relay, string, error) {
	rest, ok := strings.CutPrefix(url, "redis://")
	address, db, _ := strings.Cut(rest, "/")
	if !ok {
		return nil, "", fmt.Errorf("%s is no address of a Redis that needs no password", url)
	}
	r, err := newRelay(address)
	if err != nil {
		return nil, "", err
	}
	return r, "redis://" + r.address() + "/" + db, nil
}
