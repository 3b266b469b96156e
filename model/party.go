package model

import "time"

// PartyOrgKind is a level of the Party organisation (社区党委（总支）/ 网格党支部 / 单元党小组).
type PartyOrgKind string

// The kinds of Party organisation.
const (
	CommunityCommittee PartyOrgKind = "community_committee"
	GridBranch         PartyOrgKind = "grid_branch"
	UnitPartyGroup     PartyOrgKind = "unit_group"
)

// PartyOrg is the Party organisation at a node. ActiveNodeID holds the node while it is in being.
type PartyOrg struct {
	ID           int64
	NodeID       int64
	Kind         PartyOrgKind
	Name         string
	FoundedAt    time.Time
	EndedAt      *time.Time
	EndReason    string
	ActiveNodeID *int64
}

// NodeChange is one step in a node's history. OtherNodeID is the node it was split from or merged into.
type NodeChange struct {
	ID           int64
	NodeID       int64
	What         string
	NameBefore   string
	NameAfter    string
	ParentBefore int64
	ParentAfter  int64
	OtherNodeID  int64
	Reason       string
	ByPersonID   int64
	At           time.Time
}
