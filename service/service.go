// Package service holds the use cases and is the only opener of transactions. It knows gorm as a
// handle, the model, and its leaves; it must not know HTTP, the text of a query, or WeChat's wire.
package service

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/singleflight"
	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/fresh"
	"danyuan/service/outbox"
)

// Clock tells the time. Tests hold it still.
type Clock interface{ Now() time.Time }

// Accounts is what signing in and binding need of WeChat.
type Accounts interface {
	// Session exchanges a wx.login code, once.
	Session(ctx context.Context, code string) (openID, unionID, sessionKey string, err error)
	// Phone exchanges a phone code for eleven digits, once.
	Phone(ctx context.Context, code string) (string, error)
	// GroupID opens what wx.getGroupEnterInfo gave the client.
	GroupID(sessionKey, encrypted, iv string) (string, error)
}

// Outlets is what danyuan sends out through WeChat.
type Outlets interface {
	// CodeImage makes the mini-program code of a scene, as JPEG.
	CodeImage(ctx context.Context, scene, page string) ([]byte, error)
	// Send sends a subscribe message; refused ones come back as the fault "wechat.subscription_refused".
	Send(ctx context.Context, openID, template, page string, data map[string]string) error
	// CheckPhoto asks whether somebody's photo may be shown; the answer is pushed under the trace.
	CheckPhoto(ctx context.Context, openID, link string) (trace string, err error)
}

// Deps is what a Service is made from.
type Deps struct {
	DB        *model.DB
	Clock     Clock
	Accounts  Accounts
	Outlets   Outlets
	Callbacks Callbacks // nil where WeChat's callback is not configured
	Blobs     Blobs
	PublicURL string // how WeChat reaches us, without a slash at its end; "" where it can't
	Log       *slog.Logger
	Templates map[string]string // notice kind → subscribe template id; a kind without one stays in the inbox
}

// Service offers the use cases. Every method that changes something takes the Command it belongs to.
type Service struct {
	Deps
	feed    *feed
	actors  *fresh.Cache[string, model.Actor]
	codes   *fresh.Cache[string, model.Node]
	pages   *fresh.Cache[pageKey, Rendered]
	tallies *fresh.Cache[int64, tally] // by unit
	work    work

	pictures singleflight.Group // of codes, by id
	decoding chan struct{}      // holds one for each photo that is being decoded
}

// How much is kept in memory: an actor is about 1 KB, a page about 2 KB, a tally about 500 bytes.
const keptActors, keptCodes, keptPages, keptTallies = 50_000, 20_000, 20_000, 20_000

// New makes a Service. Nothing is read before Start or the first call.
func New(d Deps) *Service {
	s := &Service{Deps: d, decoding: make(chan struct{}, decodedAtOnce)}
	s.feed = newFeed(s)
	s.actors = fresh.New[string, model.Actor](s.feed, keptActors)
	s.codes = fresh.New[string, model.Node](s.feed, keptCodes)
	s.pages = fresh.New[pageKey, Rendered](s.feed, keptPages)
	s.tallies = fresh.New[int64, tally](s.feed, keptTallies)
	s.work = newWork(s)
	return s
}

// now is the present to the second, in UTC, as it is stored.
func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Second) }

// Command is one state-changing request: who asks, and what makes a repetition of it recognisable.
type Command struct {
	By     model.Actor
	Key    string                    // the caller's Idempotency-Key; "" for what the system does itself
	Print  string                    // what was asked: the same key with another print is refused
	Render func(any) ([]byte, error) // how the answer is kept for a repetition
}

// Replayed is what a repeated command gives instead of happening again.
type Replayed struct{ Answer []byte }

// Error says so; api answers with what is inside.
func (*Replayed) Error() string { return "command has happened already" }

// tx is one open transaction: the handle, the one reading of the clock, who asked, what has changed.
type tx struct {
	*gorm.DB
	now     time.Time
	by      model.Actor
	changed []string
	owes    bool
}

// touch names topics whose keepers must look again once this transaction is committed.
func (t *tx) touch(topics ...string) {
	for _, topic := range topics {
		if !slices.Contains(t.changed, topic) {
			t.changed = append(t.changed, topic)
		}
	}
}

// owe writes a job, in this transaction. A worker of this replica wakes once it is committed.
func (t *tx) owe(kind string, subject int64, once string, due time.Time) error {
	t.owes = t.owes || !due.After(t.now)
	return outbox.Owe(t.DB, kind, subject, once, due, t.now)
}

// audit appends to the audit log, in this transaction. What lies nowhere itself (sessions, accepts,
// consents, notices) is entered where the actor belongs, with node 0. Of strangers and of the system
// itself such entries keep node 0: they are in the log, and in no place's list.
func (t *tx) audit(action string, node int64, subject string, id int64, detail string) error {
	if node == 0 {
		node = t.by.NodeID
	}
	return model.AddAudit(t.DB, &model.Audit{
		At: t.now, UserID: t.by.UserID, PersonID: t.by.PersonID,
		Action: action, NodeID: node, Subject: subject, SubjectID: id, Detail: detail,
	})
}

const tries = 5

// inTx is the only opener of transactions. It runs fn as one transaction, whole again after a
// deadlock or a busy database; keeps the command's key and answer with it; drops what was kept in
// memory of the topics that fn touched, before it returns; and wakes a worker for what fn owes.
func inTx[R any](ctx context.Context, s *Service, cmd Command, fn func(t *tx) (R, error)) (R, error) {
	var (
		result R
		t      *tx
		err    error
	)
	for try := range tries {
		err = s.DB.Tx(ctx, func(handle *gorm.DB) error {
			t = &tx{DB: handle, now: s.now(), by: cmd.By}
			result, err = once(t, cmd, fn)
			if err != nil {
				return err
			}
			if len(t.changed) == 0 {
				return nil
			}
			return model.AddChanges(t.DB, t.changed, t.now)
		})
		if err == nil || !model.WorthRetrying(err) || ctx.Err() != nil {
			break
		}
		pause(ctx, time.Duration(rand.IntN(10<<try)+1)*time.Millisecond) //nolint:gosec // spreads rivals, hides nothing
	}
	if err != nil {
		var none R
		return none, wrap(err)
	}
	s.drop(t.changed...)
	if t.owes {
		s.wakeWorker()
	}
	return result, nil
}

// once runs fn unless the command has happened, and keeps its answer.
func once[R any](t *tx, cmd Command, fn func(t *tx) (R, error)) (R, error) {
	if cmd.Key == "" {
		return fn(t)
	}
	var none R
	c := model.Command{Owner: cmd.owner(), CommandKey: cmd.Key, Print: cmd.Print, At: t.now}
	happened, err := model.ClaimCommand(t.DB, &c)
	if err != nil {
		return none, err
	}
	if happened != nil {
		return none, &Replayed{happened.Answer}
	}
	result, err := fn(t)
	if err != nil {
		return none, err
	}
	answer, err := cmd.Render(result)
	if err != nil {
		return none, err
	}
	return result, model.AnswerCommand(t.DB, c.ID, answer)
}

// owner keeps one user's keys apart from another's.
func (c Command) owner() string {
	if c.By.UserID == 0 {
		return "nobody"
	}
	return model.UserTopic(c.By.UserID)
}

// ErrBusy tells a person to try again when the database stayed busy through every try.
var ErrBusy = fault.New(fault.Unavailable, "service.busy", "现在办理的人太多,请稍等几秒再试。您填写的内容没有丢失。")

func wrap(err error) error {
	if model.WorthRetrying(err) || errors.Is(err, context.DeadlineExceeded) {
		return ErrBusy.Because(err)
	}
	return err
}

// drop forgets what this replica keeps of the topics; the others learn of them from the feed.
func (s *Service) drop(topics ...string) {
	if len(topics) == 0 {
		return
	}
	s.actors.Drop(topics...)
	s.codes.Drop(topics...)
	s.pages.Drop(topics...)
	s.tallies.Drop(topics...)
}

// pause waits, or gives up waiting with the context.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
