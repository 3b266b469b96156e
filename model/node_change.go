package model

import (
	"time"

	"gorm.io/gorm"
)

// NodeStep is what happened to a node.
type NodeStep string

// The steps of a node's history.
const (
	StepCreated NodeStep = "created"
	StepRenamed NodeStep = "renamed"
	StepMoved   NodeStep = "moved"
	StepSplit   NodeStep = "split"
	StepMerged  NodeStep = "merged"
	StepClosed  NodeStep = "closed"
)

// NodeChange is one step in a node's history. OtherNodeID is what a split or merged node became: one
// row for each.
type NodeChange struct {
	_ struct{} `privacy:"about=officer; why=区划和网格的变更沿革; kept=always; because=沿革要能追溯"`

	ID           int64
	NodeID       int64
	What         NodeStep `privacy:"mark"`
	NameBefore   string   `privacy:"none"`
	NameAfter    string   `privacy:"none"`
	ParentBefore int64    `privacy:"none"`
	ParentAfter  int64    `privacy:"none"`
	OtherNodeID  int64
	Reason       string `privacy:"reason"`
	ByPersonID   int64
	At           time.Time
}

// AddNodeChanges appends to the history.
func AddNodeChanges(tx *gorm.DB, changes ...NodeChange) error {
	if len(changes) == 0 {
		return nil
	}
	return tx.Create(&changes).Error
}

// NodeHistory gives what happened to a node, and of what it was made, the newest first.
func NodeHistory(tx *gorm.DB, node int64, s Slice) ([]NodeChange, error) {
	var out []NodeChange
	return out, s.Newest(tx.Where("node_id = ? OR other_node_id = ?", node, node), "id").Find(&out).Error
}

// Successors gives the nodes that a split or merged node became.
func Successors(tx *gorm.DB, node int64) ([]Node, error) {
	var out []Node
	err := tx.Where("id IN (?)", tx.Model(&NodeChange{}).Select("other_node_id").
		Where("node_id = ? AND what IN ?", node, []NodeStep{StepSplit, StepMerged})).Order("id").Find(&out).Error
	return out, err
}
