package model

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// ForChildren is the purpose that a guardian agrees to for somebody under 14.
const ForChildren ConsentPurpose = "children"

// GuardianshipState says how far a guardianship has come.
type GuardianshipState string

// The states: asked, named → active ⇄ withdrawn; from each → ended. It is active while the community has
// confirmed that somebody is the guardian, and they agree to the rules for children's data.
const (
	GuardianAsked     GuardianshipState = "asked"     // by the guardian, who agrees; waits for the community
	GuardianNamed     GuardianshipState = "named"     // by the community; waits for the guardian's consent
	GuardianActive    GuardianshipState = "active"    // confirmed and agreed to
	GuardianWithdrawn GuardianshipState = "withdrawn" // confirmed, and agreed to no more
	GuardianEnded     GuardianshipState = "ended"
)

// Title is what people call the state.
func (s GuardianshipState) Title() string {
	return map[GuardianshipState]string{
		GuardianAsked: "待社区核实", GuardianNamed: "待监护人同意", GuardianActive: "监护人已同意", GuardianWithdrawn: "监护人已撤回同意", GuardianEnded: "已结束",
	}[s]
}

// Relation says what a guardian is to the child.
type Relation string

// The relations.
const (
	Parent        Relation = "parent"
	OtherGuardian Relation = "other"  // 其他监护人
	Unsaid        Relation = "unsaid" // named in a roster, which does not say
)

// Guardianship ties somebody under 14 to a guardian. OpenKey holds both until it ends; ConsentID what the
// guardian agreed to, while they agree.
type Guardianship struct {
	_ struct{} `privacy:"about=resident; why=未满14周岁的孩子和监护人,监护人的同意; kept=ended_guardians"`

	ID            int64
	ChildID       int64             `privacy:"person"`
	GuardianID    int64             `privacy:"person"`
	Relation      Relation          `privacy:"mark"`
	State         GuardianshipState `privacy:"mark"`
	ConsentID     *int64
	MadeAt        time.Time
	MadeByID      int64
	ConfirmedAt   *time.Time
	ConfirmedByID int64
	EndedAt       *time.Time
	EndedByID     int64
	Reason        string  `privacy:"reason"`
	OpenKey       *string `privacy:"person"`
}

// Refusals about those under 14 and their guardians.
var (
	ErrGuardianFirst       = fault.New(fault.Forbidden, "guardian.consent_required", "您未满14周岁，要先由父母或其他监护人同意。请让他们在小程序的“我的孩子”里提出，社区核实以后再来；也可以请他们到社区登记。")
	ErrChildWithoutConsent = fault.New(fault.Conflict, "guardian.child_without_consent", "这位居民未满14周岁，监护人还没有同意，现在不能办理。请先登记监护人，并请监护人在小程序的“我的孩子”里阅读并同意。")
	ErrNoChild             = fault.New(fault.Conflict, "guardian.not_under_14", "登记的出生日期不是未满14周岁，不需要监护人。如果孩子没有登记出生日期，请社区先登记。")
	ErrGuardianTooYoung    = fault.New(fault.Conflict, "guardian.too_young", "监护人应当年满18周岁。请核对选择的人和登记的出生日期。")
	ErrChildNotFound       = fault.New(fault.NotFound, "guardian.child_not_found", "没有找到这个孩子，或者您不是孩子的监护人。请核对姓名和出生日期；孩子和您登记在不同的住户，或者还没有登记的，请到社区办理。")
	ErrGuardianNotFound    = fault.New(fault.NotFound, "guardian.not_found", "没有找到这份监护登记，或者您不能办理。请刷新列表后重试。")
	ErrGuardianTwice       = fault.New(fault.Conflict, "guardian.registered_already", "这位监护人已经登记过，或者正在等待核实，不用重复登记。请刷新列表查看。")
	ErrGuardianState       = fault.New(fault.Conflict, "guardian.wrong_state", "这份监护登记现在的状态不能这样办理。请刷新列表后再看。")
	ErrGuardianOwn         = fault.New(fault.Forbidden, "guardian.own", "不能办理和自己有关的监护登记，请让社区的其他工作人员办理。")
	ErrEraseNotSure        = fault.New(fault.Invalid, "guardian.not_sure", "删除以后不能恢复。请先确认要删除孩子的信息，再提交。")
)

// The ages that the law names: until when a guardian agrees for somebody, and from when somebody may be one.
const childAge, adultAge = 14, 18

// ChildUntil gives the moment at which somebody becomes 14, the beginning of that birthday here. It is the
// zero time for who has no birth date on record: nobody takes them for a child.
func (p Person) ChildUntil() time.Time { return birthday(p.BirthDate, childAge) }

// IsChild tells whether somebody is known to be under 14.
func (p Person) IsChild(now time.Time) bool { return p.ChildUntil().After(now) }

// IsMinor tells whether somebody is known to be under 18.
func (p Person) IsMinor(now time.Time) bool { return birthday(p.BirthDate, adultAge).After(now) }

// birthday gives the beginning of the day on which who was born on a date has lived so many years; for the
// 29th of February in other years the 1st of March.
func birthday(date string, years int) time.Time {
	born, err := time.ParseInLocation(time.DateOnly, date, beijing)
	if err != nil {
		return time.Time{}
	}
	return born.AddDate(years, 0, 0)
}

// AddGuardianship stores one. Its state says who made it: asked by the guardian, named by the community. It
// refuses a second one that is open of the same two.
func AddGuardianship(tx *gorm.DB, g *Guardianship) error {
	key := openKey(g.ChildID, g.GuardianID)
	g.OpenKey = &key
	return refuseDuplicate(tx.Create(g).Error, ErrGuardianTwice)
}

// AddGuardianships stores many that the caller knows to be new.
func AddGuardianships(tx *gorm.DB, all []Guardianship) error {
	for i := range all {
		key := openKey(all[i].ChildID, all[i].GuardianID)
		all[i].OpenKey = &key
	}
	return AddAll(tx, all)
}

// OpenGuardianshipsOf gives those of several children that have not ended. With lock, others can't move them
// until the transaction ends.
func OpenGuardianshipsOf(tx *gorm.DB, children []int64, lock bool) ([]Guardianship, error) {
	return inLists(children, func(some []int64) ([]Guardianship, error) {
		var all []Guardianship
		return all, locking(tx, lock).Where("child_id IN ? AND open_key IS NOT NULL", some).Order("id").Find(&all).Error
	})
}

func openKey(child, guardian int64) string { return fmt.Sprintf("%d:%d", child, guardian) }

// GuardianshipByID gives one in any state.
func GuardianshipByID(tx *gorm.DB, id int64) (Guardianship, error) {
	var g Guardianship
	return g, take(tx.Where("id = ?", id), &g, ErrGuardianNotFound)
}

// LockGuardianships reads a child's open guardianships and keeps others from moving them until the
// transaction ends: whoever works with the child's data holds them, so that a consent which is withdrawn
// meanwhile ends either before or after. The child is locked first, as whoever acts for somebody does.
func LockGuardianships(tx *gorm.DB, child int64) ([]*Guardianship, error) {
	if _, err := LockPersons(tx, []int64{child}); err != nil {
		return nil, err
	}
	var all []*Guardianship
	return all, forUpdate(tx).Where("child_id = ? AND open_key IS NOT NULL", child).Order("id").Find(&all).Error
}

// Consented tells whether one of a child's guardians agrees.
func Consented(all []*Guardianship) bool {
	return slices.ContainsFunc(all, func(g *Guardianship) bool { return g.State == GuardianActive })
}

// HasConsent is Consented for a child, without a lock.
func HasConsent(tx *gorm.DB, child int64) (bool, error) {
	g, err := maybe[Guardianship](tx.Where("child_id = ? AND state = ?", child, GuardianActive))
	return g != nil, err
}

// Acts tells whether the guardian may see the child's data and have them deleted: who has agreed once, and
// whom the community has confirmed.
func (g Guardianship) Acts() bool { return g.State == GuardianActive || g.State == GuardianWithdrawn }

// Confirm makes what a guardian has asked for active.
func (g *Guardianship) Confirm(tx *gorm.DB, by int64, now time.Time) error {
	g.ConfirmedAt, g.ConfirmedByID = &now, by
	return g.move(tx, GuardianActive, map[string]any{"confirmed_at": now, "confirmed_by_id": by}, GuardianAsked)
}

// Agree makes one that the community has named, or the guardian has withdrawn from, active; of an active one it
// says what the guardian has agreed to since.
func (g *Guardianship) Agree(tx *gorm.DB, consent int64) error {
	g.ConsentID = &consent
	return g.move(tx, GuardianActive, map[string]any{"consent_id": consent}, GuardianNamed, GuardianWithdrawn, GuardianActive)
}

// Disagree takes the guardian's consent back; they may agree anew.
func (g *Guardianship) Disagree(tx *gorm.DB) error {
	g.ConsentID = nil
	return g.move(tx, GuardianWithdrawn, map[string]any{"consent_id": nil}, GuardianActive)
}

// End ends one in any state but the last.
func (g *Guardianship) End(tx *gorm.DB, by int64, reason string, now time.Time) error {
	g.EndedAt, g.EndedByID, g.Reason, g.OpenKey = &now, by, reason, nil
	return g.move(tx, GuardianEnded, map[string]any{"ended_at": now, "ended_by_id": by, "reason": reason, "open_key": nil},
		GuardianAsked, GuardianNamed, GuardianActive, GuardianWithdrawn)
}

// move refuses every state but those that it may leave.
func (g *Guardianship) move(tx *gorm.DB, to GuardianshipState, set map[string]any, from ...GuardianshipState) error {
	if !slices.Contains(from, g.State) {
		return ErrGuardianState.Saying("这份监护登记现在是“" + g.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	was := g.State
	set["state"], g.State = to, to
	return changed(tx.Model(&Guardianship{}).Where("id = ? AND state = ?", g.ID, was).Updates(set), ErrGuardianState)
}

// ForgetEndedGuardianships drops those that ended before a moment.
func ForgetEndedGuardianships(tx *gorm.DB, before time.Time, limit int) (int, error) {
	return forget[int64](tx.Where("state = ? AND ended_at < ?", GuardianEnded, before), &Guardianship{}, "id", "id", limit)
}
