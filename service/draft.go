package service

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/service/outbox"
)

// draft is what a transaction has decided and not yet written: rows that wait so that many of them go
// in one statement, of one command or of all that share the transaction. Whatever reads or writes
// through a command's handle meets what the commands before it have decided, because that is written
// first.
type draft struct {
	raw    *gorm.DB // the transaction itself, past the draft
	now    time.Time
	shared bool // several commands are in it: one that fails must not take the others along

	templates map[string]string // of the kinds of notice that are also sent

	book    *ledger.Book
	rewards map[int64]*model.Reward // those that it keeps from being changed
	reports reports                 // what reports are judged by
	doors   doors                   // what coming to an activity is judged by
	// Others read these: they are written before anything is read.
	redemptions []model.Redemption
	rows
	// Nobody reads these in the transaction that writes them: they wait until its end.
	audits  []model.Audit
	notices []model.Notice
	jobs    []model.Job
	done    []model.Job // that have come to their end

	// Of the command that runs now:
	began     mark
	savepoint bool // the database can go back to where it began
	alone     bool // it needs a transaction of its own
}

// rows are those that a command may read again, behind a savepoint, once it has decided on them.
type rows struct {
	matters []model.ReportedMatter
	signUps []model.SignUp
	hours   []model.Hours
}

func (r *rows) mark() rowsMark { return rowsMark{len(r.matters), len(r.signUps), len(r.hours)} }

// cut takes away what came after a mark, and gives it.
func (r *rows) cut(m rowsMark) (since rows) {
	r.matters, since.matters = cut(r.matters, m.matters)
	r.signUps, since.signUps = cut(r.signUps, m.signUps)
	r.hours, since.hours = cut(r.hours, m.hours)
	return since
}

// cut parts a list at a length, which may be more than it has by now.
func cut[R any](list []R, at int) (before, since []R) {
	at = min(at, len(list))
	return list[:at], slices.Clone(list[at:])
}

// mark is how far a draft is.
type mark struct {
	book        ledger.Mark
	redemptions int
	rows        rowsMark
	// Of what is known, and of what nobody reads:
	today, seated, begun, audits, notices, jobs, done int
}

type rowsMark struct{ matters, signUps, hours int }

// holding names what a command will lock, from the top down: those of all who share a transaction are
// locked at once, in order, before the first of them begins. Accounts are made that there are not yet.
type holding struct {
	doors     []door
	reporters []int64
	rewards   []int64
	accounts  []ledger.Key
}

func (h holding) nothing() bool {
	return len(h.doors)+len(h.reporters)+len(h.rewards)+len(h.accounts) == 0
}

// errAlone breaks a command off that can't go on in a shared transaction. It is run again in one of
// its own.
var errAlone = errors.New("service: the command needs a transaction of its own")

// saved is the savepoint's name. There is one at a time: each command's replaces the one before.
const saved = "command"

func (s *Service) newDraft(raw *gorm.DB, now time.Time, shared bool) *draft {
	return &draft{raw: raw, now: now, shared: shared, templates: s.Templates, book: ledger.NewBook(), rewards: map[int64]*model.Reward{}}
}

// hold locks what the parts will need.
func (d *draft) hold(parts []*part) error {
	var all holding
	for _, p := range parts {
		if p.err == nil && !p.alone {
			all.doors = append(all.doors, p.hold.doors...)
			all.reporters = append(all.reporters, p.hold.reporters...)
			all.rewards = append(all.rewards, p.hold.rewards...)
			all.accounts = append(all.accounts, p.hold.accounts...)
		}
	}
	if err := d.readDoors(all.doors); err != nil {
		return err
	}
	if err := d.readReports(all.reporters); err != nil {
		return err
	}
	if err := d.keepRewards(d.raw, all.rewards); err != nil {
		return err
	}
	return d.book.Open(d.raw, d.now, all.accounts...)
}

// keepRewards reads rewards through a handle, and keeps them from being changed.
func (d *draft) keepRewards(tx *gorm.DB, ids []int64) error {
	ids = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id int64) bool { return d.rewards[id] != nil })
	if len(ids) == 0 {
		return nil
	}
	rows, err := model.KeepRewards(tx, ids)
	for i := range rows {
		d.rewards[rows[i].ID] = &rows[i]
	}
	return err
}

// addMatter drafts what somebody reports.
func (d *draft) addMatter(m model.ReportedMatter) {
	d.matters, d.reports.today = append(d.matters, m), append(d.reports.today, m.Matter)
}

// addSignUp drafts a first sign-up.
func (d *draft) addSignUp(u model.SignUp) {
	d.signUps, d.doors.seated = append(d.signUps, u), append(d.doors.seated, u)
}

// addHours drafts the beginning of somebody's attendance.
func (d *draft) addHours(h model.Hours) {
	d.hours, d.doors.begun = append(d.hours, h), append(d.doors.begun, h)
}

// handle gives the transaction as commands use it.
func (d *draft) handle() *gorm.DB { return model.Drafting(d.raw, d) }

// begin notes where the next command begins.
func (d *draft) begin() {
	d.began = mark{
		d.book.Mark(), len(d.redemptions), d.rows.mark(),
		len(d.reports.today), len(d.doors.seated), len(d.doors.begun), len(d.audits), len(d.notices), len(d.jobs), len(d.done),
	}
	d.savepoint, d.alone = false, false
}

// Meet writes what waits before a command reads or writes in the database itself. In a shared
// transaction a command that writes, or has rows of its own waiting, gets a savepoint between the others'
// rows and its own; if its own can't be told from the others' it must have a transaction of its own.
func (d *draft) Meet(writes bool) error {
	if !d.shared || d.savepoint {
		return d.writeRead()
	}
	if d.book.Since(d.began.book) || len(d.redemptions) > d.began.redemptions {
		d.alone = true
		return errAlone
	}
	own := d.cut(d.began.rows)
	if err := d.writeRead(); err != nil {
		return err
	}
	d.began.book, d.began.redemptions, d.began.rows = d.book.Mark(), 0, rowsMark{}
	if !writes && own.mark() == (rowsMark{}) {
		return nil
	}
	d.savepoint, d.rows = true, own
	if err := d.raw.SavePoint(saved).Error; err != nil {
		return err
	}
	return d.writeRead()
}

// back undoes what the present command did.
func (d *draft) back() error {
	d.book.Back(d.began.book)
	d.redemptions, _ = cut(d.redemptions, d.began.redemptions)
	d.cut(d.began.rows)
	d.reports.today = d.reports.today[:d.began.today]
	d.doors.seated, _ = cut(d.doors.seated, d.began.seated)
	d.doors.begun, _ = cut(d.doors.begun, d.began.begun)
	d.audits, d.notices, d.jobs = d.audits[:d.began.audits], d.notices[:d.began.notices], d.jobs[:d.began.jobs]
	d.done = d.done[:d.began.done]
	if d.savepoint {
		return d.raw.RollbackTo(saved).Error
	}
	return nil
}

// writeRead writes what others read.
func (d *draft) writeRead() error {
	err := d.book.Write(d.raw)
	if err == nil {
		err = model.AddRedemptions(d.raw, d.redemptions)
	}
	if err == nil {
		err = model.AddReportedMatters(d.raw, d.matters...)
	}
	if err == nil {
		err = model.AddSignUps(d.raw, d.signUps)
	}
	if err == nil {
		err = model.AddHours(d.raw, d.hours...)
	}
	if err != nil {
		return againIfTaken(err)
	}
	d.redemptions = d.redemptions[:0]
	d.cut(rowsMark{})
	return nil
}

// againIfTaken has the transaction run again if chance gave a row a number that another has.
func againIfTaken(err error) error {
	if errors.Is(err, model.ErrIDTaken) || errors.Is(err, ledger.ErrTaken) {
		return errors.Join(errRaced, err)
	}
	return err
}

// write writes all that still waits, and stops at the first failure: a deadlock has ended the transaction
// on MariaDB, and what was written after it would stay by itself.
func (d *draft) write() error {
	if err := d.writeRead(); err != nil {
		return err
	}
	if err := model.AddAudits(d.raw, d.audits); err != nil {
		return err
	}
	told, err := model.AddNotices(d.raw, d.notices)
	if err != nil {
		return againIfTaken(err)
	}
	for _, n := range told {
		if d.templates[n.Kind] != "" { // others are for the inbox alone
			d.jobs = append(d.jobs, outbox.Owed(sendNotice, n.ID, "", d.now, d.now))
		}
	}
	if err := outbox.Owe(d.raw, d.jobs...); err != nil {
		return err
	}
	return outbox.Done(d.raw, d.done, "", d.now)
}
