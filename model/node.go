package model

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// NodeKind is a level of the org tree (DOMAIN.md: 区 / 街道、乡 / 社区 / 网格 / 楼栋 / 单元).
type NodeKind string

// The levels, from the top. Provinces and cities exist when the nation's divisions are imported.
const (
	Province  NodeKind = "province"
	City      NodeKind = "city"
	District  NodeKind = "district"
	Street    NodeKind = "street"
	Community NodeKind = "community"
	Grid      NodeKind = "grid"
	Building  NodeKind = "building"
	Unit      NodeKind = "unit"
)

// NodeState says whether a node is in use or what ended it. Ended nodes stay, with their history.
type NodeState string

// The states of a node.
const (
	NodeActive NodeState = "active"
	NodeSplit  NodeState = "split"
	NodeMerged NodeState = "merged"
	NodeClosed NodeState = "closed"
)

// Node is a place in the org tree. Path holds the ids from the root to the node itself ("1/5/9/"), so
// that a subtree is one range of an index.
type Node struct {
	ID        int64
	ParentID  int64 // 0 at a root
	Kind      NodeKind
	Style     string  // the division's own level word, e.g. "township"; "" below the community
	Code      *string // the statistics bureau's division code; nil below the community
	Name      string
	Path      string
	State     NodeState
	CreatedAt time.Time
	EndedAt   *time.Time
}

// Refusals about nodes.
var (
	ErrNodeNotFound = fault.New(fault.NotFound, "node.not_found", "没有找到这个地方,或者您不能查看。请返回上一页重试。")
	ErrNodeEnded    = fault.New(fault.Conflict, "node.ended", "这个网格或单元已经调整撤销,请到调整后的网格里办理。")
)

// PathBelow gives the path of a child.
func PathBelow(parent string, id int64) string { return parent + strconv.FormatInt(id, 10) + "/" }

// PathIDs gives the ids on a path, from the root to the node itself.
func PathIDs(path string) []int64 {
	var ids []int64
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Under tells whether a path lies in the subtree of another, its root included.
func Under(path, root string) bool { return root != "" && strings.HasPrefix(path, root) }

// InSubtree narrows a query to rows whose path column lies in any of the subtrees; none gives no rows.
// It is a range of the index on every engine, which LIKE is not.
func InSubtree(tx *gorm.DB, column string, roots ...string) *gorm.DB {
	if len(roots) == 0 {
		return tx.Where("1 = 0")
	}
	cond := tx.Session(&gorm.Session{NewDB: true})
	for _, root := range roots {
		cond = cond.Or(column+" >= ? AND "+column+" < ?", root, strings.TrimSuffix(root, "/")+"0")
	}
	return tx.Where(cond)
}

// LockOrg takes the lock under which the org tree changes. It is the first statement of such a
// transaction; without it two changes would give out one id or build a path on a moved parent.
func LockOrg(tx *gorm.DB) error {
	var name string
	return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Table("locks").Select("name").Where("name = ?", "org").Take(&name).Error
}

// AddNode gives a node its id, path and creation time and stores it. The caller holds LockOrg.
func AddNode(tx *gorm.DB, parent *Node, n *Node, now time.Time) error {
	var last int64
	if err := tx.Model(&Node{}).Select("COALESCE(MAX(id), 0)").Scan(&last).Error; err != nil {
		return err
	}
	n.ID, n.State, n.CreatedAt = last+1, NodeActive, now
	n.Path = PathBelow("", n.ID)
	if parent != nil {
		n.ParentID, n.Path = parent.ID, PathBelow(parent.Path, n.ID)
	}
	return tx.Create(n).Error
}

// NodeByID gives a node in any state.
func NodeByID(tx *gorm.DB, id int64) (Node, error) {
	var n Node
	return n, take(tx.Where("id = ?", id), &n, ErrNodeNotFound)
}

// ActiveNode gives a node that is in use.
func ActiveNode(tx *gorm.DB, id int64) (Node, error) {
	n, err := NodeByID(tx, id)
	if err == nil && n.State != NodeActive {
		err = ErrNodeEnded
	}
	return n, err
}

// LockNode gives a node in any state, and keeps others from changing what hangs on it until the
// transaction ends.
func LockNode(tx *gorm.DB, id int64) (Node, error) {
	return NodeByID(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id)
}

// NodesOnPath gives the nodes from the root to the node itself, in that order.
func NodesOnPath(tx *gorm.DB, path string) ([]Node, error) {
	var nodes []Node
	err := tx.Where("id IN ?", PathIDs(path)).Order("path").Find(&nodes).Error
	return nodes, err
}

// Children gives the active nodes directly below one, by name and id.
func Children(tx *gorm.DB, parent int64) ([]Node, error) {
	var nodes []Node
	err := tx.Where("parent_id = ? AND state = ?", parent, NodeActive).Order("name, id").Find(&nodes).Error
	return nodes, err
}

// UnitsUnder gives the active units of a subtree.
func UnitsUnder(tx *gorm.DB, path string) ([]Node, error) {
	var units []Node
	err := InSubtree(tx, "path", path).Where("kind = ? AND state = ?", Unit, NodeActive).Find(&units).Error
	return units, err
}

// take reads one row, and makes "no row" the area's own refusal: a failing database never looks like it.
func take(tx *gorm.DB, dest any, missing *fault.Fault) error {
	err := tx.Take(dest).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return missing
	}
	return err
}
