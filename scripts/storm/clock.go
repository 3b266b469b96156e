package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// clockFile is what a server built with testdata/stepped.go reads by how many seconds its clock was set.
const clockFile = "STORM_CLOCK"

// setClock sets the server's clock, and that of the organiser's screen, as far from ours.
func (s *storm) setClock(ctx context.Context, ahead time.Duration) error {
	err := writeClock(filepath.Join(s.set.dir, "clock"), ahead)
	s.world.ahead.Store(int64(ahead))
	answer, _, failed := s.call(ctx, s.client(), http.MethodGet, "/healthz", "", "", "")
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if off := time.Since(at) + ahead; err != nil || off.Abs() > 5*time.Second {
		err = errors.Join(err, fmt.Errorf("the server's clock is %v from where it was set: was it built with testdata/stepped.go?", off))
	}
	return err
}

// writeClock writes in place: the server has the file in memory.
func writeClock(file string, ahead time.Duration) error {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // in a folder of our own
	if err != nil {
		return err
	}
	_, err = f.WriteAt(binary.NativeEndian.AppendUint64(nil, uint64(ahead/time.Second)), 0) //nolint:gosec // read as a signed number
	return errors.Join(err, f.Close())
}

// clockSet sets the server's clock by an hour while people act: back, right again, forward, right again, and
// at last an hour later for good, when what was owed at the wrong hour is due.
func clockSet(ctx context.Context, s *storm) error {
	turn, err := s.edges(ctx)
	if err != nil {
		return err
	}
	acting, stop := context.WithCancel(ctx)
	defer stop()
	in, waitForIntruder, err := s.tryToGetIn(acting)
	if err != nil {
		return err
	}
	wait := s.people(acting, 10*time.Millisecond)
	fmt.Printf("%-22s %8s %9s %9s  %s\n", "the clock is", "acts", "p50", "p99", "sessions over since an hour, half an hour, in half, in two hours; office from in half an hour; code of a minute ago, in an hour; answers kept")
	for _, at := range []struct {
		name  string
		ahead time.Duration
		want  string
	}{
		{"right", 0, "out out in in; 403; 410 410; 4"},
		{"an hour back", -time.Hour, "out out in in; 403; 410 410; 4"},
		{"right again", 0, "out out in in; 403; 410 410; 4"},
		{"an hour ahead", time.Hour, "out out out in; 200; 410 410; 4"},
		{"right again", 0, "out out out in; 403; 410 410; 4"},
		{"an hour later", time.Hour, "out out out in; 200; 410 410; 4"},
	} {
		failed := s.setClock(ctx, at.ahead)
		from := s.journal.mark()
		rest(ctx, time.Duration(s.set.seconds)*time.Second)
		acts := s.journal.tookSince(from)
		got, asked := s.askEdges(ctx, turn)
		err = errors.Join(err, failed, asked, s.verify(ctx), s.look(ctx))
		fmt.Printf("%-22s %8d %9v %9v  %s\n", at.name, len(acts), percentile(acts, 50).Round(time.Millisecond), percentile(acts, 99).Round(time.Millisecond), got)
		if got != at.want || len(acts) == 0 {
			err = errors.Join(err, fmt.Errorf("with the clock %s: %s, want %s; %d acts", at.name, got, at.want, len(acts)))
		}
	}
	stop()
	wait()
	waitForIntruder()
	fmt.Printf("who had signed out was refused %d times, let in %d times; who may give %d commands a minute was let %d times of %d\n",
		in.refused.Load(), in.let.Load(), commandsAMinute, in.allowed.Load(), in.asked.Load())
	if in.let.Load() > 0 || in.refused.Load() == 0 || in.allowed.Load() > commandsAMinute*(1+int64(time.Since(in.began)/time.Minute)) {
		err = errors.Join(err, errors.New("somebody was let in who should not have been, or nobody tried"))
	}
	return errors.Join(err, ctx.Err(), s.settle(ctx), s.doneOnce())
}

// edges gives tokens of sessions that end at moments which setting the clock goes past, and gives somebody an
// office that begins at another.
func (s *storm) edges(ctx context.Context) (tokens []string, err error) {
	err = s.db.Tx(ctx, func(tx *gorm.DB) error {
		var b model.Binding
		if err := tx.Where("person_id = ?", s.world.people[0]).Take(&b).Error; err != nil {
			return err
		}
		starts := time.Now().UTC().Truncate(time.Second).Add(30 * time.Minute)
		office := model.Appointment{PersonID: s.world.people[1], Role: model.CommunityStaff, NodeID: s.world.community, StartsAt: starts, AppointedAt: starts}
		if err := tx.Create(&office).Error; err != nil {
			return err
		}
		for _, in := range []time.Duration{-time.Hour, -30 * time.Minute, 30 * time.Minute, 2 * time.Hour} {
			token := fmt.Sprintf("storm-edge-%d-%v", rand.Int64(), in) //nolint:gosec // a token of a test
			tokens = append(tokens, token)
			now := time.Now().UTC().Truncate(time.Second)
			session := model.Session{TokenHash: model.HashToken(token), UserID: b.UserID, CreatedAt: now.Add(-24 * time.Hour), ExpiresAt: now.Add(in)}
			if err := tx.Create(&session).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return tokens, err
}

// askEdges tells how each of the sessions is answered, then who has an office, then codes that were on the screen a minute ago and
// will be in an hour, and how many of the kinds give the answer that was kept when they are sent once more.
func (s *storm) askEdges(ctx context.Context, tokens []string) (string, error) {
	var said []string
	client := s.client()
	defer client.CloseIdleConnections()
	for _, token := range tokens {
		status, _, err := s.ask(ctx, client, http.MethodGet, "/v1/me", token, "", "")
		if err != nil {
			return "", err
		}
		switch status {
		case http.StatusOK:
			said = append(said, "in")
		case http.StatusUnauthorized, http.StatusTooManyRequests: // strangers are counted, all at one address here
			said = append(said, "out")
		default:
			said = append(said, fmt.Sprint(status))
		}
	}
	said[len(said)-1] += ";"
	status, _, err := s.ask(ctx, client, http.MethodGet, fmt.Sprintf("/v1/nodes/%d/people", s.world.unit.ID), s.world.tokens[1], "", "")
	if err != nil {
		return "", err
	}
	said = append(said, fmt.Sprint(status, ";"))
	for _, ago := range []time.Duration{time.Minute, -time.Hour} {
		person, key := s.world.tokens[len(s.world.tokens)-3], fmt.Sprintf("edge-%d", rand.Int64()) //nolint:gosec // a fresh key
		status, _, err := s.ask(ctx, client, http.MethodPost, fmt.Sprintf("/v1/activities/%d/check-in", s.world.activity.ID), person, s.world.scanned(ago), key)
		if err != nil {
			return "", err
		}
		said = append(said, fmt.Sprint(status))
	}
	kept, err := s.sendAgain(ctx, client)
	return strings.Join(said, " ") + fmt.Sprint("; ", kept), err
}

// sendAgain sends the last acknowledged act of each kind once more, and counts those that are answered with
// what was kept.
func (s *storm) sendAgain(ctx context.Context, client *http.Client) (kept int, err error) {
	last := map[kind]act{}
	s.journal.mu.Lock()
	for _, a := range slices.Backward(s.journal.acts[:max(0, len(s.journal.acts)-2*s.set.clients)]) {
		if _, found := last[a.kind]; a.told && !found {
			last[a.kind] = *a
		}
		if len(last) == len(kinds) {
			break
		}
	}
	s.journal.mu.Unlock()
	for _, a := range last {
		status, replayed, body, failed := s.send(ctx, client, &a)
		err = errors.Join(err, failed)
		if status == http.StatusOK && replayed && idIn(a.kind, body) == a.id {
			kept++
		}
	}
	return kept, err
}

// doneOnce looks whether messages went out more than once: only what a worker had in hand when the clock went
// ahead may have, because its lease seemed to be over.
func (s *storm) doneOnce() error {
	told := 0
	for _, a := range s.journal.acts {
		if a.kind == log && a.told {
			told++
		}
	}
	const inHand = 2 * 4 // twice ahead, with so many workers
	if sent := s.wechat.sentTo(s.world.chief); sent > told+inHand {
		return fmt.Errorf("%d messages went out for %d", sent, told)
	}
	return nil
}
