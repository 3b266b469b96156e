package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"danyuan/model"
)

// storm is one run: a server that people use, with a WeChat of its own.
type storm struct {
	set     setting
	url     string // of the database
	db      *model.DB
	wechat  *weChat
	redis   *relay   // before Redis; nil without
	env     []string // of a server
	server  *server
	others  []*server // further replicas
	world   *world
	journal *journal
	at      string // where people reach the server
	logins  int
	echo    func(ctx context.Context, client *http.Client, a act) // sends copies of some requests; nil: none
}

// begin fills a database, and starts a server on it that believes to be in service.
func begin(ctx context.Context, set setting) (s *storm, err error) {
	s = &storm{set: set, journal: &journal{}, url: set.database}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.end())
		}
	}()
	data := filepath.Join(set.dir, "data")
	if err := writeClock(filepath.Join(set.dir, "clock"), 0); err != nil {
		return s, err
	}
	if s.url == "" {
		s.url = "sqlite:" + filepath.Join(data, "danyuan.db")
	}
	if set.redis != "" {
		if s.redis, set.redis, err = before(set.redis); err != nil {
			return s, err
		}
	}
	env := []string{"DATA_DIR=" + data, "KEYS_DIR=" + filepath.Join(data, "keys"), "DATABASE_URL=" + s.url, "REDIS_URL=" + set.redis, clockFile + "=" + filepath.Join(set.dir, "clock")}
	filling := &server{binary: set.binary, env: append(os.Environ(), append(env, "LOG_LEVEL=error")...)}
	if err := filling.command(ctx, "demo"); err != nil {
		return s, err
	}
	keys, err := model.LoadKeys(filepath.Join(data, "keys"))
	if err != nil {
		return s, err
	}
	if s.db, err = model.Open(ctx, cmp.Or(set.own, s.url), keys, 4); err != nil {
		return s, err
	}
	if s.world, err = furnish(ctx, s.db, set.people); err != nil {
		return s, err
	}
	if s.wechat, err = startWeChat(ctx, set.dir); err != nil {
		return s, err
	}
	if err := s.wechat.meet(ctx, s.world); err != nil {
		return s, err
	}
	s.env = append(env, s.wechat.env...)
	if s.server, err = newServer(set.binary, set.dir, s.env); err != nil {
		return s, err
	}
	s.at = s.server.at
	_, err = s.server.start(ctx)
	return s, err
}

// end stops everything that is still there.
func (s *storm) end() error {
	var err error
	for _, other := range s.others {
		err = errors.Join(err, other.stop())
	}
	if s.server != nil {
		err = errors.Join(err, s.server.stop())
	}
	if s.wechat != nil {
		s.wechat.close()
	}
	if s.redis != nil {
		s.redis.close()
	}
	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}
	return err
}

// verify runs danyuan verify beside the server.
func (s *storm) verify(ctx context.Context) error {
	return s.server.command(ctx, "verify")
}

// settle is how a storm ends: the leases of the killed are over, the outbox delivers, the books balance. It
// prints what became of everything, and is an error when something was lost, doubled or left.
func (s *storm) settle(ctx context.Context) error {
	owed, sent, err := s.owed(ctx)
	err = errors.Join(err, s.verify(ctx))
	counts, failed := s.compare(ctx)
	if failed != nil {
		return errors.Join(err, failed)
	}
	fmt.Printf("\n%-12s %12s %8s %8s %8s\n", "what", "acknowledged", "refused", "lost", "doubled")
	for _, k := range s.world.kinds {
		c := counts[k]
		fmt.Printf("%-12s %12d %8d %8d %8d\n", k, c.told, c.refused, c.lost, c.doubled)
		if c.lost > 0 || c.doubled > 0 || c.open > 0 || c.refused > 0 || c.told == 0 {
			err = errors.Join(err, fmt.Errorf("%s: %d lost, %d doubled, %d refused, %d never answered, of %d", k, c.lost, c.doubled, c.refused, c.open, c.told))
		}
	}
	for _, a := range s.journal.acts {
		if a.refused != "" {
			err = errors.Join(err, fmt.Errorf("refused, for example: %s %s", a.kind, a.refused))
			break
		}
	}
	if n := s.journal.statuses[http.StatusInternalServerError]; n > 0 {
		err = errors.Join(err, fmt.Errorf("%d requests were answered with 500, which tells nobody to come again: %s", n, s.server.complaints()))
	}
	fmt.Printf("answers by status %v\n", s.journal.statuses)
	fmt.Printf("messages owed %d, sent %d; retried requests %d, of which had happened already %d; codes scanned anew %d; longest time without an answer %v\n",
		owed, sent, s.journal.tries, s.journal.replayed, s.journal.scans, max(s.journal.worst, s.journal.stall).Round(time.Millisecond))
	return err
}

// percentile gives the p-th of some times.
func percentile(took []time.Duration, p int) time.Duration {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
