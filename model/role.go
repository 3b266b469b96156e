package model

import (
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Role is a dated appointment's kind. Residents and members hold no appointment: the first follow
// from the household, the second from the sealed membership.
type Role string

// The roles (DOMAIN.md, People).
const (
	UnitChief          Role = "unit_chief"
	GridChief          Role = "grid_chief"
	BranchSecretary    Role = "branch_secretary"
	CommitteeMember    Role = "committee_member"
	CommunityStaff     Role = "community_staff"
	CommunitySecretary Role = "community_secretary"
	StreetStaff        Role = "street_staff"
	DepartmentStaff    Role = "department_staff"
	DistrictAdmin      Role = "district_admin"
	Auditor            Role = "auditor"
)

// RoleSpec says what a role is called, at which levels it is held, and who appoints it. Local roles are
// held by people of the community itself: a chief is a neighbour.
type RoleSpec struct {
	Role        Role
	Title       string
	At          []NodeKind
	AppointedBy []Role
	Local       bool
}

// Roles is the table of roles, from the unit up. Nobody appoints a role that this table does not give
// them, nor outside their own subtree.
var Roles = []RoleSpec{
	{UnitChief, "单元长", []NodeKind{Unit}, []Role{BranchSecretary, CommunityStaff, CommunitySecretary, DistrictAdmin}, true},
	{GridChief, "网格长", []NodeKind{Grid}, []Role{CommunityStaff, CommunitySecretary, DistrictAdmin}, true},
	{BranchSecretary, "网格党支部书记", []NodeKind{Grid}, []Role{CommunitySecretary, DistrictAdmin}, false},
	{CommitteeMember, "兼职委员", []NodeKind{Grid}, []Role{CommunitySecretary, DistrictAdmin}, false},
	{CommunityStaff, "社区工作人员", []NodeKind{Community}, []Role{CommunitySecretary, DistrictAdmin}, false},
	{CommunitySecretary, "社区党委书记", []NodeKind{Community}, []Role{DistrictAdmin}, false},
	{StreetStaff, "街道工作人员", []NodeKind{Street}, []Role{DistrictAdmin}, false},
	{DepartmentStaff, "部门工作人员", []NodeKind{District}, []Role{DistrictAdmin}, false},
	{DistrictAdmin, "区级管理员", []NodeKind{District}, []Role{DistrictAdmin}, false},
	{Auditor, "审计员", []NodeKind{District, Street, Community}, []Role{DistrictAdmin}, false},
}

// Spec gives a role's row; ok is false for a word that is no role.
func (r Role) Spec() (spec RoleSpec, ok bool) {
	i := slices.IndexFunc(Roles, func(s RoleSpec) bool { return s.Role == r })
	if i < 0 {
		return RoleSpec{}, false
	}
	return Roles[i], true
}

// Title is what people call the role.
func (r Role) Title() string { s, _ := r.Spec(); return s.Title }

// Appointment is a dated role of a person at a node.
type Appointment struct {
	_ struct{} `privacy:"about=officer; why=谁在哪里任什么职务; kept=always; because=任职沿革要能追溯"`

	ID            int64
	PersonID      int64
	Role          Role `privacy:"office"`
	NodeID        int64
	StartsAt      time.Time
	EndsAt        *time.Time
	AppointedByID int64
	AppointedAt   time.Time
	EndedByID     int64
	EndReason     string  `privacy:"reason"`
	OpenKey       *string `privacy:"person"` // person:role:node while it has no end; nil after
}

// TableName keeps the glossary's word in the database.
func (Appointment) TableName() string { return "roles" }

// Refusals about appointments. ErrRoleNotFound answers for one that is not there and for one that is
// not the actor's to see.
var (
	ErrRoleNotFound  = fault.New(fault.NotFound, "role.not_found", "没有找到这项任职，或者您不能查看。请刷新列表后重试。")
	ErrRoleUnknown   = fault.New(fault.Invalid, "role.unknown", "没有这项职务，请从列表里选择。")
	ErrRoleUnfit     = fault.New(fault.Invalid, "role.node_unfit", "这项职务不设在这一级，请换一个地方或换一项职务。")
	ErrRoleNotYours  = fault.New(fault.Forbidden, "role.not_yours_to_appoint", "这项职务不由您任免，请联系上一级。")
	ErrRoleOwn       = fault.New(fault.Forbidden, "role.own", "不能任命自己。请由上一级，或者另一位能任命这项职务的人来任命；只有一位区级管理员时，请先任命第二位。")
	ErrRoleWhom      = fault.New(fault.Invalid, "role.whom", "请说明任命谁：从名单里选一位，或者填写姓名和手机号，两种方式选一种。")
	ErrRoleNobody    = fault.New(fault.NotFound, "role.nobody_of_that_name_and_phone", "本区没有登记这样的姓名和手机号，请向本人核对。如果是不住在本区、第一次来任职的人，请选择“登记为新任职人员”再任命。")
	ErrRoleSeveral   = fault.New(fault.Conflict, "role.several_of_that_name_and_phone", "有几位登记的人姓名和手机号都相同。请从居民名单里选择任命谁。")
	ErrRoleElsewhere = fault.New(fault.Conflict, "role.not_local", "单元长、网格长由住在本社区或在本社区工作的人担任。请先在本社区登记这个人，或者换一位。")
	ErrRoleBackdate  = fault.New(fault.Invalid, "role.backdated", "日期不能早于现在。任免从现在或以后的日期开始，请重新选择。")
	ErrRoleDates     = fault.New(fault.Invalid, "role.dates_invalid", "结束日期要晚于开始日期，请重新选择。")
	ErrRoleFar       = fault.New(fault.Invalid, "role.date_too_late", "日期最晚是2099年12月31日，请重新选择；没有结束日期的不用填。")
	ErrRoleOverlap   = fault.New(fault.Conflict, "role.already_held", "这个人在这段时间已经担任这项职务。请换一个时间，或者先结束原来的任职。")
	ErrRoleEnded     = fault.New(fault.Conflict, "role.ended", "这项任职在那个时间之前已经结束，不用再结束。如需延长，请重新任命。")
	ErrRoleLast      = fault.New(fault.Conflict, "role.last_admin", "这是最后一位在任的区级管理员，不能结束。请先任命另一位没有结束日期的区级管理员。")
	ErrFirstAdmin    = fault.New(fault.Conflict, "role.admin_exists", "已经有过区级管理员，不能再用这个命令。请由在任的区级管理员任命。")
)

// roleHorizon is the first moment that is too late for a date of an appointment: whoever writes such a
// one has mistyped, and the last years of the calendar can't be shown in every time zone.
var roleHorizon = time.Date(2100, 1, 1, 0, 0, 0, 0, Beijing)

// RoleDate gives a moment at which an appointment may begin or end, as it is stored, or why it may not.
func RoleDate(at, now time.Time) (time.Time, error) {
	at = at.UTC().Truncate(time.Second)
	switch {
	case at.Before(now):
		return at, ErrRoleBackdate
	case !at.Before(roleHorizon):
		return at, ErrRoleFar
	}
	return at, nil
}

// OpenRoleKey makes a second open appointment of the same person to the same role at the same node
// impossible, by the index uq_roles_open.
func OpenRoleKey(person int64, role Role, node int64) *string {
	k := strconv.FormatInt(person, 10) + ":" + string(role) + ":" + strconv.FormatInt(node, 10)
	return &k
}

// Appoint stores an appointment. One person holds a role at a node once at a time: the caller has
// locked the person and asked Overlapping; of two open ones the index uq_roles_open refuses the second.
func Appoint(tx *gorm.DB, a *Appointment) error {
	if a.EndsAt == nil {
		a.OpenKey = OpenRoleKey(a.PersonID, a.Role, a.NodeID)
	}
	return refuseDuplicate(tx.Create(a).Error, ErrRoleOverlap)
}

// Officer is a person in a role at a node, as pages show them.
type Officer struct {
	PersonID int64
	NodeID   int64
	Role     Role
	Name     string
}

// OfficersAt gives who holds the roles at the nodes now.
func OfficersAt(tx *gorm.DB, nodes []int64, now time.Time, roles ...Role) ([]Officer, error) {
	var out []Officer
	err := tx.Table("roles").Select("roles.person_id, roles.node_id, roles.role, persons.name").
		Joins("JOIN persons ON persons.id = roles.person_id").
		Where("roles.node_id IN ? AND roles.role IN ?", nodes, roles).
		Where("roles.starts_at <= ? AND (roles.ends_at IS NULL OR roles.ends_at > ?)", now, now).
		Order("roles.starts_at, roles.id").Find(&out).Error
	return out, err
}

// HoldersUnder gives who holds one of the roles now at a node of a subtree.
func HoldersUnder(tx *gorm.DB, path string, now time.Time, roles ...Role) ([]Officer, error) {
	var out []Officer
	err := InSubtree(tx.Table("roles").Select("roles.person_id, roles.node_id, roles.role, persons.name").
		Joins("JOIN persons ON persons.id = roles.person_id").Joins("JOIN nodes ON nodes.id = roles.node_id"), "nodes.path", path).
		Where("roles.role IN ?", roles).Where("roles.starts_at <= ? AND (roles.ends_at IS NULL OR roles.ends_at > ?)", now, now).
		Order("roles.starts_at, roles.id").Find(&out).Error
	return out, err
}

// TurnedRoles gives the appointments that began or ended by their date after one moment and up to
// another: nobody wrote anything then, and yet what hangs on them has changed.
func TurnedRoles(tx *gorm.DB, after, upTo time.Time) ([]Appointment, error) {
	var out []Appointment
	err := tx.Where("(starts_at > ? AND starts_at <= ?) OR (ends_at > ? AND ends_at <= ?)", after, upTo, after, upTo).Find(&out).Error
	return out, err
}
