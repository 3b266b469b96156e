package model

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// PlaqueState is how far a door plaque has come: applied → approved → installed → removed, or refused.
type PlaqueState string

// The states of a plaque.
const (
	PlaqueApplied   PlaqueState = "applied"
	PlaqueApproved  PlaqueState = "approved"
	PlaqueRefused   PlaqueState = "refused"
	PlaqueInstalled PlaqueState = "installed"
	PlaqueRemoved   PlaqueState = "removed"
)

// plaqueMoves is every move that a plaque can make. An approved one that is never put up, because the
// household moves away, is removed like one on the door; from refused and removed nothing leads on.
var plaqueMoves = map[PlaqueState][]PlaqueState{
	PlaqueApplied:   {PlaqueApproved, PlaqueRefused},
	PlaqueApproved:  {PlaqueInstalled, PlaqueRemoved},
	PlaqueInstalled: {PlaqueRemoved},
}

// MayBecome tells whether a plaque in this state may move to the next.
func (s PlaqueState) MayBecome(next PlaqueState) bool { return slices.Contains(plaqueMoves[s], next) }

// Title is what people call the state.
func (s PlaqueState) Title() string {
	return map[PlaqueState]string{
		PlaqueApplied: "待审批", PlaqueApproved: "已通过、待安装", PlaqueRefused: "未通过", PlaqueInstalled: "已安装", PlaqueRemoved: "已摘除",
	}[s]
}

// Stands tells whether the plaque is on the door or is about to be.
func (p Plaque) Stands() bool { return p.State == PlaqueApproved || p.State == PlaqueInstalled }

// Refusals about plaques.
var (
	ErrPlaqueNotMember = fault.New(fault.Forbidden, "plaque.not_a_member", "“共产党员户”门牌由党员申请。如果您是党员而这里没有登记，请联系社区核对后再来。")
	ErrPlaqueNoHome    = fault.New(fault.Conflict, "plaque.no_household", "门牌挂在您家门上，您现在没有登记住在哪一户。请联系社区登记后再来。")
	ErrPlaqueActive    = fault.New(fault.Conflict, "plaque.household_has_one", "您家已经申请过门牌，或者已经装好了。请在“我的门牌”里查看进度，不用再申请。")
	ErrPlaqueNotFound  = fault.New(fault.NotFound, "plaque.not_found", "没有找到这块门牌，或者您不能办理。请回到列表重试。")
	ErrPlaqueState     = fault.New(fault.Conflict, "plaque.wrong_state", "这块门牌现在的状态不能这样办理。请刷新列表后再看。")
	ErrPlaqueOwn       = fault.New(fault.Forbidden, "plaque.own_household", "自己家的门牌申请不能自己审批。请由另一位书记办理。")
	ErrPlaqueNoMember  = fault.New(fault.Conflict, "plaque.no_member_left", "这一户现在没有登记的党员，不能再往下办理。请退回申请，或者摘除门牌。")
)

// Plaque is a member household's door plaque (挂牌). ActiveHouseholdID holds the household until the
// plaque is refused or removed.
type Plaque struct {
	_ struct{} `privacy:"about=member; why=共产党员户门牌的申请和安装; kept=always; because=门牌还挂在门上,要能查验真伪"`

	ID                int64
	HouseholdID       int64
	UnitID            int64
	ApplicantID       int64       `privacy:"person"`
	State             PlaqueState `privacy:"mark"`
	AppliedAt         time.Time
	DecidedAt         *time.Time
	DecidedByID       int64
	InstalledAt       *time.Time
	InstalledByID     int64
	RemovedAt         *time.Time
	RemovedByID       int64
	Reason            string `privacy:"reason"`
	ActiveHouseholdID *int64
}

// CountPendingPlaques gives how many applications of a unit wait for a decision.
func CountPendingPlaques(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	return n, tx.Model(&Plaque{}).Where("unit_id = ? AND state = ?", unit, PlaqueApplied).Count(&n).Error
}

// PlaqueOfHousehold gives a household's plaque that is applied for, approved or on the door, nil when
// there is none.
func PlaqueOfHousehold(tx *gorm.DB, household int64) (*Plaque, error) {
	var p []Plaque
	if err := tx.Where("active_household_id = ?", household).Find(&p).Error; err != nil || len(p) == 0 {
		return nil, err
	}
	return &p[0], nil
}

// LockPlaque reads a plaque and keeps others from moving it until the transaction ends.
func LockPlaque(tx *gorm.DB, id int64) (Plaque, error) {
	return PlaqueByID(forUpdate(tx), id)
}

// PlaqueByID gives a plaque.
func PlaqueByID(tx *gorm.DB, id int64) (Plaque, error) {
	var p Plaque
	return p, take(tx.Where("id = ?", id), &p, ErrPlaqueNotFound)
}

// ApplyPlaque stores an application. It refuses a household that has one under way or on its door.
func ApplyPlaque(tx *gorm.DB, p *Plaque) error {
	p.State, p.ActiveHouseholdID = PlaqueApplied, &p.HouseholdID
	err := tx.Create(p).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return ErrPlaqueActive
	}
	return err
}

// MovePlaque moves a plaque that the caller has locked, by somebody, with a reason where one is given.
// It refuses every move that plaqueMoves does not name.
func MovePlaque(tx *gorm.DB, p *Plaque, next PlaqueState, by int64, reason string, now time.Time) error {
	if !p.State.MayBecome(next) {
		return ErrPlaqueState.Saying("这块门牌现在是“" + p.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	set := map[string]any{"state": next}
	step := map[PlaqueState]string{PlaqueApproved: "decided", PlaqueRefused: "decided", PlaqueInstalled: "installed", PlaqueRemoved: "removed"}[next]
	set[step+"_at"], set[step+"_by_id"] = now, by
	if next == PlaqueRefused || next == PlaqueRemoved {
		set["active_household_id"], set["reason"] = nil, reason
	}
	done := tx.Model(&Plaque{}).Where("id = ? AND state = ?", p.ID, p.State).Updates(set)
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected == 0 {
		return ErrPlaqueState
	}
	return tx.Where("id = ?", p.ID).Take(p).Error
}

// ListedPlaque is a plaque as officers see it in a list.
type ListedPlaque struct {
	Plaque
	Name     string // of the applicant
	UnitName string
}

// PlaquesUnder lists the plaques of a subtree, the newest first; "" is every state.
func PlaquesUnder(tx *gorm.DB, path string, state PlaqueState, s Slice) ([]ListedPlaque, error) {
	var out []ListedPlaque
	q := InSubtree(tx.Table("plaques").Select("plaques.*, persons.name, nodes.name AS unit_name").
		Joins("JOIN nodes ON nodes.id = plaques.unit_id").Joins("JOIN persons ON persons.id = plaques.applicant_id"), "nodes.path", path)
	if state != "" {
		q = q.Where("plaques.state = ?", state)
	}
	return out, s.Newest(q, "plaques.id").Find(&out).Error
}

// LastPlaqueOf gives what a person applied for last, nil when they never did.
func LastPlaqueOf(tx *gorm.DB, applicant int64) (*Plaque, error) {
	var p []Plaque
	if err := tx.Where("applicant_id = ?", applicant).Order("id DESC").Limit(1).Find(&p).Error; err != nil || len(p) == 0 {
		return nil, err
	}
	return &p[0], nil
}

// CountInstalledPlaques gives how many plaques of a subtree are on their doors.
func CountInstalledPlaques(tx *gorm.DB, path string) (int64, error) {
	var n int64
	return n, InSubtree(tx.Model(&Plaque{}).Joins("JOIN nodes ON nodes.id = plaques.unit_id"), "nodes.path", path).
		Where("plaques.state = ?", PlaqueInstalled).Count(&n).Error
}

// CountOpenPlaques gives how many plaques of a unit are applied for, approved or on a door.
func CountOpenPlaques(tx *gorm.DB, unit int64) (int64, error) {
	var n int64
	return n, tx.Model(&Plaque{}).Where("unit_id = ? AND active_household_id IS NOT NULL", unit).Count(&n).Error
}
