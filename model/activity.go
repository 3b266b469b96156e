package model

import (
	"crypto/rand"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ActivityState says whether an activity takes place.
type ActivityState string

// The states of an activity. Whether it is still to come, under way or over is a matter of the clock.
const (
	ActivityOpen      ActivityState = "open"
	ActivityCancelled ActivityState = "cancelled"
)

// Audience says for whom an activity is.
type Audience string

// The audiences: everybody on a roster; who belongs to the activity's node; Party members; those of
// them whose membership is at a work unit.
const (
	ForEverybody Audience = "everybody"
	ForResidents Audience = "residents"
	ForMembers   Audience = "members"
	ForInService Audience = "in_service"
)

// Audiences gives the audiences, the widest first.
func Audiences() []Audience { return []Audience{ForEverybody, ForResidents, ForMembers, ForInService} }

// Title is what people call the audience.
func (a Audience) Title() string {
	return map[Audience]string{ForEverybody: "所有居民", ForResidents: "本地居民", ForMembers: "党员", ForInService: "在职党员"}[a]
}

// TellsMembership tells whether who takes part must be a Party member: then the list of them is for
// those only who may know members.
func (a Audience) TellsMembership() bool { return a == ForMembers || a == ForInService }

// Admits tells whether a person, who belongs to the node with the path home, may take part in an
// activity at the node with the path at.
func (a Audience) Admits(p Person, home, at string) bool {
	switch {
	case p.State != PersonHere:
		return false
	case a == ForResidents:
		return Under(home, at)
	case a == ForMembers:
		return p.Membership.IsMember()
	case a == ForInService:
		return p.Membership == InServiceMember
	}
	return a == ForEverybody
}

// The bounds of an activity: how long it may be, how far ahead it may be made, how many seats it may
// have. How long before the start people are checked in, and for how long after the end out.
const (
	LongestActivity  = 24 * time.Hour
	FarthestActivity = 366 * 24 * time.Hour
	MostSeats        = 10_000
	CheckInOpens     = 30 * time.Minute
	CheckOutCloses   = 30 * time.Minute
	RemindBefore     = 24 * time.Hour
)

// Activity is something that people do together at a node: service, whose hours count within its
// bounds. Capacity 0 is no limit. Version counts its changes. Secret makes its check-in codes and
// never leaves; lists leave it out.
type Activity struct {
	_ struct{} `privacy:"about=officer; why=活动; kept=always; because=服务记录要能查到活动"`

	ID            int64
	NodeID        int64
	AssociationID *int64
	Kind          string `privacy:"none"` // of service
	Title         string `privacy:"none"`
	Content       string `privacy:"none"`
	Place         string `privacy:"none"`
	StartsAt      time.Time
	EndsAt        time.Time
	Capacity      int64         `privacy:"none"`
	Audience      Audience      `privacy:"mark"`
	State         ActivityState `privacy:"mark"`
	Version       int64         `privacy:"none"`
	Secret        []byte        `gorm:"serializer:sealed" privacy:"secret"`
	MadeByID      int64
	MadeAt        time.Time
	CancelledByID int64
	CancelledAt   *time.Time
	Reason        string `privacy:"reason"` // of the cancellation
}

// TableName is also that of ListedActivity: sealed columns are bound to their table's name.
func (Activity) TableName() string { return "activities" }

// Refusals about activities. ErrActivityNotFound answers for one that is not there and for one that is
// not the actor's to organise.
var (
	ErrActivityNotFound  = fault.New(fault.NotFound, "activity.not_found", "没有找到这个活动，或者不由您组织。请回到活动列表重试。")
	ErrActivityTimes     = fault.New(fault.Invalid, "activity.times_invalid", "活动时间不对：要从以后的时间开始，最远一年；结束要晚于开始，最长 24 小时。请重新选择。")
	ErrActivityAudience  = fault.New(fault.Invalid, "activity.audience_unknown", "没有这种参加范围，请从列表里选择。")
	ErrActivityNotYours  = fault.New(fault.Forbidden, "activity.audience_not_yours", "面向党员的活动由单元长、网格或社区组织，联谊会负责人请选择其他参加范围。")
	ErrActivityCancelled = fault.New(fault.Conflict, "activity.cancelled", "这个活动已经取消，不能再办理。请看看其他活动。")
	ErrActivityStarted   = fault.New(fault.Conflict, "activity.started", "活动已经开始，不能再报名、退出或调整。到了现场请直接签到，有事请找组织者。")
	ErrActivityOver      = fault.New(fault.Conflict, "activity.over", "活动已经结束，不能再这样办理。")
	ErrActivityNotOver   = fault.New(fault.Conflict, "activity.not_over", "活动还没有结束，结束以后再确认时长。")
	ErrActivityAttended  = fault.New(fault.Conflict, "activity.attended", "已经有人签到，不能再调整活动。如需停办，请取消活动。")
	ErrActivityCapacity  = fault.New(fault.Conflict, "activity.capacity_taken", "名额不能少于已经报上名的人数。请改大一些；要减少，请先请人退出。")
	ErrActivitySame      = fault.New(fault.Conflict, "activity.unchanged", "内容和现在的一样，没有要调整的。")
)

// Phase is how far an activity has come by a moment.
type Phase string

// The phases.
const (
	PhaseUpcoming  Phase = "upcoming"
	PhaseRunning   Phase = "running"
	PhaseOver      Phase = "over"
	PhaseCancelled Phase = "cancelled"
)

// Title is what people call the phase.
func (p Phase) Title() string {
	return map[Phase]string{PhaseUpcoming: "未开始", PhaseRunning: "进行中", PhaseOver: "已结束", PhaseCancelled: "已取消"}[p]
}

// Phase tells it.
func (a Activity) Phase(now time.Time) Phase {
	switch {
	case a.State == ActivityCancelled:
		return PhaseCancelled
	case now.Before(a.StartsAt):
		return PhaseUpcoming
	case now.Before(a.EndsAt):
		return PhaseRunning
	}
	return PhaseOver
}

// Timely refuses times that an activity made or moved now can't have.
func (a Activity) Timely(now time.Time) error {
	if !a.StartsAt.After(now) || a.StartsAt.Sub(now) > FarthestActivity || !a.EndsAt.After(a.StartsAt) || a.EndsAt.Sub(a.StartsAt) > LongestActivity {
		return ErrActivityTimes
	}
	return nil
}

// Coming refuses one that is cancelled or has begun.
func (a Activity) Coming(now time.Time) error {
	switch a.Phase(now) {
	case PhaseCancelled:
		return ErrActivityCancelled
	case PhaseRunning, PhaseOver:
		return ErrActivityStarted
	case PhaseUpcoming:
	}
	return nil
}

// Within gives a moment moved into the activity's bounds.
func (a Activity) Within(at time.Time) time.Time {
	if at.Before(a.StartsAt) {
		return a.StartsAt
	}
	if at.After(a.EndsAt) {
		return a.EndsAt
	}
	return at
}

// MakeActivity stores a new activity with a secret of its own.
func MakeActivity(tx *gorm.DB, a *Activity) error {
	if !slices.Contains(Audiences(), a.Audience) {
		return ErrActivityAudience
	}
	a.State, a.Secret = ActivityOpen, make([]byte, 32)
	_, _ = rand.Read(a.Secret) // never fails: crypto/rand ends the process instead
	return tx.Create(a).Error
}

// ActivityByID gives an activity, with its secret opened.
func ActivityByID(tx *gorm.DB, id int64) (Activity, error) {
	var a Activity
	return a, take(tx.Where("id = ?", id), &a, ErrActivityNotFound)
}

// LockActivities is LockActivity for several, in the order of their ids.
func LockActivities(tx *gorm.DB, ids []int64) ([]Activity, error) {
	return inLists(slices.Compact(slices.Sorted(slices.Values(ids))), func(some []int64) ([]Activity, error) {
		var out []Activity
		return out, forUpdate(tx).Where("id IN ?", some).Order("id").Find(&out).Error
	})
}

// LockActivity reads an activity and keeps others from changing what hangs on it (seats, waiting list,
// attendance) until the transaction ends.
func LockActivity(tx *gorm.DB, id int64) (Activity, error) {
	return ActivityByID(forUpdate(tx), id)
}

// ChangeActivity writes what may change before the start, and counts the change. The caller has locked
// the activity.
func ChangeActivity(tx *gorm.DB, a *Activity) error {
	a.Version++
	return changed(tx.Model(&Activity{}).Where("id = ? AND state = ?", a.ID, ActivityOpen).Updates(map[string]any{
		"title": a.Title, "content": a.Content, "place": a.Place, "starts_at": a.StartsAt, "ends_at": a.EndsAt,
		"capacity": a.Capacity, "version": a.Version,
	}), ErrActivityCancelled)
}

// CancelActivity calls an activity off, once.
func CancelActivity(tx *gorm.DB, id, by int64, reason string, now time.Time) error {
	return changed(tx.Model(&Activity{}).Where("id = ? AND state = ?", id, ActivityOpen).Updates(map[string]any{
		"state": ActivityCancelled, "cancelled_at": now, "cancelled_by_id": by, "reason": reason,
	}), ErrActivityCancelled)
}

// CarryActivities takes what is not over at a node that has ended to another one.
func CarryActivities(tx *gorm.DB, from, to int64, now time.Time) error {
	return tx.Model(&Activity{}).Where("node_id = ? AND state = ? AND ends_at > ?", from, ActivityOpen, now).Update("node_id", to).Error
}

// ActivityOnce names a piece of news of an activity, for once keys.
func ActivityOnce(id int64, news string) string {
	return "activity:" + strconv.FormatInt(id, 10) + ":" + news
}
