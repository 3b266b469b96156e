package model

import (
	"slices"
	"time"

	"danyuan/fault"
)

// MatterState is how far a matter has come.
type MatterState string

// The states of a matter. Closed is distinct from solved: Outcome says how it ended.
const (
	MatterReported  MatterState = "reported"  // waits for somebody of its step to accept it
	MatterAccepted  MatterState = "accepted"  // is being worked on
	MatterAsked     MatterState = "asked"     // waits for the reporter's answer; the clock stands
	MatterResolved  MatterState = "resolved"  // waits for the reporter's word on it
	MatterClosed    MatterState = "closed"    // 销号
	MatterWithdrawn MatterState = "withdrawn" // by its reporter
)

// MatterStates gives every state, in the order of a matter's way.
func MatterStates() []MatterState {
	return []MatterState{MatterReported, MatterAccepted, MatterAsked, MatterResolved, MatterClosed, MatterWithdrawn}
}

// Title is what people call the state.
func (s MatterState) Title() string {
	return map[MatterState]string{
		MatterReported: "待受理", MatterAccepted: "办理中", MatterAsked: "待补充", MatterResolved: "待评价", MatterClosed: "已销号", MatterWithdrawn: "已撤回",
	}[s]
}

// Open tells whether anything can still come of a matter.
func (s MatterState) Open() bool { return s != MatterClosed && s != MatterWithdrawn }

// Waits tells whether a matter waits for an officer, whose time runs.
func (s MatterState) Waits() bool { return s == MatterReported || s == MatterAccepted }

// Step is the level at which a matter is.
type Step string

// The steps that there are now. A street is one more line in Steps.
const (
	ChiefStep     Step = "chief"
	BranchStep    Step = "branch"
	CommunityStep Step = "community"
)

// StepSpec says of a step what it is called, at which nodes it is, and who works there.
type StepSpec struct {
	Step  Step
	Title string
	Kind  NodeKind
	Roles []Role
}

// Steps are the path of a matter, from the bottom (DOMAIN.md, Matters).
var Steps = []StepSpec{
	{ChiefStep, "单元长", Unit, []Role{UnitChief}},
	{BranchStep, "网格党支部", Grid, []Role{BranchSecretary}},
	{CommunityStep, "社区", Community, []Role{CommunityStaff, CommunitySecretary}},
}

// Level gives a step's place on the path, from 0; -1 for a word that is no step.
func (s Step) Level() int {
	return slices.IndexFunc(Steps, func(spec StepSpec) bool { return spec.Step == s })
}

// Title is what people call the step.
func (s Step) Title() string {
	if l := s.Level(); l >= 0 {
		return Steps[l].Title
	}
	return ""
}

// MatterMove is something that is done to a matter; each is an event.
type MatterMove string

// The moves.
const (
	MoveReport   MatterMove = "report"
	MoveAccept   MatterMove = "accept"
	MoveResolve  MatterMove = "resolve"
	MovePassUp   MatterMove = "pass_up"
	MoveReturn   MatterMove = "return"
	MoveAsk      MatterMove = "ask"
	MoveAnswer   MatterMove = "answer"
	MoveReassign MatterMove = "reassign"
	MoveWithdraw MatterMove = "withdraw"
	MoveSatisfy  MatterMove = "satisfy"   // solved, and the reporter is satisfied
	MoveReopen   MatterMove = "reopen"    // not solved, or not satisfied
	MoveLapse    MatterMove = "lapse"     // nobody said whether it is solved
	MoveWarn     MatterMove = "warn"      // most of the time has passed
	MoveRaise    MatterMove = "raise"     // all of it has
	MoveTakeBack MatterMove = "take_back" // whom it was given to may not be given it any more
	MoveOverdue  MatterMove = "overdue"   // all of it has, and there is no step above
)

// Mover is in what capacity somebody moves a matter.
type Mover string

// The movers: the reporter or who reported for them, whoever works at its step, whoever works above that,
// and time.
const (
	ReporterMoves Mover = "reporter"
	HandlerMoves  Mover = "handler"
	AboveMoves    Mover = "above"
	SystemMoves   Mover = "system"
)

// StepWay is where on the path a move leads.
type StepWay string

// The ways.
const (
	Stays      StepWay = "stays"
	GoesUp     StepWay = "goes up"
	GoesDown   StepWay = "goes down"
	UpIfHigher StepWay = "goes up, stays at the top"
	UpIfEmpty  StepWay = "stays, goes up where nobody works"
)

// MatterRule says of a move who makes it, from which states, to which, and where it leads.
type MatterRule struct {
	Move  MatterMove
	Title string // what people call it
	By    Mover
	From  []MatterState // empty: nothing is there yet
	To    MatterState   // "" stays as it is
	Way   StepWay
	Words bool // a reason, or what was done, must be said
}

// MatterRules is the whole machine: what is not in it is refused. docs/matters.md is printed from it, and
// danyuan verify follows every matter's events along it.
var MatterRules = []MatterRule{
	{MoveReport, "上报", ReporterMoves, nil, MatterReported, UpIfHigher, true},
	{MoveAccept, "受理", HandlerMoves, []MatterState{MatterReported}, MatterAccepted, Stays, false},
	{MoveResolve, "办结", HandlerMoves, []MatterState{MatterReported, MatterAccepted, MatterAsked}, MatterResolved, Stays, true},
	{MovePassUp, "上报上级", HandlerMoves, []MatterState{MatterReported, MatterAccepted, MatterAsked}, MatterReported, GoesUp, true},
	{MoveReturn, "退回下级", HandlerMoves, []MatterState{MatterReported, MatterAccepted, MatterAsked}, MatterReported, GoesDown, true},
	{MoveAsk, "请上报人补充", HandlerMoves, []MatterState{MatterReported, MatterAccepted}, MatterAsked, Stays, true},
	{MoveAnswer, "补充", ReporterMoves, []MatterState{MatterAsked}, MatterAccepted, Stays, true},
	{MoveReassign, "改派", AboveMoves, []MatterState{MatterReported, MatterAccepted, MatterAsked}, MatterReported, Stays, true},
	{MoveWithdraw, "撤回", ReporterMoves, []MatterState{MatterReported, MatterAccepted, MatterAsked}, MatterWithdrawn, Stays, false},
	{MoveSatisfy, "评价满意", ReporterMoves, []MatterState{MatterResolved}, MatterClosed, Stays, false},
	{MoveReopen, "评价未解决或不满意", ReporterMoves, []MatterState{MatterResolved}, MatterReported, UpIfHigher, true},
	{MoveLapse, "超过7天未评价", SystemMoves, []MatterState{MatterResolved}, MatterClosed, Stays, false},
	{MoveWarn, "时限将到", SystemMoves, []MatterState{MatterReported, MatterAccepted}, "", Stays, false},
	{MoveRaise, "超时升级", SystemMoves, []MatterState{MatterReported, MatterAccepted}, MatterReported, GoesUp, false},
	{MoveTakeBack, "承办人卸任转回", SystemMoves, []MatterState{MatterReported, MatterAccepted}, MatterReported, UpIfEmpty, false},
	{MoveOverdue, "超时", SystemMoves, []MatterState{MatterReported, MatterAccepted}, "", Stays, false},
}

// RuleOf gives a move's rule; an empty one, which nobody and nothing fulfils, for a word that is no move.
func RuleOf(move MatterMove) MatterRule {
	i := slices.IndexFunc(MatterRules, func(r MatterRule) bool { return r.Move == move })
	if i < 0 {
		return MatterRule{}
	}
	return MatterRules[i]
}

// Title is what people call the move.
func (m MatterMove) Title() string { return RuleOf(m).Title }

// Refusals of moves.
var (
	ErrMatterState   = fault.New(fault.Conflict, "matter.wrong_state", "这件事现在的状态不能这样办理。请刷新后再看。")
	ErrMatterStale   = fault.New(fault.Conflict, "matter.moved_meanwhile", "这件事刚刚有了新的进展。请刷新看过以后再办理。")
	ErrMatterNotUp   = fault.New(fault.Forbidden, "matter.not_at_your_step", "这件事现在不由您办理。")
	ErrMatterOwn     = fault.New(fault.Forbidden, "matter.own", "自己上报的事项不能自己办理。请由另一位同志或者上一级办理。")
	ErrMatterNotMine = fault.New(fault.Forbidden, "matter.not_your_report", "这一步由上报人本人办理；没有手机的，由代为上报的同志或者没有办理过这件事的工作人员代为登记。")
	ErrMatterBound   = fault.New(fault.Conflict, "matter.reporter_has_account", "上报人已经绑定微信，这一步请由本人在手机上办理。代办只用于没有手机的居民。")
	ErrMatterTop     = fault.New(fault.Conflict, "matter.top_step", "这件事已经在社区这一级，没有上一级可以转交。请直接办理。")
	ErrMatterBottom  = fault.New(fault.Conflict, "matter.bottom_step", "没有下一级可以退回。请直接办理，或者请上报人补充。")
	ErrMatterGiven   = fault.New(fault.Conflict, "matter.not_at_chief", "只有单元长这一级的事项可以改派。请直接办理，或者退回下级。")
	ErrMatterWhom    = fault.New(fault.Invalid, "matter.not_in_grid", "只能改派给本网格的单元长、网格长或党支部书记，而且不能是上报人。请换一位。")
	ErrMatterHidden  = fault.New(fault.Conflict, "matter.hidden_from_chief", "上报人要求不让单元长知道，不能退回或改派给单元长。请直接办理。")
)

// Fits refuses a move that the matter's state does not allow. The text says what is the matter, and since when by whom.
func (r MatterRule) Fits(m Matter) error {
	if slices.Contains(r.From, m.State) {
		return nil
	}
	text := "这件事现在是“" + m.State.Title() + "”，不能“" + r.Title + "”。"
	switch {
	case m.State == MatterAsked && r.By == HandlerMoves:
		text += "已经请上报人补充，等补充以后再办理。"
	case m.State == MatterResolved && r.By != ReporterMoves:
		text += "已经办结，等上报人评价。"
	case m.State == MatterClosed:
		text += "如果又出现问题，请重新上报。"
	case m.State == MatterWithdrawn:
		text += "上报人已经撤回。"
	default:
		text += "请刷新后再看。"
	}
	return ErrMatterState.Saying(text)
}

// FitsStep refuses a move for which there is no step where it would lead from where the matter is, whoever works there.
func (r MatterRule) FitsStep(m Matter) error {
	level := m.Step.Level()
	switch {
	case r.Way == GoesUp && level == len(Steps)-1:
		return ErrMatterTop
	case r.Way == GoesDown && level == ChiefStep.Level():
		return ErrMatterBottom
	case r.Way == GoesDown && m.Anonymity == HiddenFromChief && level-1 == ChiefStep.Level():
		return ErrMatterHidden
	case r.Move == MoveReassign && m.Step != ChiefStep:
		return ErrMatterGiven
	}
	return nil
}

// leads tells whether a way leads from one step to another.
func (w StepWay) leads(from, to Step) bool {
	a, b := from.Level(), to.Level()
	switch {
	case b < 0:
		return false
	case w == GoesUp:
		return b > a
	case w == GoesDown:
		return b < a && b >= 0
	case w == UpIfHigher:
		return b > a || b == a && a == len(Steps)-1
	case w == UpIfEmpty:
		return b >= a
	}
	return a == b
}

// WorksOn gives the highest level of the path at which an actor works over a matter, whose place has the
// path; -1 for none. What was given to somebody is nobody else's at that level. Who is chief of the unit
// of a matter that is hidden from its chief, or was when it was reported, works on it at no level, whatever else
// they are.
func (a Actor) WorksOn(m Matter, path string, now time.Time) int {
	if m.HiddenFrom(a, now) {
		return -1
	}
	for level := len(Steps) - 1; level > ChiefStep.Level(); level-- {
		if a.HoldsRole(path, now, Steps[level].Roles...) {
			return level
		}
	}
	given := m.HandlerID != 0
	if given && m.HandlerID == a.PersonID && a.mayBeGiven(m, path, now) || !given && a.HoldsRole(path, now, UnitChief) {
		return ChiefStep.Level()
	}
	return -1
}

// HandledBy tells whether an actor works at the very step where a matter is.
func (m Matter) HandledBy(a Actor, path string, now time.Time) bool {
	level := m.Step.Level()
	if level == ChiefStep.Level() && m.HandlerID != 0 {
		return m.HandlerID == a.PersonID && a.mayBeGiven(m, path, now)
	}
	return level >= 0 && !m.HiddenFrom(a, now) && a.HoldsRole(path, now, Steps[level].Roles...)
}

// HiddenFrom tells whether a matter must not be known to an actor because they are chief where it is, or were when it
// was reported.
func (m Matter) HiddenFrom(a Actor, now time.Time) bool {
	return m.Anonymity == HiddenFromChief && slices.ContainsFunc(a.Led(now), func(l Led) bool { return l.Hides(m) })
}

// GivenTo are the roles in a grid whose holders a matter of it can be given to.
var GivenTo = []Role{UnitChief, GridChief, BranchSecretary}

// mayBeGiven tells whether an actor is one of those to whom a matter of this grid can be given.
func (a Actor) mayBeGiven(m Matter, path string, now time.Time) bool {
	grid := PathTo(path, m.GridID)
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Active(now) && slices.Contains(GivenTo, g.Role) && Under(g.Path, grid)
	})
}
