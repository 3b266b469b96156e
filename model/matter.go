package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Anonymity is from whom a reporter's name is kept.
type Anonymity string

// The anonymities: nobody, the neighbours, the unit chief as well. A matter that is hidden from the chief
// begins at the branch, and nothing tells the chief that there is one.
const (
	Named                Anonymity = "named"
	HiddenFromNeighbours Anonymity = "neighbours"
	HiddenFromChief      Anonymity = "chief"
)

// MatterOutcome is how a matter ended.
type MatterOutcome string

// The outcomes; "" while it is open or withdrawn.
const (
	MatterSatisfied  MatterOutcome = "satisfied"
	MatterUnanswered MatterOutcome = "unanswered" // not counted as satisfied
)

// Title is what people call the outcome.
func (o MatterOutcome) Title() string {
	return map[MatterOutcome]string{MatterSatisfied: "满意", MatterUnanswered: "没有评价"}[o]
}

// Bounds of what people report.
const (
	MaxMatterWords    = 1000
	MaxMatterPlace    = 80
	MaxMatterAnswer   = 200
	MostMatterPhotos  = 9
	MatterFiles       = "matter" // what photos of the report are attached as
	MatterAnsweredFor = 7 * 24 * time.Hour
	MostMattersADay   = 10 // of one reporter, and as many that others enter for them
)

// Refusals about matters. ErrMatterNotFound answers for one that is not there and for one that is not
// the actor's to see.
var (
	ErrMatterNotFound = fault.New(fault.NotFound, "matter.not_found", "没有找到这件事，或者您不能查看。请回到列表重试。")
	ErrMatterNoHome   = fault.New(fault.Conflict, "matter.no_home", "没有登记住在哪个网格，不能上报。请先联系社区登记住处；急事请直接给社区打电话。")
	ErrMatterProxy    = fault.New(fault.Forbidden, "matter.hidden_from_you", "上报人要求不让单元长知道的事，不能由单元长代为上报。请由网格党支部或社区代为上报。")
	ErrMatterTooMany  = fault.New(fault.TooMany, "matter.too_many_today", "今天上报的次数已经到了上限。急事请直接给单元长或社区打电话，其余的请明天再上报。")
)

// Matter is something that a resident reports, for its unit chief, grid branch and community to see to.
// What it is now follows from its events: only Apply changes it.
type Matter struct {
	_ struct{} `privacy:"about=resident; why=居民上报的事项; kept=always; because=办理情况要能追溯"`

	ID             int64  `gorm:"autoIncrement:false"`
	ReporterID     int64  `privacy:"person"`
	UserID         int64  // the account that wrote the words as they are shown: the content check asks for it
	EnteredByID    int64  // who reported it for somebody without a phone; 0: the reporter
	Category       string `privacy:"mark"`
	Words          string `privacy:"words"` // as they are shown: what was redacted has its original elsewhere
	Place          string `privacy:"place"` // in words; "" is the unit itself
	Urgent         bool
	Anonymity      Anonymity `privacy:"mark"`
	NodeID         int64     // the reporter's unit, or grid
	GridID         int64
	CommunityID    int64
	State          MatterState `privacy:"mark"`
	IsOpen         bool
	Step           Step          `privacy:"mark"`
	HandlerID      int64         `privacy:"person"` // whom it was given to at the chief's step; 0: whoever is chief
	Moves          int64         `privacy:"figure"` // how many events there are
	Reopened       int64         `privacy:"figure"`
	Outcome        MatterOutcome `privacy:"mark"`
	DeskID         *int64        `privacy:"none"` // the node whose officers it waits for; nil while it waits for none, or for its handler alone
	DueAt          *time.Time    // by when it must be accepted, or resolved
	LookAt         *time.Time    // when time itself moves it
	Warned         bool          // of the running limit
	Overdue        bool          // time has said so of the running limit: there is no step above
	AllowedSeconds int64         `privacy:"figure"` // the running limit, whole
	LeftSeconds    int64         `privacy:"figure"` // what is left of it while the clock stands
	Joined         int64         `privacy:"figure"` // how many have joined
	CheckState     FileState     `privacy:"mark"`   // of its words, for showing to others
	CheckLabel     int64         `privacy:"mark"`
	CheckReason    string        `privacy:"reason"`
	CheckedByID    int64
	CheckedAt      *time.Time
	CheckSince     *time.Time // since when the words that are shown wait for WeChat or a person
	CreatedAt      time.Time
	ClosedAt       *time.Time
}

// MatterEvent is one move: who, when, in what capacity, for whom, from where to where, with which words.
type MatterEvent struct {
	_ struct{} `privacy:"about=resident; why=事项的每一步办理; kept=always; because=办理情况要能追溯"`

	MatterID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Seq            int64 `gorm:"primaryKey;autoIncrement:false" privacy:"figure"`
	At             time.Time
	Move           MatterMove    `privacy:"mark"`
	ByPersonID     int64         // 0: time
	ByRole         string        `privacy:"mark"` // the role, or reporter, proxy, system
	ForPersonID    int64         // on whose behalf; 0: their own
	StateBefore    MatterState   `privacy:"mark"`
	State          MatterState   `privacy:"mark"`
	StepBefore     Step          `privacy:"mark"`
	Step           Step          `privacy:"mark"`
	HandlerID      int64         `privacy:"person"`
	Outcome        MatterOutcome `privacy:"mark"`
	DueAt          *time.Time
	AllowedSeconds int64  `privacy:"figure"`
	LeftSeconds    int64  `privacy:"figure"`
	Words          string `privacy:"words"`
}

// What events call those who act in no role.
const (
	AsReporter = "reporter"
	AsProxy    = "proxy"
	AsSystem   = "system"
)

// Apply makes a matter what it is after an event. It is the only way by which it changes.
func (m *Matter) Apply(e MatterEvent) {
	m.Moves = e.Seq
	m.State, m.Step, m.HandlerID, m.Outcome = e.State, e.Step, e.HandlerID, e.Outcome
	m.DueAt, m.AllowedSeconds, m.LeftSeconds = e.DueAt, e.AllowedSeconds, e.LeftSeconds
	m.IsOpen = m.State.Open()
	if e.Move == MoveReopen {
		m.Reopened++
	}
	switch {
	case e.Move == MoveWarn:
		m.Warned = true
	case e.Move == MoveOverdue:
		m.Overdue = true
	case e.Move == MoveAnswer, e.Move == MoveAsk && e.StateBefore == MatterAccepted: // the same limit goes on
	default:
		m.Warned, m.Overdue = false, false
	}
	m.ClosedAt = nil
	if !m.IsOpen {
		at := e.At
		m.ClosedAt = &at
	}
	m.sit()
	m.LookAt = m.lookAt(e)
}

// sit puts a matter on the desk where it waits.
func (m *Matter) sit() {
	m.DeskID = nil
	if !m.State.Waits() || m.HandlerID != 0 {
		return
	}
	desk := map[Step]int64{ChiefStep: m.NodeID, BranchStep: m.GridID, CommunityStep: m.CommunityID}[m.Step]
	m.DeskID = &desk
}

// lookAt gives when time itself moves a matter after an event; nil for never.
func (m *Matter) lookAt(e MatterEvent) *time.Time {
	var at time.Time
	switch {
	case e.State == MatterResolved:
		at = e.At.Add(MatterAnsweredFor)
	case e.DueAt == nil || m.Overdue:
		return nil
	case m.Warned:
		at = *e.DueAt
	default:
		allowed := time.Duration(e.AllowedSeconds) * time.Second
		at = MatterClock.After(e.At, max(0, MatterClock.Between(e.At, *e.DueAt)-allowed/warnedBefore))
	}
	return &at
}

// Next begins the event of a move: what the move does not say stays as it is.
func (m Matter) Next(rule MatterRule, at time.Time) MatterEvent {
	e := MatterEvent{
		MatterID: m.ID, Seq: m.Moves + 1, At: at, Move: rule.Move, StateBefore: m.State, State: rule.To, StepBefore: m.Step, Step: m.Step,
		HandlerID: m.HandlerID, DueAt: m.DueAt, AllowedSeconds: m.AllowedSeconds, LeftSeconds: m.LeftSeconds,
	}
	switch rule.Move {
	case MoveWarn, MoveOverdue:
		e.State = m.State
	case MoveSatisfy:
		e.Outcome = MatterSatisfied
	case MoveLapse:
		e.Outcome = MatterUnanswered
	default:
	}
	return e
}

// ReportedMatter is a matter with all that its report brings.
type ReportedMatter struct {
	Matter
	First   MatterEvent
	Answers []MatterAnswer
}

// Report makes a matter what its first event says it is.
func (m *Matter) Report(first MatterEvent, answers ...MatterAnswer) ReportedMatter {
	m.CreatedAt = first.At
	if m.CheckState == FilePending {
		m.CheckSince = &first.At
	}
	m.Apply(first)
	for i := range answers {
		answers[i].MatterID = m.ID
	}
	return ReportedMatter{*m, first, answers}
}

// AddReportedMatters stores matters with what their reports brought, and makes them searchable: ErrIDTaken
// when they must be made anew.
func AddReportedMatters(tx *gorm.DB, all ...ReportedMatter) error {
	var matters []Matter
	var events []MatterEvent
	var answers []MatterAnswer
	var terms []MatterTerm
	for _, r := range all {
		matters, events = append(matters, r.Matter), append(events, r.First)
		answers, terms = append(answers, r.Answers...), append(terms, r.Terms()...)
	}
	if err := AddMatters(tx, matters, events, answers, nil); err != nil {
		return idTaken(err)
	}
	SortMatterTerms(terms)
	return AddAll(tx, terms)
}

// AddMatters stores matters as their events have made them, with all that belongs to them but their terms.
func AddMatters(tx *gorm.DB, all []Matter, events []MatterEvent, answers []MatterAnswer, joins []MatterJoin) error {
	// One after another: what follows a failure would be written outside the transaction that it has ended.
	if err := AddAll(tx, all); err != nil {
		return err
	}
	if err := AddAll(tx, events); err != nil {
		return err
	}
	if err := AddAll(tx, answers); err != nil {
		return err
	}
	return AddAll(tx, joins)
}

// MoveMatter adds an event to a matter that is locked, and writes what it is now.
func MoveMatter(tx *gorm.DB, m *Matter, e MatterEvent) error {
	before := m.Moves
	m.Apply(e)
	if err := tx.Create(&e).Error; err != nil {
		return refuseDuplicate(err, ErrMatterStale)
	}
	return changed(tx.Model(&Matter{}).Where("id = ? AND moves = ?", m.ID, before).Updates(map[string]any{
		"state": m.State, "is_open": m.IsOpen, "step": m.Step, "handler_id": m.HandlerID, "moves": m.Moves, "reopened": m.Reopened,
		"outcome": m.Outcome, "desk_id": m.DeskID, "due_at": m.DueAt, "look_at": m.LookAt, "warned": m.Warned, "overdue": m.Overdue,
		"allowed_seconds": m.AllowedSeconds, "left_seconds": m.LeftSeconds, "closed_at": m.ClosedAt,
	}), ErrMatterStale)
}

// MatterByID gives a matter.
func MatterByID(tx *gorm.DB, id int64) (Matter, error) {
	var m Matter
	return m, take(tx.Where("id = ?", id), &m, ErrMatterNotFound)
}

// LockMatter gives a matter, and keeps others from moving it until the transaction ends.
func LockMatter(tx *gorm.DB, id int64) (Matter, error) {
	return MatterByID(forUpdate(tx), id)
}

// MattersSince gives what some people have reported since a moment: whose it is, who has entered it, where it lies, from
// whom it is hidden, and when it was reported.
func MattersSince(tx *gorm.DB, reporters []int64, since time.Time) ([]Matter, error) {
	return inLists(reporters, func(some []int64) ([]Matter, error) {
		var them []Matter
		return them, tx.Select("id", "reporter_id", "entered_by_id", "node_id", "anonymity", "created_at").Where("reporter_id IN ? AND id >= ?", some, FirstID(since)).Find(&them).Error
	})
}

// CountOpenMattersAt gives how many open matters a unit or grid has.
func CountOpenMattersAt(tx *gorm.DB, node int64) (int64, error) {
	var n int64
	return n, tx.Model(&Matter{}).Where("node_id = ? AND is_open = ?", node, true).Count(&n).Error
}

// MattersToLookAt gives matters that time moves at a moment, the longest due first, at most limit.
func MattersToLookAt(tx *gorm.DB, now time.Time, limit int) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Matter{}).Where("look_at <= ?", now).Order("look_at").Limit(limit).Pluck("id", &ids).Error
}

// OldestMatterToLookAt gives since when the longest waiting matter is due to be moved by time; nil when none is.
func OldestMatterToLookAt(tx *gorm.DB, now time.Time) (*time.Time, error) {
	m, err := maybe[Matter](tx.Select("look_at").Where("look_at <= ?", now).Order("look_at"))
	if m == nil {
		return nil, err
	}
	return m.LookAt, err
}

// MattersGivenTo gives the open matters that were given to somebody.
func MattersGivenTo(tx *gorm.DB, person int64) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Matter{}).Where("handler_id = ? AND is_open = ?", person, true).Order("id").Pluck("id", &ids).Error
}

// MattersOn gives the matters that wait on a desk.
func MattersOn(tx *gorm.DB, desk int64) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Matter{}).Where("desk_id = ?", desk).Order("id").Pluck("id", &ids).Error
}

// HandlersUnder gives those to whom open matters were given that lie in a subtree, or who hold an office there: by it
// they may have been given one that lies elsewhere.
func HandlersUnder(tx *gorm.DB, path string) ([]int64, error) {
	var people []int64
	for _, join := range []string{
		"JOIN nodes ON nodes.id = matters.node_id",
		"JOIN roles ON roles.person_id = matters.handler_id JOIN nodes ON nodes.id = roles.node_id",
	} {
		var some []int64
		err := InSubtree(tx.Model(&Matter{}).Joins(join), "nodes.path", path).Where("matters.handler_id > 0 AND matters.is_open = ?", true).
			Distinct().Pluck("matters.handler_id", &some).Error
		if err != nil {
			return nil, err
		}
		people = append(people, some...)
	}
	slices.Sort(people)
	return slices.Compact(people), nil
}

// RegroupMatters makes the matters of a moved subtree belong to the grid where it lies now.
func RegroupMatters(tx *gorm.DB, path string, grid int64) error {
	var nodes []int64
	if err := InSubtree(tx.Model(&Node{}), "path", path).Pluck("id", &nodes).Error; err != nil {
		return err
	}
	for some := range slices.Chunk(nodes, RowsAtOnce) {
		err := tx.Model(&Matter{}).Where("node_id IN ?", some).Updates(map[string]any{
			"desk_id": gorm.Expr("CASE WHEN step = ? AND desk_id IS NOT NULL THEN ? ELSE desk_id END", BranchStep, grid), "grid_id": grid,
		}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// CarryMatters makes what was reported from a grid that has ended its successor's.
func CarryMatters(tx *gorm.DB, from, to int64) error {
	return tx.Model(&Matter{}).Where("node_id = ?", from).Updates(map[string]any{
		"desk_id": gorm.Expr("CASE WHEN desk_id = ? THEN ? ELSE desk_id END", from, to), "node_id": to, "grid_id": to,
	}).Error
}

// MatterAnswer is what was answered to a question of the category, in the words of then.
type MatterAnswer struct {
	_ struct{} `privacy:"about=resident; why=上报人对提问的回答; kept=always; because=办理情况要能追溯"`

	MatterID int64  `gorm:"primaryKey;autoIncrement:false"`
	Place    int64  `gorm:"primaryKey;autoIncrement:false" privacy:"figure"`
	Question string `privacy:"none"`
	Answer   string `privacy:"words"`
}

// MatterAnswersOf gives a matter's answers, in the order of their questions.
func MatterAnswersOf(tx *gorm.DB, id int64) ([]MatterAnswer, error) {
	var out []MatterAnswer
	return out, tx.Where("matter_id = ?", id).Order("place").Find(&out).Error
}
