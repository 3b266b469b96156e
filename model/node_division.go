package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Refusals of a file of divisions. They carry the rows and columns at fault.
var (
	ErrDivisionCode    = fault.New(fault.Invalid, "division.code_invalid", "代码应是 2 到 12 位数字，首位不是 0。")
	ErrDivisionNone    = fault.New(fault.Conflict, "division.not_imported", "没有找到这个区的区划。请先运行 danyuan import 导入行政区划，再设立管理员；已经导入过的，请核对区划代码。")
	ErrDivisionTwice   = fault.New(fault.Invalid, "division.code_twice", "同一个代码在文件里出现了两次，请只留一行。")
	ErrDivisionLevel   = fault.New(fault.Invalid, "division.level_unknown", "不认识这个级别，请填 province、city、district、county、street、town、township、zone、community、village 或 zone_community。")
	ErrDivisionChanged = fault.New(fault.Invalid, "division.level_changed", "这个代码原来是另一级的区划，级别不能改变。请核对代码。")
	ErrDivisionParent  = fault.New(fault.Invalid, "division.parent_missing", "没有找到上级代码。上级要写在下级的前面，请调整行的顺序或补上这一行。")
	ErrDivisionUnfit   = fault.New(fault.Invalid, "division.parent_unfit", "上级的级别应比这一行高，请核对上级代码。")
	ErrDivisionScope   = fault.New(fault.Invalid, "division.not_found", "没有找到这个区划，或者不归您管理。请从文件里删去这一行。")
)

// levels says at which level of the org tree the words stand that division files use.
var levels = map[string]NodeKind{
	"province": Province, "autonomous_region": Province, "municipality": Province,
	"city": City, "prefecture": City, "league": City,
	"district": District, "county": District, "county_city": District, "banner": District,
	"street": Street, "town": Street, "township": Street, "zone": Street,
	"community": Community, "village": Community, "zone_community": Community,
}

// KindOfLevel gives the level of a division file's word; ok is false for a word that is none.
func KindOfLevel(level string) (kind NodeKind, ok bool) { kind, ok = levels[level]; return kind, ok }

// NodesByCodes gives the divisions that have one of the codes, by code.
func NodesByCodes(tx *gorm.DB, codes []string) (map[string]Node, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	var nodes []Node
	if err := tx.Where("code IN ?", codes).Find(&nodes).Error; err != nil {
		return nil, err
	}
	byCode := make(map[string]Node, len(nodes))
	for _, n := range nodes {
		byCode[*n.Code] = n
	}
	return byCode, nil
}

// LastNodeID gives the highest id of a node, 0 when there is none. The caller holds LockOrg.
func LastNodeID(tx *gorm.DB) (int64, error) {
	var last int64
	return last, tx.Model(&Node{}).Select("COALESCE(MAX(id), 0)").Scan(&last).Error
}

// AddDivisions stores nodes that have their ids and paths. The caller holds LockOrg.
func AddDivisions(tx *gorm.DB, nodes []Node) error {
	if len(nodes) == 0 {
		return nil
	}
	return tx.Create(&nodes).Error
}

// RenameDivision gives a division another name and level word. The caller holds LockOrg.
func RenameDivision(tx *gorm.DB, id int64, name, style string) error {
	return tx.Model(&Node{}).Where("id = ?", id).Updates(map[string]any{"name": name, "style": style}).Error
}

// MoveNode hangs a node, with everything below it, under another parent. The caller holds LockOrg.
func MoveNode(tx *gorm.DB, n, parent Node) error {
	if err := tx.Model(&Node{}).Where("id = ?", n.ID).Update("parent_id", parent.ID).Error; err != nil {
		return err
	}
	path := PathBelow(parent.Path, n.ID)
	return InSubtree(tx.Model(&Node{}), "path", n.Path).
		Update("path", gorm.Expr("CONCAT(?, SUBSTR(path, ?))", path, len(n.Path)+1)).Error
}

// AnyNode tells whether the org tree has been begun.
func AnyNode(tx *gorm.DB) (bool, error) {
	last, err := LastNodeID(tx)
	return last > 0, err
}

// DivisionByCode gives a division of one level by its code.
func DivisionByCode(tx *gorm.DB, kind NodeKind, code string) (Node, error) {
	var n Node
	return n, take(tx.Where("code = ? AND kind = ?", code, kind), &n, ErrNodeNotFound)
}

// NewDivision makes a division ready to be stored.
func NewDivision(id int64, parent Node, kind NodeKind, level, code, name string, now time.Time) Node {
	return Node{ID: id, ParentID: parent.ID, Kind: kind, Style: level, Code: &code, Name: name, Path: PathBelow(parent.Path, id), State: NodeActive, CreatedAt: now}
}
