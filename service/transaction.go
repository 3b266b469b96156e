package service

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/outbox"
)

// tx is one command in its transaction: the handle, the one reading of the clock, who asked, what has
// changed.
type tx struct {
	*gorm.DB
	now     time.Time
	by      model.Actor
	draft   *draft
	changed []string
	doors   []int64 // households that a member may have left
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
	t.oweJob(outbox.Owed(kind, subject, once, due, t.now))
	return nil
}

func (t *tx) oweJob(j model.Job) {
	t.owes = t.owes || !j.DueAt.After(t.now)
	t.draft.jobs = append(t.draft.jobs, j)
}

// audit appends to the audit log, in this transaction. What lies nowhere itself (sessions, accepts,
// consents, notices) is entered where the actor belongs, with node 0. Of strangers and of the system
// itself such entries keep node 0: they are in the log, and in no place's list.
func (t *tx) audit(action string, node int64, subject string, id int64, detail string) error {
	if node == 0 {
		node = t.by.NodeID
	}
	t.draft.audits = append(t.draft.audits, model.Audit{
		At: t.now, UserID: t.by.UserID, PersonID: t.by.PersonID,
		Action: action, NodeID: node, Subject: subject, SubjectID: id, Detail: detail,
	})
	return nil
}

// part is one command on its way through a transaction, which it may share with others.
type part struct {
	cmd    Command
	fn     func(t *tx) (any, error)
	t      *tx
	result any
	err    error // why it failed; nil: it is done once the transaction is committed
	alone  bool  // it must be run again in a transaction of its own
	hold   holding
	done   chan struct{}
}

func newPart[R any](cmd Command, fn func(t *tx) (R, error)) *part {
	return &part{cmd: cmd, fn: func(t *tx) (any, error) { return fn(t) }, done: make(chan struct{})}
}

// inTx runs fn as one transaction, whole again after a deadlock or a busy database; keeps the command's
// key and answer with it; drops what was kept in memory of the topics that fn touched, before it
// returns; and wakes a worker for what fn owes.
func inTx[R any](ctx context.Context, s *Service, cmd Command, fn func(t *tx) (R, error)) (R, error) {
	p := newPart(cmd, fn)
	go s.carry(ctx, []*part{p})
	return await[R](ctx, s, p)
}

// carry commits parts, and tells those who wait for them.
func (s *Service) carry(ctx context.Context, parts []*part) {
	defer func() {
		broke := fault.Caught(recover())
		for _, p := range parts {
			if broke != nil {
				p.err = broke
			}
			close(p.done)
		}
	}()
	s.commit(ctx, parts)
}

// ending is how long somebody whose time is up waits for the end of what is being broken off.
const ending = time.Second

// await gives what comes of a part, and waits no longer than its caller may: a database that hangs over a commit
// (MariaDB whose disk is full does, for a minute) tells nobody whether it has happened. Whoever is told that their
// time is up finds out by the command's key.
func await[R any](ctx context.Context, s *Service, p *part) (R, error) {
	select {
	case <-p.done:
		return outcome[R](ctx, s, p)
	case <-ctx.Done():
	}
	timer := time.NewTimer(ending)
	defer timer.Stop()
	select {
	case <-p.done:
		return outcome[R](ctx, s, p)
	case <-timer.C:
		var none R
		return none, fmt.Errorf("service: what became of a command is not known: %w", ctx.Err())
	}
}

// outcome gives what came of a part. One that failed may have come second: then the first's answer is
// its own.
func outcome[R any](ctx context.Context, s *Service, p *part) (R, error) {
	if p.err == nil {
		result, _ := p.result.(R) // newPart made it from such a function
		return result, nil
	}
	var none R
	var again *Replayed
	if p.cmd.Key != "" && !errors.As(p.err, &again) && !errors.Is(p.err, model.ErrKeyReused) && !errors.Is(p.err, model.ErrCommandDone) {
		if happened, err := model.FindCommand(s.DB.Read(ctx), p.cmd.owner(), p.cmd.Key, p.cmd.Print); err == nil && happened != nil {
			return none, p.cmd.again(*happened, s.now())
		}
	}
	return none, wrap(p.err)
}

const tries = 5

// commit is the only opener of transactions. It runs the parts in one, and gives each its result or its
// error. Parts that fail leave nothing; those that must be alone are run after the others.
func (s *Service) commit(ctx context.Context, parts []*part) {
	var err error
	for try := range tries {
		watched, ended := s.Watch(ctx, Step{Kind: StepTransaction, Parts: len(parts)})
		err = s.DB.Tx(watched, func(handle *gorm.DB) error { return s.run(handle, parts) })
		ended(outcomeOf(err))
		if err == nil || !errors.Is(err, errRaced) && !model.WorthRetrying(err) || ctx.Err() != nil {
			break
		}
		pause(ctx, time.Duration(rand.IntN(10<<try)+1)*time.Millisecond) //nolint:gosec // spreads rivals, hides nothing
	}
	if err != nil && len(parts) > 1 { // whose fault it is can't be told: each by itself
		for _, p := range parts {
			s.commit(ctx, []*part{p})
		}
		return
	}
	for _, p := range parts {
		switch {
		case p.alone:
			s.commit(ctx, []*part{p})
		case p.err == nil:
			p.err = err
			s.committed(p)
		}
	}
}

// committed does what follows a commit: drops what was kept in memory, wakes a worker.
func (s *Service) committed(p *part) {
	if p.err != nil || p.t == nil {
		return
	}
	s.drop(p.t.changed...)
	if p.t.owes {
		s.wakeWorker()
	}
}

// run runs the parts in an open transaction, and writes what they have decided. With one part its
// failure is the transaction's.
func (s *Service) run(handle *gorm.DB, parts []*part) error {
	now := s.now()
	d := s.newDraft(handle, now, len(parts) > 1)
	if err := s.findHappened(handle, parts); err != nil {
		return err
	}
	if err := d.hold(parts); err != nil {
		return err
	}
	for _, p := range parts {
		if p.err != nil || p.alone {
			continue
		}
		d.begin()
		p.t = &tx{DB: d.handle(), now: now, by: p.cmd.By, draft: d}
		p.attempt()
		p.alone = d.alone
		if p.err == nil && !p.alone {
			continue
		}
		if model.WorthRetrying(p.err) || !d.shared {
			return p.err
		}
		if err := d.back(); err != nil {
			return err
		}
	}
	if err := d.write(); err != nil {
		return err
	}
	return s.keepAnswers(handle, parts, now)
}

// attempt runs the part's function, and what follows from it. A panic is its failure and nobody else's.
func (p *part) attempt() {
	defer func() {
		if broke := fault.Caught(recover()); broke != nil {
			p.err = broke
		}
	}()
	if p.err = p.t.keepConsent(p.cmd); p.err != nil {
		return
	}
	if p.result, p.err = p.fn(p.t); p.err == nil {
		p.err = p.t.lookAtDoors()
	}
}

// errRaced says that another transaction has done meanwhile what can be done once: the same command, or
// one that chance gave the same number. The whole is run again, and finds it, or another number.
var errRaced = errors.New("service: another transaction was faster")

// findHappened answers the parts whose commands have happened. A second one of the same key in the same
// transaction waits for the first.
func (s *Service) findHappened(handle *gorm.DB, parts []*part) error {
	keyed := map[[2]string]bool{}
	var keys [][2]string
	for _, p := range parts {
		p.t, p.result, p.err, p.alone = nil, nil, nil, false
		if p.cmd.Key == "" {
			continue
		}
		k := [2]string{p.cmd.owner(), p.cmd.Key}
		p.alone = keyed[k]
		keyed[k] = true
		keys = append(keys, k)
	}
	happened, err := model.CommandsHappened(handle, keys)
	if err != nil {
		return err
	}
	for _, p := range parts {
		was, ok := happened[[2]string{p.cmd.owner(), p.cmd.Key}]
		switch {
		case !ok || p.cmd.Key == "":
		case was.Print != p.cmd.Print:
			p.err = model.ErrKeyReused
		default:
			p.err = p.cmd.again(was, s.now())
		}
	}
	if len(parts) == 1 {
		return parts[0].err
	}
	return nil
}

// keepAnswers keeps the commands' answers, and what has changed.
func (s *Service) keepAnswers(handle *gorm.DB, parts []*part, now time.Time) error {
	var commands []model.Command
	var changed []string
	for _, p := range parts {
		if p.err != nil || p.alone {
			continue
		}
		changed = append(changed, p.t.changed...)
		if p.cmd.Key == "" {
			continue
		}
		answer, err := p.cmd.Render(p.result)
		if err != nil {
			return err
		}
		commands = append(commands, model.Command{Owner: p.cmd.owner(), CommandKey: p.cmd.Key, Print: p.cmd.Print, Answer: p.cmd.kept(answer, now), At: now})
	}
	if err := model.AddCommands(handle, commands); err != nil {
		if errors.Is(err, model.ErrCommandHappened) {
			err = errRaced
		}
		return err
	}
	slices.Sort(changed)
	return model.AddChanges(handle, slices.Compact(changed), now)
}

// ErrBusy tells a person to try again when the database stayed busy through every try.
var ErrBusy = fault.New(fault.Unavailable, "service.busy", "现在办理的人太多，请稍等几秒再试。您填写的内容没有丢失。")

func wrap(err error) error {
	if errors.Is(err, errRaced) || model.WorthRetrying(err) || errors.Is(err, context.DeadlineExceeded) {
		return ErrBusy.Because(err)
	}
	return err
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
