package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// PartyOrgKind is a level of the Party organisation (社区党委（总支）/ 网格党支部 / 单元党小组).
type PartyOrgKind string

// The kinds of Party organisation. A community has a committee or a general branch.
const (
	CommunityCommittee PartyOrgKind = "community_committee"
	GeneralBranch      PartyOrgKind = "general_branch"
	GridBranch         PartyOrgKind = "grid_branch"
	UnitPartyGroup     PartyOrgKind = "unit_group"
)

// PartyOrgSpec says what a kind is called, at which level it stands, and who founds it.
type PartyOrgSpec struct {
	Kind      PartyOrgKind
	Title     string
	At        NodeKind
	FoundedBy []Role
}

// PartyOrgs is the table of kinds, from the community down. Who founds one also renames and dissolves it.
var PartyOrgs = []PartyOrgSpec{
	{CommunityCommittee, "社区党委", Community, []Role{DistrictAdmin}},
	{GeneralBranch, "社区党总支", Community, []Role{DistrictAdmin}},
	{GridBranch, "网格党支部", Grid, []Role{CommunitySecretary, DistrictAdmin}},
	{UnitPartyGroup, "单元党小组", Unit, []Role{BranchSecretary, CommunitySecretary, DistrictAdmin}},
}

// Spec gives a kind's row; ok is false for a word that is no kind.
func (k PartyOrgKind) Spec() (spec PartyOrgSpec, ok bool) {
	i := slices.IndexFunc(PartyOrgs, func(s PartyOrgSpec) bool { return s.Kind == k })
	if i < 0 {
		return PartyOrgSpec{}, false
	}
	return PartyOrgs[i], true
}

// PartyOrg is the Party organisation at a node. ActiveNodeID holds the node while it is in being.
type PartyOrg struct {
	_ struct{} `privacy:"about=nobody; why=各级党组织的名称"`

	ID           int64
	NodeID       int64
	Kind         PartyOrgKind `privacy:"mark"`
	Name         string       `privacy:"none"`
	FoundedAt    time.Time
	EndedAt      *time.Time
	EndReason    string `privacy:"none"`
	ActiveNodeID *int64
}

// Refusals about Party organisations. A unit group is founded where a Party member is unit chief (the
// district's rule of 2020: 在由党员担任单元长的单元内建立功能性党小组).
var (
	ErrPartyOrgNotFound = fault.New(fault.NotFound, "party.not_found", "没有找到这个党组织，或者您不能查看。请返回上一页重试。")
	ErrPartyOrgKind     = fault.New(fault.Invalid, "party.kind_unknown", "没有这一类党组织，请从列表里选择。")
	ErrPartyOrgUnfit    = fault.New(fault.Invalid, "party.node_unfit", "这一类党组织不能建在这里：党委和党总支建在社区，党支部建在网格，党小组建在单元。")
	ErrPartyOrgExists   = fault.New(fault.Conflict, "party.exists", "这里已经有党组织了。如需调整，请改名，或者先撤销原来的再成立。")
	ErrPartyOrgEnded    = fault.New(fault.Conflict, "party.ended", "这个党组织已经撤销，不能再修改。如果需要，请重新成立。")
	ErrPartyOrgNotYours = fault.New(fault.Forbidden, "party.not_yours", "您的职务不能成立或调整这一级党组织，请联系上一级党组织。")
	ErrPartyChief       = fault.New(fault.Conflict, "party.chief_no_member", "单元长由党员担任的单元才能建立党小组。请先明确由党员担任单元长。")
)

// FoundPartyOrg stores a new Party organisation, at most one in being at a node.
func FoundPartyOrg(tx *gorm.DB, o *PartyOrg) error {
	o.ActiveNodeID = &o.NodeID
	return refuseDuplicate(tx.Create(o).Error, ErrPartyOrgExists)
}

// PartyOrgByID gives a Party organisation, dissolved or not.
func PartyOrgByID(tx *gorm.DB, id int64) (PartyOrg, error) {
	var o PartyOrg
	return o, take(tx.Where("id = ?", id), &o, ErrPartyOrgNotFound)
}

// PartyOrgOf gives the Party organisation in being at a node, nil when there is none.
func PartyOrgOf(tx *gorm.DB, node int64) (*PartyOrg, error) {
	return maybe[PartyOrg](tx.Where("active_node_id = ?", node))
}

// RenamePartyOrg changes the name of one in being.
func RenamePartyOrg(tx *gorm.DB, id int64, name string) error {
	return changed(tx.Model(&PartyOrg{}).Where("id = ? AND active_node_id IS NOT NULL", id).Update("name", name), ErrPartyOrgEnded)
}

// DissolvePartyOrg ends one in being.
func DissolvePartyOrg(tx *gorm.DB, id int64, reason string, now time.Time) error {
	return changed(tx.Model(&PartyOrg{}).Where("id = ? AND active_node_id IS NOT NULL", id).
		Updates(map[string]any{"ended_at": now, "end_reason": reason, "active_node_id": nil}), ErrPartyOrgEnded)
}

// PlacedPartyOrg is a Party organisation with the name of its node.
type PlacedPartyOrg struct {
	PartyOrg
	NodeName string
}

// PartyOrgsBelow gives those in being in a subtree, of one kind or, for "", of all.
func PartyOrgsBelow(tx *gorm.DB, root string, kind PartyOrgKind, s Slice) ([]PlacedPartyOrg, error) {
	q := partyOrgsIn(tx, root).Select("party_orgs.*, nodes.name AS node_name")
	if kind != "" {
		q = q.Where("party_orgs.kind = ?", kind)
	}
	var out []PlacedPartyOrg
	return out, s.Oldest(q, "party_orgs.id").Find(&out).Error
}

// PartyOrgCount is how many of a kind there are.
type PartyOrgCount struct {
	Kind  PartyOrgKind
	Count int64
}

// CountPartyOrgs gives how many of each kind are in being in a subtree.
func CountPartyOrgs(tx *gorm.DB, root string) ([]PartyOrgCount, error) {
	var out []PartyOrgCount
	err := partyOrgsIn(tx, root).Select("party_orgs.kind, COUNT(*) AS count").Group("party_orgs.kind").Find(&out).Error
	return out, err
}

func partyOrgsIn(tx *gorm.DB, root string) *gorm.DB {
	return InSubtree(tx.Model(&PartyOrg{}).Joins("JOIN nodes ON nodes.id = party_orgs.node_id"), "nodes.path", root).
		Where("party_orgs.active_node_id IS NOT NULL")
}
