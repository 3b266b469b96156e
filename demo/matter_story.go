package demo

import (
	"errors"
	"math/rand/v2"
	"time"

	"danyuan/model"
)

// ending is where a matter's story ends for now.
type ending string

const (
	satisfied  ending = "satisfied"
	unanswered ending = "unanswered"
	withdrawn  ending = "withdrawn"
	reported   ending = "reported" // the others are open
	accepted   ending = "accepted"
	asked      ending = "asked"
	resolved   ending = "resolved"
	overdue    ending = "overdue"
)

var (
	endingsOpen   = []weighed[ending]{{30, reported}, {30, accepted}, {10, asked}, {25, resolved}, {5, overdue}}
	endingsClosed = []weighed[ending]{{80, satisfied}, {17, unanswered}, {3, withdrawn}}
)

// quiet is how long nothing must be due after the filling.
const quiet = 2 * time.Hour

var errNoStory = errors.New("no way was found by which it is quiet now")

// story is one matter on its way along the machine.
type story struct {
	*area
	*rand.Rand
	home
	m      model.Matter
	events []model.MatterEvent
	at     time.Time
}

// tell makes a matter's events up to the end that chance gives it, and moves the whole to a time at which
// what is closed has been closed, and what is open waits and is not due. The same events are made at each
// try, because only the machine's own clock knows how long they take.
func (a *area) tell(from home, category, said string, created time.Time, chance *rand.Rand) (story, error) {
	open := chance.IntN(1000) < 15
	end := pick(chance, endingsClosed)
	if open {
		end = pick(chance, endingsOpen)
	}
	anonymity := pick(chance, anonymities)
	seed, age := chance.Uint64(), chance.Float64()
	for range 8 {
		s := story{area: a, Rand: rand.New(rand.NewPCG(seed, 1)), home: from, at: created} //nolint:gosec // as above
		s.m = model.Matter{
			ReporterID: from.person, Category: category, Words: said, Urgent: s.IntN(30) == 0, Anonymity: anonymity,
			NodeID: from.unit, GridID: from.grid, CommunityID: from.community, CheckState: model.FilePassed, CreatedAt: created,
		}
		if s.IntN(4) == 0 {
			s.m.Place = some(s.Rand, placesSaid)
		}
		s.run(end)
		if !open && s.at.Before(a.now) || open && s.waits() {
			return s.written(), nil
		}
		since := 72 * time.Hour
		if open && s.m.LookAt != nil {
			since = (s.m.LookAt.Sub(s.at) - quiet) / 2
		}
		created = created.Add(a.now.Add(-time.Duration(age * float64(since))).Sub(s.at)).Truncate(time.Second)
	}
	return story{}, errNoStory
}

// waits tells whether an open matter's last event is past and new, and time moves it only later.
func (s *story) waits() bool {
	return !s.at.After(s.now) && s.now.Sub(s.at) < 10*24*time.Hour && (s.m.LookAt == nil || s.m.LookAt.Sub(s.now) > quiet)
}

// written gives the matter and its events the number by which they are kept.
func (s *story) written() story {
	s.m.ID = model.NewID(s.m.CreatedAt)
	for i := range s.events {
		s.events[i].MatterID = s.m.ID
	}
	return *s
}

// run tells the story up to its end.
func (s *story) run(end ending) {
	s.report()
	switch {
	case end == withdrawn:
		if s.IntN(2) == 0 {
			s.byHandler(model.MoveAccept)
		}
		s.byReporter(model.MoveWithdraw)
		return
	case end == reported && s.IntN(3) > 0:
		return
	}
	climbs := pick(s.Rand, climbing)
	if end == overdue {
		climbs = len(model.Steps)
	}
	for range climbs {
		s.climb()
	}
	if end == reported {
		return
	}
	if s.m.Step == model.ChiefStep && s.IntN(12) == 0 {
		s.reassign()
	}
	if s.work(end); s.m.State != model.MatterResolved || end == resolved {
		return
	}
	for s.IntN(4) == 0 && s.m.Reopened < 2 {
		s.byReporter(model.MoveReopen)
		s.byHandler(model.MoveAccept)
		s.byHandler(model.MoveResolve)
	}
	if end == satisfied {
		s.byReporter(model.MoveSatisfy)
		return
	}
	s.byTime(model.MoveLapse)
}

// climb brings a reported matter one step up, if there is one: somebody passes it up, or time does.
func (s *story) climb() {
	if s.m.Step.Level() == len(model.Steps)-1 {
		return
	}
	if s.IntN(4) == 0 {
		s.byTime(model.MoveWarn)
		s.byTime(model.MoveRaise)
		return
	}
	s.byHandler(model.MoveAccept)
	if s.IntN(3) == 0 {
		s.ask()
	}
	s.byHandler(model.MovePassUp)
}

// work has a reported matter worked on, as far as the end allows.
func (s *story) work(end ending) {
	if end != accepted && s.IntN(6) == 0 {
		s.byTime(model.MoveWarn)
	}
	s.byHandler(model.MoveAccept)
	switch {
	case end == asked:
		s.byHandler(model.MoveAsk)
		return
	case end == overdue:
		s.byTime(model.MoveWarn)
		s.byTime(model.MoveOverdue)
		return
	case s.IntN(5) < 3:
		s.ask()
	}
	if end == accepted {
		return
	}
	if s.IntN(8) == 0 {
		s.byTime(model.MoveWarn)
	}
	s.byHandler(model.MoveResolve)
}

func (s *story) ask() {
	s.byHandler(model.MoveAsk)
	s.byReporter(model.MoveAnswer)
}

func (s *story) report() {
	e := model.MatterEvent{Move: model.MoveReport, ByPersonID: s.person, ByRole: model.AsReporter, Words: s.m.Words}
	from := model.ChiefStep.Level()
	if s.m.Anonymity == model.HiddenFromChief {
		from = model.BranchStep.Level()
	} else if by := s.staff[s.community]; by != 0 && s.IntN(25) == 0 {
		s.m.EnteredByID = by
		e.ByPersonID, e.ByRole, e.ForPersonID = by, model.AsProxy, s.person
	}
	s.m.Step = s.stepFrom(from)
	s.add(e)
}

func (s *story) byReporter(move model.MatterMove) {
	s.pass()
	e := model.MatterEvent{Move: move, ByPersonID: s.person, ByRole: model.AsReporter}
	if s.m.EnteredByID != 0 {
		e.ByPersonID, e.ByRole, e.ForPersonID = s.m.EnteredByID, model.AsProxy, s.person
	}
	if model.RuleOf(move).Words {
		e.Words = some(s.Rand, reportersSaid)
	}
	s.add(e)
}

func (s *story) byHandler(move model.MatterMove) {
	s.pass()
	level := s.m.Step.Level()
	e := model.MatterEvent{Move: move, ByPersonID: s.officer(level), ByRole: string(model.Steps[level].Roles[0])}
	if s.m.HandlerID != 0 {
		e.ByPersonID = s.m.HandlerID
	}
	if model.RuleOf(move).Words {
		e.Words = some(s.Rand, handlersSaid[move])
	}
	s.add(e)
}

func (s *story) byTime(move model.MatterMove) {
	s.at = *s.m.LookAt
	s.add(model.MatterEvent{Move: move, ByRole: model.AsSystem})
}

// reassign has the branch give the matter to somebody else of the grid.
func (s *story) reassign() {
	all, by := s.handlers[s.grid], s.secretary[s.grid]
	to := all[s.IntN(len(all))]
	if by == 0 || by == s.person || to.PersonID == s.person || to.NodeID == s.unit {
		return
	}
	s.pass()
	s.add(model.MatterEvent{Move: model.MoveReassign, ByPersonID: by, ByRole: string(model.BranchSecretary), HandlerID: to.PersonID, Words: "单元长外出，请代为办理"})
}

// pass lets some of the time go by that there is until time itself moves the matter.
func (s *story) pass() {
	until := s.at.Add(30 * time.Hour)
	if s.m.LookAt != nil {
		until = *s.m.LookAt
	}
	s.at = s.at.Add(time.Duration(0.1*float64(until.Sub(s.at)) + 0.6*s.Float64()*float64(until.Sub(s.at)))).Truncate(time.Second)
}

// add completes an event along the machine, and makes the matter what it is after it.
func (s *story) add(e model.MatterEvent) {
	rule, m := model.RuleOf(e.Move), &s.m
	next := m.Next(rule, s.at)
	next.ByPersonID, next.ByRole, next.ForPersonID, next.Words = e.ByPersonID, e.ByRole, e.ForPersonID, e.Words
	switch e.Move {
	case model.MoveReport:
		next.StepBefore = "" // where it begins was decided with the matter
	case model.MovePassUp, model.MoveRaise, model.MoveReopen:
		next.Step, next.HandlerID = s.stepFrom(m.Step.Level()+1), 0
	case model.MoveReassign:
		next.HandlerID = e.HandlerID
	default:
	}
	next.Allow(*m, rule, s.limits[m.Category][next.Step])
	m.Apply(next)
	s.events = append(s.events, next)
}

// stepFrom gives the first step from a level up where somebody may see to the matter.
func (s *story) stepFrom(level int) model.Step {
	for top := len(model.Steps) - 1; level < top && s.officer(level) == 0; level++ {
		continue
	}
	return model.Steps[min(level, len(model.Steps)-1)].Step
}

// officer gives who serves at a level and may see to the matter; 0 for nobody.
func (s *story) officer(level int) int64 {
	who := []int64{s.chief[s.unit], s.secretary[s.grid], s.staff[s.community]}[level]
	if who == s.person || level > 0 && s.m.Anonymity == model.HiddenFromChief && who == s.chief[s.unit] {
		return 0
	}
	return who
}
