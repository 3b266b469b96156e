package model

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

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

// kinds are the levels in order.
var kinds = []NodeKind{Province, City, District, Street, Community, Grid, Building, Unit}

// Above tells whether a level stands higher than another.
func (k NodeKind) Above(other NodeKind) bool {
	return slices.Index(kinds, k) < slices.Index(kinds, other)
}

// below says under what the levels are made that people make: a building is optional.
var below = map[NodeKind][]NodeKind{Grid: {Community}, Building: {Grid}, Unit: {Building, Grid}}

// FitsBelow tells whether people may make a node of this level under one of that level. Divisions
// come from the statistics bureau's file and are made by nobody.
func (k NodeKind) FitsBelow(parent NodeKind) bool { return slices.Contains(below[k], parent) }

// IsDivision tells whether a level comes from the file of divisions.
func (k NodeKind) IsDivision() bool { return k.Above(Grid) }

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
	_ struct{} `privacy:"about=nobody; why=行政区划和网格、楼栋、单元"`

	ID        int64
	ParentID  int64     // 0 at a root
	Kind      NodeKind  `privacy:"mark"`
	Style     string    `privacy:"none"` // the division's own level word, e.g. "township"; "" below the community
	Code      *string   `privacy:"none"` // the statistics bureau's division code; nil below the community
	Name      string    `privacy:"none"`
	Path      string    `privacy:"none"`
	State     NodeState `privacy:"mark"`
	CreatedAt time.Time
	EndedAt   *time.Time
}

// Refusals about nodes.
var (
	ErrNodeNotFound = fault.New(fault.NotFound, "node.not_found", "没有找到这个地方，或者您不能查看。请返回上一页重试。")
	ErrNodeEnded    = fault.New(fault.Conflict, "node.ended", "这个网格或单元已经调整撤销，请到调整后的网格里办理。")
	ErrNodeName     = fault.New(fault.Conflict, "node.name_taken", "这里已经有同名的网格、楼栋或单元，请换一个名称。")
	ErrNodeUnfit    = fault.New(fault.Invalid, "node.parent_unfit", "层级不对：网格建在社区下面，楼栋建在网格下面，单元建在楼栋或网格下面。")
	ErrNodeDivision = fault.New(fault.Invalid, "node.is_division", "社区和社区以上的区划不能在这里调整，请通过导入区划文件更新。")
	ErrNodeAbroad   = fault.New(fault.Conflict, "node.other_community", "只能在同一个社区里调整，请选择本社区的网格或楼栋。")
	ErrNodeInUse    = fault.New(fault.Conflict, "node.not_empty", "这里还有下级、住户或没有办完的申请，请先迁出或办完，再撤销。")
	ErrNodeNoGrid   = fault.New(fault.Invalid, "grid.not_a_grid", "只有网格可以拆分或合并，请重新选择。")
	ErrGridParts    = fault.New(fault.Invalid, "grid.parts_invalid", "拆分方案不对：每个楼栋和单元都要分到一个新网格，而且只能分一次；新网格不能重名，也不能是空的。")
	ErrGridsTwice   = fault.New(fault.Invalid, "grid.merge_invalid", "请选择两个以上不同的网格来合并。")
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

// PathTo gives the path of a node that lies on a path; "" when it does not.
func PathTo(path string, id int64) string {
	word := strconv.FormatInt(id, 10) + "/"
	if strings.HasPrefix(path, word) {
		return word
	}
	if i := strings.Index(path, "/"+word); i >= 0 {
		return path[:i+1+len(word)]
	}
	return ""
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
	return lockName(tx, "org")
}

// AddNode gives a node its id, path and creation time and stores it. The caller holds LockOrg.
func AddNode(tx *gorm.DB, parent *Node, n *Node, now time.Time) error {
	last, err := LastNodeID(tx)
	if err != nil {
		return err
	}
	n.ID, n.State, n.CreatedAt = last+1, NodeActive, now
	n.Path = PathBelow("", n.ID)
	if parent != nil {
		n.ParentID, n.Path = parent.ID, PathBelow(parent.Path, n.ID)
	}
	return tx.Create(n).Error
}

// RenameNode gives a node another name. The caller holds LockOrg.
func RenameNode(tx *gorm.DB, id int64, name string) error {
	return tx.Model(&Node{}).Where("id = ?", id).Update("name", name).Error
}

// EndNode takes a node out of use, once. The caller holds LockOrg.
func EndNode(tx *gorm.DB, id int64, state NodeState, now time.Time) error {
	return changed(tx.Model(&Node{}).Where("id = ? AND state = ?", id, NodeActive).
		Updates(map[string]any{"state": state, "ended_at": now}), ErrNodeEnded)
}

// NameTaken tells whether another active node directly below a parent has the name.
func NameTaken(tx *gorm.DB, parent int64, name string, but int64) (bool, error) {
	var n int64
	err := tx.Model(&Node{}).Where("parent_id = ? AND state = ? AND name = ? AND id <> ?", parent, NodeActive, name, but).Count(&n).Error
	return n > 0, err
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
	return NodeByID(forUpdate(tx), id)
}

// NodesOnPath gives the nodes from the root to the node itself, in that order.
func NodesOnPath(tx *gorm.DB, path string) ([]Node, error) {
	var nodes []Node
	err := tx.Where("id IN ?", PathIDs(path)).Order("path").Find(&nodes).Error
	return nodes, err
}

// Subtree gives every node of a subtree in any state, parents before children.
func Subtree(tx *gorm.DB, path string) ([]Node, error) {
	var nodes []Node
	return nodes, InSubtree(tx, "path", path).Order("LENGTH(path), path").Find(&nodes).Error
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

// ChildrenOf gives a slice of the active nodes directly below one, 0 for the roots, by id.
func ChildrenOf(tx *gorm.DB, parent int64, s Slice) ([]Node, error) {
	var nodes []Node
	return nodes, s.Oldest(tx.Where("parent_id = ? AND state = ?", parent, NodeActive), "id").Find(&nodes).Error
}

// anyOf takes what LIKE reads as a sign for the sign itself.
var anyOf = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// NodesNamed gives a slice of the active nodes of a subtree with the words in their names, by id.
func NodesNamed(tx *gorm.DB, path, words string, s Slice) ([]Node, error) {
	var nodes []Node
	q := InSubtree(tx, "path", path).Where("state = ? AND name LIKE ? ESCAPE '!'", NodeActive, "%"+anyOf.Replace(words)+"%")
	return nodes, s.Oldest(q, "id").Find(&nodes).Error
}

// NodesOf lists the nodes of some kinds that are in use, in a subtree.
func NodesOf(tx *gorm.DB, path string, s Slice, kinds ...NodeKind) ([]Node, error) {
	var nodes []Node
	return nodes, s.Oldest(InSubtree(tx, "path", path).Where("state = ? AND kind IN ?", NodeActive, kinds), "id").Find(&nodes).Error
}

// NodesAbove gives the nodes themselves and all that they lie in, by id.
func NodesAbove(tx *gorm.DB, nodes []Node) (map[int64]Node, error) {
	var ids []int64
	for _, n := range nodes {
		ids = append(ids, PathIDs(n.Path)...)
	}
	slices.Sort(ids)
	var all []Node
	err := tx.Where("id IN ?", slices.Compact(ids)).Find(&all).Error
	above := make(map[int64]Node, len(all))
	for _, n := range all {
		above[n.ID] = n
	}
	return above, err
}

// CountChildren gives how many active nodes are directly below one.
func CountChildren(tx *gorm.DB, parent int64) (int64, error) {
	var n int64
	return n, tx.Model(&Node{}).Where("parent_id = ? AND state = ?", parent, NodeActive).Count(&n).Error
}
