package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ReporterLimitState is how far a limit of somebody's reports has come. One is over by its date without
// anybody doing anything.
type ReporterLimitState string

// The states of a limit.
const (
	LimitRunning  ReporterLimitState = "running"
	LimitObjected ReporterLimitState = "objected" // runs on until somebody decides
	LimitUpheld   ReporterLimitState = "upheld"   // runs on to its end
	LimitLifted   ReporterLimitState = "lifted"
)

// reporterLimitMoves is every move that a limit can make.
var reporterLimitMoves = map[ReporterLimitState][]ReporterLimitState{
	LimitRunning:  {LimitObjected, LimitLifted},
	LimitObjected: {LimitUpheld, LimitLifted},
	LimitUpheld:   {LimitLifted},
}

// MayBecome tells whether a limit in this state may move to the next.
func (s ReporterLimitState) MayBecome(next ReporterLimitState) bool {
	return slices.Contains(reporterLimitMoves[s], next)
}

// MostLimitDays is for how many Beijing days, the first included, somebody can be limited.
const MostLimitDays = 30

// MaxLimitObjection is the longest objection to a limit, in characters.
const MaxLimitObjection = 500

// ReporterLimit is how many matters a Beijing day somebody may report for a time, why, and what they say
// to it. At least one a day stays, and what is urgent passes. It goes with the person who moves, and
// stays with the community that made it. OpenPersonID holds the person until it is lifted.
type ReporterLimit struct {
	_ struct{} `privacy:"about=resident; why=限制上报次数的决定、异议和复核; kept=always; because=决定要能复核"`

	ID           int64
	PersonID     int64
	NodeID       int64  // where they belonged
	ADay         int64  `privacy:"figure"`
	Reason       string `privacy:"reason"`
	MadeByID     int64
	StartsAt     time.Time
	EndsAt       time.Time
	State        ReporterLimitState `privacy:"mark"`
	Objection    string             `privacy:"words"`
	ObjectedAt   *time.Time
	DecidedByID  int64
	DecidedAt    *time.Time
	Decision     string `privacy:"reason"`
	OpenPersonID *int64
}

// Refusals about limits.
var (
	ErrLimitNotFound = fault.New(fault.NotFound, "reporter_limit.not_found", "没有找到这条上报限制，或者您不能查看。请回到列表重试。")
	ErrLimitOpen     = fault.New(fault.Conflict, "reporter_limit.open_already", "这位居民的上报已经有一个限制。请先由另一位同志解除它，或者等它到期。")
	ErrLimitState    = fault.New(fault.Conflict, "reporter_limit.wrong_state", "这条上报限制现在的状态不能这样办理。请刷新列表后再看。")
	ErrLimitOver     = fault.New(fault.Conflict, "reporter_limit.over", "这条上报限制已经到期，不用再办理。")
	ErrLimitObjected = fault.New(fault.Conflict, "reporter_limit.objected_already", "您已经对这条上报限制提过异议，一条限制只能提一次。请在列表里看办理结果。")
	ErrLimitOwn      = fault.New(fault.Forbidden, "reporter_limit.own", "自己的上报限制不能自己办理。请由社区的另一位同志办理。")
	ErrLimitMaker    = fault.New(fault.Forbidden, "reporter_limit.made_by_you", "这条上报限制是您作出的，是否维持由社区的另一位同志决定。请转给社区书记或者另一位同志。")
	ErrMatterLimited = fault.New(fault.TooMany, "matter.limited", "现在上报的次数有限制，今天已经到了。请明天再上报；有危险的急事请选“紧急”。")
)

// Over tells whether a limit counts no more.
func (l ReporterLimit) Over(now time.Time) bool { return !l.EndsAt.After(now) }

// LastDay is the last Beijing day on which a limit counts, as people read it.
func (l ReporterLimit) LastDay() string {
	return l.EndsAt.In(Beijing).Add(-time.Second).Format("2006年1月2日")
}

// Title is what people call where a limit is.
func (l ReporterLimit) Title(now time.Time) string {
	if l.State != LimitLifted && l.Over(now) {
		return "已到期"
	}
	return map[ReporterLimitState]string{
		LimitRunning: "执行中", LimitObjected: "已提异议，等待决定", LimitUpheld: "已提异议，维持", LimitLifted: "已解除",
	}[l.State]
}

// LimitReporter stores a limit that runs. A person has one at a time; the caller holds the person's lock.
func LimitReporter(tx *gorm.DB, l *ReporterLimit) error {
	err := tx.Model(&ReporterLimit{}).Where("open_person_id = ? AND ends_at <= ?", l.PersonID, l.StartsAt).Update("open_person_id", nil).Error
	if err != nil {
		return err
	}
	l.State, l.OpenPersonID = LimitRunning, &l.PersonID
	return refuseDuplicate(tx.Create(l).Error, ErrLimitOpen)
}

// LockReporterLimit gives a limit, and keeps others from deciding about it until the transaction ends.
func LockReporterLimit(tx *gorm.DB, id int64) (ReporterLimit, error) {
	var l ReporterLimit
	return l, take(forUpdate(tx).Where("id = ?", id), &l, ErrLimitNotFound)
}

// RunningLimits gives the limits that count for people at a moment.
func RunningLimits(tx *gorm.DB, people []int64, now time.Time) ([]ReporterLimit, error) {
	return inLists(people, func(some []int64) ([]ReporterLimit, error) {
		var running []ReporterLimit
		return running, tx.Where("open_person_id IN ? AND ends_at > ?", some, now).Find(&running).Error
	})
}

// ObjectToLimit writes down what a limited person says to a locked limit, once.
func ObjectToLimit(tx *gorm.DB, l ReporterLimit, words string, now time.Time) error {
	switch {
	case l.ObjectedAt != nil:
		return ErrLimitObjected
	case l.State == LimitLifted:
		return ErrLimitState
	case l.Over(now):
		return ErrLimitOver
	}
	return moveReporterLimit(tx, l, LimitObjected, map[string]any{"objection": words, "objected_at": now})
}

// DecideReporterLimit upholds or lifts a locked limit. What is upheld runs on to its end.
func DecideReporterLimit(tx *gorm.DB, l ReporterLimit, next ReporterLimitState, by int64, decision string, now time.Time) error {
	if l.State != LimitLifted && l.Over(now) {
		return ErrLimitOver
	}
	values := map[string]any{"decided_by_id": by, "decided_at": now, "decision": decision}
	if next == LimitLifted {
		values["open_person_id"] = nil
	}
	return moveReporterLimit(tx, l, next, values)
}

func moveReporterLimit(tx *gorm.DB, l ReporterLimit, next ReporterLimitState, values map[string]any) error {
	if !l.State.MayBecome(next) {
		return ErrLimitState
	}
	values["state"] = next
	return changed(tx.Model(&ReporterLimit{}).Where("id = ? AND state = ?", l.ID, l.State).Updates(values), ErrLimitState)
}

// ListedReporterLimit is a limit with the names that belong to it.
type ListedReporterLimit struct {
	ReporterLimit
	Name      string // of who is limited
	MadeBy    string
	DecidedBy string
	NodeName  string
	NodePath  string
}

// TableName is that of ReporterLimit.
func (ListedReporterLimit) TableName() string { return "reporter_limits" }

func listedReporterLimits(tx *gorm.DB) *gorm.DB {
	return tx.Table("reporter_limits").
		Select("reporter_limits.*, persons.name, COALESCE(makers.name, '') AS made_by, COALESCE(deciders.name, '') AS decided_by, nodes.name AS node_name, nodes.path AS node_path").
		Joins("JOIN persons ON persons.id = reporter_limits.person_id").Joins("JOIN nodes ON nodes.id = reporter_limits.node_id").
		Joins("LEFT JOIN persons makers ON makers.id = reporter_limits.made_by_id").
		Joins("LEFT JOIN persons deciders ON deciders.id = reporter_limits.decided_by_id")
}

// ListedReporterLimitByID gives a limit with its names.
func ListedReporterLimitByID(tx *gorm.DB, id int64) (ListedReporterLimit, error) {
	var l ListedReporterLimit
	return l, take(listedReporterLimits(tx).Where("reporter_limits.id = ?", id), &l, ErrLimitNotFound)
}

// ReporterLimitsOf lists a person's limits, the newest first.
func ReporterLimitsOf(tx *gorm.DB, person int64, s Slice) ([]ListedReporterLimit, error) {
	var out []ListedReporterLimit
	return out, s.Newest(listedReporterLimits(tx).Where("reporter_limits.person_id = ?", person), "reporter_limits.id").Find(&out).Error
}

// AllReporterLimitsOf is the whole of ReporterLimitsOf, oldest first.
func AllReporterLimitsOf(tx *gorm.DB, person int64) ([]ListedReporterLimit, error) {
	var out []ListedReporterLimit
	return out, listedReporterLimits(tx).Where("reporter_limits.person_id = ?", person).Order("reporter_limits.id").Find(&out).Error
}

// ReporterLimitsUnder lists the limits of a subtree's people, the newest first; "" is every state.
func ReporterLimitsUnder(tx *gorm.DB, path string, state ReporterLimitState, s Slice) ([]ListedReporterLimit, error) {
	var out []ListedReporterLimit
	q := InSubtree(listedReporterLimits(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("reporter_limits.state = ?", state)
	}
	return out, s.Newest(q, "reporter_limits.id").Find(&out).Error
}
