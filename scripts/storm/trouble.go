package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// mostCalm is within what time acts are answered that have nothing to do with what is in trouble.
const mostCalm = time.Second

// wechatInTrouble lets WeChat go wrong in every way while people act, and looks what signing in says.
func wechatInTrouble(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	fmt.Printf("%-16s %8s %9s %9s %8s  %s\n", "WeChat", "acts", "p99", "sign in", "asked", "says")
	var err error
	for _, t := range []struct {
		trouble
		says string
	}{
		{trouble{name: "well"}, "200"},
		{trouble{name: "slow (3 s)", delay: 3 * time.Second}, "200"},
		{trouble{name: "silent", delay: time.Minute}, "503 wechat.unavailable"},
		{trouble{name: "gone", cut: true}, "503 wechat.unavailable"},
		{trouble{name: "502", status: http.StatusBadGateway, body: "<html>502</html>"}, "503 wechat.unavailable"},
		{trouble{name: "nonsense", status: http.StatusOK, body: `{"errcode":`}, "503 wechat.unavailable"},
		{trouble{name: "40001", status: http.StatusOK, body: `{"errcode":40001,"errmsg":"invalid credential"}`}, "503 wechat.unavailable"},
		{trouble{name: "quota spent", status: http.StatusOK, body: `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`}, "429 wechat.too_often"},
		{trouble{name: "well again"}, "200"},
	} {
		if t.name == "well" || t.name == "well again" {
			s.wechat.trouble.Store(nil)
		} else {
			s.wechat.trouble.Store(&t.trouble)
		}
		from, asked := s.journal.mark(), s.wechat.asked.Load()
		until := time.Now().Add(time.Duration(s.set.seconds) * time.Second)
		said, took := s.signIn(ctx)
		for said != t.says && time.Since(until) < 15*time.Second { // it is left alone for a while
			rest(ctx, 200*time.Millisecond)
			said, took = s.signIn(ctx)
		}
		rest(ctx, time.Until(until))
		acts := s.journal.tookSince(from)
		p99 := percentile(acts, 99)
		fmt.Printf("%-16s %8d %9v %9v %8d  %s\n", t.name, len(acts), p99.Round(time.Millisecond), took.Round(time.Millisecond), s.wechat.asked.Load()-asked, said)
		if said != t.says || p99 > mostCalm || len(acts) == 0 {
			err = errors.Join(err, fmt.Errorf("WeChat %s: signing in says %q, want %q; %d acts, p99 %v", t.name, said, t.says, len(acts), p99))
		}
	}
	stop()
	wait()
	return errors.Join(err, ctx.Err(), s.settle(ctx))
}

// signIn signs in once more, and gives the status with the code of a refusal.
func (s *storm) signIn(ctx context.Context) (said string, took time.Duration) {
	s.logins++
	client := &http.Client{Timeout: 15 * time.Second}
	began := time.Now()
	status, body, err := s.ask(ctx, client, http.MethodPost, "/v1/login", "", fmt.Sprintf(`{"code":%q}`, s.wechat.fake.Code("storm-login")), fmt.Sprint("login-", s.logins))
	took = time.Since(began)
	if err != nil {
		return err.Error(), took
	}
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(body, &p) // an answer without one has none
	return strings.TrimSpace(fmt.Sprint(status, " ", p.Code)), took
}

// Of a hundred requests so many come twice at once, have a copy that comes late, and lose their answer.
const twice, late, lost = 20, 20, 15

// networkAtFault duplicates, reorders and loses.
func networkAtFault(ctx context.Context, s *storm) error {
	r, err := newRelay(strings.TrimPrefix(s.server.at, "http://"))
	if err != nil {
		return err
	}
	defer r.close()
	r.lose.Store(lost)
	s.at = "http://" + r.address()
	var copies sync.WaitGroup
	s.echo = func(ctx context.Context, client *http.Client, a act) {
		copies.Go(func() { _, _, _, _ = s.send(ctx, client, &a) })
		if chance(late) {
			copies.Go(func() {
				rest(ctx, time.Second)
				_, _, _, _ = s.send(ctx, client, &a)
			})
		}
	}
	acting, stop := context.WithTimeout(ctx, time.Duration(2*s.set.seconds)*time.Second)
	defer stop()
	s.people(acting, 5*time.Millisecond)()
	copies.Wait()
	fmt.Printf("of a hundred requests %d come twice at once, %d once more later, %d lose their answer\n", twice, twice*late/100, lost)
	return errors.Join(ctx.Err(), s.settle(ctx))
}

// mostDiskWait is the longest that service may take to go on once there is room: MariaDB looks once a minute.
const mostDiskWait = 75 * time.Second

// diskFull fills the disk that the database lies on, and makes room again.
func diskFull(ctx context.Context, s *storm) error {
	acting, stop := context.WithCancel(ctx)
	defer stop()
	wait := s.people(acting, 10*time.Millisecond)
	during := time.Duration(s.set.seconds) * time.Second
	rest(ctx, during)
	filler := filepath.Join(s.set.dir, "filler")
	before := s.journal.mark()
	err := fill(filler)
	from := s.journal.mark()
	rest(ctx, during)
	full := len(s.journal.tookSince(from))
	reads, _, failed := s.ask(ctx, &http.Client{Timeout: 15 * time.Second}, http.MethodGet, "/v1/me", s.world.tokens[0], "", "")
	err = errors.Join(err, failed, os.Remove(filler))
	from = s.journal.mark()
	room := time.Now()
	for len(s.journal.tookSince(from)) == 0 && time.Since(room) < mostDiskWait && ctx.Err() == nil {
		rest(ctx, 10*time.Millisecond)
	}
	again := time.Since(room)
	rest(ctx, during)
	after := len(s.journal.tookSince(from))
	stop()
	wait()
	fmt.Printf("acknowledged with room %d, without %d, with room again %d, the first after %v; reading without room %d\n", before, full, after, again.Round(time.Millisecond), reads)
	if full > before/2 || after == 0 || reads != http.StatusOK || s.journal.statuses[http.StatusServiceUnavailable] == 0 {
		err = errors.Join(err, errors.New("the disk was not full, or nobody was told to come again, or nothing went on after it"))
	}
	return errors.Join(err, ctx.Err(), s.settle(ctx))
}

// fill writes until there is no room.
func fill(file string) error {
	f, err := os.Create(file) //nolint:gosec // in a folder of our own
	if err != nil {
		return err
	}
	for size := 1 << 20; size >= 1; { // to the last byte
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return f.Close()
}
