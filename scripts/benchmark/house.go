package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/service"
)

// house is danyuan in this process, on a database, with a clock that can be put forward: what it says to
// the database while it answers a request can be listened to.
type house struct {
	db      *model.DB
	s       *service.Service
	api     *api.API
	ahead   atomic.Int64 // by how much the clock is
	follows context.CancelFunc
}

// Now is the house's present.
func (h *house) Now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// Allow lets everybody ask as often as they like.
func (h *house) Allow(context.Context, string, int, time.Duration) (ok bool, retryAfter time.Duration) {
	return true, 0
}

func openHouse(url, keys string, pool int) (*house, error) {
	k, err := model.LoadKeys(keys)
	if err != nil {
		return nil, err
	}
	h := &house{}
	if h.db, err = model.Open(context.Background(), url, k, pool); err != nil {
		return nil, err
	}
	quiet := slog.New(slog.DiscardHandler)
	h.s = service.New(service.Deps{DB: h.db, Clock: h, Log: quiet})
	if h.api, err = api.New(api.Options{Service: h.s, Limits: h, Log: quiet, Metrics: prometheus.NewRegistry()}); err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	ctx, stop := context.WithCancel(context.Background())
	h.follows = stop
	go h.s.FollowChanges(ctx) // without it nothing is kept in memory
	return h, h.listen()
}

func (h *house) close() error {
	h.follows()
	return h.db.Close()
}

// statement is one that danyuan has made.
type statement struct {
	sql    string
	args   []any
	within any // the transaction; nil outside
}

func (s statement) reads() bool { return strings.HasPrefix(strings.ToUpper(s.sql), "SELECT") }

// heard collects what is said in a context.
type heard struct{ said []statement }

type heardKey struct{}

// listen has both handles tell what they say to the database.
func (h *house) listen() error {
	err := listenTo(h.db.Read(context.Background()))
	if h.db.Dialect() == "sqlite" { // there the writer is another
		err = errors.Join(err, h.db.Tx(context.Background(), listenTo))
	}
	return err
}

func listenTo(db *gorm.DB) error {
	hear := func(tx *gorm.DB) {
		in, ok := tx.Statement.Context.Value(heardKey{}).(*heard)
		if !ok || tx.DryRun || tx.Statement.SQL.Len() == 0 { // a query within a query is made dry first
			return
		}
		s := statement{sql: tx.Statement.SQL.String()}
		if _, ok := tx.Statement.ConnPool.(gorm.TxCommitter); ok {
			s.within = tx.Statement.ConnPool
		}
		for _, v := range tx.Statement.Vars {
			plain, err := driver.DefaultParameterConverter.ConvertValue(v)
			if err != nil {
				_ = tx.AddError(err)
			}
			s.args = append(s.args, plain)
		}
		in.said = append(in.said, s)
	}
	c := db.Callback()
	return errors.Join(
		c.Query().After("*").Register("bench:hear", hear), c.Create().After("*").Register("bench:hear", hear), c.Update().After("*").Register("bench:hear", hear),
		c.Delete().After("*").Register("bench:hear", hear), c.Row().After("*").Register("bench:hear", hear), c.Raw().After("*").Register("bench:hear", hear),
	)
}

// ask has the house answer one request, and gives what it said to the database meanwhile.
func (h *house) ask(r *http.Request) (*httptest.ResponseRecorder, []statement) {
	in, answer := &heard{}, httptest.NewRecorder()
	h.api.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), heardKey{}, in)))
	return answer, in.said
}

// settle has somebody look until the house knows them without asking, as one that serves does: it keeps
// nothing in memory before it follows the changes.
func (h *house) settle(header http.Header) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		look, _ := http.NewRequest(http.MethodGet, "/v1/me", nil) //nolint:noctx // ask gives it one
		look.Header = header
		_, said := h.ask(look)
		if !slices.ContainsFunc(said, func(s statement) bool { return strings.Contains(s.sql, "sessions") }) {
			return
		}
		<-tick.C
	}
}
