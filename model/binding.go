package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// BindingState says how far a user's claim to be a person has come.
type BindingState string

// The states of a binding: unmatched → pending → active, refused or ended; one that matched is active
// at once; active → ended.
const (
	BindingUnmatched BindingState = "unmatched" // the number is proved and the roster does not tell whose it is
	BindingPending   BindingState = "pending"   // waits for the unit chief, or for the community if it is a rebinding
	BindingActive    BindingState = "active"
	BindingRefused   BindingState = "refused"
	BindingEnded     BindingState = "ended"
)

// BindingWay says by what a user was bound to a person.
type BindingWay string

// The ways.
const (
	ByPhone     BindingWay = "phone"     // the phone number matched one person of the roster
	ByApproval  BindingWay = "approval"  // the unit chief knew them
	ByRebinding BindingWay = "rebinding" // the community moved the person to another account
)

// Binding ties a WeChat user to a person: a user to at most one, a person to at most one active user.
// ActiveUserID and ActivePersonID hold the ids while it is active, PendingUserID while it is on its
// way (unmatched or pending). What was claimed is kept while it is on its way only.
type Binding struct {
	_ struct{} `privacy:"about=resident; why=微信账号与居民身份的绑定; kept=ended_bindings"`

	ID             int64
	UserID         int64
	PersonID       *int64
	UnitID         *int64       // where it is decided: the unit named, in a rebinding the person's node
	State          BindingState `privacy:"mark"`
	Way            BindingWay   `privacy:"mark"`
	ClaimedName    string       `privacy:"name"`
	ClaimedRoom    string       `gorm:"serializer:sealed" privacy:"room"`
	Phone          string       `gorm:"serializer:sealed" privacy:"phone"`
	AskedAt        time.Time
	DecidedAt      *time.Time
	DecidedByID    int64
	Reason         string `privacy:"reason"`
	EndedAt        *time.Time
	ActiveUserID   *int64
	ActivePersonID *int64
	PendingUserID  *int64
}

// Refusals about binding.
var (
	ErrBindingExists    = fault.New(fault.Conflict, "binding.already_bound", "这个微信已经绑定了居民身份。如果绑错了，请先在“我的”里解除绑定，再重新绑定。")
	ErrBindingWaiting   = fault.New(fault.Conflict, "binding.waiting", "您已经提交过申请，正在等待处理，不用重复提交。如果要修改，请先撤回再重新提交。")
	ErrBindingTaken     = fault.New(fault.Conflict, "binding.taken", "这位居民或者这个微信刚刚完成了绑定。请刷新页面查看。")
	ErrBindingNone      = fault.New(fault.Conflict, "binding.not_bound", "现在没有绑定，不需要解除。")
	ErrPhoneFirst       = fault.New(fault.Conflict, "binding.phone_first", "请先点“用手机号绑定”验证手机号，再提交申请。")
	ErrRequestNotFound  = fault.New(fault.NotFound, "binding.request_not_found", "没有找到这份申请，或者您不能查看。请刷新列表后重试。")
	ErrRequestDecided   = fault.New(fault.Conflict, "binding.request_decided", "这份申请已经处理过或者已经撤回，请刷新列表查看。")
	ErrOwnRequest       = fault.New(fault.Conflict, "binding.own_request", "不能处理和自己有关的申请，请让社区的其他工作人员处理。")
	ErrOfficersAccount  = fault.New(fault.Forbidden, "binding.officers_account", "这位居民担任的职务不由您任免，绑定也要由能任免的上一级处理。请联系上一级。")
	ErrBindingLastAdmin = fault.New(fault.Conflict, "binding.last_admin", "这是最后一位能登录的区级管理员，而且名册里的手机号不能让本人重新绑定，所以不能解除。请先任命另一位区级管理员，并请其绑定。")
	ErrPersonChoice     = fault.New(fault.Invalid, "binding.person_choice", "请选择名册里的一位居民，或者选择“名册里没有，新增这位居民”，两者只能选一个。")
	ErrPersonListed     = fault.New(fault.Conflict, "binding.person_listed", "名册里这一户已经有同名的居民，请直接选择这位居民，不用新增。")
	ErrPersonLeft       = fault.New(fault.Conflict, "binding.person_left", "这位居民已经登记为迁出，不能绑定。如果又住回来了，请先由社区把住址改回来。")
)

// ActiveBindingOf gives a user's binding, nil when there is none.
func ActiveBindingOf(tx *gorm.DB, user int64) (*Binding, error) {
	return maybe[Binding](tx.Where("active_user_id = ?", user))
}

// ActiveBindingOfPerson gives the binding by which a person is somebody's, nil when there is none.
func ActiveBindingOfPerson(tx *gorm.DB, person int64) (*Binding, error) {
	return maybe[Binding](tx.Where("active_person_id = ?", person))
}

// BindingUnderWay gives a user's unmatched or pending binding, nil when there is none.
func BindingUnderWay(tx *gorm.DB, user int64) (*Binding, error) {
	return maybe[Binding](tx.Where("pending_user_id = ?", user))
}

// LatestBindingOf gives the newest of a user's bindings in any state, nil when there never was one.
func LatestBindingOf(tx *gorm.DB, user int64) (*Binding, error) {
	return maybe[Binding](tx.Where("user_id = ?", user).Order("id DESC"))
}

// LockBinding reads a binding and keeps others from deciding it until the transaction ends.
func LockBinding(tx *gorm.DB, id int64) (Binding, error) {
	return BindingByID(forUpdate(tx), id)
}

// BindingByID gives a binding in any state.
func BindingByID(tx *gorm.DB, id int64) (Binding, error) {
	var b Binding
	return b, take(tx.Where("id = ?", id), &b, ErrRequestNotFound)
}

// PendingBinding is a request as lists show it. PersonName is the person of a rebinding.
type PendingBinding struct {
	Binding
	UnitName, UnitKind, PersonName string
}

// TableName is needed because sealed columns open only under the table that they were sealed for.
func (PendingBinding) TableName() string { return "bindings" }

// PendingBindings gives the pending bindings of one way in the subtrees, oldest first.
func PendingBindings(tx *gorm.DB, way BindingWay, roots []string, cut Slice) ([]PendingBinding, error) {
	var out []PendingBinding
	// pending_user_id > 0 is true of every such row and has an index; those under way are few.
	q := tx.Select("bindings.*, nodes.name AS unit_name, nodes.kind AS unit_kind, persons.name AS person_name").
		Joins("JOIN nodes ON nodes.id = bindings.unit_id").Joins("LEFT JOIN persons ON persons.id = bindings.person_id").
		Where("bindings.pending_user_id > 0 AND bindings.state = ? AND bindings.way = ?", BindingPending, way)
	err := cut.Oldest(InSubtree(q, "nodes.path", roots...), "bindings.id").Find(&out).Error
	return out, err
}

// CountPendingBindings gives how many claims wait for a unit's chief.
func CountPendingBindings(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	err := tx.Model(&Binding{}).Where("unit_id = ? AND state = ? AND way = ?", unit, BindingPending, ByApproval).Count(&n).Error
	return n, err
}

// BoundAmong gives who of the people has an account now.
func BoundAmong(tx *gorm.DB, people []int64) ([]int64, error) {
	var ids []int64
	return ids, tx.Model(&Binding{}).Where("active_person_id IN ?", people).Pluck("active_person_id", &ids).Error
}

// StartBinding stores that a user has proved a phone number.
func StartBinding(tx *gorm.DB, user int64, phone string, now time.Time) (Binding, error) {
	b := Binding{UserID: user, State: BindingUnmatched, Way: ByPhone, Phone: phone, AskedAt: now, PendingUserID: &user}
	return b, refuseDuplicate(tx.Create(&b).Error, ErrBindingTaken)
}

// ProveAgain stores the number that the user of an unmatched binding has now.
func (b *Binding) ProveAgain(tx *gorm.DB, phone string, now time.Time) error {
	b.Phone, b.AskedAt = phone, now
	return b.move(tx, []BindingState{BindingUnmatched}, map[string]any{"phone": phone, "asked_at": now})
}

// Ask makes a binding wait: for a unit's chief, or for the community that is to move the person to
// this user.
func (b *Binding) Ask(tx *gorm.DB, way BindingWay, person *int64, unit int64, name, room string, now time.Time) error {
	b.State, b.Way, b.PersonID, b.UnitID, b.ClaimedName, b.ClaimedRoom, b.AskedAt = BindingPending, way, person, &unit, name, room, now
	return b.move(tx, []BindingState{BindingUnmatched, BindingPending}, map[string]any{
		"state": b.State, "way": way, "person_id": person, "unit_id": unit, "claimed_name": name, "claimed_room": room, "asked_at": now,
	})
}

// Activate binds the user to a person. by is who decided, 0 for a match by phone.
func (b *Binding) Activate(tx *gorm.DB, person Person, way BindingWay, by int64, now time.Time) error {
	b.State, b.Way, b.PersonID, b.UnitID, b.DecidedAt = BindingActive, way, &person.ID, &person.NodeID, &now
	return b.move(tx, []BindingState{BindingUnmatched, BindingPending}, withoutClaims(map[string]any{
		"state": b.State, "way": way, "person_id": person.ID, "unit_id": person.NodeID, "decided_at": now, "decided_by_id": by,
		"active_user_id": b.UserID, "active_person_id": person.ID,
	}))
}

// Refuse ends a pending binding with the decider's reason.
func (b *Binding) Refuse(tx *gorm.DB, by int64, reason string, now time.Time) error {
	b.State, b.Reason, b.DecidedAt = BindingRefused, reason, &now
	return b.move(tx, []BindingState{BindingPending}, withoutClaims(map[string]any{
		"state": b.State, "reason": reason, "decided_at": now, "decided_by_id": by,
	}))
}

// End ends a binding that is under way or active.
func (b *Binding) End(tx *gorm.DB, reason string, now time.Time) error {
	b.State, b.Reason, b.EndedAt = BindingEnded, reason, &now
	return b.move(tx, []BindingState{BindingUnmatched, BindingPending, BindingActive}, withoutClaims(map[string]any{
		"state": b.State, "reason": reason, "ended_at": now, "active_user_id": nil, "active_person_id": nil,
	}))
}

// withoutClaims drops what was needed only to decide.
func withoutClaims(set map[string]any) map[string]any {
	set["claimed_name"], set["claimed_room"], set["phone"], set["pending_user_id"] = "", "", "", nil
	return set
}

// move writes a change of state if the binding is still in one that allows it.
func (b *Binding) move(tx *gorm.DB, from []BindingState, set map[string]any) error {
	q := tx.Model(&Binding{}).Where("id = ? AND state IN ?", b.ID, from).Updates(set)
	if q.Error == nil && q.RowsAffected == 0 {
		return ErrRequestDecided
	}
	return refuseDuplicate(q.Error, ErrBindingTaken)
}

// CarryRebindings hands a person's pending rebinding to the community of the node they belong to now.
func CarryRebindings(tx *gorm.DB, person, node int64) error {
	return tx.Model(&Binding{}).Where("person_id = ? AND state = ?", person, BindingPending).Update("unit_id", node).Error
}

// PendingRebindings gives the requests for the accounts of people that wait for the community.
func PendingRebindings(tx *gorm.DB, people []int64) ([]Binding, error) {
	return inLists(people, func(some []int64) ([]Binding, error) {
		var waiting []Binding
		return waiting, tx.Where("person_id IN ? AND state = ?", some, BindingPending).Order("id").Find(&waiting).Error
	})
}

// ForgetUnmatched drops numbers that were proved before a moment and matched nobody.
func ForgetUnmatched(tx *gorm.DB, before time.Time, limit int) (int, error) {
	// pending_user_id > 0 is true of every such row and has an index.
	return forget[int64](tx.Where("pending_user_id > 0 AND state = ? AND asked_at < ?", BindingUnmatched, before), &Binding{}, "id", "id", limit)
}

// ForgetEndedBindings drops bindings that were refused or ended before a moment.
func ForgetEndedBindings(tx *gorm.DB, before time.Time, limit int) (int, error) {
	old := tx.Where("(state = ? AND decided_at < ? OR state = ? AND ended_at < ?)", BindingRefused, before, BindingEnded, before)
	return forget[int64](old, &Binding{}, "id", "id", limit)
}
