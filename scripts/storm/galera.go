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
const mostStall = 10 * time.Second

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

// galeraNode takes the node in use away under load, in every way there is, and lets it back. All act on one
// reward, one budget and one activity.
func galeraNode(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	var err error
	for n, way := range [][2]string{{"kill", "again"}, {"isolate", "rejoin"}, {"freeze", "thaw"}, {"kill", "again"}} {
		rest(ctx, time.Duration(s.set.seconds)*time.Second)
		if failed := s.withoutNode(ctx, n+1, way[0], way[1]); failed != nil {
			err = errors.Join(err, failed)
			break
		}
	}
	rest(ctx, 2*time.Second)
	stop()
	wait()
	return errors.Join(err, ctx.Err(), s.settle(ctx), s.sameOnAll(ctx))
}

// withoutNode takes the node in use away in one way, and lets it back.
func (s *storm) withoutNode(ctx context.Context, n int, away, back string) error {
	node, seen := s.inUse(ctx)
	if node == 0 {
		return fmt.Errorf("the server uses no node, or more than one: it has %v connections", seen)
	}
	s.journal.newStall()
	from := time.Now()
	if _, err := s.galera(ctx, away, node); err != nil {
		return err
	}
	for s.journal.lastTold().Before(from.Add(100*time.Millisecond)) && time.Since(from) < 2*mostStall {
		rest(ctx, 10*time.Millisecond)
	}
	rest(ctx, 5*time.Second)
	stall := s.journal.newStall()
	next, _ := s.inUse(ctx)
	_, err := s.galera(ctx, back, node)
	took := time.Since(from)
	rest(ctx, time.Second)
	returning := s.journal.newStall()
	err = errors.Join(err, s.look(ctx))
	fmt.Printf("%d. %-8s node %d under load: longest time without an answer %v; node %d in use; the other back after %v, meanwhile at most %v without an answer\n",
		n, away, node, stall.Round(time.Millisecond), next, took.Round(time.Millisecond), returning.Round(time.Millisecond))
	if max(stall, returning) > mostStall || next == node || next == 0 {
		err = errors.Join(err, fmt.Errorf("stalled for %v and %v, node %d in use after node %d", stall, returning, next, node))
	}
	return err
}

// sameOnAll compares what the nodes hold, once each has applied everything.
func (s *storm) sameOnAll(ctx context.Context) error {
	var err error
	for _, table := range []string{"entries", "transfers", "redemptions", "hours", "matters", "commands"} {
		counts, failed := s.onAll(ctx, "SET SESSION wsrep_sync_wait = 1; SELECT COUNT(*) FROM chaos."+table)
		err = errors.Join(err, failed)
		if counts[0] != counts[1] || counts[1] != counts[2] {
			err = errors.Join(err, fmt.Errorf("the nodes differ in %s: %v", table, counts))
		}
	}
	return err
}

// onAll asks each node.
func (s *storm) onAll(ctx context.Context, sql string) (said [3]string, err error) {
	for n := range said {
		one, failed := s.galera(ctx, "ask", n+1, sql)
		said[n], err = one, errors.Join(err, failed)
	}
	return said, err
}
