package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"danyuan/model"
)

// kind is what somebody does.
type kind string

// The kinds, in turn.
const (
	redeem  kind = "redeem"
	checkIn kind = "check in"
	log     kind = "log hours"
	report  kind = "report"
)

var kinds = []kind{redeem, checkIn, log, report}

// act is one thing that somebody does, and what they were told: told is true once the server has
// acknowledged it under id, refused once it has said for good that it won't.
type act struct {
	kind    kind
	person  int
	key     string
	path    string
	body    string
	told    bool
	turned  bool // away: it was tried once, and not taken on
	scans   int  // how often its code has expired before it was taken
	refused string
	id      string
}

// deed is what the n-th act is: the kinds in turn, each by the next of the people. A person checks in once,
// and reports no more than they may in a day; what is over goes into logs, each of its own half hour.
func (w *world) deed(n int) *act {
	acting := len(w.people) - 3 // the last are the intruders
	person, round := n/len(w.kinds)%acting, n/len(w.kinds)/acting
	a := &act{kind: w.kinds[n%len(w.kinds)], person: person, key: fmt.Sprintf("storm-%d-%s", n, w.run)}
	if a.kind == checkIn && round > 0 || a.kind == report && round >= model.MostMattersADay-1 {
		a.kind, round = log, round+20*(1+n%len(w.kinds))
	}
	switch a.kind {
	case redeem:
		a.path, a.body = "/v1/redemptions", fmt.Sprintf(`{"reward_id":"%d","points":%d}`, w.reward, price)
	case checkIn:
		a.path, a.body = fmt.Sprintf("/v1/activities/%d/check-in", w.activity.ID), w.scanned(0)
	case log:
		from := model.BeijingMidnight(w.now).AddDate(0, 0, -1-round/28).Add(time.Duration(8*60+round%28*30) * time.Minute)
		body, _ := json.Marshal(map[string]any{ // strings only
			"kind": "environment", "content": a.key, "place": "楼下", "starts_at": from.Format(time.RFC3339), "ends_at": from.Add(30 * time.Minute).Format(time.RFC3339),
		})
		a.path, a.body = "/v1/hours", string(body)
	case report:
		a.path, a.body = "/v1/matters", fmt.Sprintf(`{"category":"repair","words":%q,"anonymity":"named"}`, a.key)
	}
	return a
}

// scanned is what somebody sends who has scanned the organiser's screen so long ago.
func (w *world) scanned(ago time.Duration) string {
	return fmt.Sprintf(`{"code":%q}`, w.activity.RotatingCode(model.GateIn, w.present().Add(-ago)).Code)
}

// scanAgain is what people do whose code has expired while they could not get through: it is another request.
func (w *world) scanAgain(a *act) {
	a.scans++
	a.key, a.body = fmt.Sprintf("%s-%d", a.key, a.scans), w.scanned(0)
}

// present is the time on the organiser's screen, which is the server's.
func (w *world) present() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// journal is what everybody did.
type journal struct {
	mu       sync.Mutex
	acts     []*act
	next     int
	tries    int // requests beyond the first of an act
	scans    int // codes that had to be scanned once more
	replayed int // acts that had happened although the answer was lost
	last     time.Time
	stall    time.Duration // the longest time in which nothing was acknowledged, since newStall
	worst    time.Duration // and before
	took     []time.Duration
	seen     int // acts that were looked for before
	statuses map[int]int
}

func (j *journal) heard(status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.statuses == nil {
		j.statuses = map[int]int{}
	}
	j.statuses[status]++
}

// lastTold is when something was acknowledged last.
func (j *journal) lastTold() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// newStall begins to measure the longest time without an answer anew, and gives what it was.
func (j *journal) newStall() time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	was := j.stall
	j.worst, j.stall = max(j.worst, was), 0
	return was
}

// mark is a moment, for tookSince.
func (j *journal) mark() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.took)
}

// tookSince gives how long the acts took that were acknowledged since a mark.
func (j *journal) tookSince(mark int) []time.Duration {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.took[mark:])
}

// chance is true so many times of a hundred.
func chance(percent int) bool { return rand.IntN(100) < percent } //nolint:gosec // luck, no secret

func (j *journal) begin(w *world) *act {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := w.deed(j.next)
	j.next++
	j.acts = append(j.acts, a)
	return a
}

func (j *journal) end(a *act, tries int, again bool, took time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tries += tries - 1
	j.scans += a.scans
	if again {
		j.replayed++
	}
	if a.told {
		now := time.Now()
		if !j.last.IsZero() {
			j.stall = max(j.stall, now.Sub(j.last))
		}
		j.last = now
		j.took = append(j.took, took)
	}
}

// people lets so many clients act until the context ends; then each ends what it has begun. pace is how long
// one rests after an act, on average. They wait for an answer as long as the mini-program does.
func (s *storm) people(ctx context.Context, pace time.Duration) (wait func()) {
	var all sync.WaitGroup
	for range s.set.clients {
		all.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for ctx.Err() == nil {
				s.insist(context.WithoutCancel(ctx), client, s.journal.begin(s.world))
				rest(ctx, rand.N(2*pace+1)) //nolint:gosec // spreads clients, hides nothing
			}
		})
	}
	return all.Wait
}

// patience is for how long a client insists on an act.
const patience = 90 * time.Second

// mostScans is how often somebody scans the same screen.
const mostScans = 10

// insist does an act, as often as it takes, under the same key.
func (s *storm) insist(ctx context.Context, client *http.Client, a *act) {
	began, again := time.Now(), false
	tries, told := 0, 0
	for !a.told && a.refused == "" && time.Since(began) < patience {
		tries++
		if s.echo != nil && chance(twice) {
			s.echo(ctx, client, *a)
		}
		status, replayed, body, err := s.send(ctx, client, a)
		switch {
		case err != nil:
			rest(ctx, 20*time.Millisecond+rand.N(80*time.Millisecond)) //nolint:gosec // spreads clients
		case status >= http.StatusInternalServerError || status == http.StatusTooManyRequests:
			told++                                                                                     // to come again: each time after longer, or it would be too often
			rest(ctx, 20*time.Millisecond+rand.N(min(time.Second, 40*time.Millisecond<<min(told, 5)))) //nolint:gosec // spreads clients
		case status == http.StatusOK:
			a.id, a.told, again = idIn(a.kind, body), true, replayed
		case a.kind == checkIn && status == http.StatusGone && a.scans < mostScans:
			s.world.scanAgain(a)
		default:
			a.refused = fmt.Sprintf("%d %s", status, body)
		}
	}
	s.journal.end(a, tries, again, time.Since(began))
}

func (s *storm) send(ctx context.Context, client *http.Client, a *act) (status int, replayed bool, body []byte, err error) {
	answer, body, err := s.call(ctx, client, http.MethodPost, a.path, s.world.tokens[a.person], a.body, a.key)
	if err != nil {
		return 0, false, nil, err
	}
	s.journal.heard(answer.StatusCode)
	return answer.StatusCode, answer.Header.Get("Idempotent-Replayed") == "true", body, nil
}

// ask makes any call.
func (s *storm) ask(ctx context.Context, client *http.Client, method, path, token, body, key string) (status int, said []byte, err error) {
	answer, said, err := s.call(ctx, client, method, path, token, body, "storm-"+key+"-"+s.world.run)
	if err != nil {
		return 0, nil, err
	}
	return answer.StatusCode, said, nil
}

// reply is an answer that has been read.
type reply struct {
	StatusCode int
	Header     http.Header
}

func (s *storm) call(ctx context.Context, client *http.Client, method, path, token, body, key string) (*reply, []byte, error) {
	at := s.at
	if len(s.others) > 0 { // any replica, also when it is tried again
		all := s.servers()
		at = all[rand.IntN(len(all))].at //nolint:gosec // luck, no secret
	}
	req, err := http.NewRequestWithContext(ctx, method, at+path, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", key)
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	return &reply{answer.StatusCode, answer.Header}, said, err
}

// idIn gives what an answer says was made.
func idIn(k kind, body []byte) string {
	var made struct {
		ID    string `json:"id"`
		Hours string `json:"hours_id"`
	}
	_ = json.Unmarshal(body, &made) // an answer without one is missed later
	if k == checkIn {
		return made.Hours
	}
	return made.ID
}
