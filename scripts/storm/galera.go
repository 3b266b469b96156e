package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// mostStall is the longest time that losing the node in use may cost.
const mostStall = 15 * time.Second

// galera has scripts/galera do something to a node, and gives what it printed.
func (s *storm) galera(ctx context.Context, what string, node int, more ...string) (string, error) {
	args := append([]string{what, s.set.home, strconv.Itoa(node)}, more...)
	out, err := exec.CommandContext(ctx, s.set.services, args...).CombinedOutput() //nolint:gosec // scripts/chaos names it
	if err != nil {
		err = fmt.Errorf("galera %s %d: %w: %s", what, node, err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// inUse finds the node that the server speaks with, which looks for changes three times a second; we are
// somebody else to the database. It is 0 if the server speaks with none, or with more than one.
func (s *storm) inUse(ctx context.Context) (node int, seen []string) {
	for n := 1; n <= 3; n++ {
		from, err := s.galera(ctx, "ask", n, "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'root' AND db = 'chaos' AND time < 2")
		if err != nil {
			from = "down"
		}
		seen = append(seen, from)
		switch {
		case err != nil || from == "0":
		case node == 0:
			node = n
		default:
			return 0, seen
		}
	}
	return node, seen
}

// galeraNode takes the node in use away under load, in one way and then in another, and lets it back. All
// act on one reward, one budget and one activity; whatever conflicts is run again as a whole.
func galeraNode(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	var err error
	for n, way := range [][2]string{{"kill", "again"}, {"isolate", "rejoin"}, {"kill", "again"}} {
		rest(ctx, time.Duration(s.set.seconds)*time.Second)
		node, seen := s.inUse(ctx)
		if node == 0 {
			err = errors.Join(err, fmt.Errorf("the server uses no node, or more than one: it has %v connections", seen))
			break
		}
		s.journal.newStall()
		from := time.Now()
		if _, failed := s.galera(ctx, way[0], node); failed != nil {
			err = errors.Join(err, failed)
			break
		}
		for s.journal.lastTold().Before(from.Add(100*time.Millisecond)) && time.Since(from) < 2*mostStall {
			rest(ctx, 10*time.Millisecond)
		}
		rest(ctx, 5*time.Second)
		stall := s.journal.newStall()
		next, _ := s.inUse(ctx)
		_, failed := s.galera(ctx, way[1], node)
		back := time.Since(from)
		err = errors.Join(err, failed, s.look(ctx))
		fmt.Printf("%d. %-8s node %d under load: longest time without an answer %v; node %d in use; the other back after %v\n",
			n+1, way[0], node, stall.Round(time.Millisecond), next, back.Round(time.Millisecond))
		if stall > mostStall || next == node || next == 0 {
			err = errors.Join(err, fmt.Errorf("stalled for %v, node %d in use after node %d", stall, next, node))
		}
	}
	rest(ctx, 2*time.Second)
	stop()
	wait()
	err = errors.Join(err, ctx.Err(), s.settle(ctx))
	for _, table := range []string{"entries", "transfers", "redemptions", "hours", "matters", "commands"} {
		var counts []string
		for n := 1; n <= 3; n++ {
			c, failed := s.galera(ctx, "ask", n, "SET SESSION wsrep_sync_wait = 1; SELECT COUNT(*) FROM chaos."+table)
			err = errors.Join(err, failed)
			counts = append(counts, c)
		}
		if counts[0] != counts[1] || counts[1] != counts[2] {
			err = errors.Join(err, fmt.Errorf("the nodes differ in %s: %v", table, counts))
		}
	}
	return err
}
